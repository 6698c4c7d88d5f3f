"""Whose accounts a caller may see and keep: an administrator all, a manager those of their institution's staff, an officer those of trainees."""

from sqlalchemy import false, true
from sqlalchemy.sql.elements import ColumnElement

from gateway.codes import Role
from gateway.identity.errors import NotAManager
from gateway.identity.tables import User
from shared.access import Actor


def rows(actor: Actor) -> ColumnElement[bool]:
    """403 for those of an institution who are not its manager."""
    if actor.role == Role.ADMIN:
        return true()
    if actor.role == Role.INSTITUTION:
        if not actor.manager:
            raise NotAManager()
        return (User.institution_id == actor.institution_id) & (User.role == Role.INSTITUTION)
    return User.role == Role.PERSON if actor.role == Role.OFFICER else false()
