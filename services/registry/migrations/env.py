"""Alembic's entry: names the tables of this service."""

import services.registry.attendance.tables
import services.registry.brands.tables
import services.registry.classes.tables
import services.registry.enrolments.tables
import services.registry.files.tables
import services.registry.following.tables
import services.registry.imports.tables
import services.registry.institutions.tables
import services.registry.status_records.tables
import services.registry.trainees.tables  # noqa: F401
from services.registry.metadata import Row
from shared import migrate

migrate.run(Row.metadata)
