"""Counting what is looked up by number and shown in full, at the same cost however much it was; and what an auditor says of it."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import Insert, Select, case, func, select
from sqlalchemy.dialects.postgresql import insert as upsert
from sqlalchemy.ext.asyncio import AsyncSession

from services.registry.codes import HarvestStatus
from services.registry.people.harvests import policy
from services.registry.people.harvests.schemas import HarvestAlarmOut
from services.registry.people.harvests.tables import Harvest
from shared import db, deeds, errors, limits, pages, wire
from shared.access import Call
from shared.web import Kernel

STATUS = case((Harvest.acknowledged_at.is_(None), HarvestStatus.ALARMED.value), else_=HarvestStatus.ACKNOWLEDGED.value)
VERSION = 1 + Harvest.looked_up + Harvest.revealed + func.num_nonnulls(Harvest.acknowledged_at)  # whatever changes a row raises one of them
ALARMED: Select[Any] = select(
    STATUS.label("status"),
    VERSION.label("version"),
    *(getattr(Harvest, name) for name in HarvestAlarmOut.model_fields if name in Harvest.__mapper__.columns),
).where(Harvest.alarmed_at.is_not(None))


async def looked_up(session: AsyncSession, call: Call, kernel: Kernel, asked: int, found: Sequence[UUID]) -> None:
    """Records who asked by full numbers and whom they found; 429 where too many were asked for whom nobody is registered."""
    missed, actor = asked - len(found), call.actor
    if actor.role not in ("service", "system"):  # another system compares whole lists, as it was granted
        of_all = actor.role == "institution"
        quota, whom = (limits.LOOKUP_MISSES, actor.institution_id) if of_all else (limits.LOOKUP_MISSES_OF_A_PERSON, actor.person_id)
        await count(session, call, kernel, quota, whom, missed, looked_up=asked, unknown=missed)
    await deeds.record(session, call, "trainee.looked_up", None, details={"asked": asked, "found": [str(each) for each in found]})


async def count(session: AsyncSession, call: Call, kernel: Kernel, quota: limits.Quota, whom: UUID | None, cost: int, **said: int) -> None:
    """Counts against the quota and on the caller's day; 429 where it is too many, and what was tried counts all the same."""
    counted = _counted(call, **said)
    try:
        await kernel.limits.take(quota, str(whom or call.actor.subject), cost)
    except errors.TooManyRequests as refused:
        raise refused.keeping(counted) from refused
    await session.execute(counted)


def _counted(call: Call, *, looked_up: int = 0, unknown: int = 0, revealed: int = 0) -> Insert:
    said = {"looked_up": looked_up, "unknown": unknown, "revealed": revealed}
    first = upsert(Harvest).values(
        id=db.new_id(),
        who=call.actor.doer.person,
        on=call.today,
        actor=call.actor.subject,
        actor_name=call.actor.name or None,
        role=call.actor.role,
        institution_id=call.actor.institution_id,
        first_at=call.now,
        last_at=call.now,
        alarmed_at=call.now if policy.looks_like_one(**said) else None,
        **said,
    )
    sums = {name: getattr(Harvest, name) + first.excluded[name] for name in said}
    again = case((policy.looks_like_one(**sums), first.excluded.last_at))
    return first.on_conflict_do_update(
        index_elements=[Harvest.who, Harvest.on],
        index_where=Harvest.acknowledged_at.is_(None),
        set_=sums | {"last_at": first.excluded.last_at, "alarmed_at": func.coalesce(Harvest.alarmed_at, again)},
    )


async def list_alarms(
    session: AsyncSession, call: Call, asked: pages.Asked, on: list[Any] | None, acknowledged: list[bool] | None
) -> dict[str, Any]:
    wanted = pages.where(ALARMED, {Harvest.on: on, Harvest.acknowledged_at.is_not(None): acknowledged})
    return await pages.page(session, wanted, Harvest.id, asked, lambda row: _show(call, row))


async def get(session: AsyncSession, call: Call, alarm_id: UUID) -> HarvestAlarmOut:
    row = (await session.execute(ALARMED.where(Harvest.id == alarm_id))).first()
    if row is None:
        raise errors.NotFound()
    return _show(call, row)


async def permit(session: AsyncSession, call: Call, alarm_id: UUID) -> HarvestAlarmOut:
    found = await get(session, call, alarm_id)
    call.match(found.version)
    if refusal := policy.MACHINE.why_not("acknowledge", found.status, call.actor.doer):
        raise errors.InvalidState(refusal.detail)
    return found


async def acknowledge(session: AsyncSession, call: Call, alarm_id: UUID, reason: str) -> HarvestAlarmOut:
    """The auditor has looked into it. What the person looks up from then on counts anew."""
    await permit(session, call, alarm_id)
    alarm = await session.get_one(Harvest, alarm_id, with_for_update=True)
    await permit(session, call, alarm_id)  # as it is now that nobody else decides it
    alarm.acknowledged_at, alarm.reason = call.now, reason
    alarm.acknowledged_by, alarm.acknowledged_by_name = call.actor.subject, call.actor.name or None
    await session.flush()
    told = {name: getattr(alarm, name) for name in ("on", "actor", "looked_up", "unknown", "revealed")}
    await deeds.record(session, call, "harvest_alarm.acknowledged", alarm_id, details={"reason": reason, **told}, event=False)
    return await get(session, call, alarm_id)


def _show(call: Call, row: Any) -> HarvestAlarmOut:
    actions = policy.MACHINE.every_action(row.status, call.actor.doer)
    return HarvestAlarmOut.model_validate({**row._mapping, "allowed_actions": wire.allowed_actions(actions)})
