"""Which placements a caller sees: a partner its office's, the bureau all of them, a person their own."""

from typing import Final

from sqlalchemy import ColumnElement

from services.eastwest.known.conditions import ALIASES
from services.eastwest.orders import visibility as orders
from services.eastwest.placements.tables import Placement
from shared.access import Actor

READERS: Final = orders.READERS | {"person"}


def rows(actor: Actor) -> ColumnElement[bool]:
    if actor.role == "person":
        return ALIASES.among(Placement.trainee_id, [actor.trainee_id] if actor.trainee_id else [])
    return orders.of_partner(actor, Placement.partner)
