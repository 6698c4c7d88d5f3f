"""What the rows of a sheet are held against: who is registered under their numbers, who is in a class, in which classes people were."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlalchemy import func, select, union_all
from sqlalchemy.ext.asyncio import AsyncSession

from services.registry import fields
from services.registry.codes import EnrolmentOutcome
from services.registry.people.trainees import reading as trainees
from services.registry.people.trainees.conditions import ALIASES, IS_THE_ONE, WRITTEN_AS
from services.registry.people.trainees.policy import is_known_as
from services.registry.people.trainees.tables import Trainee
from services.registry.training.classes.tables import TrainingClass
from services.registry.training.enrolments import reading as enrolments
from services.registry.training.enrolments import visibility
from services.registry.training.enrolments.conditions import person
from services.registry.training.enrolments.tables import Enrolment
from shared.access import Call
from shared.privacy import Vault


@dataclass(frozen=True, slots=True)
class Known:
    """Who is registered under a number: as merged, with all names of either, and the categories as they are shown."""

    id: UUID
    names: Sequence[str]
    categories: Sequence[dict[str, Any]]

    def is_called(self, name: str | None) -> bool:
        return not name or is_known_as(self.names, name)


async def registered(session: AsyncSession, vault: Vault, numbers: Iterable[str]) -> dict[str, Known]:
    """By number, whoever is registered under it."""
    keys = {vault.blind(number, fields.ID_NUMBER): number for number in numbers}
    categories = next(column for column in trainees.SHOWN if column.key == "categories")
    wanted = select(WRITTEN_AS.id_number_key, WRITTEN_AS.known_as.label("as_written"), Trainee.id, Trainee.known_as, categories)
    wanted = wanted.join(Trainee, IS_THE_ONE).where(WRITTEN_AS.id_number_key == func.any(list(keys)))
    found: dict[str, Known] = {}
    for row in await session.execute(wanted):
        names = {*row.known_as.splitlines(), *row.as_written.splitlines()}
        found[keys[row.id_number_key]] = Known(row.id, sorted(names), row.categories)
    return found


async def roster(session: AsyncSession, class_id: UUID) -> list[Any]:
    """Who is in the class, by each of the numbers and names they are registered under."""
    there = (
        select(person().label("who"))
        .where(Enrolment.class_id == class_id, Enrolment.outcome != EnrolmentOutcome.WITHDRAWN)
        .distinct()
        .cte()
    )
    known = select(there.c.who, Trainee.id, Trainee.name, Trainee.id_number, Trainee.known_as)
    people = union_all(known.join(Trainee, Trainee.id == there.c.who), known.join(Trainee, Trainee.merged_into == there.c.who))
    return list((await session.execute(people)).all())


async def enrolled(session: AsyncSession, call: Call, people: Iterable[UUID], class_id: UUID | None) -> Mapping[UUID, Sequence[Any]]:
    """By person, their enrolments that the caller sees (of one class), the latest class first."""
    wanted = enrolments.SHOWN.where(
        visibility.rows(call.actor), ALIASES.among(Enrolment.trainee_id, list(people)), Enrolment.outcome != EnrolmentOutcome.WITHDRAWN
    )
    if class_id is not None:
        wanted = wanted.where(Enrolment.class_id == class_id)
    found: dict[UUID, list[Any]] = {}
    for row in await session.execute(wanted.order_by(TrainingClass.starts_on.desc(), Enrolment.id.desc())):
        found.setdefault(row.trainee_id, []).append(row)
    return found
