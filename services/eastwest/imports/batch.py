"""Keeps what a sheet says, in the caller's transaction: first days at work first, for whoever is refused there is not taken at all."""

import asyncio
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any, Final
from uuid import UUID

from sqlalchemy import func, or_
from sqlalchemy.ext.asyncio import AsyncSession

from services.eastwest import clients
from services.eastwest.imports import facts as told
from services.eastwest.imports import reading as sheets
from services.eastwest.imports.reading import PersonRow
from services.eastwest.imports.tables import PlacementImport
from services.eastwest.known.conditions import ALIASES
from services.eastwest.placements import batch, conditions, facts, visibility
from services.eastwest.placements.batch import Asked
from services.eastwest.placements.policy.telling import Employer, Fact
from services.eastwest.placements.steps import Result
from services.eastwest.placements.tables import Placement
from shared.access import Call
from shared.privacy import mask_number
from shared.sheet_jobs import uploads
from shared.sheet_jobs.running import Kept, Progress
from shared.sheets import Reading, RowFault
from shared.sheets.rows import remark
from shared.web import Kernel

ROWS_AT_ONCE: Final = 1_000
NOT_ON_ORDER = "此人没有安排在贵方的订单上;请先登记安置,或核对证件号码和订单号"

OTHER_NAME = "该证件号码登记的是另一姓名,已按证件号码收下;请核对,写错了人的请撤销"


async def read(kernel: Kernel, call: Call, row: PlacementImport) -> Reading[PersonRow]:
    return sheets.read(await asyncio.to_thread(uploads.book, kernel.vault, row), today=call.today)


@dataclass(slots=True)
class Sheet:
    """What is known of a whole sheet while its rows are kept some at a time: which row spoke of a placement first, and whose number bears another name."""

    taken: PlacementImport
    trainees: Mapping[str, UUID | None]
    first: dict[UUID, PersonRow] = field(default_factory=dict)
    otherwise_called: dict[str, list[int]] = field(default_factory=dict)


async def keep(
    session: AsyncSession, call: Call, kernel: Kernel, taken: PlacementImport, reading: Reading[PersonRow], progress: Progress
) -> Kept:
    """Some rows at a time, so that a long sheet takes little more room than a short one. All that it names is locked before, in the order in which everybody
    locks."""
    kept, rows = Kept(), reading.rows
    numbers = [row.id_number for row in rows if row.id_number]
    sheet = Sheet(taken, dict(zip(numbers, await clients.lookup(kernel, call, numbers), strict=True)))
    ids = [row.placement_id for row in rows if row.placement_id]
    await batch.lock(session, call, batch.Named(ids, sheet.trainees), taken.office)
    for start in range(0, len(rows), ROWS_AT_ONCE):
        part = rows[start : start + ROWS_AT_ONCE]
        await _keep_some(session, call, kernel, sheet, part, kept)
        await progress(start + len(part))
    kept.notes += [remark(name, OTHER_NAME, numbers) for name, numbers in sheet.otherwise_called.items()]
    return kept


async def _keep_some(session: AsyncSession, call: Call, kernel: Kernel, sheet: Sheet, rows: Sequence[PersonRow], kept: Kept) -> None:
    reported_on, office = sheet.taken.reported_on, sheet.taken.office
    own = await _placements(session, call, sheet, rows)
    meant = [(row, placement) for row in rows if (placement := _meant(kept, row, own.get(row.placement_id or row.id_number, [])))]
    here = [(row, placement) for row, placement in meant if _is_first(kept, sheet, row, placement)]
    await _other_names(kernel, call, sheet, here)
    known = await facts.of_placements(session, [placement.id for _, placement in here])
    here = [(row, placement) for row, placement in here if _agreed(kept, row, known[placement.id], reported_on, office)]
    begun = {placement_id for placement_id, each in known.items() if any(fact.kind == "started" for fact in each)}
    first = [(placement.id, told.first_days(row, placement.id, known[placement.id], office)) for row, placement in here]
    started = await _take(session, call, kernel, first)
    allowed = [
        (row, placement, results) for (row, placement), results in zip(here, started, strict=True) if _kept_whole(kept, row, results)
    ]
    known = await facts.of_placements(session, [placement.id for _, placement, _ in allowed])
    rest = [
        (
            placement.id,
            told.other_facts(
                row, placement.id, known[placement.id], _arranged(placement), reported_on, office, begun_before=placement.id in begun
            ),
        )
        for row, placement, _ in allowed
    ]
    for (row, _, sooner), later in zip(allowed, await _take(session, call, kernel, rest), strict=True):
        if _kept_whole(kept, row, later):
            kept.counts["created" if any(each.outcome == "created" for each in (*sooner, *later)) else "unchanged"] += 1


