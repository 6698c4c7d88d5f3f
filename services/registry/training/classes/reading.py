"""Classes as they are shown: one with what may be done with it, and many."""

from collections.abc import Sequence
from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy import Select, Text, cast, func, select
from sqlalchemy.dialects.postgresql import ARRAY, aggregate_order_by, array
from sqlalchemy.ext.asyncio import AsyncSession

from services.registry import clients
from services.registry.codes import Channel, ClassKind, ClassStatus, Delivery, MeasureKind
from services.registry.institutions.institutions import reading as institutions
from services.registry.institutions.institutions.tables import Institution
from services.registry.institutions.measures import conditions as measures
from services.registry.institutions.measures.tables import Measure
from services.registry.institutions.teachers.tables import Teacher
from services.registry.reference import policy as reference
from services.registry.reference.trade_filings import conditions as trade_filings
from services.registry.reference.trade_filings.tables import TradeFiling
from services.registry.training.classes import conditions, policy, visibility
from services.registry.training.classes.facts import short_of_seats
from services.registry.training.classes.schemas import ClassOut, ClassPaper, ClassWarning, SessionOut
from services.registry.training.classes.tables import ClassSession, TrainingClass
from shared import codes, errors, history, pages, seeking, wire
from shared.access import Call, WrongRole
from shared.clock import SHANGHAI
from shared.steps import Refusal
from shared.web import Kernel

NOT_FOUND = "没有这个班级,或不在您的可见范围内。请核对编号。"
_in_order = aggregate_order_by(Teacher.name, func.array_position(TrainingClass.teacher_ids, Teacher.id))
_teacher_names = (
    select(func.coalesce(func.array_agg(_in_order, type_=ARRAY(Text)), cast(array([]), ARRAY(Text))))
    .where(Teacher.id == func.any(TrainingClass.teacher_ids))
    .correlate(TrainingClass)
    .scalar_subquery()
)
_columns = [getattr(TrainingClass, name) for name in ClassOut.model_fields if name in TrainingClass.__mapper__.columns]
SHOWN: Select[Any] = select(*_columns, _teacher_names.label("teacher_names"), Institution.name.label("institution_name")).join(
    Institution, Institution.id == TrainingClass.institution_id
)
SESSIONS: Select[Any] = select(
    *(getattr(ClassSession, name) for name in SessionOut.model_fields if name in ClassSession.__mapper__.columns),
    Teacher.name.label("teacher_name"),
).outerjoin(Teacher, Teacher.id == ClassSession.teacher_id)
TOLD = tuple({column.key for column in _columns} - {"id", "number", "version", "proposed_at", "changed_at"})  # what becomes of a class
_filed_as = (
    select(func.array_agg(TradeFiling.trade_name, type_=ARRAY(Text)))
    .where(TradeFiling.number == TrainingClass.trade_filing_no, trade_filings.in_force(TrainingClass.starts_on))
    .correlate(TrainingClass)
    .scalar_subquery()
)
_WHOLE = SHOWN.add_columns(
    TrainingClass.proposed_by, TrainingClass.changed_by, TrainingClass.submitted_by, Institution.licences, _filed_as.label("filed_as")
)


async def find(session: AsyncSession, call: Call, class_id: UUID, *, lock: bool = False) -> TrainingClass:
    """The class, or 404 for who may not see it. `lock` keeps others from changing it or its roster until the transaction ends."""
    wanted = select(TrainingClass).where(TrainingClass.id == class_id, visibility.rows(call.actor))
    found = await session.scalar(wanted.with_for_update(key_share=True) if lock else wanted)
    if found is None:
        raise errors.NotFound(NOT_FOUND)
    return found


async def get(session: AsyncSession, call: Call, class_id: UUID) -> ClassPaper:
    return await _paper(session, call, await _one(session, call, class_id))


async def _one(session: AsyncSession, call: Call, class_id: UUID) -> Any:
    row = (await session.execute(_WHOLE.where(TrainingClass.id == class_id, visibility.rows(call.actor)))).first()
    if row is None:
        raise errors.NotFound(NOT_FOUND)
    return row


