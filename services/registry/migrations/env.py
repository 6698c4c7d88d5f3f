"""Alembic's entry: names the tables of this service."""

from services.registry.metadata import Row
from shared import migrate

migrate.run(Row.metadata)
