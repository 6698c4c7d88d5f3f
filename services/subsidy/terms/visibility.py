"""Who may see terms on their way, and what they would change: the office, which will work by them, and the auditor. What is in force everyone sees."""

from sqlalchemy import ColumnElement, false, true

from shared.access import Actor

READERS = frozenset({"admin", "auditor", "officer", "reviewer", "finance"})


def rows(actor: Actor) -> ColumnElement[bool]:
    return true() if actor.role in READERS else false()
