"""The briefing (简报): the board, how far each line is from its target and until when that can be made up, and what was paid for it; what is being seen
to under it, and the measures in force."""

import asyncio
from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from typing import Final

from gateway.plans import clients, operations
from gateway.plans.briefings.schemas import Briefing, BriefingLine, BriefingMeasure
from gateway.plans.errors import existing
from gateway.plans.policy import board
from gateway.plans.policy.deadlines import OF_CLASSES
from gateway.plans.policy.targets import Plan
from gateway.plans.schemas import PlanLineOut
from shared import codes, errors, web
from shared.access import Call
from shared.sheets import Table, write_book

HEADER: Final = (
    "指标",
    "单位",
    "时段",
    "目标",
    "完成",
    "差额",
    "完成率",
    "状态",
    "牵头单位",
    "每周须完成",
    "最迟开班",
    "已不可能",
    "督办(件)",
    "其中逾期",
    "已付补贴(元)",
)
MEASURES: Final = ("编号", "措施", "对象", "自", "至", "理由", "文件")
SAME: Final = (
    *("code", "title", "unit", "period", "target", "actual", "rate", "status", "lead_departments", "needed_per_week"),
    *("last_class_start_on", "already_impossible", "records"),
)
YES: Final = {True: "是", False: "否", None: "不明"}


async def briefing(kernel: web.Kernel, call: Call, code: str, as_of: date) -> Briefing:
    plan = existing(code)
    shown, paid, supervision = await asyncio.gather(
        operations.progress(kernel, call, code, as_of), _paid(kernel, call, plan, as_of), _supervision(kernel, call, as_of)
    )
    lines = [_line(line, paid, supervision) for line in shown.lines]
    away = [*(["subsidy"] if paid is None else []), *(["registry"] if supervision is None else [])]
    return Briefing(
        plan=plan.code,
        title=plan.title,
        document=plan.document,
        as_of=as_of,
        complete=shown.complete and not away,
        unavailable=list(dict.fromkeys([*shown.unavailable, *away])),
        met=sum(line.status == "met" for line in lines),
        behind=sum(line.status in ("behind", "missed") for line in lines),
        impossible=sum(line.already_impossible is True for line in lines),
        lines=lines,
        measures=supervision and [BriefingMeasure.model_validate(each, from_attributes=True) for each in supervision.measures],
    )


async def _supervision(kernel: web.Kernel, call: Call, as_of: date) -> clients.SupervisionRead | None:
    """What the registry says; None when it cannot. Of measures everybody is told what they may read there."""
    try:
        found = await clients.supervision(kernel, call, as_of, call.actor.department if call.actor.role == "department" else None)
    except errors.Problem:
        return None
    return found.model_copy(update={"measures": []}) if call.actor.role == "admin" else found


async def _paid(kernel: web.Kernel, call: Call, plan: Plan, as_of: date) -> Mapping[str, Decimal] | None:
    """What had been paid by that day for the classes behind each line and period, by its key; None where nobody can say. Two questions, since the registry knows the classes
    and subsidy the money."""
    windows = {
        operations.key_of(each.line.code, each.period): each for each in board.windows(plan, as_of) if each.line.measure in OF_CLASSES
    }
    own = {key: each for key, each in windows.items() if each.line.source == "registry"}
    try:
        paid = await clients.paid_for(kernel, call, await clients.classes_behind(kernel, call, plan, own, as_of), as_of)
    except errors.Problem:
        return None
    return {**dict.fromkeys(own, Decimal("0.00")), **paid}


def _line(line: PlanLineOut, paid: Mapping[str, Decimal] | None, supervision: clients.SupervisionRead | None) -> BriefingLine:
    gap = None if line.target is None or line.actual is None else max(round(line.target - line.actual, 4), 0)
    tasks = next((each for each in supervision.lines if each.line == line.code), clients.NO_TASKS) if supervision else None
    amount = paid.get(operations.key_of(line.code, line.period)) if paid is not None else None
    return BriefingLine(
        **{name: getattr(line, name) for name in SAME},
        gap=gap,
        lead_department=next(iter(line.lead_departments), None),
        paid=amount,
        paid_each=round(amount / line.numerator, 2) if amount is not None and isinstance(line.numerator, int) and line.numerator else None,
        open_tasks=tasks and tasks.open,
        overdue_tasks=tasks and tasks.overdue,
    )


async def workbook(kernel: web.Kernel, call: Call, code: str, as_of: date) -> bytes:
    """The same as a sheet."""
    told = await briefing(kernel, call, code, as_of)
    rows = [
        (
            line.title,
            line.unit,
            line.period,
            line.target,
            line.actual,
            line.gap,
            line.rate,
            codes.label("plan_status", line.status),
            line.lead_department,
            line.needed_per_week,
            line.last_class_start_on,
            YES[line.already_impossible],
            line.open_tasks,
            line.overdue_tasks,
            line.paid,
        )
        for line in told.lines
    ]
    measures = [
        (each.number, codes.label("measure_kind", each.kind), each.whom, each.from_on, each.until_on, each.reason, each.document)
        for each in told.measures or []
    ]
    return await asyncio.to_thread(write_book, [Table(f"截至{as_of}", HEADER, rows), Table("有效的措施", MEASURES, measures)])