async def get_whole(kernel: Kernel, call: Call, class_id: UUID) -> ClassPaper:
    """With what only neighbours know, asked with no connection held meanwhile: of eastwest how the order stands; of subsidy, where the caller could reopen a
    completed class, whether it was claimed for. A subsidy that is away is why it cannot be done now."""
    async with kernel.reading() as session:
        row = await _one(session, call, class_id)
        found = await _paper(session, call, row)
    if found.order_id and found.status in policy.NOT_OVER:
        await clients.tell_order(kernel, call, found.order_id)
        return found.model_copy(update={"warnings": _warnings(call, row)})
    if found.imported or found.status not in policy.MACHINE.step("reopen").roles.get(call.actor.role, ()):
        return found
    try:
        refusal = policy.claimed(await clients.claims_of_class(kernel, call, class_id))
    except errors.Problem as away:
        refusal = Refusal(away.code, away.detail)
    told = [wire.allowed_actions({each.action: refusal})[0] if each.action == "reopen" else each for each in found.allowed_actions]
    return found.model_copy(update={"allowed_actions": told})


async def as_of(session: AsyncSession, call: Call, class_id: UUID, on: date) -> ClassPaper:
    """The class as it stood at the end of a day; 404 before it was proposed."""
    today = await get(session, call, class_id)
    return await history.stood(session, today, on, today.proposed_at)


async def paper(session: AsyncSession, call: Call, training: TrainingClass) -> ClassPaper:
    """The class as it stands in this transaction."""
    return await _paper(session, call, (await session.execute(_WHOLE.where(TrainingClass.id == training.id))).one())


async def _paper(session: AsyncSession, call: Call, row: Any) -> ClassPaper:
    doer = call.actor.doer
    organiser = await organiser_of(session, row) if policy.asks_standing(row.status, doer.role) else None
    asked = row.status == ClassStatus.SUBMITTED and doer.role in policy.OFFICER
    no_seats = await short_of_seats(session, row) if asked else None
    actions = policy.allowed_actions(held(row, organiser, no_seats=no_seats), doer, call.today)
    if not visibility.may_act(call.actor, row.department):
        actions = {
            action: refusal if refusal and refusal.code == WrongRole.code else policy.READ_ONLY for action, refusal in actions.items()
        }
    said = {"allowed_actions": wire.allowed_actions(actions), "warnings": _warnings(call, row)}
    return ClassPaper.model_validate({**row._mapping, **said})


def _warnings(call: Call, row: Any) -> list[ClassWarning] | None:
    """Of a class that is not over: that it names lines of the plan which are not meant for its channel, that its institution is not licensed to teach its
    trade, that its trade is not on file, that nobody has posts for its people, and that its order takes nobody any more. Null: nobody has said how the
    order stands."""
    if row.status not in policy.NOT_OVER:
        return []
    found = [*_contradictions(row), *_outside_licence(row), *_not_on_file(row), *_posts_missing(row)]
    if row.order_id is None:
        return found
    if (told := call.told.get("orders", {}).get(str(row.order_id))) is None:
        return None
    order = clients.OrderRead.model_validate(told)
    detail = policy.order_not_open(order.number, order.closed, order.until_on, max(call.today, row.starts_on))
    return [*found, *([ClassWarning(code=policy.ORDER_NOT_OPEN, detail=f"{detail}。请更换订单,或与订单方核实。")] if detail else [])]


def _posts_missing(row: Any) -> list[ClassWarning]:
    if row.order_id or not reference.lists().channels[row.channel].posts_first:
        return []
    detail = policy.posts_missing([date.fromisoformat(each["agreed_on"]) for each in row.posts], _filed_on(row))
    return [ClassWarning(code=policy.POSTS_MISSING, detail=f"{detail}。请先落实岗位再开班(先定岗、再定培)。")] if detail else []


def _outside_licence(row: Any) -> list[ClassWarning]:
    occupation = reference.lists().occupations.get(row.occupation_code)
    detail = policy.outside_licence(
        row.licences, {row.occupation_code, occupation.name if occupation else None, row.trade_name}, row.starts_on
    )
    return [ClassWarning(code=policy.OUTSIDE_LICENCE, detail=f"{detail}。请核对工种,或更新机构的办学许可。")] if detail else []


def _not_on_file(row: Any) -> list[ClassWarning]:
    if row.trade_filing_no is None or (row.filed_as and (row.trade_name is None or row.trade_name in row.filed_as)):
        return []
    found = f"该号备案的是“{'、'.join(row.filed_as)}”" if row.filed_as else f"{row.starts_on} 没有这项备案"
    detail = f"备案号 {row.trade_filing_no}:{found}。请按 /v1/trade-filings 核对,或请经办人员登记备案。"
    return [ClassWarning(code=policy.TRADE_NOT_ON_FILE, detail=detail)]


