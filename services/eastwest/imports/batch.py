"""Keeps what a sheet says, in the caller's transaction: first days at work first, for whoever is refused there is not taken at all."""

import asyncio
from collections.abc import Iterable, Sequence
from typing import Any
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from services.eastwest import clients
from services.eastwest.imports import facts as told
from services.eastwest.imports import reading as sheet
from services.eastwest.imports.reading import PersonRow
from services.eastwest.imports.tables import PlacementImport
from services.eastwest.known.conditions import ALIASES
from services.eastwest.placements import batch, conditions, facts, visibility
from services.eastwest.placements.batch import Asked
from services.eastwest.placements.policy import Employer
from services.eastwest.placements.steps import Result
from services.eastwest.placements.tables import Placement
from shared.access import Call
from shared.privacy import mask_number
from shared.sheet_jobs import uploads
from shared.sheet_jobs.running import Kept, Progress
from shared.sheets import Reading, RowFault
from shared.web import Kernel

NOT_ON_ORDER = "此人没有安排在贵方的订单上;请先登记安置,或核对证件号码和订单号"


async def read(kernel: Kernel, call: Call, row: PlacementImport) -> Reading[PersonRow]:
    return sheet.read(await asyncio.to_thread(uploads.book, kernel.vault, row), today=call.today)


async def keep(
    session: AsyncSession, call: Call, kernel: Kernel, taken: PlacementImport, reading: Reading[PersonRow], progress: Progress
) -> Kept:
    kept, rows, reported_on = Kept(), reading.rows, taken.reported_on
    found = await _placements(session, call, kernel, rows)
    kept.faults += [_fault(row, "not_on_order", mask_number(row.id_number), NOT_ON_ORDER) for row in rows if row.id_number not in found]
    here = [(row, found[row.id_number]) for row in rows if row.id_number in found]
    known = await facts.of_placements(session, [placement.id for _, placement in here])
    begun = {placement_id for placement_id, each in known.items() if any(fact.kind == "started" for fact in each)}
    first = [told.first_days(row, placement.id, known[placement.id]) for row, placement in here]
    started = await _take(session, call, kernel, [(placement.id, news) for (_, placement), news in zip(here, first, strict=True)])
    refused = [next((each.problem for each in results if each.problem), None) for results in started]
    for (row, _), problem in zip(here, refused, strict=True):
        if problem is not None:
            kept.faults.append(_fault(row, problem.code, str(row.started_on), f"{problem.detail}{problem.remedy}"))
    allowed = [pair for pair, problem in zip(here, refused, strict=True) if problem is None]
    known = await facts.of_placements(session, [placement.id for _, placement in allowed])
    news = [
        (
            placement.id,
            told.other_facts(row, placement.id, known[placement.id], _arranged(placement), reported_on, begun_before=placement.id in begun),
        )
        for row, placement in allowed
    ]
    later = await _take(session, call, kernel, news)
    sooner = [results for results, problem in zip(started, refused, strict=True) if problem is None]
    for results in zip(sooner, later, strict=True):
        if any(each.outcome == "created" for part in results for each in part):
            kept.counts["created"] += 1
        else:
            kept.counts["unchanged"] += 1
    await progress(len(rows))
    return kept


async def _placements(session: AsyncSession, call: Call, kernel: Kernel, rows: Sequence[PersonRow]) -> dict[str, Any]:
    """Each row's placement among those the caller sees, by the row's key: on the order it names, or the person's newest."""
    numbers = [row.id_number for row in rows]
    trainees = dict(zip(numbers, await clients.lookup(kernel, call, numbers), strict=True))
    wanted = conditions.with_order().where(
        visibility.rows(call.actor), ALIASES.among(Placement.trainee_id, [each for each in trainees.values() if each])
    )
    by_person: dict[UUID, list[Any]] = {}
    for placement in await session.execute(wanted.order_by(Placement.id.desc())):
        by_person.setdefault(placement.trainee_id, []).append(placement)
    found: dict[str, Any] = {}
    for row in rows:
        trainee_id = trainees[row.id_number]
        own = by_person.get(trainee_id, []) if trainee_id else []
        if fitting := [each for each in own if row.order_number in (None, each.order_number)]:
            found[row.id_number] = fitting[0]
    return found


async def _take(session: AsyncSession, call: Call, kernel: Kernel, news: Iterable[tuple[UUID, Sequence[Any]]]) -> list[list[Result]]:
    """The results, grouped as the facts were."""
    grouped = [[Asked(body, placement_id) for body in bodies] for placement_id, bodies in news]
    asked = [each for group in grouped for each in group]
    results = iter(await batch.take(session, call, asked, await batch.gather(kernel, call, asked)))
    return [[next(results) for _ in group] for group in grouped]


def _arranged(placement: Any) -> Employer:
    return Employer(**placement.employer) if placement.employer else Employer(placement.order_employer_name)


def _fault(row: PersonRow, code: str, seen: str, fix: str) -> RowFault:
    return RowFault(row.sheet, row.number, row.column, code, seen, fix)