async def _placements(session: AsyncSession, call: Call, sheet: Sheet, rows: Sequence[PersonRow]) -> dict[str | UUID, list[Any]]:
    """Each person's placements among those the caller sees, by the number of the row, or the placement that it names, newest first."""
    ids = [row.placement_id for row in rows if row.placement_id]
    trainees = {row.id_number: sheet.trainees[row.id_number] for row in rows if row.id_number}
    theirs = ALIASES.among(Placement.trainee_id, [each for each in trainees.values() if each])
    wanted = conditions.with_order().where(visibility.rows(call.actor), or_(theirs, Placement.id == func.any(ids)))
    by_person: dict[UUID, list[Any]] = {}
    named: dict[str | UUID, list[Any]] = {}
    for placement in await session.execute(wanted.order_by(Placement.id.desc())):
        by_person.setdefault(placement.trainee_id, []).append(placement)
        named[placement.id] = [placement]
    return named | {number: by_person.get(trainee_id, []) for number, trainee_id in trainees.items() if trainee_id}


def _meant(kept: Kept, row: PersonRow, own: Sequence[Any]) -> Any:
    """The person's placement on the order that the row names; without one the stay that began on its day, else the only one not over by then."""
    named = [each for each in own if row.order_number in (None, each.order_number)]
    begun = [each for each in named if each.started_on == row.started_on]
    found = begun or [each for each in named if each.left_on is None or each.left_on >= row.started_on] or named[:1]
    if len(found) == 1:
        return found[0]
    if not found:
        kept.faults.append(_fault(row, "not_on_order", mask_number(row.id_number), NOT_ON_ORDER))
    else:
        numbers = "、".join(sorted({each.order_number for each in found}))
        kept.faults.append(_fault(row, "several_orders", numbers, "此人在这几个订单上;请加一列“订单号”,写明是哪一个"))
    return None


def _is_first(kept: Kept, sheet: Sheet, row: PersonRow, placement: Any) -> bool:
    """Of rows that come to one placement by different words the first stands."""
    other = sheet.first.setdefault(placement.id, row)
    if other is not row:
        fix = f"与第 {other.number} 行说的是同一安置;以第 {other.number} 行为准,请删去本行,或写明订单号"
        kept.faults.append(_fault(row, "duplicate_row", mask_number(row.id_number), fix))
    return other is row


async def _other_names(kernel: Kernel, call: Call, sheet: Sheet, meant: Sequence[tuple[PersonRow, Any]]) -> None:
    """Whose number is registered under another name: the number says who is meant, and these are people whom the office itself placed; but it may be mistyped."""
    people = (await clients.names(kernel, call, trainee_ids={placement.trainee_id for row, placement in meant if row.name})).trainees
    for row, placement in meant:
        who = people.get(placement.trainee_id) if row.name else None
        if who is not None and not who.is_called(row.name):
            sheet.otherwise_called.setdefault(row.sheet, []).append(row.number)


def _agreed(kept: Kept, row: PersonRow, known: Sequence[Fact], reported_on: date, office: str) -> bool:
    found = told.contradiction(row, known, reported_on, office)
    if found:
        fix = f"另一单位报的是 {found.told};请与其核对,由其更正或撤销"
        kept.faults.append(_fault(row, "told_by_another_office", found.said, fix))
    return found is None


def _kept_whole(kept: Kept, row: PersonRow, results: Sequence[Result]) -> bool:
    """What is not kept is told of its row."""
    refused = next((each for each in results if each.outcome == "rejected"), None)
    if refused is None:
        return True
    if problem := refused.problem:
        kept.faults.append(_fault(row, problem.code, str(row.started_on), f"{problem.detail}{problem.remedy}"))
    kept.faults += [_fault(row, each.code, each.seen or "", each.fix or "") for each in refused.faults]
    return False


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
