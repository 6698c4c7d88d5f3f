"""Subtargets (分解目标): set by the officer or the administrator for a town, a zone or a department, changed with a reason, and held against the city's."""

from datetime import date
from decimal import Decimal
from typing import Final
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession

from gateway.plans import reading
from gateway.plans.errors import existing
from gateway.plans.policy import allotting
from gateway.plans.policy.targets import Line, Plan
from gateway.plans.subtargets.schemas import SubtargetChange, SubtargetIn, SubtargetOut, SubtargetPaper, SubtargetWarning
from gateway.plans.tables import Subtarget
from shared import county, deeds, errors, history, redaction, wire
from shared.access import Call
from shared.errors import Fault
from shared.steps import wrong_role

SETS: Final = frozenset({"officer", "admin"})
OF: Final = {"region": Subtarget.town, "zone": Subtarget.zone, "department": Subtarget.department}


class DuplicateSubtarget(errors.Problem):
    code, status = "duplicate_subtarget", 409


errors.violates("subtargets_line_key", DuplicateSubtarget)


async def set_one(session: AsyncSession, call: Call, code: str, body: SubtargetIn) -> SubtargetPaper:
    plan = existing(code)
    if faults := _faults(plan, body):
        raise errors.Invalid(faults=faults)
    made = Subtarget(plan=plan.code, set_at=call.now, changed_at=call.now, **body.model_dump() | {"value": Decimal(str(body.value))})
    session.add(made)
    await session.flush()
    said = {name: getattr(made, name) for name in ("plan", "line", "town", "zone", "department", "period", "reason")}
    await deeds.record(session, call, "subtarget.set", made.id, details=said | {"value": float(made.value)}, event=False)
    return await _paper(session, call, plan, made)


async def change(session: AsyncSession, call: Call, code: str, subtarget_id: UUID, body: SubtargetChange) -> SubtargetPaper:
    plan, found = existing(code), await matched(session, call, code, subtarget_id)
    if faults := _of_value(plan.line(found.line), body.value):
        raise errors.Invalid(faults=faults)
    was = float(found.value)
    found.value, found.reason, found.changed_at = Decimal(str(body.value)), body.reason, call.now
    await session.flush()
    changes = [{"field": "value", "old": was, "new": float(body.value)}]
    await deeds.record(session, call, "subtarget.changed", found.id, details={"changes": changes, "reason": body.reason}, event=False)
    return await _paper(session, call, plan, found)


async def matched(session: AsyncSession, call: Call, plan: str, subtarget_id: UUID) -> Subtarget:
    """The subtarget, of the caller's version."""
    found = await find(session, plan, subtarget_id)
    call.match(found.version)
    return found


async def find(session: AsyncSession, code: str, subtarget_id: UUID) -> Subtarget:
    found = await session.scalar(select(Subtarget).where(Subtarget.id == subtarget_id, Subtarget.plan == existing(code).code))
    if found is None:
        raise errors.NotFound("没有这项分解目标。请按方案的分解目标列表核对。")
    return found


async def get(session: AsyncSession, call: Call, code: str, subtarget_id: UUID, on: date | None) -> SubtargetPaper:
    """One; `on`: as it stood at the end of that day."""
    found = await find(session, code, subtarget_id)
    shown = await _paper(session, call, existing(code), found)
    return shown if on is None else await history.stood(session, shown, on, found.set_at)


def show(row: Subtarget) -> SubtargetOut:
    """A line that the plan's file no longer has is shown by its code."""
    line = next((line for line in existing(row.plan).lines if line.code == row.line), None)
    value = float(row.value)
    return SubtargetOut(
        **{name: getattr(row, name) for name in ("id", "plan", "line", "town", "zone", "department", "period", "reason", "version")},
        line_title=line.title if line else row.line,
        unit=line.unit if line else "",
        town_name=_name(row.town),
        zone_name=_name(row.zone),
        value=int(value) if value.is_integer() else value,
        set_at=row.set_at,
        changed_at=row.changed_at,
    )


def _name(code: str | None) -> str | None:
    region = reading.regions().get(code) if code else None
    return region.name if region else None


