"""Which events of the registry a caller sees: those of the papers they see. And which of its papers name a file."""

from collections.abc import Mapping
from typing import Any

from sqlalchemy import Select, Text, Uuid, bindparam, cast, or_, select, true
from sqlalchemy.dialects.postgresql import array

from services.registry.files.reading import FILE_ID
from services.registry.imports import visibility as imports
from services.registry.imports.tables import Import
from services.registry.institutions.institutions import visibility as institutions
from services.registry.institutions.institutions.tables import Institution
from services.registry.institutions.measures import visibility as measures
from services.registry.institutions.measures.tables import Measure
from services.registry.institutions.supervision_tasks import visibility as supervision_tasks
from services.registry.institutions.supervision_tasks.tables import SupervisionTask
from services.registry.institutions.teachers.tables import Teacher
from services.registry.people.outside_payments.tables import OutsidePayment
from services.registry.people.status_records.tables import StatusList, StatusRecord
from services.registry.people.trainees import visibility as trainees
from services.registry.people.trainees.conditions import ALIASES
from services.registry.people.trainees.tables import Trainee, TraineeCategory
from services.registry.reference.trade_filings.tables import TradeFiling
from services.registry.training.brands import visibility as brands
from services.registry.training.brands.tables import MATERIALS, Brand
from services.registry.training.classes import visibility as classes
from services.registry.training.classes.tables import TrainingClass
from services.registry.training.complaints import visibility as complaints
from services.registry.training.complaints.tables import Complaint
from services.registry.training.enrolments import conditions
from services.registry.training.enrolments import visibility as enrolments
from services.registry.training.enrolments.tables import Employment, Enrolment
from services.registry.training.enterprise_surveys.tables import EnterpriseSurvey
from services.registry.training.history_imports.tables import HistoryImport
from services.registry.training.inspections.tables import Inspection
from services.registry.training.job_offers.tables import JobOffer
from services.registry.training.seat_plans import visibility as seat_plans
from services.registry.training.seat_plans.tables import SeatPlan
from services.registry.training.trade_papers import visibility as trade_papers
from services.registry.training.trade_papers.tables import PATHS, TradePaper
from services.registry.training.training_wishes import visibility as training_wishes
from services.registry.training.training_wishes.tables import TrainingWish
from shared.feed import Paper

_ENROLMENTS = (
    select(Enrolment.id).join(TrainingClass, TrainingClass.id == Enrolment.class_id).join(Trainee, Trainee.id == conditions.person())
)

PAPERS: Mapping[str, Paper] = {
    "trainee": Paper("/v1/trainees/{trainee_id:uuid}", select(Trainee.id), trainees.rows),
    "trade_filing": Paper("/v1/trade-filings/{filing_id:uuid}", select(TradeFiling.id), lambda _: true()),
    **{
        noun: Paper(f"/v1/{path}/{{paper_id:uuid}}", select(TradePaper.id).where(TradePaper.noun == noun), trade_papers.rows)
        for noun, path in PATHS.items()
    },
    "history_import": Paper("/v1/history-imports/{history_import_id:uuid}", select(HistoryImport.id), lambda _: true()),
    "seat_plan": Paper("/v1/seat-plans/{plan_id:uuid}", seat_plans.PLANS.with_only_columns(SeatPlan.id), seat_plans.rows),
    "outside_payment": Paper("/v1/outside-payments/{payment_id:uuid}", select(OutsidePayment.id), lambda _: true()),
    "status_record": Paper("/v1/status-records", select(StatusRecord.id), lambda _: true()),
    "status_list": Paper("/v1/status-lists", select(StatusList.id), lambda _: true()),
    "institution": Paper("/v1/institutions/{institution_id:uuid}", select(Institution.id), institutions.rows),
    "teacher": Paper(
        "/v1/institutions/{institution_id:uuid}/teachers",
        select(Teacher.id).join(Institution, Institution.id == Teacher.institution_id),
        institutions.rows,
    ),
    "complaint": Paper("/v1/complaints/{complaint_id:uuid}", select(Complaint.id), complaints.rows),
    "measure": Paper("/v1/measures/{measure_id:uuid}", select(Measure.id), measures.rows),
    "supervision_task": Paper("/v1/supervision-tasks/{task_id:uuid}", select(SupervisionTask.id), supervision_tasks.rows),
    "class": Paper("/v1/classes/{class_id:uuid}", select(TrainingClass.id), classes.rows),
    "attendance": Paper("/v1/classes/{class_id:uuid}/attendance", select(TrainingClass.id), classes.rows),
    "inspection": Paper(
        "/v1/inspections/{inspection_id:uuid}",
        select(Inspection.id).join(TrainingClass, TrainingClass.id == Inspection.class_id),
        classes.rows,
    ),
    "enrolment": Paper("/v1/enrolments/{enrolment_id:uuid}", _ENROLMENTS, enrolments.rows),
    "employment": Paper("/v1/enrolments/{enrolment_id:uuid}", _ENROLMENTS, enrolments.rows),
    "enterprise_survey": Paper(
        "/v1/enterprise-surveys/{survey_id:uuid}",
        select(EnterpriseSurvey.id).join(Institution, Institution.id == EnterpriseSurvey.institution_id),
        institutions.rows,
    ),
    "job_offer": Paper(
        "/v1/enrolments/{enrolment_id:uuid}/job-offers", _ENROLMENTS.join(JobOffer).with_only_columns(JobOffer.id), enrolments.rows
    ),
    "training_wish": Paper(
        "/v1/training-wishes/{wish_id:uuid}",
        select(TrainingWish.id).join(Trainee, Trainee.id == ALIASES.kept(TrainingWish.trainee_id)),
        training_wishes.rows,
    ),
    "brand": Paper("/v1/brands/{brand_id:uuid}", select(Brand.id), brands.rows),
    "import": Paper("/v1/imports/{import_id:uuid}", select(Import.id), imports.rows),
}

_PROOF = bindparam(FILE_ID, type_=Text)
NAMED_BY: Mapping[str, Select[Any]] = {
    **{noun: select(TradePaper.id).where(TradePaper.noun == noun, cast(TradePaper.file_id, Text) == _PROOF) for noun in PATHS},
    "supervision_task": select(SupervisionTask.id).where(SupervisionTask.file_ids.contains(array([cast(_PROOF, Uuid)]))),
    "trainee": select(TraineeCategory.trainee_id.label("id")).where(TraineeCategory.proof == _PROOF),
    "enrolment": select(Enrolment.id).where(Enrolment.proof == _PROOF),
    "employment": select(Employment.enrolment_id.label("id")).where(Employment.proof == _PROOF, Employment.voided_at.is_(None)),
    "brand": select(Brand.id).where(or_(*(cast(getattr(Brand, f"{each}_file_id"), Text) == _PROOF for each in MATERIALS))),
}
