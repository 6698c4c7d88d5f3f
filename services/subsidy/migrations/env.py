"""Alembic's entry: names the tables of this service."""

import services.subsidy.claims.tables
import services.subsidy.funds.tables
import services.subsidy.known.tables
import services.subsidy.notices.tables
import services.subsidy.objections.tables
import services.subsidy.payments.tables
import services.subsidy.reassessments.tables
import services.subsidy.recoveries.tables
import services.subsidy.samples.tables
import services.subsidy.schemes.tables
import services.subsidy.statistics.tables
import services.subsidy.terms.tables
from services.subsidy.metadata import Row
from shared import migrate

migrate.run(Row.metadata)
