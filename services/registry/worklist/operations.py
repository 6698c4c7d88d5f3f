"""What waits at the registry: an officer approves classes and decides corrections, a reviewer erasures, an auditor looks into harvests; whoever holds a class
submits, starts and completes it; a town answers what its people wish to learn, and finds work for those who completed a class; whoever was given a
supervision task answers it."""

from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Any, Final

from sqlalchemy import ColumnElement, Text, and_, case, cast, func, or_

from services.registry.codes import (
    Channel,
    ClassStatus,
    ComplaintStatus,
    CorrectionStatus,
    ErasureStatus,
    FiledStatus,
    HarvestStatus,
    InspectionStatus,
    SupervisionTaskStatus,
    TradePaperNoun,
    TrainingBaseStatus,
    TrainingWishStatus,
)
from services.registry.codes import WorklistKind as Waits
from services.registry.institutions.institutions.conditions import barred
from services.registry.institutions.measures.conditions import supported_no_more
from services.registry.institutions.supervision_tasks import conditions as supervision
from services.registry.institutions.supervision_tasks import policy as supervision_tasks
from services.registry.institutions.supervision_tasks.tables import SupervisionTask
from services.registry.people.corrections.policy import OFFICER
from services.registry.people.corrections.tables import TraineeCorrection
from services.registry.people.duplicates.tables import PossibleDuplicate
from services.registry.people.erasures.policy import REVIEWER
from services.registry.people.erasures.tables import ErasureRequest
from services.registry.people.harvests.policy import AUDITOR
from services.registry.people.harvests.tables import Harvest
from services.registry.training.classes.policy import PROPOSERS
from services.registry.training.classes.tables import TrainingClass
from services.registry.training.complaints.conditions import holds
from services.registry.training.complaints.tables import Complaint
from services.registry.training.enrolments.conditions import employment_due_on, without_work
from services.registry.training.enrolments.tables import Enrolment
from services.registry.training.inspections import policy as inspections
from services.registry.training.inspections.tables import Inspection
from services.registry.training.trade_papers.tables import PATHS, TradePaper
from services.registry.training.training_wishes.tables import TrainingWish
from services.registry.worklist.reading import (
    BARRED_CLASS,
    CLASS,
    COMPLAINT,
    CORRECTION,
    DUPLICATE,
    ERASURE,
    HARVEST,
    INSPECTION,
    PENDING,
    SUPERVISION,
    TRADE_PAPER,
    WISH,
)
from shared import worklist
from shared.access import Call
from shared.worklist import Kind

STOPPED: Final = and_(
    TrainingClass.channel != Channel.SOCIAL,
    supported_no_more(TrainingClass.institution_id, TrainingClass.region_code, TrainingClass.department, TrainingClass.starts_on),
)


HOLDERS: Final = PROPOSERS - OFFICER


TOWN: Final = frozenset({"town"})


def _class(code: Waits, roles: frozenset[str], action: str, *statuses: ClassStatus, **more: Any) -> Kind:
    """A class is to be decided, begun and so on before its first day, unless said otherwise."""
    due_on = TrainingClass.starts_on if "since_at" not in more else None
    said: dict[str, Any] = {"paper": CLASS, "since_at": TrainingClass.changed_at, "due_on": due_on} | more
    return Kind(code, roles, action, states=frozenset(statuses), **said)


def _trade_paper(code: Waits, action: str, status: str, *nouns: TradePaperNoun) -> Kind:
    """Whatever its kind, an officer takes the next step."""
    link = func.concat("/v1/", case({str(each): PATHS[each] for each in nouns}, value=TradePaper.noun), "/", cast(TradePaper.id, Text))
    paper = replace(TRADE_PAPER, link=link, institution_id=TradePaper.institution_id if TradePaperNoun.TRAINING_BASE in nouns else None)
    among = TradePaper.noun.in_(nouns)
    return Kind(code, OFFICER, action, paper, frozenset({status}), since_at=TradePaper.changed_at, where=lambda _: (among,))


def _supervision(code: Waits, roles: frozenset[str], action: str, status: SupervisionTaskStatus, **more: Any) -> Kind:
    said = {"since_at": SupervisionTask.changed_at, "due_on": SupervisionTask.due_on} | more
    return Kind(code, roles, action, SUPERVISION, frozenset({status}), **said)


def _asked_by_another(person: Any) -> Callable[[Call], Sequence[ColumnElement[bool]]]:
    """Whoever asked does not decide."""
    return lambda call: (person.is_distinct_from(call.actor.doer.person),)


