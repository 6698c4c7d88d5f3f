"""A fact reported by itself, the facts of a placement as they were reported, and holding both sides' lists against each other."""

from typing import Any
from uuid import UUID

from sqlalchemy import Select, select
from sqlalchemy.ext.asyncio import AsyncSession

from services.eastwest import sight
from services.eastwest.placements import operations, updates
from services.eastwest.placements.schemas import FactOut, ReconcileIn, ReconcileOut, UnknownThere, UpdateIn, UpdateOut
from services.eastwest.placements.tables import Office, Update
from services.eastwest.placements.updates import Asked
from shared import errors
from shared.access import Call
from shared.web import Kernel

UPDATES = Update.__table__


async def report(session: AsyncSession, call: Call, kernel: Kernel, placement_id: UUID, body: UpdateIn) -> UpdateOut:
    await operations.find(session, call, placement_id)
    [result] = await updates.take(session, call, kernel, [Asked(body, placement_id)])
    if result.problem is not None:
        raise result.problem
    if result.faults:
        raise errors.Invalid(faults=result.faults)
    return UpdateOut.model_validate({**(result.row or {}), "outcome": result.outcome, "receipt": updates.receipt(kernel, result)})


async def reported(session: AsyncSession, call: Call, placement_id: UUID) -> Select[Any]:
    await operations.find(session, call, placement_id)
    return select(*(UPDATES.c[name] for name in FactOut.model_fields)).where(UPDATES.c.placement_id == placement_id)


async def reconcile(session: AsyncSession, call: Call, body: ReconcileIn) -> ReconcileOut:
    """What differs between the caller's list and ours, either way."""
    office = sight.office_of(call.actor)
    rows = await session.execute(
        select(UPDATES.c.external_ref, UPDATES.c.sequence).where(UPDATES.c.office == office).order_by(UPDATES.c.sequence)
    )
    here = {row.external_ref: row.sequence for row in rows}
    named = set(body.refs)
    return ReconcileOut(
        through=body.through,
        last_sequence=await session.scalar(select(Office.last_sequence).where(Office.office == office)) or 0,
        missing_here=[ref for ref in dict.fromkeys(body.refs) if ref not in here],
        missing_there=[
            UnknownThere(external_ref=ref, sequence=each) for ref, each in here.items() if each <= body.through and ref not in named
        ],
        later=[UnknownThere(external_ref=ref, sequence=each) for ref, each in here.items() if each > body.through and ref in named],
    )
