"""What waits at the registry: an officer approves classes and decides corrections, a reviewer erasures, an auditor looks into harvests; whoever holds a class
submits, starts and completes it; a town answers what its people wish to
learn, and finds work for those who completed a class."""

from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Any, Final

from sqlalchemy import ColumnElement, Text, and_, case, cast, func, literal, or_

from services.registry.codes import (
    Channel,
    ClassStatus,
    ComplaintStatus,
    CorrectionStatus,
    ErasureStatus,
    FiledStatus,
    HarvestStatus,
    InspectionStatus,
    TradePaperNoun,
    TrainingBaseStatus,
    TrainingWishStatus,
)
from services.registry.codes import WorklistKind as Waits
from services.registry.institutions.institutions.conditions import barred
from services.registry.institutions.institutions.tables import Institution
from services.registry.institutions.measures.conditions import supported_no_more
from services.registry.people.corrections.policy import OFFICER
from services.registry.people.corrections.tables import TraineeCorrection
from services.registry.people.duplicates import operations as duplicates
from services.registry.people.duplicates.tables import PossibleDuplicate
from services.registry.people.erasures.policy import REVIEWER
from services.registry.people.erasures.tables import ErasureRequest
from services.registry.people.harvests import operations as harvests
from services.registry.people.harvests.policy import AUDITOR
from services.registry.people.harvests.tables import Harvest
from services.registry.people.trainees import visibility as trainees
from services.registry.people.trainees.conditions import ALIASES
from services.registry.people.trainees.tables import Trainee
from services.registry.reference import policy as reference
from services.registry.training.classes import visibility as classes
from services.registry.training.classes.policy import PROPOSERS
from services.registry.training.classes.tables import TrainingClass
from services.registry.training.complaints import visibility as complaints
from services.registry.training.complaints.conditions import holds
from services.registry.training.complaints.tables import Complaint
from services.registry.training.enrolments.conditions import employment_due_on, person, without_work
from services.registry.training.enrolments.tables import Enrolment
from services.registry.training.inspections import policy as inspections
from services.registry.training.inspections.tables import Inspection
from services.registry.training.trade_papers import visibility as trade_papers
from services.registry.training.trade_papers.tables import PATHS, TradePaper
from services.registry.training.training_wishes import visibility as training_wishes
from services.registry.training.training_wishes.tables import TrainingWish
from shared import codes, worklist
from shared.access import Call
from shared.worklist import Kind

STOPPED: Final = and_(
    TrainingClass.channel != Channel.SOCIAL,
    supported_no_more(TrainingClass.institution_id, TrainingClass.region_code, TrainingClass.department, TrainingClass.starts_on),
)
HOLDERS: Final = PROPOSERS - OFFICER
TOWN: Final = frozenset({"town"})


def _words(list_name: str, column: Any) -> Any:
    return case(codes.named(list_name), value=column, else_=column)


CLASS: Final = worklist.Paper(
    "class",
    TrainingClass.id,
    classes.acted_on,
    title=(
        _words("channel", TrainingClass.channel),
        TrainingClass.name,
        Institution.name,
        func.concat(TrainingClass.seats, literal(" 人", Text)),
    ),
    link=worklist.at("classes", TrainingClass.id),
    status=TrainingClass.status,
    number=TrainingClass.number,
    institution_id=TrainingClass.institution_id,
    joined=lambda wanted: wanted.join(Institution, Institution.id == TrainingClass.institution_id),
)
CORRECTION: Final = worklist.Paper(
    "correction",
    TraineeCorrection.id,
    trainees.rows,
    title=(literal("申请更正", Text), _words("correctable_field", TraineeCorrection.field), func.left(TraineeCorrection.reason, 40)),
    link=worklist.at("trainees", Trainee.id, "/corrections"),
    status=TraineeCorrection.status,
    trainee_id=Trainee.id,
    joined=lambda wanted: wanted.join(Trainee, Trainee.id == ALIASES.kept(TraineeCorrection.trainee_id)),
)


def _class(code: Waits, roles: frozenset[str], action: str, *statuses: ClassStatus, **more: Any) -> Kind:
    """A class is to be decided, begun and so on before its first day, unless said otherwise."""
    due_on = TrainingClass.starts_on if "since_at" not in more else None
    said = {"since_at": TrainingClass.changed_at, "due_on": due_on} | more
    return Kind(code, roles, action, CLASS, frozenset(statuses), **said)


