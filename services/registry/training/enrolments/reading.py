"""Enrolments as they are shown: one, many, the roster of a class (花名册) as a spreadsheet, and the work people had or found."""

import asyncio
from collections.abc import Awaitable, Callable, Collection, Mapping
from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import Select, Text, Uuid, and_, cast, func, literal, null, or_, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import aliased

from services.registry.codes import Category, Channel, EmploymentKind, EmploymentState, EnrolmentOutcome, EvidenceGrade
from services.registry.institutions.institutions.tables import Institution
from services.registry.people.known.tables import KnownPlacement
from services.registry.people.trainees import reading as trainees
from services.registry.people.trainees.conditions import ALIASES, IS_THE_ONE, WRITTEN_AS
from services.registry.people.trainees.tables import Trainee
from services.registry.reference.policy import lists
from services.registry.training.classes import reading as classes
from services.registry.training.classes.tables import TrainingClass
from services.registry.training.enrolments import conditions, policy, schemas, visibility
from services.registry.training.enrolments.tables import Employment, Enrolment
from shared import audit, codes, county, deeds, errors, history, pages, wire
from shared.access import Call
from shared.sheets import Table, write_book

SHOWN: Select[*tuple[Any, ...]] = (
    select(
        Enrolment.id,
        Enrolment.class_id,
        TrainingClass.name.label("class_name"),
        TrainingClass.number.label("class_number"),
        TrainingClass.institution_id,
        Institution.name.label("institution_name"),
        Trainee.id.label("trainee_id"),
        Trainee.name.label("trainee_name"),
        Trainee.name,
        Trainee.id_number_masked,
        Trainee.id_number_masked.label("id_number"),
        Enrolment.outcome,
        TrainingClass.imported,
        Enrolment.days_attended,
        Enrolment.half_days_attended,
        Enrolment.counted_on,
        Enrolment.counted_region_code,
        conditions.employment_due_on().label("employment_due_on"),
        func.coalesce(Enrolment.from_on, TrainingClass.starts_on).label("from_on"),
        Enrolment.reason,
        Enrolment.proof,
        Enrolment.external_refs,
        Enrolment.enrolled_at,
        Enrolment.changed_at,
        Enrolment.version,
    )
    .join(WRITTEN_AS, WRITTEN_AS.id == Enrolment.trainee_id)
    .join(Trainee, IS_THE_ONE)
    .join(TrainingClass, TrainingClass.id == Enrolment.class_id)
    .join(Institution, Institution.id == TrainingClass.institution_id)
)
TOLD = ("outcome", "counted_on", "counted_region_code", "external_refs")  # what becomes of an enrolment
_other = aliased(Enrolment)
_TAKEN = select(func.count()).where(_other.class_id == TrainingClass.id, _other.outcome != EnrolmentOutcome.WITHDRAWN)
SEATS_LEFT = TrainingClass.seats - _TAKEN.correlate(TrainingClass).scalar_subquery()
HEADER = ("序号", "姓名", "性别", "身份证号码", "户籍所在乡镇(街道)", "联系电话", "人员类别", "报名结果", "出勤天数", "出勤半天数")


def listed(
    call: Call,
    ref: pages.Reference,
    *,
    class_id: list[UUID] | None,
    trainee_id: list[UUID] | None,
    institution_id: list[UUID] | None,
    region_code: list[str] | None,
    channel: list[Channel] | None,
    category: list[Category] | None,
    outcome: list[EnrolmentOutcome] | None,
    completed_from_on: date | None,
    completed_to_on: date | None,
    employment: list[EmploymentState] | None,
    due_within_days: int | None,
) -> Select[Any]:
    """The enrolments that fit the filters. `region_code` is the town the person-time counts in, or else the trainee's own."""
    pages.known("region_code", region_code, lists().regions)
    equal = {
        Enrolment.class_id: class_id,
        Enrolment.institution_id: institution_id,
        Enrolment.region_code: region_code,
        TrainingClass.channel: channel,
        Enrolment.outcome: outcome,
    }
    wanted = pages.where(SHOWN.where(visibility.rows(call.actor), ref.among(Enrolment.external_refs)), equal)
    if trainee_id:
        wanted = wanted.where(ALIASES.among(Enrolment.trainee_id, trainee_id))
    if completed_from_on or completed_to_on:  # the rows that the board counts
        wanted = wanted.where(conditions.once())
    if category:
        wanted = wanted.where(conditions.had_category(category))
    if employment:
        wanted = wanted.where(or_(*(conditions.in_state(each, call.today) for each in employment)))
    if due_within_days is not None:
        wanted = wanted.where(conditions.employment_due_on().between(call.today, call.today + timedelta(days=due_within_days)))
    further = ((completed_from_on, Enrolment.counted_on.__ge__), (completed_to_on, Enrolment.counted_on.__le__))
    return wanted.where(*(holds(value) for value, holds in further if value is not None))


async def get(session: AsyncSession, call: Call, enrolment_id: UUID) -> schemas.EnrolmentPaper:
    wanted = SHOWN.add_columns(
        TrainingClass.status.label("class_status"), Enrolment.class_region_code.label("class_town"), SEATS_LEFT.label("seats_left")
    )
    row = (await session.execute(wanted.where(Enrolment.id == enrolment_id, visibility.rows(call.actor)))).first()
    if row is None:
        raise errors.NotFound("没有这条报名记录,或不在您的可见范围内。请核对编号。")
    actions = policy.allowed_actions(
        row.outcome, call.actor.doer, row.class_status, row.seats_left, elsewhere=visibility.elsewhere(call.actor, row.class_town)
    )
    return schemas.EnrolmentPaper.model_validate({**row._mapping, "allowed_actions": wire.allowed_actions(actions)})


