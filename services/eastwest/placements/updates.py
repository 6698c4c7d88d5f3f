"""Takes facts in: many at once, each judged by itself, in a fixed number of statements and calls. The same set of facts ends in the same state,
in whatever order and however often it is reported; only a `started` that no gate lets through is not kept."""

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal
from uuid import UUID

import orjson
from sqlalchemy import Select, func, insert, or_, select, text, update
from sqlalchemy.dialects.postgresql import insert as upsert
from sqlalchemy.ext.asyncio import AsyncSession

from services.eastwest import clients, sight
from services.eastwest.placements import errors as refusals
from services.eastwest.placements import facts as kept_facts
from services.eastwest.placements import policy, receipts, starting, terms
from services.eastwest.placements.schemas import Receipt, UpdateIn
from services.eastwest.placements.tables import Office, Placement, Update
from shared import audit, changes, db, errors
from shared.access import Call
from shared.national_numbers import compact
from shared.web import Kernel

UPDATES, PLACEMENTS = Update.__table__, Placement.__table__
STARTING = frozenset({"started", "corrected"})  # kinds that may set or move a first day at work


@dataclass(frozen=True, slots=True)
class Asked:
    """A fact, and whose it is: `placement_id`, or `id_number` and the order's `number`."""

    body: UpdateIn
    placement_id: UUID | None = None
    id_number: str | None = None
    number: str | None = None


@dataclass(slots=True)
class Result:
    """What became of it. `row` is the kept fact; `problem` and `faults` say why it was not kept."""

    outcome: Literal["created", "unchanged", "rejected"]
    row: Mapping[str, Any] | None = None
    problem: errors.Problem | None = None
    faults: tuple[errors.Fault, ...] = ()

    def told(self) -> tuple[errors.Fault, ...]:
        if self.problem is None:
            return self.faults
        kind = self.problem
        return (
            errors.Fault(
                kind.code,
                allowed=kind.cause,
                seen=kind.detail,
                fix=kind.remedy,
                basis=refusals.PLAN if kind.code in refusals.GATES else None,
            ),
        )


@dataclass(slots=True)
class Known:
    """What is known of a placement while a batch is judged: its facts so far, and what the gates ask."""

    placement: Any
    facts: list[policy.Fact] = field(default_factory=list)
    fresh: bool = False


async def take(session: AsyncSession, call: Call, kernel: Kernel, asked: Sequence[Asked]) -> list[Result]:
    """A result for each fact, in their order."""
    results: dict[int, Result] = {
        index: Result("rejected", faults=found) for index, each in enumerate(asked) if (found := shape_faults(each))
    }
    sound = {index: each for index, each in enumerate(asked) if index not in results}
    named = await _named(call, kernel, sound.values())
    gate_facts = await _gate_facts(session, call, kernel, named, sound)
    office = sight.office_of(call.actor)
    last_sequence = await _lock(session, office)
    placements = (await session.execute(named.placements(call).with_for_update(of=PLACEMENTS))).all()
    whose, known = named.match(placements, sound), {row.id: Known(row) for row in placements}
    by_ref = await _read_facts(session, office, known, {each.body.external_ref for each in sound.values()})
    rows: list[dict[str, Any]] = []
    for index, each in sound.items():
        if index not in whose:
            results[index] = Result("rejected", faults=(_unknown(each),))
            continue
        row = _row(call, office, whose[index].id, each.body)
        results[index] = result = _judge(row, known[whose[index].id], by_ref, gate_facts)
        if result.outcome == "created":
            row["sequence"] = last_sequence + len(rows) + 1
            rows.append(row)
            by_ref[row["external_ref"]] = row
    if rows:
        await _keep(session, call, office, rows, [each for each in known.values() if each.fresh])
    return [results[index] for index in range(len(asked))]


def receipt(kernel: Kernel, result: Result) -> Receipt | None:
    return receipts.receipt(kernel.seal_key, result.row) if result.row is not None else None


