"""Takes in what insurance offices say of people, and takes it back. A record that names the placement's own employer becomes a fact of it, of grade A,
under the insurance office's name: it is proof as all other proof is. One that names another stands beside it as a warning, and the feed tells of it.

A record that found no placement of its employer is tried anew when it is sent again: what was reported late may have made one.
"""

from collections.abc import Mapping
from datetime import date
from functools import partial
from typing import Any
from uuid import UUID

from sqlalchemy import Uuid, case, insert, literal, select, tuple_, update
from sqlalchemy.ext.asyncio import AsyncSession

from services.eastwest import clients
from services.eastwest.codes import EvidenceGrade, UpdateKind
from services.eastwest.codes import InsuranceVerdict as Verdict
from services.eastwest.insurance_records import reading
from services.eastwest.insurance_records.schemas import InsuranceBatchOut, InsuranceIn, InsuranceOutcome, InsuranceRecordPaper
from services.eastwest.insurance_records.tables import InsuranceRecord
from services.eastwest.known.conditions import ALIASES
from services.eastwest.placements import batch, conditions, facts
from services.eastwest.placements.errors import ExternalRefReused
from services.eastwest.placements.policy import insured, states, telling
from services.eastwest.placements.policy.telling import Employer
from services.eastwest.placements.schemas import EmployerIn, EvidenceIn, UpdateIn
from services.eastwest.placements.second_looks import days_of
from services.eastwest.placements.tables import Placement
from shared import batches, changes, db, deeds, errors, web, wire
from shared.access import Call
from shared.national_numbers import InvalidNumber, citizen_id, compact

KEPT = ("trainee_id", "month", "employer_name", "employer_uscc", "paid_on")
People = Mapping[str, UUID | None]


async def people(body: batches.Batch[InsuranceIn], call: web.Caller, kernel: web.KernelOf) -> People:
    """Who has these numbers."""
    numbers = sorted({compact(each.id_number) for each in body.items if isinstance(each, InsuranceIn)})
    return dict(zip(numbers, await clients.lookup(kernel, call, numbers), strict=True))


async def record_many(session: AsyncSession, call: Call, body: batches.Batch[InsuranceIn], known: People) -> InsuranceBatchOut:
    found: dict[int, dict[str, Any]] = {}

    async def keep(items: Mapping[int, InsuranceIn]) -> dict[int, batches.Result]:
        return await _keep(session, call, items, known, found)

    answer = await batches.run(session, body, keep, rules=partial(wire.faults, RULES, today=call.today))
    items = [InsuranceOutcome.model_construct(**dict(each), **found.get(each.index, {})) for each in answer.items]
    return InsuranceBatchOut(summary=answer.summary, items=items)


async def _keep(
    session: AsyncSession, call: Call, items: Mapping[int, InsuranceIn], known: People, found: dict[int, dict[str, Any]]
) -> dict[int, batches.Result]:
    results = {index: batches.rejected(*faults) for index, each in items.items() if (faults := _faults(each, known, call.today))}
    rows = {index: _row(call, each, known) for index, each in items.items() if index not in results}
    keys = [(row["source"], row["external_ref"]) for row in rows.values()]
    of_key = tuple_(InsuranceRecord.source, InsuranceRecord.external_ref)
    before = {(row.source, row.external_ref): row for row in await session.scalars(select(InsuranceRecord).where(of_key.in_(keys)))}
    stays = await _stays(session, {row["trainee_id"] for row in rows.values()})
    news, proving, doubted = list[dict[str, Any]](), list[tuple[dict[str, Any], UUID]](), dict[UUID, Any]()
    for index, row in rows.items():
        key = (row["source"], row["external_ref"])
        earlier = before.get(key)
        if earlier is not None and (earlier.voided_at or any(getattr(earlier, name) != row[name] for name in KEPT)):
            detail = "已作废" if earlier.voided_at else "报过不同的内容"
            fault = errors.Fault(
                "external_ref_reused", "/external_ref", seen=row["external_ref"], allowed=detail, fix=ExternalRefReused.remedy
            )
            results[index] = batches.rejected(fault, conflict=True)
            continue
        verdict, placement, said = _judge(row, stays.get(row["trainee_id"], ()))
        found[index] = said | {"verdict": verdict, "placement_id": placement and placement.id}
        if earlier is None:
            news.append(row)
            before[key] = InsuranceRecord(**row)
            if verdict == Verdict.CONTRADICTED:
                doubted |= _concerned(row, stays.get(row["trainee_id"], ()))
        results[index] = batches.Result("unchanged" if earlier else "created", earlier.id if earlier else row["id"])
        if verdict == "confirmed" and (earlier is None or earlier.placement_id is None):
            proving.append((row | {"id": results[index].id}, placement.id))
    if news:
        await session.execute(insert(InsuranceRecord), news)
        kept = [deeds.deed(call, "insurance_record.kept", row["id"], details={"source": row["source"]}, event=False) for row in news]
        await deeds.record_all(session, kept)
    await _announce(session, call, doubted)
    for source in sorted({row["source"] for row, _ in proving}):
        await _prove(session, call, source, [(row, placement) for row, placement in proving if row["source"] == source])
    return results


