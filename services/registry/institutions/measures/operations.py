"""Taking a measure and taking it back. A removed plaque ends the institution's designation; a stopped support bars new classes and claims from its day."""

from collections.abc import Mapping
from datetime import date, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import delete, func, or_, select
from sqlalchemy.ext.asyncio import AsyncSession

from services.registry import fields
from services.registry.clients import Affected
from services.registry.codes import MeasureKind
from services.registry.institutions.institutions import operations as institutions
from services.registry.institutions.institutions.errors import DesignationOverlaps
from services.registry.institutions.institutions.rules import BODIES, one_body, unknown_institution
from services.registry.institutions.institutions.tables import Designation, Institution
from services.registry.institutions.measures import policy, visibility
from services.registry.institutions.measures.errors import DuplicateMeasure, MeasureTouchesPaid
from services.registry.institutions.measures.schemas import MeasureIn, MeasureOut, MeasurePaper
from services.registry.institutions.measures.tables import Measure
from shared import deeds, errors, history, pages, wire
from shared.access import Call
from shared.db import new_id
from shared.errors import Fault

KEPT = ("reason", "decision_no", "tender_no")  # of a designation, beside its days
ONE_DAY = timedelta(days=1)


def rules(body: Any, _today: date) -> list[Fault]:
    """Against one body that there is, on days in their order."""
    said, found = [name for name in BODIES if getattr(body, name)], one_body(body)
    if body.kind == MeasureKind.PLAQUE_REMOVED and said and said != ["institution_id"]:
        found.append(Fault("invalid_value", "/kind", seen=body.kind, allowed="只对机构", fix="对镇街、部门请用通报或停止支持。"))
    if body.kind == MeasureKind.PLAQUE_REMOVED and body.until_on:
        found.append(
            Fault(
                "invalid_value",
                "/until_on",
                seen=str(body.until_on),
                allowed="不填",
                fix="摘牌自当日起终止定点资格,不写止日;重新定点另行办理。",
            )
        )
    return found


RULES = (rules, fields.in_order("from_on", "until_on"))


async def decide(session: AsyncSession, call: Call, body: MeasureIn, touched: Affected | None) -> MeasurePaper:
    """`touched`: of a measure from a day gone by, what it would touch."""
    institution = await _institution(session, body)
    if faults := [*wire.faults(RULES, body, call.today), *unknown_institution(body.institution_id, institution)]:
        raise errors.Invalid(faults=faults)
    if touched and touched.paid_amount > 0:
        said = f"自 {body.from_on} 起的这些日子已支付 {touched.paid_amount} 元(申领单 {len(touched.claims)} 张)"
        raise MeasureTouchesPaid(f"{said}。请从今天或以后起采取措施;已付的款项按追回程序办理。")
    await _only_one(session, body)
    ended = await _end_terms(session, institution, body.from_on) if institution and body.kind == MeasureKind.PLAQUE_REMOVED else []
    measure = Measure(
        id=new_id(),
        year=call.today.year,
        terms_ended=ended,
        decided_at=call.now,
        decided_by_name=call.actor.name or None,
        **body.model_dump(),
    )
    session.add(measure)
    await session.flush()
    if institution and ended:
        changes = [{"field": "designation", "old": f"{each['from_on']} 至 {each['to_on']}", "new": None} for each in ended]
        last, told = date.fromisoformat(ended[-1]["to_on"]), {"changes": changes, "reason": body.reason}
        await institutions.changed(session, call, institution, "designation_voided", told, from_on=body.from_on, until_on=last)
    return await _announced(session, call, measure, "decided")


async def void(session: AsyncSession, call: Call, measure_id: UUID, reason: str) -> MeasurePaper:
    """As if it had never been taken: what it ended goes on."""
    measure = await permit(session, call, measure_id, lock=True)
    if measure.terms_ended and measure.institution_id:
        institution = await session.get_one(Institution, measure.institution_id, with_for_update=True)
        await _go_on(session, institution, measure)
        first, last = (date.fromisoformat(measure.terms_ended[place][name]) for place, name in ((0, "from_on"), (-1, "to_on")))
        await institutions.changed(session, call, institution, "designated", {"reason": reason}, from_on=first, to_on=last)
    measure.voided_at, measure.voided_by_name, measure.void_reason = call.now, call.actor.name or None, reason
    changes = history.unsaved(measure, ("voided_at", "voided_by_name", "void_reason"))
    await session.flush()
    return await _announced(session, call, measure, "voided", changes=changes)


async def permit(session: AsyncSession, call: Call, measure_id: UUID, *, lock: bool = False) -> Measure:
    """The measure, of the caller's version and not voided."""
    measure = await find(session, call, measure_id, lock=lock)
    call.match(measure.version)
    if measure.voided_at:
        raise errors.InvalidState(policy.VOIDED.detail)
    return measure


async def find(session: AsyncSession, call: Call, measure_id: UUID, *, lock: bool = False) -> Measure:
    wanted = select(Measure).where(Measure.id == measure_id, visibility.rows(call.actor))
    measure = await session.scalar(wanted.with_for_update() if lock else wanted)
    if measure is None:
        raise errors.NotFound("没有这项措施,或不在您的可见范围内。请核对编号。")
    return measure


async def page(session: AsyncSession, call: Call, asked: pages.Asked, filters: Mapping[Any, Any], *also: Any) -> dict[str, Any]:
    wanted = select(*(getattr(Measure, name) for name in MeasureOut.model_fields if name in Measure.__mapper__.columns))
    wanted = pages.where(wanted.where(visibility.rows(call.actor), *also), filters)
    return await pages.page(session, wanted, Measure.id, asked, MeasureOut.model_validate)