DUPLICATE: Final = worklist.Paper(
    "possible_duplicate",
    PossibleDuplicate.id,
    lambda actor: trainees.rows(actor) & Trainee.merged_into.is_(None) & duplicates.OTHER.merged_into.is_(None),
    title=(literal("疑似重复登记", Text), Trainee.name, duplicates.OTHER.name),
    link=literal("/v1/trainees:possible-duplicates?trainee_id=", Text) + cast(PossibleDuplicate.one_id, Text),
    trainee_id=PossibleDuplicate.one_id,
    joined=lambda wanted: wanted.join(Trainee, Trainee.id == PossibleDuplicate.one_id).join(
        duplicates.OTHER, duplicates.OTHER.id == PossibleDuplicate.other_id
    ),
)


ERASURE: Final = worklist.Paper(
    "erasure_request",
    ErasureRequest.id,
    trainees.rows,
    title=(literal("申请删除个人信息", Text), func.left(ErasureRequest.reason, 40)),
    link=worklist.at("trainees", Trainee.id, "/erasure-requests/") + cast(ErasureRequest.id, Text),
    status=ErasureRequest.status,
    trainee_id=Trainee.id,
    joined=lambda wanted: wanted.join(Trainee, Trainee.id == ALIASES.kept(ErasureRequest.trainee_id)),
)
PENDING: Final = worklist.Paper(
    "enrolment",
    Enrolment.id,
    lambda actor: Enrolment.counted_region_code == actor.region_code,
    title=(literal("结业后尚未就业", Text), Trainee.name, TrainingClass.name),
    link=worklist.at("enrolments", Enrolment.id),
    trainee_id=Trainee.id,
    class_id=TrainingClass.id,
    joined=lambda wanted: wanted.join(TrainingClass, TrainingClass.id == Enrolment.class_id).join(Trainee, Trainee.id == person()),
)


def _occupations_named(parts: Sequence[str]) -> list[str]:
    known = reference.lists().occupations
    return [known[each].name if each in known else each for each in parts]


WISH: Final = worklist.Paper(
    "training_wish",
    TrainingWish.id,
    training_wishes.rows,
    title=(literal("培训意愿", Text), Trainee.name, TrainingWish.trade_name, TrainingWish.occupation_code),
    link=worklist.at("training-wishes", TrainingWish.id),
    status=TrainingWish.status,
    trainee_id=Trainee.id,
    say=_occupations_named,
    joined=lambda wanted: wanted.join(Trainee, Trainee.id == ALIASES.kept(TrainingWish.trainee_id)),
)
HARVEST: Final = worklist.Paper(
    "harvest_alarm",
    Harvest.id,
    lambda _: Harvest.alarmed_at.is_not(None) & Harvest.acknowledged_at.is_(None),
    title=(
        literal("疑似批量查询证件号码", Text),
        Harvest.actor_name,
        cast(Harvest.on, Text),
        func.concat("查询 ", Harvest.looked_up, " 个,未登记 ", Harvest.unknown, " 个,查看全号 ", Harvest.revealed, " 次"),
    ),
    link=worklist.at("harvest-alarms", Harvest.id),
    status=harvests.STATUS,
    institution_id=Harvest.institution_id,
)


TRADE_PAPER: Final = worklist.Paper(
    "trade_paper",
    TradePaper.id,
    trade_papers.rows,
    title=(_words("catalogue_kind", TradePaper.kind), TradePaper.name, TradePaper.document),
    link=worklist.at(PATHS[TradePaperNoun.CATALOGUE], TradePaper.id),
    status=TradePaper.status,
)


def _trade_paper(code: Waits, action: str, status: str, *nouns: TradePaperNoun) -> Kind:
    """Whatever its kind, an officer takes the next step."""
    link = func.concat("/v1/", case({str(each): PATHS[each] for each in nouns}, value=TradePaper.noun), "/", cast(TradePaper.id, Text))
    paper = replace(TRADE_PAPER, link=link, institution_id=TradePaper.institution_id if TradePaperNoun.TRAINING_BASE in nouns else None)
    among = TradePaper.noun.in_(nouns)
    return Kind(code, OFFICER, action, paper, frozenset({status}), since_at=TradePaper.changed_at, where=lambda _: (among,))


INSPECTION: Final = worklist.Paper(
    "inspection",
    Inspection.id,
    classes.rows,
    title=(literal("检查整改", Text), TrainingClass.name, cast(Inspection.on, Text)),
    link=worklist.at("inspections", Inspection.id),
    status=Inspection.status,
    number=TrainingClass.number,
    institution_id=TrainingClass.institution_id,
    class_id=TrainingClass.id,
    joined=lambda wanted: wanted.join(TrainingClass, TrainingClass.id == Inspection.class_id),
)


COMPLAINT: Final = worklist.Paper(
    "complaint",
    Complaint.id,
    complaints.rows,
    title=(literal("投诉", Text), _words("complaint_subject", Complaint.subject_kind), func.left(Complaint.text, 40)),
    link=worklist.at("complaints", Complaint.id),
    status=Complaint.status,
    number=Complaint.number,
    class_id=Complaint.class_id,
)


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