async def _prove(session: AsyncSession, call: Call, source: str, proving: list[tuple[dict[str, Any], UUID]]) -> None:
    """Each becomes a fact of its placement, under the insurance office's name."""
    asked = [batch.Asked(_fact(row), placement_id) for row, placement_id in proving]
    await _tell(session, call, source, asked)
    proved = {row["id"]: placement_id for row, placement_id in proving}
    of_record = case({each: literal(placement_id, Uuid) for each, placement_id in proved.items()}, value=InsuranceRecord.id)
    await session.execute(update(InsuranceRecord).where(InsuranceRecord.id.in_(proved)).values(placement_id=of_record))
    told = [deeds.deed(call, "insurance_record.proved", each, details={"placement_id": of}, event=False) for each, of in proved.items()]
    await deeds.record_all(session, told)


async def _tell(session: AsyncSession, call: Call, source: str, asked: list[batch.Asked]) -> None:
    gathered = batch.Gathered(batch.Named([each.placement_id for each in asked if each.placement_id], {}), facts.NOTHING_KNOWN)
    refused = [each for each in await batch.take(session, call, asked, gathered, office=office_of(source)) if each.outcome == "rejected"]
    if refused:
        raise errors.Conflict(faults=[fault for each in refused for fault in each.told()])


def _fact(row: Mapping[str, Any]) -> UpdateIn:
    month = days_of(row["month"])
    proof = EvidenceIn(
        grade=EvidenceGrade.A,
        covers_from_on=month.from_on,
        covers_to_on=month.to_on,
        paid_on=row["paid_on"],
        insured_months=[f"{month.from_on:%Y-%m}"],
        ref=row["external_ref"],
    )
    return UpdateIn(external_ref=row["external_ref"], kind=UpdateKind.PRESENT, effective_on=month.to_on, evidence=[proof])


async def void(session: AsyncSession, call: Call, record_id: UUID, reason: str) -> InsuranceRecordPaper:
    """What it proved, it proves no more."""
    record = await reading.permit(session, call, record_id, lock=True)
    record.voided_at, record.void_reason = call.now, reason
    if record.placement_id is None:
        stays = await _stays(session, {record.trainee_id})
        await _announce(session, call, _concerned(vars(record), stays[record.trainee_id]))
    else:
        taken_back = UpdateIn(
            external_ref=f"{record.external_ref} 作废", kind=UpdateKind.CANCELLED, effective_on=call.today, corrects=record.external_ref
        )
        await _tell(session, call, record.source, [batch.Asked(taken_back, record.placement_id)])
    await session.flush()
    await deeds.record(session, call, "insurance_record.voided", record.id, details={"reason": reason}, event=False)
    return await reading.get(session, call, record_id)


def office_of(source: str) -> str:
    """Under which name its facts stand: no partner's office is called so."""
    return f"insurance:{source}"


def _judge(row: Mapping[str, Any], stays: Any) -> tuple[Verdict, Any, dict[str, Any]]:
    """What the record says of the placements of its person, and of whose word: of several it is the one whose employer it names, else the latest."""
    told = _told(row)
    concerned = [(placement, stay) for placement, stay in stays if insured.concerns(told, stay)]
    if not concerned:
        return Verdict.NOBODY_PLACED, None, {}
    confirmed = [each for each in concerned if insured.confirms(told, each[1])]
    placement, stay = (confirmed or concerned)[-1]
    word = insured.told_of(told.month, stay.facts, office_of(row["source"]))
    said = {"employer_told": insured.employers_in(stay, told.month)[-1].name, "facts": [each.external_ref for each in word]}
    return Verdict.CONFIRMED if confirmed else Verdict.CONTRADICTED, placement, said


