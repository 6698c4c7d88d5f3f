"""The registry service: trainees, institutions, classes, and what offices report about them (学员、机构、班级)."""

from fastapi import FastAPI

from services.registry import clients, codes
from services.registry.changes import visibility as changes
from services.registry.counting import conditions as counted
from services.registry.counting import job as counting_job
from services.registry.counting import routes as counting
from services.registry.exports import routes as exports
from services.registry.files import reading as naming
from services.registry.files import routes as files
from services.registry.following import job as following
from services.registry.imports import job as import_job
from services.registry.imports import routes as imports
from services.registry.imports.tables import Import
from services.registry.institutions.institutions import routes as institutions
from services.registry.institutions.measures import routes as measures
from services.registry.institutions.ratings import routes as ratings
from services.registry.institutions.standing import routes as standing
from services.registry.institutions.supervision_tasks import routes as supervision_tasks
from services.registry.institutions.teachers import routes as teachers
from services.registry.institutions.yearly_reports import routes as yearly_reports
from services.registry.internal import eastwest, evaluation, gateway, names, search, subsidy, supervision
from services.registry.metadata import Row
from services.registry.people.corrections import routes as corrections
from services.registry.people.duplicates import job as duplicates_job
from services.registry.people.duplicates import routes as duplicates
from services.registry.people.erasures import routes as erasures
from services.registry.people.harvests import routes as harvests
from services.registry.people.harvests.tables import Harvest
from services.registry.people.merges import routes as merges
from services.registry.people.outside_payments import routes as outside_payments
from services.registry.people.status_records import routes as status_records
from services.registry.people.talent import routes as talent
from services.registry.people.trainees import routes as trainees
from services.registry.reference import reading
from services.registry.reference import routes as reference
from services.registry.reference.trade_filings import routes as trade_filings
from services.registry.training.attendance import routes as attendance
from services.registry.training.brands import routes as brands
from services.registry.training.catalogues import routes as catalogues
from services.registry.training.classes import conditions as classes_counted
from services.registry.training.classes import facts as classes_facts
from services.registry.training.classes import routes as classes
from services.registry.training.classes import visibility as classes_seen
from services.registry.training.complaints import routes as complaints
from services.registry.training.eligibility import routes as eligibility
from services.registry.training.employment_ledgers import routes as employment_ledgers
from services.registry.training.enrolments import facts as enrolled
from services.registry.training.enrolments import routes as enrolments
from services.registry.training.enrolments import steps as enrolments_steps
from services.registry.training.enrolments import visibility as enrolments_seen
from services.registry.training.enterprise_surveys import routes as enterprise_surveys
from services.registry.training.history_imports import routes as history_imports
from services.registry.training.inspections import routes as inspections
from services.registry.training.job_offers import routes as job_offers
from services.registry.training.open_classes import routes as open_classes
from services.registry.training.seat_plans import operations as seats
from services.registry.training.seat_plans import reading as seats_left
from services.registry.training.seat_plans import routes as seat_plans
from services.registry.training.skill_standards import routes as skill_standards
from services.registry.training.training_bases import routes as training_bases
from services.registry.training.training_wishes import routes as training_wishes
from services.registry.worklist import operations as worklist
from shared import codes as labels
from shared import county, db, forgetting, gauges, layouts, tallies, web
from shared.settings import Settings, load
from shared.sheet_jobs import uploads

PART = web.Part(
    "registry",
    f"{county.here().title} · 学员与机构",
    codes=reading.shown(county.folder()) | labels.shown(codes.OWNED),
    routers=(
        reference.router,
        trade_filings.router,
        catalogues.router,
        skill_standards.router,
        training_bases.router,
        seat_plans.router,
        history_imports.router,
        trainees.router,
        merges.router,
        corrections.router,
        duplicates.router,
        erasures.router,
        harvests.router,
        status_records.router,
        talent.router,
        status_records.lists_router,
        status_records.trainees_router,
        outside_payments.router,
        institutions.router,
        teachers.router,
        ratings.router,
        yearly_reports.router,
        yearly_reports.all_router,
        standing.router,
        measures.router,
        supervision_tasks.router,
        files.router,
        classes.router,
        open_classes.router,
        inspections.of_class,
        inspections.router,
        complaints.router,
        eligibility.router,
        enrolments.router,
        job_offers.router,
        employment_ledgers.router,
        employment_ledgers.brands,
        enterprise_surveys.router,
        training_wishes.router,
        attendance.router,
        brands.router,
        imports.router,
        exports.router,
        counting.router,
        subsidy.classes,
        subsidy.identities,
        subsidy.named_files,
        eastwest.router,
        evaluation.router,
        gateway.router,
        supervision.router,
        search.router,
        worklist.router,
    ),
    papers=changes.PAPERS,
    names=names.OWN,
    totals=tallies.of(Row.metadata),
    forgets=(uploads.term(Import), forgetting.Term(db.table(Harvest), db.table(Harvest).c.first_at, forgetting.SIX_MONTHS_DAYS)),
    gauges=(gauges.jobs(Import),),
    jobs=(
        import_job.work,
        following.certificates,
        following.placements,
        following.claims,
        duplicates_job.find_among_known,
        counting_job.keep_counted,
    ),
)


layouts.here()  # a faulty file stops the start
clients.tells_training(enrolled.concerned)
naming.named_by(changes.NAMED_BY)
classes_facts.ENROLLED.append(classes_facts.People(enrolments_steps.taken_seats, enrolments_steps.follow_days))
classes_facts.PLANNED.append(classes_facts.Seats(seats_left.short, seats.draw, seats.give_back))
classes_seen.attended_as(enrolments_seen.classes_of)
classes_counted.counts_first_day(counted.began())


def build(of: Settings) -> FastAPI:
    return web.create_app(PART, of)


def create() -> FastAPI:
    """What the server starts: settings come from the environment."""
    return build(load(Settings))
