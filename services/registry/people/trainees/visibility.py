"""Whom a caller may see: row scope as one condition, and the rows as they are shown."""

from collections.abc import Iterable
from functools import cache
from typing import Any
from uuid import UUID

from sqlalchemy import Select, bindparam, false, func, null, or_, select, true
from sqlalchemy.dialects.postgresql import JSONB, aggregate_order_by
from sqlalchemy.dialects.postgresql import insert as upsert
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import aliased
from sqlalchemy.sql.elements import ColumnElement

from services.registry.people.trainees.tables import Trainee, TraineeCategory, TraineeSighting
from shared.access import Actor, Call

SEES_ALL = frozenset({"officer", "reviewer", "auditor", "system", "service"})

_categories = (
    select(
        func.coalesce(
            func.jsonb_agg(
                aggregate_order_by(
                    func.jsonb_build_object(
                        "code", TraineeCategory.code, "since_on", TraineeCategory.since_on,
                        "until_on", TraineeCategory.until_on, "proof", TraineeCategory.proof,
                    ),
                    TraineeCategory.since_on, TraineeCategory.code,
                ),
                type_=JSONB,
            ),
            func.jsonb_build_array(type_=JSONB),
        )
    )
    .where(TraineeCategory.trainee_id == Trainee.id)
    .correlate(Trainee)
    .scalar_subquery()
)  # fmt: skip

SHOWN = (
    Trainee.id, Trainee.name, Trainee.id_type, Trainee.id_number_masked.label("id_number"), Trainee.sex, Trainee.birth_on,
    Trainee.phone_masked.label("phone"), Trainee.region_code, _categories.label("categories"), Trainee.education, Trainee.employer_id,
    Trainee.bank_account_masked.label("bank_account"), Trainee.retirement_track, Trainee.external_refs, Trainee.registered_at, Trainee.version,
    Trainee.merged_into,
)  # fmt: skip


@cache
def visible(role: str) -> ColumnElement[bool]:
    """The condition of a role; its parameters are `bound(actor)`."""
    if role in SEES_ALL:
        return true()
    if role == "institution":
        seen = select(TraineeSighting).where(
            TraineeSighting.trainee_id == Trainee.id, TraineeSighting.institution_id == bindparam("its_institution")
        )
        return seen.correlate(Trainee).exists()
    if role == "town":
        return Trainee.region_code == bindparam("its_region")
    if role == "person":
        once = aliased(Trainee)
        goes_on_as = select(once.merged_into).where(once.id == bindparam("its_trainee")).scalar_subquery()
        return or_(Trainee.id == bindparam("its_trainee"), Trainee.id == goes_on_as)
    return false()


def bound(actor: Actor) -> dict[str, Any]:
    match actor.role:
        case "institution":
            return {"its_institution": actor.institution_id}
        case "town":
            return {"its_region": actor.region_code}
        case "person":
            return {"its_trainee": actor.trainee_id}
    return {}


@cache
def one(role: str) -> Select[Any]:
    """The statement that reads one trainee: built once a role, since it is the most frequent of all."""
    how: ColumnElement[Any] = null()
    if role == "institution":
        sighting = select(TraineeSighting.how).where(
            TraineeSighting.trainee_id == Trainee.id, TraineeSighting.institution_id == bindparam("its_institution")
        )
        how = sighting.correlate(Trainee).scalar_subquery()
    return select(*SHOWN, how.label("how")).where(Trainee.id == bindparam("trainee_id"), visible(role))


def may_change(actor: Actor, how: str | None, region_code: str) -> bool:
    """Officers change everyone, a town its people, an institution whom it registered itself. Everyone else asks for a correction."""
    if actor.role == "town":
        return region_code == actor.region_code
    return actor.role in ("officer", "system") or (actor.role == "institution" and how == "registered")


async def note_sightings(
    session: AsyncSession, call: Call, trainee_ids: Iterable[UUID], how: str, institution_id: UUID | None = None
) -> None:
    """Lets an institution (the caller's, unless named) see these people from now on. `how`: registered, presented or enrolled."""
    institution_id = institution_id or call.actor.institution_id
    rows = [{"trainee_id": each, "institution_id": institution_id, "how": how, "seen_at": call.now} for each in sorted(set(trainee_ids))]
    if rows and institution_id is not None:
        await session.execute(upsert(TraineeSighting).on_conflict_do_nothing(), rows)
