"""Alembic's entry: names the tables of this service."""

import services.eastwest.counting.tables
import services.eastwest.imports.tables
import services.eastwest.insurance_records.tables
import services.eastwest.known.tables
import services.eastwest.orders.tables
import services.eastwest.placements.tables
from services.eastwest.metadata import Row
from shared import migrate

migrate.run(Row.metadata)
