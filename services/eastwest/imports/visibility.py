"""Which imports a caller sees: a partner its office's, the bureau all of them."""

from sqlalchemy import ColumnElement, true

from services.eastwest.imports.tables import PlacementImport
from services.eastwest.orders.visibility import partner_of
from shared.access import Actor


def rows(actor: Actor) -> ColumnElement[bool]:
    office = partner_of(actor)
    return true() if office is None else PlacementImport.office == office
