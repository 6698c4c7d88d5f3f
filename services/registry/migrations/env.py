"""Alembic's entry: names the tables of this service."""

import services.registry.files.tables
import services.registry.following.tables
import services.registry.imports.tables
import services.registry.institutions.institutions.tables
import services.registry.people.status_records.tables
import services.registry.people.trainees.tables
import services.registry.training.attendance.tables
import services.registry.training.brands.tables
import services.registry.training.classes.tables
import services.registry.training.enrolments.tables  # noqa: F401
from services.registry.metadata import Row
from shared import migrate

migrate.run(Row.metadata)
