"""What persons, institutions and classes are called, for every answer that names one by its id."""

from collections.abc import Collection, Mapping
from typing import Any
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from services.registry.institutions.institutions.tables import Institution
from services.registry.people.trainees import visibility
from services.registry.people.trainees.tables import Trainee
from services.registry.training.classes.tables import TrainingClass
from shared.access import Actor
from shared.names import Known, Lookup


async def trainees(session: AsyncSession, viewer: Actor | None, ids: Collection[UUID]) -> Mapping[UUID, Known]:
    """Those within the viewer's sight; all of them where the asking service vouches."""
    wanted = select(Trainee.id, Trainee.name, Trainee.id_number_masked, Trainee.region_code).where(Trainee.id.in_(ids))
    if viewer is not None:
        wanted = wanted.where(visibility.rows(viewer))
    return _by_id(await session.execute(wanted))


async def institutions(session: AsyncSession, _viewer: Actor | None, ids: Collection[UUID]) -> Mapping[UUID, Known]:
    wanted = select(Institution.id, Institution.name, Institution.kind, Institution.region_code)
    return _by_id(await session.execute(wanted.where(Institution.id.in_(ids))))


async def classes(session: AsyncSession, _viewer: Actor | None, ids: Collection[UUID]) -> Mapping[UUID, Known]:
    table = TrainingClass
    wanted = select(table.id, table.name, table.number, table.institution_id, table.region_code, table.starts_on)
    return _by_id(await session.execute(wanted.where(table.id.in_(ids))))


def _by_id(rows: Any) -> dict[UUID, Known]:
    return {row.id: {name: value for name, value in row._mapping.items() if name != "id"} for row in rows}


OWN: Mapping[str, Lookup] = {"trainees": trainees, "institutions": institutions, "classes": classes}
