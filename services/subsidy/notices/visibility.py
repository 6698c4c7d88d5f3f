"""Who may see which notices: everyone every one, until its claim left it without approval."""

from sqlalchemy import ColumnElement

from services.subsidy.notices.tables import Notice
from shared.access import Actor


def rows(_actor: Actor) -> ColumnElement[bool]:
    return Notice.closed_on.is_(None)