def shape_faults(asked: Asked) -> tuple[errors.Fault, ...]:
    """What is wrong with a fact by itself."""
    body, faults = asked.body, list[errors.Fault]()
    if (asked.placement_id is None) == (asked.id_number is None):
        faults.append(
            errors.Fault("one_of_two", "/placement_id", allowed="placement_id,或 id_number 与订单号 number", fix="请保留其中一种写法。")
        )
    elif asked.id_number is not None and asked.number is None:
        faults.append(errors.Fault("missing_field", "/number", fix="按证件号码报告时请写明订单号。"))
    if (body.kind == "corrected") != (body.corrects is not None):
        code, fix = (
            ("missing_field", "请写明被更正那条的 external_ref。")
            if body.corrects is None
            else ("invalid_value", "只有 corrected 填写 corrects。")
        )
        faults.append(errors.Fault(code, "/corrects", fix=fix))
    elif body.corrects == body.external_ref:
        faults.append(
            errors.Fault("invalid_value", "/corrects", seen=body.corrects, allowed="另一条的 external_ref", fix="更正须用新的编号。")
        )
    if body.kind == "employer_changed" and body.employer is None:
        faults.append(errors.Fault("missing_field", "/employer", fix="请写明新的用人单位。"))
    for place, each in enumerate(body.evidence or ()):
        if each.covers_to_on < each.covers_from_on:
            seen = f"{each.covers_from_on} 至 {each.covers_to_on}"
            faults.append(
                errors.Fault(
                    "invalid_period", f"/evidence/{place}/covers_to_on", seen=seen, allowed="不早于 covers_from_on", fix="请改正起止日期。"
                )
            )
    return tuple(faults)


@dataclass(frozen=True, slots=True)
class Named:
    """Whom the facts name: placements by id, people by number."""

    placement_ids: Sequence[UUID]
    trainee_by_number: Mapping[str, UUID | None]

    def placements(self, call: Call) -> Select[Any]:
        """Theirs, among those the caller sees, in the order in which they are locked."""
        trainee_ids = [each for each in self.trainee_by_number.values() if each]
        named = or_(PLACEMENTS.c.id == func.any(self.placement_ids), PLACEMENTS.c.trainee_id == func.any(trainee_ids))
        return kept_facts.with_order().where(sight.placements(call), named).order_by(PLACEMENTS.c.id)

    def match(self, rows: Sequence[Any], asked: Mapping[int, Asked]) -> dict[int, Any]:
        """The placement of each fact, as far as there is one."""
        by_id = {row.id: row for row in rows}
        by_order = {(row.trainee_id, row.order_number): row for row in rows}
        found: dict[int, Any] = {}
        for index, each in asked.items():
            if each.placement_id:
                row = by_id.get(each.placement_id)
            else:
                row = by_order.get((self.trainee_by_number.get(compact(each.id_number or "")), each.number))
            if row is not None:
                found[index] = row
        return found


async def _named(call: Call, kernel: Kernel, asked: Collection[Asked]) -> Named:
    numbers = sorted({compact(each.id_number) for each in asked if each.id_number})
    trainees = await clients.lookup(kernel, call, numbers) if numbers else []
    return Named(sorted({each.placement_id for each in asked if each.placement_id}), dict(zip(numbers, trainees, strict=True)))


async def _gate_facts(session: AsyncSession, call: Call, kernel: Kernel, named: Named, asked: Mapping[int, Asked]) -> starting.GateFacts:
    """Asked before anything is locked, and only where a first day at work is reported."""
    beginning = {index: each for index, each in asked.items() if each.body.kind in STARTING}
    if not beginning:
        return starting.GateFacts({}, {})
    rows = (await session.execute(named.placements(call))).all()
    return await starting.gate_facts(call, kernel, list({row.id: row for row in named.match(rows, beginning).values()}.values()))


async def _lock(session: AsyncSession, office: str) -> int:
    """Locks the office's row and answers its last sequence. Placements are locked after it, by id."""
    first = upsert(Office).values(office=office, last_sequence=0)
    same = first.on_conflict_do_update(index_elements=["office"], set_={"last_sequence": Office.last_sequence}).returning(
        Office.last_sequence
    )
    last: int = (await session.execute(same)).scalar_one()
    return last


async def _read_facts(session: AsyncSession, office: str, known: Mapping[UUID, Known], refs: set[str]) -> dict[str, Mapping[str, Any]]:
    """The facts of these placements go to `known`; answered are those that already bear one of these references of the office."""
    mine = UPDATES.c.office == office
    wanted = select(UPDATES).where(
        or_(UPDATES.c.placement_id == func.any(list(known)), mine & (UPDATES.c.external_ref == func.any(list(refs))))
    )
    by_ref: dict[str, Mapping[str, Any]] = {}
    for row in await session.execute(wanted):
        kept = row._asdict()
        if row.placement_id in known:
            known[row.placement_id].facts.append(kept_facts.fact(kept))
        if row.office == office:
            by_ref[row.external_ref] = kept
    return by_ref


def _row(call: Call, office: str, placement_id: UUID, body: UpdateIn) -> dict[str, Any]:
    said = body.model_dump(mode="json", include={"external_ref", "kind", "effective_on", "employer", "evidence", "corrects"})
    return said | {
        "id": db.new_id(), "placement_id": placement_id, "office": office, "effective_on": body.effective_on, "received_at": call.now,
        "posted_by": call.actor.subject, "digest": receipts.digest(said | {"placement_id": str(placement_id)}),
    }  # fmt: skip


