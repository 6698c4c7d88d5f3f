"""Alembic's entry: names the tables of this service."""

import services.registry.counting.tables
import services.registry.exports.tables
import services.registry.files.tables
import services.registry.imports.tables
import services.registry.institutions.institutions.tables
import services.registry.institutions.measures.tables
import services.registry.institutions.ratings.tables
import services.registry.institutions.supervision_tasks.tables
import services.registry.institutions.teachers.tables
import services.registry.institutions.yearly_reports.tables
import services.registry.people.corrections.tables
import services.registry.people.duplicates.tables
import services.registry.people.erasures.tables
import services.registry.people.harvests.tables
import services.registry.people.known.tables
import services.registry.people.merges.tables
import services.registry.people.outside_payments.tables
import services.registry.people.status_records.tables
import services.registry.people.trainees.tables
import services.registry.reference.trade_filings.tables
import services.registry.training.attendance.tables
import services.registry.training.brands.tables
import services.registry.training.classes.tables
import services.registry.training.complaints.tables
import services.registry.training.enrolments.tables
import services.registry.training.enterprise_surveys.tables
import services.registry.training.history_imports.tables
import services.registry.training.inspections.tables
import services.registry.training.job_offers.tables
import services.registry.training.seat_plans.tables
import services.registry.training.trade_papers.tables
import services.registry.training.training_wishes.tables
from services.registry.metadata import Row
from shared import migrate

migrate.run(Row.metadata)