def _told(row: Mapping[str, Any]) -> insured.Insured:
    return insured.Insured(days_of(row["month"]), Employer(row["employer_name"], row["employer_uscc"]))


def _concerned(row: Mapping[str, Any], stays: Any) -> dict[UUID, Any]:
    return {placement.id: placement for placement, stay in stays if insured.concerns(_told(row), stay)}


async def _announce(session: AsyncSession, call: Call, doubted: Mapping[UUID, Any]) -> None:
    """Whoever counts on these placements looks at them again."""
    of = ("trainee_id", "order_id", "class_id", "version")
    told = [
        changes.event(
            call,
            "placement.insurance_told",
            each.id,
            **{name: getattr(each, name) for name in of},
            status=states.status_on(call.today, each.started_on, each.left_on),
        )
        for each in doubted.values()
    ]
    await changes.publish_all(session, told)


async def _stays(session: AsyncSession, trainee_ids: set[UUID]) -> dict[UUID, list[tuple[Any, insured.Stay]]]:
    """The placements of these people, the one that began first before the others, by the id by which they were asked for."""
    if not trainee_ids:
        return {}
    ids = await ALIASES.resolved(session, trainee_ids)
    wanted = conditions.with_order().where(ALIASES.among(Placement.trainee_id, sorted(trainee_ids)))
    rows = (await session.execute(wanted.order_by(Placement.started_on.nulls_first(), Placement.id))).all()
    told = await facts.of_placements(session, [row.id for row in rows])
    by_person: dict[UUID, list[tuple[Any, insured.Stay]]] = {}
    for row in rows:
        stay = insured.Stay(row.started_on, row.left_on, facts.arranged(row), telling.as_corrected(told[row.id]))
        by_person.setdefault(row.trainee_id, []).append((row, stay))
    return {each: by_person.get(ids[each], []) for each in trainee_ids}


def _gone_by(item: Any, today: date) -> list[errors.Fault]:
    if days_of(date.fromisoformat(f"{item.month}-01")).to_on < today:
        return []
    fix = "请在该月过完之后再报。"
    return [errors.Fault("in_the_future", "/month", seen=item.month, allowed=f"早于 {today:%Y-%m}", fix=fix)]


def _paid(item: Any, today: date) -> list[errors.Fault]:
    if item.paid_on is None or item.paid_on <= today:
        return []
    return [errors.Fault("in_the_future", "/paid_on", seen=str(item.paid_on), allowed=f"不晚于 {today}", fix="请核对缴费日期。")]


def _since_birth(item: Any, today: date) -> list[errors.Fault]:
    """Nobody is insured before they are born."""
    try:
        born = citizen_id(item.id_number, today=today).birth_on
    except InvalidNumber:
        return []
    if f"{born:%Y-%m}" <= item.month:
        return []
    fix = "这个月本人尚未出生,请核对月份和证件号码。"
    return [errors.Fault("invalid_value", "/month", seen=item.month, allowed="本人出生的月份或以后", fix=fix)]


RULES = (_gone_by, _paid, _since_birth)


def _faults(item: InsuranceIn, known: People, today: date) -> tuple[errors.Fault, ...]:
    found = wire.faults(RULES, item, today)
    if known.get(compact(item.id_number)) is None:
        found.append(errors.Fault("unknown_trainee", "/id_number", fix="请核对证件号码;未登记的请先由经办机构登记。"))
    return tuple(found)


def _row(call: Call, item: InsuranceIn, known: People) -> dict[str, Any]:
    employer: EmployerIn = item.employer
    return {
        "id": db.new_id(),
        "source": item.source,
        "external_ref": item.external_ref,
        "trainee_id": known[compact(item.id_number)],
        "month": date.fromisoformat(f"{item.month}-01"),
        "employer_name": employer.name,
        "employer_uscc": employer.uscc,
        "paid_on": item.paid_on,
        "received_at": call.now,
        "posted_by": call.actor.subject,
    }
