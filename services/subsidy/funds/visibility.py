"""Who may see which funds: the office and those who apply for money all, nobody else any."""

from sqlalchemy import ColumnElement, false, true

from shared.access import SEES_MONEY, Actor

APPLICANTS = frozenset({"institution", "town", "person", "department"})  # a claim names the fund it asks for


def rows(actor: Actor) -> ColumnElement[bool]:
    return true() if actor.role in SEES_MONEY | APPLICANTS else false()