def _judge(row: dict[str, Any], known: Known, by_ref: Mapping[str, Mapping[str, Any]], gate_facts: starting.GateFacts) -> Result:
    if earlier := by_ref.get(row["external_ref"]):
        if earlier["digest"] == row["digest"]:
            return Result("unchanged", earlier)
        return Result(
            "rejected",
            problem=refusals.ExternalRefReused(
                f"编号 {row['external_ref']} 之前报过不同的内容(第 {earlier['sequence']} 条)。", existing_id=str(earlier["id"])
            ),
        )
    fact = kept_facts.fact(row)
    if row["kind"] in STARTING and (problem := _gate(known, fact, gate_facts)):
        return Result("rejected", problem=problem)
    known.facts.append(fact)
    known.fresh = True
    return Result("created", row)


def _gate(known: Known, fact: policy.Fact, gate_facts: starting.GateFacts) -> errors.Problem | None:
    """Judges every first day at work that the fact brings or moves, and the day that a `started` itself says, whatever corrects it."""
    before, after = policy.starts(known.facts), policy.starts([*known.facts, fact])
    days = {on for ref, on in after.items() if before.get(ref) != on} | ({fact.effective_on} if fact.kind == "started" else set())
    return starting.judge_starts(known.placement, days, gate_facts)


async def _keep(session: AsyncSession, call: Call, office: str, rows: Sequence[dict[str, Any]], touched: Sequence[Known]) -> None:
    await session.execute(insert(Update), list(rows))
    await session.execute(update(Office).where(Office.office == office).values(last_sequence=rows[-1]["sequence"]))
    stands = {each.placement.id: _stand(call, each) for each in touched}
    await _bring_up_to_date(session, stands)
    refs: dict[UUID, list[dict[str, Any]]] = defaultdict(list)
    for row in rows:
        refs[row["placement_id"]].append({"update_id": str(row["id"]), "kind": row["kind"], "sequence": row["sequence"]})
    told = {
        each.placement.id: {
            "trainee_id": each.placement.trainee_id,
            "order_id": each.placement.order_id,
            "class_id": each.placement.class_id,
        }
        for each in touched
    }
    await audit.record_all(
        session, [audit.entry(call, "placement.updated", "placement", each, {"office": office, "updates": refs[each]}) for each in stands]
    )
    await changes.publish_all(session, [
        changes.event(call, f"placement.{what}", each, **told[each], status=stand["status"], version=stand["version"])
        for each, stand in stands.items() for what in stand["happened"]
    ])  # fmt: skip


def _stand(call: Call, known: Known) -> dict[str, Any]:
    """The placement as its facts now have it, and what happened to it."""
    placement = known.placement
    now = policy.standing(known.facts, terms.packaged())
    retained_on = policy.retention(known.facts, call.today, terms.packaged()).met_on
    happened = []
    if now.started_on != placement.started_on or (placement.left_on and not now.left_on):
        happened.append("started" if now.started_on else "unstarted")
    if now.left_on and now.left_on != placement.left_on:
        happened.append("left")
    if retained_on and not placement.retained_on:
        happened.append("retained")
    return {
        "started_on": now.started_on, "left_on": now.left_on, "employer_now": now.employer and now.employer._asdict(), "retained_on": retained_on,
        "status": policy.status_on(call.today, now.started_on, now.left_on), "version": placement.version + 1, "happened": happened or ["updated"],
    }  # fmt: skip


_BRING_UP_TO_DATE = text("""
    UPDATE placements SET started_on = n.started_on, left_on = n.left_on, employer_now = n.employer_now, retained_on = n.retained_on, version = version + 1
    FROM unnest(CAST(:ids AS uuid[]), CAST(:started_on AS date[]), CAST(:left_on AS date[]), CAST(:employer_now AS jsonb[]), CAST(:retained_on AS date[]))
        AS n (id, started_on, left_on, employer_now, retained_on)
    WHERE placements.id = n.id
""")


async def _bring_up_to_date(session: AsyncSession, stands: Mapping[UUID, Mapping[str, Any]]) -> None:
    values = {name: [stand[name] for stand in stands.values()] for name in ("started_on", "left_on", "retained_on")}
    employers = [stand["employer_now"] and orjson.dumps(stand["employer_now"]).decode() for stand in stands.values()]
    await session.execute(_BRING_UP_TO_DATE, {"ids": list(stands), "employer_now": employers, **values})


def _unknown(asked: Asked) -> errors.Fault:
    where = "/placement_id" if asked.placement_id else "/id_number"
    return errors.Fault("unknown_placement", where, fix="请核对编号、证件号码和订单号,或先登记安置。")
