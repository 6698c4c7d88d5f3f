"""Takes facts in: many at once, each judged by itself, in a fixed number of statements and calls; kept each alone or all together."""

import asyncio
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import partial
from typing import Any
from uuid import UUID

from sqlalchemy import Select, func, or_, select
from sqlalchemy.dialects.postgresql import insert as upsert
from sqlalchemy.ext.asyncio import AsyncSession

from services.eastwest import clients
from services.eastwest.known.conditions import ALIASES
from services.eastwest.orders import visibility as orders
from services.eastwest.placements import conditions, facts, receipts, steps, visibility
from services.eastwest.placements.schemas import EvidenceIn, Receipt, UpdateBatchOut, UpdateIn, UpdateItem, UpdateItemOut
from services.eastwest.placements.tables import Office, Placement, Update
from shared import batches, changes, db, errors, web, wire
from shared.access import Call
from shared.national_numbers import compact
from shared.web import Kernel

UPDATES, PLACEMENTS = Update.__table__, Placement.__table__


@dataclass(frozen=True, slots=True)
class Asked:
    """A fact, and whose it is: `placement_id`, or `id_number` and the order's `number`."""

    body: UpdateIn
    placement_id: UUID | None = None
    id_number: str | None = None
    number: str | None = None


@dataclass(frozen=True, slots=True)
class Named:
    """Whom the facts name: placements by id, people by number."""

    placement_ids: Sequence[UUID]
    trainee_by_number: Mapping[str, UUID | None]

    def placements(self, call: Call) -> Select[Any]:
        """Theirs, among those the caller sees, in the order in which they are locked."""
        trainee_ids = [each for each in self.trainee_by_number.values() if each]
        named = or_(PLACEMENTS.c.id == func.any(self.placement_ids), ALIASES.among(PLACEMENTS.c.trainee_id, trainee_ids))
        return conditions.with_order().where(visibility.rows(call.actor), named).order_by(PLACEMENTS.c.id)

    def match(self, rows: Sequence[Any], asked: Mapping[int, Asked]) -> dict[int, Any]:
        """The placement of each fact, as far as there is one. The registry may have told of a merge what this service has not heard yet."""
        by_id = {row.id: row for row in rows}
        by_order = {(each, row.order_number): row for row in rows for each in (row.written_as, row.trainee_id)}
        found: dict[int, Any] = {}
        for index, each in asked.items():
            if each.placement_id:
                row = by_id.get(each.placement_id)
            else:
                row = by_order.get((self.trainee_by_number.get(compact(each.id_number or "")), each.number))
            if row is not None:
                found[index] = row
        return found


@dataclass(frozen=True, slots=True)
class Gathered:
    """What the neighbours know of the facts reported: whose they are, what the gates ask, and which files named as proof are none."""

    named: Named
    gate_facts: facts.GateFacts
    unknown_files: frozenset[UUID] = frozenset()


async def facts_to_report(placement_id: UUID, body: UpdateIn, call: web.Caller, kernel: web.KernelOf) -> Gathered:
    return await gather(kernel, call, [Asked(body, placement_id)])


async def facts_to_report_many(body: batches.Batch[UpdateItem], call: web.Caller, kernel: web.KernelOf) -> Gathered:
    return await gather(kernel, call, [_asked(each) for each in body.items if isinstance(each, UpdateItem)])


async def report_many(
    session: AsyncSession, call: Call, kernel: Kernel, body: batches.Batch[UpdateItem], gathered: Gathered
) -> UpdateBatchOut:
    judged: dict[int, steps.Result] = {}

    async def keep(items: Mapping[int, UpdateItem]) -> dict[int, batches.Result]:
        results = await take(session, call, [_asked(each) for each in items.values()], gathered)
        judged.update(zip(items, results, strict=True))
        return {index: _of_batch(each) for index, each in judged.items()}

    answer = await batches.run(session, body, keep, rules=partial(wire.faults, RULES, today=call.today))
    return UpdateBatchOut(summary=answer.summary, items=[_with_receipt(kernel, each, judged.get(each.index)) for each in answer.items])


