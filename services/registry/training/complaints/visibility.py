"""Who sees complaints: the offices all, nobody else any."""

from sqlalchemy import ColumnElement, false, true

from shared.access import OFFICES, Actor


def rows(actor: Actor) -> ColumnElement[bool]:
    return true() if actor.role in OFFICES else false()