async def targets(session: AsyncSession, plan: Plan, by: str) -> reading.Targets:
    """What each town, zone or department is to bring, by line and period; nothing for other breakdowns."""
    if by not in OF:
        return {}
    column = OF[by]
    found: dict[tuple[str, str], dict[str, Decimal]] = {}
    wanted = select(Subtarget.line, Subtarget.period, column, Subtarget.value).where(Subtarget.plan == plan.code, column.is_not(None))
    for line, period, subject, value in await session.execute(wanted):
        found.setdefault((line, period), {})[str(subject)] = value
    return found


async def _paper(session: AsyncSession, call: Call, plan: Plan, row: Subtarget) -> SubtargetPaper:
    line = next((line for line in plan.lines if line.code == row.line), None)
    [column] = [each for each in OF.values() if getattr(row, each.key) is not None]
    of_its_sort = select(func.sum(Subtarget.value)).where(Subtarget.plan == row.plan, Subtarget.line == row.line)
    allotted = await session.scalar(of_its_sort.where(Subtarget.period == row.period, column.is_not(None))) or Decimal(0)
    city = allotting.asked(line, row.period) if line else None
    warnings = allotting.differing(line, row.period, allotted.normalize()) if line else []
    return SubtargetPaper(
        **dict(show(row)),
        city_target=None if city is None else float(city),
        allotted=None if line is None or line.is_share else float(allotted),
        warnings=[SubtargetWarning(code=each.code, detail=each.detail) for each in warnings],
        allowed_actions=wire.allowed_actions({"change": wrong_role(SETS, call.actor.role)}),
    )


def _faults(plan: Plan, body: SubtargetIn) -> list[Fault]:
    faults: list[Fault] = []
    line = next((line for line in plan.lines if line.code == body.line), None)
    if line is None:
        faults.append(
            Fault("invalid_value", "/line", seen=redaction.quoted(body.line), allowed="方案的指标代码", fix="请按方案填写指标代码。")
        )
    given = [name for name in ("town", "zone", "department") if getattr(body, name) is not None]
    if len(given) != 1:
        faults.append(
            Fault("invalid_value", "/town", seen="、".join(given) or "空", allowed="town、zone、department 中的一个", fix="请只填一个。")
        )
    for name, known in zip(("town", "zone"), places(), strict=True):
        if (seen := getattr(body, name)) is not None and seen not in known:
            fix = "请按 GET /v1/regions 填写代码。"
            faults.append(Fault("unknown_region", f"/{name}", seen=redaction.quoted(seen), allowed="本县的区划代码", fix=fix))
    if body.department is not None and body.department not in county.departments():
        fix = "请按方案填写责任单位的全称。"
        faults.append(Fault("unknown_department", "/department", seen=redaction.quoted(body.department), fix=fix))
    if line is not None:
        of_line = _periods(plan, line)
        if body.period not in of_line:
            allowed = "、".join(of_line)
            faults.append(
                Fault("invalid_value", "/period", seen=redaction.quoted(body.period), allowed=allowed, fix="请填该指标有目标的时段。")
            )
        faults += _of_value(line, body.value)
    return faults


def places() -> tuple[set[str], set[str]]:
    """The codes of the towns and of the zones."""
    regions = reading.regions()
    return {code for code, each in regions.items() if each.is_town}, {code for code, each in regions.items() if each.kind == "zone"}


def periods(plan: Plan) -> list[str]:
    """For which a subtarget of some line may be set."""
    return list(dict.fromkeys(period for line in plan.lines for period in _periods(plan, line)))


def _periods(plan: Plan, line: Line) -> list[str]:
    return [target.period for target in line.targets] or [str(year) for year in plan.years]


def _of_value(line: Line, value: int | float) -> list[Fault]:
    if line.is_share and value > 1:
        return [Fault("invalid_value", "/value", seen=str(value), allowed="0 至 1", fix="比率请写小数,如 0.9。")]
    if not line.is_share and value != int(value):
        return [Fault("invalid_value", "/value", seen=str(value), allowed=f"整数,单位{line.unit}", fix="请填整数。")]
    return []