def _asked(item: UpdateItem) -> Asked:
    return Asked(item, item.placement_id, item.id_number, item.number)


def _of_batch(result: steps.Result) -> batches.Result:
    conflict = result.problem is not None and result.problem.status == 409
    return batches.Result(result.outcome, result.row["id"] if result.row else None, result.told(), conflict)


def _with_receipt(kernel: Kernel, item: batches.ItemOut, result: steps.Result | None) -> UpdateItemOut:
    """A receipt for what is kept."""
    if item.id is None or result is None:
        return UpdateItemOut.model_construct(**dict(item))
    return UpdateItemOut.model_construct(**dict(item), waits_for=result.waits_for, receipt=receipt(kernel, result))


async def gather(kernel: Kernel, call: Call, asked: Sequence[Asked]) -> Gathered:
    """Asks the neighbours about facts that are well-formed by themselves, while no connection is held."""
    sound = {index: each for index, each in enumerate(asked) if not _address_faults(each)}
    named, unknown_files = await asyncio.gather(
        _named(call, kernel, sound.values()), clients.unknown_files(kernel, call, {*_files(each.body for each in sound.values())})
    )
    beginning = {index: each for index, each in sound.items() if each.body.kind in steps.STARTING}
    if not beginning:
        return Gathered(named, facts.NOTHING_KNOWN, unknown_files)
    async with kernel.reading() as session:
        rows = (await session.execute(named.placements(call))).all()
    starting = {row.id: row for row in named.match(rows, beginning).values()}
    return Gathered(named, await facts.gate_facts(call, kernel, list(starting.values())), unknown_files)


async def take(
    session: AsyncSession, call: Call, asked: Sequence[Asked], gathered: Gathered, *, office: str | None = None
) -> list[steps.Result]:
    """A result for each fact, in their order. What was accepted before is `unchanged`, whatever would be asked of it today. `office`: whose facts they are,
    unless the caller's own."""
    results: dict[int, steps.Result] = {
        index: steps.Result("rejected", faults=found) for index, each in enumerate(asked) if (found := _address_faults(each))
    }
    sound = {index: each for index, each in enumerate(asked) if index not in results}
    named, gate_facts = gathered.named, gathered.gate_facts
    office = office or orders.office_of(call.actor)
    last_sequence = await _lock(session, office)
    placements = (await session.execute(named.placements(call).with_for_update(of=PLACEMENTS))).all()
    whose, known = named.match(placements, sound), {row.id: steps.Known(row) for row in placements}
    by_ref = await _read_facts(session, office, known, {ref for each in sound.values() for ref in _refs(each.body)})
    rows: list[dict[str, Any]] = []
    for index, each in sound.items():
        faults = wire.faults(RULES, each.body, call.today)
        if gathered.unknown_files:
            faults += _unknown_files(each.body, gathered.unknown_files)
        if index not in whose:
            results[index] = steps.Result("rejected", faults=(_unknown(each), *faults))
            continue
        row = _row(call, office, last_sequence + len(rows) + 1, whose[index].id, each.body)
        results[index] = result = steps.judge(row, known[whose[index].id], by_ref, gate_facts, faults)
        if result.outcome == "created":
            rows.append(row)
            by_ref[row["external_ref"]] = row
    if rows:
        await steps.keep(session, call, office, rows, [each for each in known.values() if each.fresh])
    for result in results.values():
        corrects = result.row["corrects"] if result.row else None
        result.waits_for = None if corrects in by_ref else corrects
    return [results[index] for index in range(len(asked))]


def _refs(body: UpdateIn) -> Iterable[str]:
    yield body.external_ref
    if body.corrects is not None:
        yield body.corrects


def receipt(kernel: Kernel, result: steps.Result) -> Receipt | None:
    return receipts.receipt(receipts.key_of(kernel), result.row) if result.row is not None else None


