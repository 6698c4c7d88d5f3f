"""Reports (报告): a board frozen with the rows it counted, which nobody changes any more; and what has become of them since.

The rows are those that the board's own links list, read as whoever freezes or reads the report; what has changed since is found by following the same links again.
"""

import asyncio
from collections.abc import Mapping
from typing import Any, Final
from uuid import UUID

from fastapi import Request
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from gateway.clients import ask_as_caller
from gateway.plans import operations
from gateway.plans.errors import existing
from gateway.plans.reports.schemas import FigureChanged, ReportBrief, ReportIn, ReportPaper, RowChanged
from gateway.plans.schemas import PlanLineOut, ProgressOut
from gateway.plans.tables import PlanReport
from gateway.routing.nouns import destination
from shared import db, deeds, errors, web
from shared.access import Call
from shared.http_client import problem_of

ROWS_A_PAGE: Final = 200
ROWS_SHOWN_AT_MOST: Final = 1_000
LINKS_AT_ONCE: Final = 4
Counted = Mapping[str, Mapping[str, str]]  # by line and period: the path of every row counted


async def board(request: Request, kernel: web.Kernel, call: Call, code: str, body: ReportIn) -> tuple[ProgressOut, Counted]:
    """What is to be frozen. A board that is not whole is none."""
    first = existing(code).starts_on
    if not first <= body.as_of <= call.today:
        allowed = f"从方案开始之日 {first} 到今天 {call.today}"
        raise errors.Invalid(faults=[errors.Fault("invalid_value", "/as_of", seen=str(body.as_of), allowed=allowed, fix="请改正日期。")])
    shown = await operations.progress(kernel, call, code, body.as_of)
    if not shown.complete:
        raise errors.Unavailable(f"{'、'.join(shown.unavailable)} 暂不应答,看板不完整,不能冻结。请稍后再试。")
    return shown, await _rows(request, kernel, call, shown.lines)


async def freeze(session: AsyncSession, call: Call, body: ReportIn, frozen: tuple[ProgressOut, Counted]) -> ReportPaper:
    shown, counted = frozen
    made = PlanReport(
        id=db.new_id(),
        plan=shown.plan,
        as_of=shown.as_of,
        title=body.title,
        lines=[line.model_dump(mode="json") for line in shown.lines],
        counted=counted,
        made_at=call.now,
        made_by=call.actor.subject,
    )
    session.add(made)
    await session.flush()
    said = {"plan": made.plan, "as_of": made.as_of, "rows": _number(counted)}
    await deeds.record(session, call, "plan_report.made", made.id, details=said, event=False)
    return ReportPaper(**dict(brief(made)), lines=shown.lines, complete=True, figures_changed=[], rows_changed=[], rows_left_out=0)


async def compared(request: Request, kernel: web.Kernel, call: Call, code: str, report_id: UUID) -> ReportPaper:
    """The report, and how the same day looks now; what a service that is away counts is not compared."""
    async with kernel.reading() as session:
        found = await session.scalar(select(PlanReport).where(PlanReport.id == report_id, PlanReport.plan == existing(code).code))
    if found is None:
        raise errors.NotFound("没有这份报告。请按方案的报告列表核对。")
    frozen = [PlanLineOut.model_validate(line) for line in found.lines]
    today = await operations.progress(kernel, call, code, found.as_of)
    now = {line.code: line for line in today.lines}
    figures = [
        FigureChanged(line=line.code, period=line.period, was=line.numerator, now=now[line.code].numerator)
        for line in frozen
        if line.code in now and now[line.code].actual is not None and now[line.code].numerator != line.numerator
    ]
    known = {line.code for line in today.lines if line.numerator is not None}
    rows = await _rows(request, kernel, call, [line for line in today.lines if line.code in known])
    changed = [
        RowChanged(line=line.code, period=line.period, change=change, row=row)
        for line in frozen
        if line.code in known
        for change, row in _differing(found.counted.get(_key(line), {}), rows.get(_key(line), {}))
    ]
    return ReportPaper(
        **dict(brief(found)),
        lines=frozen,
        complete=today.complete,
        figures_changed=figures,
        rows_changed=changed[:ROWS_SHOWN_AT_MOST],
        rows_left_out=max(len(changed) - ROWS_SHOWN_AT_MOST, 0),
    )


def brief(row: PlanReport) -> ReportBrief:
    plain = {name: getattr(row, name) for name in ("id", "plan", "as_of", "title", "made_at")}
    return ReportBrief(**plain, rows=_number(row.counted))


def _number(counted: Counted) -> int:
    return sum(map(len, counted.values()))


def _key(line: PlanLineOut) -> str:
    return operations.key_of(line.code, line.period)


def _differing(was: Mapping[str, str], now: Mapping[str, str]) -> list[tuple[Any, str]]:
    added, removed = sorted(now.keys() - was.keys()), sorted(was.keys() - now.keys())
    return [*(("added", now[each]) for each in added), *(("removed", was[each]) for each in removed)]


async def _rows(request: Request, kernel: web.Kernel, call: Call, lines: list[PlanLineOut]) -> Counted:
    """The rows behind the figure of each line that can list them, by id."""
    turns = asyncio.Semaphore(LINKS_AT_ONCE)

    async def of(link: str) -> dict[str, str]:
        async with turns:
            return await _listed(request, kernel, call, link)

    linked = {_key(line): line.records for line in lines if line.records}
    return dict(zip(linked, await asyncio.gather(*map(of, linked.values())), strict=True))


async def _listed(request: Request, kernel: web.Kernel, call: Call, link: str) -> dict[str, str]:
    noun, _, filters = link.partition("?")
    found, cursor = destination(noun), ""
    assert found, "the board links to lists of services"
    rows: dict[str, str] = {}
    while True:
        more = f"{link}{'&' if filters else '?'}limit={ROWS_A_PAGE}{cursor}"
        answer = await ask_as_caller(request, call, kernel, found.service, more)
        if answer.status != 200:
            raise problem_of(answer, found.service)
        page = answer.json()
        rows |= {item["id"]: f"{noun}/{item['id']}" for item in page["items"]}
        if page["next_cursor"] is None:
            return rows
        cursor = f"&cursor={page['next_cursor']}"
