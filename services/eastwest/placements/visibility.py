"""Which placements a caller sees: a partner its office's, the bureau all of them, a person their own, a school its graduates'. What the office reported
of someone day by day is not the school's to read."""

from typing import Final

from sqlalchemy import ColumnElement

from services.eastwest.known.conditions import ALIASES
from services.eastwest.orders import visibility as orders
from services.eastwest.placements.tables import Placement
from shared.access import Actor

READERS: Final = orders.READERS | {"person", "institution"}
FACTS: Final = READERS - {"institution"}


def rows(actor: Actor) -> ColumnElement[bool]:
    if actor.role == "person":
        return ALIASES.among(Placement.trainee_id, [actor.trainee_id] if actor.trainee_id else [])
    if actor.role == "institution":
        return Placement.institution_id == actor.institution_id
    return orders.of_partner(actor, Placement.partner)
