"""Alembic's entry: names the tables of this service."""

import gateway.identity.tables
import gateway.plans.tables
import gateway.webhooks.tables
from gateway.metadata import Row
from shared import migrate

migrate.run(Row.metadata)