def _contradictions(row: Any) -> list[ClassWarning]:
    """The lines that the class names though they are meant for other channels: it counts in them as it says."""
    named = [reference.lists().programmes[code] for code in row.programmes if code in reference.lists().programmes]
    said, meant = (
        codes.label("channel", row.channel),
        {each.code: "、".join(codes.label("channel", of) for of in each.only_of) for each in named},
    )
    return [
        ClassWarning(
            code=policy.PROGRAMME_CONTRADICTS,
            detail=f"本班渠道为“{said}”,写明的指标“{each.title}”面向“{meant[each.code]}”。请核对渠道或 programmes;照写明的计入。",
        )
        for each in named
        if each.only_of and row.channel not in each.only_of
    ]


def held(row: Any, organiser: policy.Organiser | None, claims: Sequence[str] = (), no_seats: str | None = None) -> policy.Held:
    """What the rules take of a class, of its row or of what `_paper` reads of it."""
    wrote = (("propose", row.proposed_by), ("change", row.changed_by), ("submit", row.submitted_by))
    done = [(part, person) for part, person in wrote if person]
    filing_days = reference.lists().channels[row.channel].filing_days_before_start_at_least
    return policy.Held(
        ClassStatus(row.status),
        row.starts_on,
        row.ends_on,
        _filed_on(row),
        row.late_reason,
        filing_days,
        done,
        organiser,
        claims,
        no_seats,
        row.imported,
    )


def _filed_on(row: Any) -> date | None:
    return row.filed_at.astimezone(SHANGHAI).date() if row.filed_at else None


async def organiser_of(session: AsyncSession, row: Any) -> policy.Organiser:
    """Of a class, of its row or of what `_paper` reads of it. What is never subsidised loses no support."""
    institution = await session.get_one(Institution, row.institution_id)
    needs_designation, absences = (
        reference.needs_designation(row.channel, institution.kind),
        await institutions.absences(session, institution.id),
    )
    stopping = select(Measure.number).where(Measure.kind == MeasureKind.SUPPORT_STOPPED, measures.covers(row.starts_on))
    stopping = stopping.where(measures.against(row.institution_id, row.region_code, row.department)).limit(1)
    stopped = None if row.channel == Channel.SOCIAL else await session.scalar(stopping)
    return policy.Organiser(institution.name, needs_designation, *await institutions.bars(session, institution.id), absences, stopped)


def listed(
    call: Call,
    ref: pages.Reference,
    *,
    status: list[ClassStatus] | None,
    channel: list[Channel] | None,
    institution_id: list[UUID] | None,
    region_code: list[str] | None,
    zone_code: list[str] | None,
    kind: list[ClassKind] | None,
    delivery: list[Delivery] | None,
    occupation_code: list[str] | None,
    order_id: list[UUID] | None,
    department: list[str] | None,
    from_on: date | None,
    to_on: date | None,
    ended_from_on: date | None,
    ended_to_on: date | None,
    demonstration: list[bool] | None,
    imported: list[bool] | None,
    name: list[str] | None,
    number: list[str] | None,
    ordered_begun_at_least: int | None,
    ordered_completed_at_least: int | None,
) -> Select[Any]:
    """The classes that fit the filters; `from_on` and `to_on` find those with a day in between."""
    lists, row = reference.lists(), TrainingClass
    pages.known("region_code", region_code, lists.regions)
    pages.known("zone_code", zone_code, lists.regions)
    pages.known("occupation_code", occupation_code, lists.occupations)
    pages.known("department", department, lists.led_by)
    equal = {
        row.status: status,
        row.channel: channel,
        row.institution_id: institution_id,
        row.region_code: region_code,
        row.zone_code: zone_code,
        row.kind: kind,
        row.delivery: delivery,
        row.occupation_code: occupation_code,
        row.order_id: order_id,
        row.department: department,
        row.demonstration: demonstration,
        row.imported: imported,
    }
    wanted = pages.where(SHOWN.where(visibility.rows(call.actor), ref.among(row.external_refs)), equal)
    wanted = wanted.where(seeking.as_written(row.name, name)) if name else wanted
    wanted = wanted.where(seeking.as_numbered(row.number, number)) if number else wanted
    further = (
        (from_on, row.ends_on.__ge__),
        (to_on, row.starts_on.__le__),
        (ended_from_on, row.ends_on.__ge__),
        (ended_to_on, row.ends_on.__le__),
        (ordered_begun_at_least, conditions.of_order),
        (ordered_completed_at_least, conditions.completed_of_order),
    )
    return wanted.where(*(holds(value) for value, holds in further if value is not None))
