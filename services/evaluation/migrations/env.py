"""Alembic's entry: names the tables of this service."""

import services.evaluation.assessments.tables
import services.evaluation.certificates.tables
import services.evaluation.examiners.tables
import services.evaluation.exports.tables
import services.evaluation.filings.tables
import services.evaluation.imports.tables
import services.evaluation.known.tables
from services.evaluation.metadata import Row
from shared import migrate

migrate.run(Row.metadata)