CORRECTING = frozenset({"corrected", "cancelled"})


def _corrects(body: UpdateIn, _: date) -> Iterable[errors.Fault]:
    if body.kind in CORRECTING and body.corrects is None:
        yield errors.Fault("missing_field", "/corrects", fix="请写明被更正或撤销那条的 external_ref。")
    elif body.kind not in CORRECTING and body.corrects is not None:
        yield errors.Fault("invalid_value", "/corrects", allowed="不填", fix="只有 corrected、cancelled 填写 corrects。")
    elif body.corrects is not None and body.corrects == body.external_ref:
        yield errors.Fault(
            "invalid_value", "/corrects", seen=body.corrects, allowed="另一条的 external_ref", fix="更正、撤销须用新的编号。"
        )
    if body.kind == "cancelled" and (body.evidence or body.employer):
        allowed = "只写 external_ref、effective_on、corrects"
        yield errors.Fault(
            "invalid_value", "/evidence" if body.evidence else "/employer", allowed=allowed, fix="撤销不带证明和用人单位,请去掉。"
        )


def _employer(body: UpdateIn, _: date) -> Iterable[errors.Fault]:
    if body.kind == "employer_changed" and body.employer is None:
        yield errors.Fault("missing_field", "/employer", fix="请写明新的用人单位。")


def _has_been(body: UpdateIn, today: date) -> Iterable[errors.Fault]:
    """A fact is about what has been: nothing of it lies after the day on which it is posted."""
    days = {"/effective_on": body.effective_on}
    for place, each in enumerate(body.evidence or ()):
        days[f"/evidence/{place}/covers_to_on"] = each.covers_to_on
        if each.paid_on is not None:
            days[f"/evidence/{place}/paid_on"] = each.paid_on
    for pointer, on in days.items():
        if on > today:
            fix = "请在发生之后再报;证明只写到今天为止,以后的到时另报。"
            yield errors.Fault("in_the_future", pointer, seen=str(on), allowed=f"不晚于 {today}", fix=fix)


def _evidence(body: UpdateIn, _: date) -> Iterable[errors.Fault]:
    for place, each in enumerate(body.evidence or ()):
        where = f"/evidence/{place}"
        if each.covers_to_on < each.covers_from_on:
            seen, allowed = f"{each.covers_from_on} 至 {each.covers_to_on}", "不早于 covers_from_on"
            yield errors.Fault("invalid_period", f"{where}/covers_to_on", seen=seen, allowed=allowed, fix="请改正起止日期。")
        elif each.grade == "A":
            yield from _insured(each, where)
        elif each.insured_months is not None:
            yield errors.Fault("invalid_value", f"{where}/insured_months", allowed="只有 A 级(社保)填写", fix="请去掉,或核对证明的等级。")
        elif each.grade == "B" and (each.paid_on is None or each.paid_on < each.covers_from_on):
            seen, allowed = str(each.paid_on or ""), f"发放工资之日,不早于 {each.covers_from_on}"
            yield errors.Fault("evidence_incomplete", f"{where}/paid_on", seen=seen, allowed=allowed, fix="请填写银行代发工资的实际日期。")


def _insured(each: EvidenceIn, where: str) -> Iterable[errors.Fault]:
    first, last = each.covers_from_on.isoformat()[:7], each.covers_to_on.isoformat()[:7]
    allowed, fix = f"所证明的日子里的月份:{first} 至 {last}", "请逐月写明社保实际参保的月份;所列月份之外的日子另附证明。"
    if not each.insured_months:
        yield errors.Fault("evidence_incomplete", f"{where}/insured_months", allowed=allowed, fix=fix)
    for place, month in enumerate(each.insured_months or ()):
        if not first <= month <= last:
            yield errors.Fault("evidence_incomplete", f"{where}/insured_months/{place}", seen=month, allowed=allowed, fix=fix)


