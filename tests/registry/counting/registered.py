"""Rows put straight into the registry's tables: many classes and people in a few statements."""

from datetime import date
from itertools import count
from typing import Any
from uuid import UUID

from sqlalchemy import func, insert, select, update

from services.registry.institutions.institutions.tables import Absence, Institution
from services.registry.institutions.yearly_reports.tables import YearlyReport
from services.registry.people.trainees.tables import Trainee, TraineeCategory
from services.registry.training.brands.tables import Brand
from services.registry.training.classes.tables import TrainingClass
from services.registry.training.enrolments.tables import Employment, Enrolment
from shared import clock, db
from tests.conftest import Service

AT = clock.now()
CLASS_NUMBERS = count(1)
SANKESHU, ZHOUXI = "522601100", "522601101"


async def _put(registry: Service, kind: Any, rows: list[dict[str, Any]]) -> None:
    """Every instant that must be given is the same one."""
    instants = {column.name: AT for column in kind.__table__.columns if column.name.endswith("_at") and not column.nullable}
    async with registry.kernel.engine.begin() as connection:
        await connection.execute(insert(kind.__table__), [instants | row for row in rows])


async def institution(registry: Service, name: str, kind: str = "private_school", region_code: str = SANKESHU) -> UUID:
    made: UUID = db.new_id()
    row = {"id": made, "version": 1, "name": name, "uscc": str(made), "kind": kind, "region_code": region_code}
    await _put(registry, Institution, [row | {"status": "active"}])
    return made


async def absence(registry: Service, institution_id: UUID, from_on: date, until_on: date | None = None) -> None:
    gone = {"kind": "suspended" if until_on else "exited", "reason": "停办", "reinstated_on": None}
    await _put(registry, Absence, [{"id": db.new_id(), "institution_id": institution_id, "from_on": from_on, "until_on": until_on} | gone])


async def report(registry: Service, institution_id: UUID, year: int, **reported: Any) -> None:
    empty = {"enrolled_students": None, "training_funds": None, "training_funds_frontline": None, "partner_enterprises": None}
    await _put(registry, YearlyReport, [{"id": db.new_id(), "institution_id": institution_id, "year": year} | empty | reported])


async def training_class(registry: Service, institution_id: UUID, *programmes: str, ends_on: date, **fields: Any) -> UUID:
    """A completed one unless `status` says otherwise."""
    made: UUID = db.new_id()
    row = {
        "id": made,
        "version": 1,
        "number": f"KL-PX-2025-{next(CLASS_NUMBERS):06}",
        "name": "班",
        "institution_id": institution_id,
        "channel": "project",
        "programmes": list(programmes),
        "occupation_code": "6-31-01-03",
        "starts_on": date(ends_on.year, ends_on.month, 1),
        "ends_on": ends_on,
        "hours": 60,
        "seats": 60,
        "region_code": SANKESHU,
        "teacher_ids": [],
        "demonstration": False,
        "department": None,
        "status": "completed",
        "external_refs": [],
        "kind": "order" if fields.get("order_id") else "ordinary",
    }
    row |= fields
    await _put(registry, TrainingClass, [row | {"completed_people": 0 if row["status"] == "completed" else None}])
    return made


async def people(
    registry: Service, class_id: UUID, how_many: int, *, counted_on: date | None, region_code: str = SANKESHU, outcome: str = "completed"
) -> list[UUID]:
    """New trainees enrolled in the class; answers the enrolments."""
    trainees, enrolments = [], []
    for _ in range(how_many):
        trainee_id, enrolment_id = db.new_id(), db.new_id()
        trainees.append(
            {
                "id": trainee_id,
                "version": 1,
                "name": "王小明",
                "id_type": "citizen",
                "id_number": b"",
                "id_number_key": trainee_id.bytes,
                "id_number_masked": "5226**********0017",
                "sex": "male",
                "birth_on": date(1990, 3, 7),
                "region_code": region_code,
                "external_refs": [],
            }
        )
        enrolments.append(
            {
                "id": enrolment_id,
                "version": 1,
                "class_id": class_id,
                "trainee_id": trainee_id,
                "outcome": outcome,
                "counted_on": counted_on,
                "counted_region_code": region_code if counted_on else None,
            }
        )
    await _put(registry, Trainee, trainees)
    await _put(registry, Enrolment, enrolments)
    if outcome == "completed":
        more = update(TrainingClass).where(TrainingClass.id == class_id, TrainingClass.status == "completed")
        async with registry.kernel.engine.begin() as connection:
            await connection.execute(more.values(completed_people=TrainingClass.completed_people + how_many))
    return [UUID(str(row["id"])) for row in enrolments]


async def completed(registry: Service, institution_id: UUID, how_many: int, *programmes: str, on: date, **fields: Any) -> list[UUID]:
    """A completed class of so many people; answers the enrolments."""
    region_code = fields.pop("of_region", SANKESHU)
    class_id = await training_class(registry, institution_id, *programmes, ends_on=on, **fields)
    return await people(registry, class_id, how_many, counted_on=on, region_code=region_code)


async def work(registry: Service, enrolment_id: UUID, from_on: date, until_on: date | None = None, kind: str = "employer") -> None:
    row = {"id": db.new_id(), "enrolment_id": enrolment_id, "kind": kind, "from_on": from_on, "until_on": until_on, "grade": "B"}
    await _put(registry, Employment, [row])


async def category(registry: Service, enrolment_id: UUID, code: str, since_on: date) -> None:
    trainee_id = await trainee_of(registry, enrolment_id)
    await _put(registry, TraineeCategory, [{"id": db.new_id(), "trainee_id": trainee_id, "code": code, "since_on": since_on}])


async def brand(registry: Service, name: str, kind: str = "brand", **materials: Any) -> None:
    await _put(registry, Brand, [{"id": db.new_id(), "version": 1, "name": name, "kind": kind} | materials])


async def trainee_of(registry: Service, enrolment_id: UUID) -> UUID:
    async with registry.kernel.reading() as session:
        found: UUID | None = await session.scalar(select(Enrolment.trainee_id).where(Enrolment.id == enrolment_id))
    assert found
    return found


async def merge(registry: Service, into: UUID | None, *trainees: UUID) -> None:
    """These stand for another from now on; None: each for itself again. Classes count anew who completed them, as a merge does."""
    completed = select(func.count(func.coalesce(Trainee.merged_into, Trainee.id).distinct())).join(
        Enrolment, Enrolment.trainee_id == Trainee.id
    )
    people = completed.where(Enrolment.class_id == TrainingClass.id, Enrolment.outcome == "completed").scalar_subquery()
    async with registry.kernel.engine.begin() as connection:
        await connection.execute(update(Trainee).where(Trainee.id.in_(trainees)).values(merged_into=into))
        await connection.execute(update(TrainingClass).where(TrainingClass.status == "completed").values(completed_people=people))