async def births(session: AsyncSession, enrolment_ids: Collection[UUID]) -> dict[UUID, date]:
    """On which day each of the enrolled was born."""
    wanted = select(Enrolment.id, Trainee.birth_on).join(WRITTEN_AS, WRITTEN_AS.id == Enrolment.trainee_id).join(Trainee, IS_THE_ONE)
    return {row.id: row.birth_on for row in await session.execute(wanted.where(Enrolment.id == func.any(list(enrolment_ids))))}


async def as_of(session: AsyncSession, call: Call, enrolment_id: UUID, on: date) -> schemas.EnrolmentPaper:
    """The enrolment as it stood at the end of a day, with what was known then of who was there; 404 before it was made."""
    today = await get(session, call, enrolment_id)
    stood = await history.stood(session, today, on, today.enrolled_at)
    return stood.model_copy(update=await _attended[0](session, enrolment_id, history.end_of(on)))


Attended = Callable[[AsyncSession, UUID, datetime], Awaitable[Mapping[str, int]]]
_attended: list[Attended] = []


def counted_by(attended: Attended) -> Attended:
    """Registers who says what an enrolment's `days_attended` and `half_days_attended` were at a moment."""
    _attended[:] = [attended]
    return attended


async def one_work(session: AsyncSession, call: Call, enrolment_id: UUID, employment_id: UUID, on: date | None) -> schemas.EmploymentPaper:
    """A record of work, also one that was corrected; `on`: as it stood at the end of that day."""
    await get(session, call, enrolment_id)
    found = await session.scalar(select(Employment).where(Employment.id == employment_id, Employment.enrolment_id == enrolment_id))
    if found is None:
        raise errors.NotFound("没有这条就业去向记录。请按就业去向列表核对。")
    kept = schemas.EmploymentKept.model_validate(found)
    actions = wire.allowed_actions(policy.work_actions(call.actor.doer, voided=kept.voided_at is not None))
    return history.voidable(schemas.EmploymentPaper(**kept.model_dump(), allowed_actions=actions), on)


async def work_history(session: AsyncSession, call: Call, enrolment_id: UUID, employment_id: UUID, asked: pages.Asked) -> dict[str, Any]:
    await one_work(session, call, enrolment_id, employment_id, None)
    trail = audit.TRAIL.c
    about = or_(*(trail.details[name].astext == str(employment_id) for name in ("employment_id", "corrects")))
    return await history.entries(session, and_(trail.subject == enrolment_id, about), asked)


async def employments(session: AsyncSession, call: Call, enrolment_id: UUID) -> tuple[Select[Any], Any]:
    """The statement that lists the work of one enrolment the caller may see, and the column it is ordered by. A placement is work for an employer too."""
    await get(session, call, enrolment_id)
    recorded = select(*(getattr(Employment, name) for name in schemas.EmploymentOut.model_fields)).where(
        Employment.enrolment_id == enrolment_id, Employment.voided_at.is_(None)
    )
    sent = (
        select(
            KnownPlacement.id,
            literal(EmploymentKind.EMPLOYER, Text).label("kind"),
            literal(f"{county.here().partner.name}订单 ", Text).concat(KnownPlacement.order_number).label("employer"),
            KnownPlacement.started_on.label("from_on"),
            KnownPlacement.left_on.label("until_on"),
            func.coalesce(KnownPlacement.weakest_grade, EvidenceGrade.D).label("grade"),
            cast(null(), Text).label("proof"),
            cast(null(), Uuid).label("corrects"),
            KnownPlacement.learnt_at.label("recorded_at"),
        )
        .join(Enrolment, KnownPlacement.trainee_id == conditions.person())
        .where(Enrolment.id == enrolment_id, KnownPlacement.started_on.is_not(None))
    )
    work = recorded.union_all(sent).subquery("work")
    return select(work), work.c.id


async def roster(session: AsyncSession, call: Call, class_id: UUID) -> tuple[str, bytes]:
    """The class's number and the .xlsx, numbers masked. Every export is on the trail."""
    training = await classes.find(session, call, class_id)
    more = [column for column in trainees.SHOWN if column.key in ("sex", "phone", "region_code", "categories")]
    rows = (await session.execute(SHOWN.add_columns(*more).where(Enrolment.class_id == class_id).order_by(Enrolment.id))).all()
    await deeds.record(session, call, "class.roster_exported", class_id, details={"rows": len(rows)}, event=False)
    known = lists()
    lines = [
        (
            number,
            row.name,
            codes.label("sex", row.sex),
            row.id_number,
            known.regions[row.region_code].name,
            row.phone,
            "、".join(dict.fromkeys(known.categories[each["code"]].name for each in row.categories)),
            codes.label("enrolment_outcome", row.outcome),
            row.days_attended,
            row.half_days_attended,
        )
        for number, row in enumerate(rows, 1)
    ]
    return training.number, await asyncio.to_thread(write_book, [Table("花名册", HEADER, lines)])