RULES = (_corrects, _employer, _has_been, _evidence)


def _files(bodies: Iterable[UpdateIn]) -> Iterable[UUID]:
    """The files that are named as proof."""
    return (found for body in bodies for each in body.evidence or () if (found := changes.file_id(each.ref)))


def _unknown_files(body: UpdateIn, unknown: Collection[UUID]) -> Iterable[errors.Fault]:
    for place, each in enumerate(body.evidence or ()):
        if changes.file_id(each.ref) in unknown:
            yield errors.Fault("unknown_file", f"/evidence/{place}/ref", seen=each.ref, fix="请先上传文件,填写其编号。")


def _address_faults(asked: Asked) -> tuple[errors.Fault, ...]:
    """What is wrong with how it says whose it is."""
    if (asked.placement_id is None) == (asked.id_number is None):
        allowed = "placement_id,或 id_number 与订单号 number"
        return (errors.Fault("one_of_two", "/placement_id", allowed=allowed, fix="请保留其中一种写法。"),)
    if asked.id_number is not None and asked.number is None:
        return (errors.Fault("missing_field", "/number", fix="按证件号码报告时请写明订单号。"),)
    return ()


async def _named(call: Call, kernel: Kernel, asked: Collection[Asked]) -> Named:
    numbers = sorted({compact(each.id_number) for each in asked if each.id_number})
    trainees = await clients.lookup(kernel, call, numbers) if numbers else []
    return Named(sorted({each.placement_id for each in asked if each.placement_id}), dict(zip(numbers, trainees, strict=True)))


async def lock(session: AsyncSession, call: Call, named: Named, office: str) -> None:
    """Locks what is named as `take` does: for who takes in many facts in parts, so that nobody locks the same in another order meanwhile."""
    await _lock(session, office)
    await session.execute(
        named.placements(call).with_only_columns(PLACEMENTS.c.id, maintain_column_froms=True).with_for_update(of=PLACEMENTS)
    )


async def _lock(session: AsyncSession, office: str) -> int:
    """Locks the office's row and answers its last sequence. Placements are locked after it, by id."""
    first = upsert(Office).values(office=office, last_sequence=0)
    same = first.on_conflict_do_update(index_elements=["office"], set_={"last_sequence": Office.last_sequence}).returning(
        Office.last_sequence
    )
    last: int = (await session.execute(same)).scalar_one()
    return last


async def _read_facts(
    session: AsyncSession, office: str, known: Mapping[UUID, steps.Known], refs: set[str]
) -> dict[str, Mapping[str, Any]]:
    """The facts of these placements go to `known`; answered are those that already bear one of these references of the office."""
    for placement_id, told in (await facts.of_placements(session, known)).items():
        known[placement_id].facts.extend(told)
    mine = (UPDATES.c.office == office, UPDATES.c.external_ref == func.any(list(refs)))
    return {row.external_ref: row._asdict() for row in await session.execute(select(UPDATES).where(*mine))}


def _row(call: Call, office: str, sequence: int, placement_id: UUID, body: UpdateIn) -> dict[str, Any]:
    said = body.model_dump(mode="json", include={"external_ref", "kind", "effective_on", "employer", "evidence", "corrects"})
    for each in said["evidence"] or ():
        if each["insured_months"] is None:  # as facts were kept before months were asked for: equal content, equal digest
            del each["insured_months"]
    return said | {
        "id": db.new_id(),
        "placement_id": placement_id,
        "office": office,
        "sequence": sequence,
        "effective_on": body.effective_on,
        "received_at": call.now,
        "posted_by": call.actor.subject,
        "digest": receipts.digest(said | {"placement_id": str(placement_id)}),
    }


def _unknown(asked: Asked) -> errors.Fault:
    where = "/placement_id" if asked.placement_id else "/id_number"
    return errors.Fault("unknown_placement", where, fix="请核对编号、证件号码和订单号,或先登记安置。")
