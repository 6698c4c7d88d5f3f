"""The work of many people at once, as an office lists it: new records are kept, and one that stands is brought up to date by what is told beyond it."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlalchemy import func, insert, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from services.registry.files import reading as files
from services.registry.training.enrolments import reading, rules
from services.registry.training.enrolments.schemas import EmploymentIn
from services.registry.training.enrolments.tables import SAME_WORK, Employment
from shared import db, deeds, history, wire
from shared.access import Call
from shared.batches import Result, rejected

TOLD = ("until_on", "grade", "proof")  # of the same work


@dataclass(frozen=True, slots=True)
class Work:
    """What is told of a person's work after a class; only the members that were set are told."""

    enrolment_id: UUID
    body: EmploymentIn

    @property
    def same(self) -> tuple[Any, ...]:
        return self.enrolment_id, *(getattr(self.body, name) for name in SAME_WORK[1:])


async def keep_work(session: AsyncSession, call: Call, items: Mapping[int, Work], source: str) -> dict[int, Result]:
    """A result for each item. The same work is one record; what is told otherwise of it corrects it, and `source` is why the former was voided."""
    results: dict[int, Result] = {}
    told: dict[tuple[Any, ...], int] = {}
    standing = await _standing(session, {item.enrolment_id for item in items.values()})
    proofs, kept = [{"/proof": item.body.proof} for item in items.values()], [known.proof for known in standing.values()]
    unknown = await files.unknown_of_each(session, call, proofs, kept)
    born = await reading.births(session, {item.enrolment_id for item in items.values()})
    for (index, item), no_files in zip(items.items(), unknown, strict=True):
        before_birth = rules.unborn(item.body.from_on, born.get(item.enrolment_id))
        if faults := [*wire.faults(rules.EMPLOYMENT, item.body, call.today), *before_birth, *no_files]:
            results[index] = rejected(*faults)
        elif told.setdefault(item.same, index) != index:
            results[index] = Result("unchanged")
    rows, corrected, said = list[dict[str, Any]](), list[UUID](), list[deeds.Deed]()
    for same, index in told.items():
        body, known = items[index].body, standing.get(same)
        before = {name: getattr(known, name) for name in EmploymentIn.model_fields} if known else {}
        news = {name: value for name in TOLD if (value := getattr(body, name)) != before.get(name) and name in body.model_fields_set}
        if known and not news:
            results[index] = Result("unchanged", known.id)
            continue
        row = {"id": db.new_id(), "enrolment_id": same[0], "corrects": known and known.id, "recorded_at": call.now}
        rows.append(row | body.model_dump() | before | news)
        details: dict[str, Any] = {"kind": body.kind, "grade": rows[-1]["grade"]}
        if known:
            corrected.append(known.id)
            details |= {"reason": source, "changes": history.changes(before, before | news)}
        what = "employment.corrected" if known else "employment.recorded"
        said.append(deeds.deed(call, what, same[0], subject_type="enrolment", details=details, employment_id=row["id"]))
        results[index] = Result("updated" if known else "created", row["id"])
    if corrected:
        wrong = update(Employment).where(Employment.id == func.any(corrected))
        await session.execute(wrong.values(voided_at=call.now, void_reason=source))
    if rows:
        await db.insert_all(session, insert(db.table(Employment)), rows)
        await deeds.record_all(session, said)
    return results


async def _standing(session: AsyncSession, enrolment_ids: set[UUID]) -> dict[tuple[Any, ...], Any]:
    """What stands of these people's work, locked."""
    wanted = select(*Employment.__table__.c).where(Employment.enrolment_id == func.any(list(enrolment_ids)), Employment.voided_at.is_(None))
    found = await session.execute(wanted.order_by(Employment.id).with_for_update())
    return {tuple(getattr(row, name) for name in SAME_WORK): row for row in found}
