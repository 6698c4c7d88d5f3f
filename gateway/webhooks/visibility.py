"""Whose endpoints are whose: each belongs to the account that made it; nobody else sees it."""

from sqlalchemy import ColumnElement

from gateway.webhooks.tables import Endpoint
from shared.access import Actor


def owner(actor: Actor) -> str:
    return f"{actor.role}:{actor.subject}"


def rows(actor: Actor) -> ColumnElement[bool]:
    return Endpoint.owner == owner(actor)
