"""Which brands a caller sees."""

from sqlalchemy import ColumnElement, true

from services.registry.training.brands.tables import Brand
from shared.access import Actor


def rows(actor: Actor) -> ColumnElement[bool]:
    """A department sees its own; everyone else who may ask sees all."""
    return Brand.department == actor.department if actor.role == "department" else true()
