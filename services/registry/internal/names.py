"""What persons, institutions and classes are called, for every answer that names one by its id."""

from collections.abc import Collection, Mapping
from functools import cache
from typing import Any
from uuid import UUID

from sqlalchemy import Select
from sqlalchemy.ext.asyncio import AsyncSession

from services.registry.institutions.institutions.tables import Institution
from services.registry.people.trainees import visibility
from services.registry.people.trainees.conditions import IS_THE_ONE, WRITTEN_AS
from services.registry.people.trainees.tables import Trainee
from services.registry.training.classes.tables import TrainingClass
from shared.access import Actor
from shared.names import Known, Lookup, among

_INSTITUTIONS = among(Institution.id, Institution.name, Institution.kind, Institution.region_code)
_CLASSES = among(
    TrainingClass.id,
    TrainingClass.name,
    TrainingClass.number,
    TrainingClass.institution_id,
    TrainingClass.region_code,
    TrainingClass.starts_on,
)


async def trainees(session: AsyncSession, viewer: Actor | None, ids: Collection[UUID]) -> Mapping[UUID, Known]:
    """Those within the viewer's sight; all of them where the asking service vouches. A merged one is called as whom they go on as."""
    bound = visibility.bound(viewer) if viewer else {}
    return _by_id(await session.execute(_trainees(viewer.role if viewer else None), {"ids": list(ids), **bound}))


@cache
def _trainees(role: str | None) -> Select[Any]:
    wanted = among(WRITTEN_AS.id, Trainee.name, Trainee.id_number_masked, Trainee.region_code, Trainee.known_as).join(Trainee, IS_THE_ONE)
    return wanted.where(visibility.rows_bound(role)) if role else wanted


async def institutions(session: AsyncSession, _viewer: Actor | None, ids: Collection[UUID]) -> Mapping[UUID, Known]:
    return _by_id(await session.execute(_INSTITUTIONS, {"ids": list(ids)}))


async def classes(session: AsyncSession, _viewer: Actor | None, ids: Collection[UUID]) -> Mapping[UUID, Known]:
    return _by_id(await session.execute(_CLASSES, {"ids": list(ids)}))


def _by_id(rows: Any) -> dict[UUID, Known]:
    return {each["id"]: {name: each[name] for name in each if name != "id"} for each in rows.mappings()}


OWN: Mapping[str, Lookup] = {"trainees": trainees, "institutions": institutions, "classes": classes}
