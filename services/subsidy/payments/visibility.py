"""Who may see which payment batches: the office all, nobody else any."""

from sqlalchemy import ColumnElement, false, true

from shared.access import SEES_MONEY, Actor


def rows(actor: Actor) -> ColumnElement[bool]:
    return true() if actor.role in SEES_MONEY else false()
