"""Who may see which proposed terms: administrators and auditors all, nobody else any. What is in force everyone sees."""

from sqlalchemy import ColumnElement, false, true

from shared.access import Actor

READERS = frozenset({"admin", "auditor"})


def rows(actor: Actor) -> ColumnElement[bool]:
    return true() if actor.role in READERS else false()