async def get(session: AsyncSession, call: Call, measure_id: UUID, as_of: date | None) -> MeasurePaper:
    shown = await paper(session, call, await find(session, call, measure_id))
    return await history.stood(session, shown, as_of, shown.decided_at) if as_of else shown


async def paper(session: AsyncSession, call: Call, measure: Measure) -> MeasurePaper:
    shown = {name: getattr(measure, name) for name in MeasureOut.model_fields if name in Measure.__mapper__.columns}
    actions = policy.allowed_actions(call.actor.doer, voided=measure.voided_at is not None, since=await _since(session, measure))
    return MeasurePaper.model_validate(shown | {"allowed_actions": wire.allowed_actions(actions)})


async def _institution(session: AsyncSession, body: MeasureIn) -> Institution | None:
    return await session.get(Institution, body.institution_id, with_for_update=True) if body.institution_id else None


async def _only_one(session: AsyncSession, body: MeasureIn) -> None:
    """One support is not stopped twice on one day. A criticism is no state: only the day itself is compared. Nor is a removed plaque, of an institution that
    may be designated anew and lose that plaque too: one is removed after the other. Whoever decides about the same body waits for the other."""
    whom = str(body.institution_id or body.region_code or body.department)
    await session.execute(select(func.pg_advisory_xact_lock(func.hashtextextended(f"measure {whom}", 0))))
    same = [getattr(Measure, name) == value for name in BODIES if (value := getattr(body, name))]
    not_over = or_(Measure.until_on.is_(None), Measure.until_on >= body.from_on)
    days = {
        MeasureKind.CRITICISM: Measure.from_on == body.from_on,
        MeasureKind.PLAQUE_REMOVED: Measure.from_on >= body.from_on,
        MeasureKind.SUPPORT_STOPPED: (Measure.from_on <= (body.until_on or date.max)) & not_over,
    }[body.kind]
    wanted = select(Measure).where(*same, Measure.kind == body.kind, Measure.voided_at.is_(None), days)
    if other := await session.scalar(wanted.limit(1)):
        until = f"至 {other.until_on}" if other.until_on else "起"
        detail = f"对同一对象已有措施 {other.number},自 {other.from_on} {until}。请改正日期,或先撤销原措施。"
        raise DuplicateMeasure(detail, existing_id=str(other.id))


async def _end_terms(session: AsyncSession, institution: Institution, on: date) -> list[dict[str, Any]]:
    """The designations that would go on from that day on end the day before; how they had been."""
    own = select(Designation).where(Designation.institution_id == institution.id, Designation.to_on >= on).order_by(Designation.from_on)
    terms = list(await session.scalars(own))
    if not terms:
        fix = "该机构从这一天起没有定点资格,无牌可摘;请核对机构和日期。"
        raise errors.Invalid(faults=[Fault("invalid_value", "/from_on", seen=str(on), allowed="有定点资格的日子", fix=fix)])
    ended = [{"from_on": str(each.from_on), "to_on": str(each.to_on)} | {name: getattr(each, name) for name in KEPT} for each in terms]
    await session.execute(delete(Designation).where(Designation.id.in_([each.id for each in terms if each.from_on >= on])))
    for each in terms:
        if each.from_on < on:
            each.to_on = on - ONE_DAY
    return ended


async def _since(session: AsyncSession, measure: Measure) -> str | None:
    """What was decided about the institution since its plaque was removed and has to be taken back first: another removal, which would have ended the same
    terms, or a designation for one of their days."""
    if not measure.terms_ended or measure.voided_at:
        return None
    later = (Measure.kind == measure.kind, Measure.voided_at.is_(None), Measure.from_on > measure.from_on)
    if since := await session.scalar(select(Measure).where(Measure.institution_id == measure.institution_id, *later).limit(1)):
        return f"此后另有摘牌 {since.number}(自 {since.from_on} 起)。请先撤销该项措施。"
    clash = or_(
        *(
            (Designation.from_on <= last) & (Designation.to_on >= first) & (Designation.from_on != first)
            for first, last, _ in _terms(measure)
        )
    )
    if other := await session.scalar(select(Designation).where(Designation.institution_id == measure.institution_id, clash).limit(1)):
        return f"摘牌之后已另行定点({other.from_on} 至 {other.to_on})。请先撤回该段定点。"
    return None


def _terms(measure: Measure) -> list[tuple[date, date, dict[str, Any]]]:
    """First and last day of the terms that it ended, and what else is kept of each."""
    read = date.fromisoformat
    return [(read(term["from_on"]), read(term["to_on"]), {name: term[name] for name in KEPT}) for term in measure.terms_ended]


async def _go_on(session: AsyncSession, institution: Institution, measure: Measure) -> None:
    """The terms that were ended, as they had been."""
    if since := await _since(session, measure):
        raise DesignationOverlaps(since)
    for first, last, kept in _terms(measure):
        left = await session.scalar(select(Designation).where(Designation.institution_id == institution.id, Designation.from_on == first))
        if left:
            left.to_on = last
        else:
            session.add(Designation(institution_id=institution.id, from_on=first, to_on=last, **kept))


async def _announced(session: AsyncSession, call: Call, measure: Measure, what: str, **also: Any) -> MeasurePaper:
    """Tells against whom and for which days."""
    said = {name: value for name in BODIES if (value := getattr(measure, name)) is not None}
    days = {"from_on": measure.from_on, "until_on": measure.until_on}
    told = {"reason": measure.void_reason or measure.reason, "document": measure.document, **also}
    announced = {**said, **days, "kind": measure.kind, "number": measure.number, "version": measure.version}
    await deeds.record(session, call, f"measure.{what}", measure.id, details=told, **announced)
    return await paper(session, call, measure)
