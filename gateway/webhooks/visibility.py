"""Whose endpoints are whose: each belongs to the account that made it; nobody else sees it, and nothing is sent once the account is disabled."""

from sqlalchemy import ColumnElement, Text, and_, cast, exists, func, or_

from gateway.identity.tables import Client, User
from gateway.webhooks.tables import Endpoint
from shared.access import Actor


def owner(actor: Actor) -> str:
    return f"{actor.role}:{actor.subject}"


def rows(actor: Actor) -> ColumnElement[bool]:
    return Endpoint.owner == owner(actor)


def heard() -> ColumnElement[bool]:
    """Of an endpoint: it is switched on, and so is the account it belongs to."""
    subject = func.split_part(Endpoint.owner, ":", 2)
    client = exists().where(Client.client_id == subject, Client.disabled_at.is_not(None))
    user = exists().where(cast(User.id, Text) == subject, User.disabled_at.is_not(None))
    return and_(Endpoint.enabled, ~or_(client, user))