KINDS: Final = (
    _trade_paper(Waits.TRADE_PAPER_PROPOSED, "file", FiledStatus.PROPOSED, TradePaperNoun.CATALOGUE, TradePaperNoun.SKILL_STANDARD),
    _trade_paper(Waits.TRADE_PAPER_FILED, "put-in-force", FiledStatus.FILED, TradePaperNoun.CATALOGUE, TradePaperNoun.SKILL_STANDARD),
    _trade_paper(Waits.TRAINING_BASE_PROPOSED, "approve", TrainingBaseStatus.PROPOSED, TradePaperNoun.TRAINING_BASE),
    _trade_paper(Waits.TRAINING_BASE_APPROVED, "build", TrainingBaseStatus.APPROVED, TradePaperNoun.TRAINING_BASE),
    _class(Waits.CLASS_DRAFT, HOLDERS, "submit", ClassStatus.DRAFT),
    _class(Waits.CLASS_RETURNED, HOLDERS, "submit", ClassStatus.RETURNED),
    _class(Waits.CLASS_SUBMITTED, OFFICER, "approve", ClassStatus.SUBMITTED),
    _class(
        Waits.CLASS_BARRED,
        OFFICER,
        "cancel",
        ClassStatus.SUBMITTED,
        ClassStatus.APPROVED,
        ClassStatus.IN_PROGRESS,
        paper=BARRED_CLASS,
        where=lambda call: (TrainingClass.ends_on >= call.today, or_(barred(TrainingClass.starts_on, TrainingClass.ends_on), STOPPED)),
    ),
    _class(Waits.CLASS_APPROVED, HOLDERS, "start", ClassStatus.APPROVED, where=lambda call: (TrainingClass.starts_on <= call.today,)),
    _class(
        Waits.CLASS_OVER,
        HOLDERS,
        "complete",
        ClassStatus.IN_PROGRESS,
        since_at=worklist.day_after(TrainingClass.ends_on),
        where=lambda call: (TrainingClass.ends_on < call.today,),
    ),
    Kind(Waits.COMPLAINT_RECEIVED, OFFICER, "accept", COMPLAINT, frozenset({ComplaintStatus.RECEIVED}), since_at=Complaint.received_at),
    Kind(Waits.COMPLAINT_ACCEPTED, OFFICER, "answer", COMPLAINT, frozenset({ComplaintStatus.ACCEPTED}), since_at=Complaint.received_at),
    Kind(
        Waits.COMPLAINT_UPHELD,
        OFFICER,
        "release",
        COMPLAINT,
        frozenset({ComplaintStatus.UPHELD}),
        since_at=Complaint.answered_at,
        where=lambda _: (holds(),),
    ),
    Kind(
        Waits.INSPECTION_OPEN,
        inspections.INSTITUTION,
        "answer",
        INSPECTION,
        frozenset({InspectionStatus.OPEN}),
        since_at=Inspection.recorded_at,
        due_on=Inspection.due_on,
    ),
    Kind(
        Waits.INSPECTION_ANSWERED,
        OFFICER,
        "close",
        INSPECTION,
        frozenset({InspectionStatus.ANSWERED}),
        since_at=Inspection.replied_at,
        where=_asked_by_another(Inspection.inspected_by_person),
    ),
    Kind(
        Waits.INSPECTION_OVERDUE,
        OFFICER,
        "close",
        INSPECTION,
        frozenset({InspectionStatus.OPEN}),
        since_at=Inspection.recorded_at,
        due_on=Inspection.due_on,
        where=lambda call: (Inspection.due_on < call.today, *_asked_by_another(Inspection.inspected_by_person)(call)),
    ),
    _supervision(Waits.SUPERVISION_TASK_OPEN, supervision_tasks.ASKED, "answer", SupervisionTaskStatus.OPEN),
    _supervision(Waits.SUPERVISION_TASK_ANSWERED, supervision_tasks.ASKERS, "close", SupervisionTaskStatus.ANSWERED),
    _supervision(
        Waits.SUPERVISION_TASK_OVERDUE,
        supervision_tasks.ASKERS,
        "extend",
        SupervisionTaskStatus.OPEN,
        where=lambda call: (supervision.overdue(call.today),),
    ),
    Kind(
        Waits.DUPLICATE_FOUND,
        OFFICER,
        "decide-duplicate",
        DUPLICATE,
        frozenset(),
        since_at=PossibleDuplicate.found_at,
        where=lambda _: (PossibleDuplicate.verdict.is_(None),),
    ),
    Kind(
        Waits.ERASURE_ASKED,
        REVIEWER,
        "decide",
        ERASURE,
        frozenset({ErasureStatus.OPEN}),
        since_at=ErasureRequest.asked_at,
        where=_asked_by_another(ErasureRequest.asked_by_person),
    ),
    Kind(
        Waits.EMPLOYMENT_PENDING,
        TOWN,
        "employment",
        PENDING,
        frozenset(),
        since_at=worklist.day_after(Enrolment.counted_on),
        due_on=employment_due_on(),
        where=lambda call: (without_work(call.today),),
    ),
    Kind(Waits.TRAINING_WISH_OPEN, TOWN, "answer", WISH, frozenset({TrainingWishStatus.OPEN}), since_at=TrainingWish.asked_at),
    Kind(Waits.HARVEST_SUSPECTED, AUDITOR, "acknowledge", HARVEST, frozenset({HarvestStatus.ALARMED}), since_at=Harvest.alarmed_at),
    Kind(
        Waits.CORRECTION_ASKED,
        OFFICER,
        "accept",
        CORRECTION,
        frozenset({CorrectionStatus.OPEN}),
        since_at=TraineeCorrection.asked_at,
        where=_asked_by_another(TraineeCorrection.asked_by_person),
    ),
)


router = worklist.router(KINDS)
