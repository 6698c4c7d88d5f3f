"""Which events of the east-west service a caller sees: those of the papers they see."""

from collections.abc import Mapping

from sqlalchemy import select

from services.eastwest.imports import visibility as imports
from services.eastwest.imports.tables import PlacementImport
from services.eastwest.orders import visibility as orders
from services.eastwest.orders.tables import Order
from services.eastwest.placements import visibility as placements
from services.eastwest.placements.tables import Placement
from shared.feed import Paper

PAPERS: Mapping[str, Paper] = {
    "order": Paper("/v1/orders/{order_id:uuid}", select(Order.id), orders.rows),
    "placement": Paper("/v1/placements/{placement_id:uuid}", select(Placement.id), placements.rows),
    "placement_import": Paper("/v1/placement-imports/{import_id:uuid}", select(PlacementImport.id), imports.rows),
}
