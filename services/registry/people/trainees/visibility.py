"""Whom a caller may see and change, and who has come to see whom."""

from collections.abc import Iterable
from typing import Any
from uuid import UUID

from sqlalchemy import bindparam, false, or_, select, true
from sqlalchemy.dialects.postgresql import Insert
from sqlalchemy.dialects.postgresql import insert as upsert
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.sql.elements import ColumnElement

from services.registry.people.trainees.conditions import ALIASES
from services.registry.people.trainees.tables import Trainee, TraineeSighting
from shared import access, db
from shared.access import Actor, Call

SEES_ALL = access.SEES_ALL


def rows(actor: Actor) -> ColumnElement[bool]:
    """An institution sees whom it registered, presented by number or enrolled; a town its people; a person themselves, also as merged."""
    return rows_of(actor.role, actor.institution_id, actor.region_code, actor.trainee_id)


def rows_of(role: str, institution_id: Any, region_code: Any, trainee_id: Any) -> ColumnElement[bool]:
    """The same for a role alone: what it is bound to may be parameters of a statement that is built once."""
    if role in SEES_ALL:
        return true()
    if role == "institution":
        seen = select(TraineeSighting).where(TraineeSighting.trainee_id == Trainee.id, TraineeSighting.institution_id == institution_id)
        return seen.correlate(Trainee).exists()
    if role == "town":
        return Trainee.region_code == region_code
    if role == "person":
        return or_(Trainee.id == trainee_id, Trainee.id == ALIASES.kept(trainee_id))
    return false()


def rows_bound(role: str) -> ColumnElement[bool]:
    """The same for a statement that is built once; `bound` are its parameters."""
    return rows_of(role, bindparam("its_institution"), bindparam("its_region"), bindparam("its_trainee"))


def bound(actor: Actor) -> dict[str, Any]:
    return {"its_institution": actor.institution_id, "its_region": actor.region_code, "its_trainee": actor.trainee_id}


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
    people = sorted(set(trainee_ids))
    if people and institution_id is not None:
        noted = [_sighting(call, each, how, institution_id) for each in people]
        await db.insert_all(session, upsert(db.table(TraineeSighting)).on_conflict_do_nothing(), noted)


def presented(call: Call, trainee_id: UUID, institution_id: UUID) -> Insert:
    """The statement that keeps one sighting although the request itself is refused."""
    return upsert(TraineeSighting).values(_sighting(call, trainee_id, "presented", institution_id)).on_conflict_do_nothing()


def _sighting(call: Call, trainee_id: UUID, how: str, institution_id: UUID) -> dict[str, Any]:
    return {"trainee_id": trainee_id, "institution_id": institution_id, "how": how, "seen_at": call.now}
