"""What the worklist shows of the papers that may wait at the registry, and who sees them."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Any, Final

from sqlalchemy import Text, case, cast, func, literal, select

from services.registry.codes import TradePaperNoun
from services.registry.institutions.institutions.tables import Institution
from services.registry.institutions.supervision_tasks import visibility as supervised
from services.registry.institutions.supervision_tasks.tables import SupervisionTask
from services.registry.people.corrections.tables import TraineeCorrection
from services.registry.people.duplicates import operations as duplicates
from services.registry.people.duplicates.tables import PossibleDuplicate
from services.registry.people.erasures.tables import ErasureRequest
from services.registry.people.harvests import operations as harvests
from services.registry.people.harvests.tables import Harvest
from services.registry.people.trainees import visibility as trainees
from services.registry.people.trainees.conditions import ALIASES, WRITTEN_AS
from services.registry.people.trainees.tables import Trainee
from services.registry.reference import policy as reference
from services.registry.training.classes import visibility as classes
from services.registry.training.classes.tables import TrainingClass
from services.registry.training.complaints import visibility as complaints
from services.registry.training.complaints.tables import Complaint
from services.registry.training.enrolments.conditions import person
from services.registry.training.enrolments.tables import Enrolment
from services.registry.training.inspections.tables import Inspection
from services.registry.training.trade_papers import visibility as trade_papers
from services.registry.training.trade_papers.tables import PATHS, TradePaper
from services.registry.training.training_wishes import visibility as training_wishes
from services.registry.training.training_wishes.tables import TrainingWish
from shared import codes, worklist


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
    titled=lambda wanted: wanted.join(Institution, Institution.id == TrainingClass.institution_id),
)


BARRED_CLASS: Final = replace(CLASS, joined=CLASS.titled, titled=lambda wanted: wanted)


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


_kept_name = select(Trainee.name).where(Trainee.id == WRITTEN_AS.merged_into).correlate(WRITTEN_AS).scalar_subquery()
# The names are looked up for those alone that are shown: of all that wait nothing is read but an index.
PENDING: Final = worklist.Paper(
    "enrolment",
    Enrolment.id,
    lambda actor: Enrolment.counted_region_code == actor.region_code,
    title=(
        literal("结业后尚未就业", Text),
        select(func.coalesce(_kept_name, WRITTEN_AS.name))
        .where(WRITTEN_AS.id == Enrolment.trainee_id)
        .correlate(Enrolment)
        .scalar_subquery(),
        select(TrainingClass.name).where(TrainingClass.id == Enrolment.class_id).correlate(Enrolment).scalar_subquery(),
    ),
    link=worklist.at("enrolments", Enrolment.id),
    trainee_id=person(),
    class_id=Enrolment.class_id,
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


SUPERVISION: Final = worklist.Paper(
    "supervision_task",
    SupervisionTask.id,
    supervised.rows,
    title=(literal("督办", Text), SupervisionTask.title),
    link=worklist.at("supervision-tasks", SupervisionTask.id),
    status=SupervisionTask.status,
    institution_id=SupervisionTask.institution_id,
)
