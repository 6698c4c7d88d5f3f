"""Deliveries: one for every event and endpoint, made as the feeds are followed; listed, and sent again on demand."""

from collections.abc import Sequence
from datetime import datetime, time
from functools import cache
from typing import Any, cast
from uuid import UUID

from sqlalchemy import Select, Table, and_, exists, func, or_, select, tuple_, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from gateway.changes.reading import unpack
from gateway.codes import DeliveryStatus
from gateway.webhooks import policy, visibility
from gateway.webhooks.endpoints import operations as endpoints
from gateway.webhooks.schemas import DeliveryOut, ReplayIn
from gateway.webhooks.tables import Delivery
from shared import changes, clock, db, deeds, errors, http_client, pages, web
from shared.access import Actor, Call
from shared.web.events import SeenOut

DELIVERIES = cast(Table, Delivery.__table__)


async def wanted_by(session: AsyncSession, kernel: web.Kernel, service: str, events: Sequence[changes.Event]) -> dict[UUID, list[UUID]]:
    """By event, the endpoints that are told of it: they ask for its type, and their account may see its paper, as the service itself judges. Endpoints
    get what happens after they were made."""
    listeners = await visibility.listening(session)
    told: dict[UUID, list[UUID]] = {}
    for start in range(0, len(listeners), web.VIEWERS_AT_MOST):
        some = listeners[start : start + web.VIEWERS_AT_MOST]
        visible = await _visible(kernel, service, [each.actor for each in some], events)
        for listener, ids in zip(some, visible, strict=True):
            for event in events:
                if event.id in ids and listener.endpoint_id < event.id and policy.wants(listener.types, event.type):
                    told.setdefault(event.id, []).append(listener.endpoint_id)
    return told


async def _visible(kernel: web.Kernel, service: str, actors: Sequence[Actor], events: Sequence[changes.Event]) -> list[set[UUID]]:
    asked = {
        "viewers": [actor.wire() for actor in actors],
        "events": [{"id": event.id, "type": event.type, "subject": event.subject} for event in events],
    }
    answer = await kernel.neighbours[service].post(web.SEEN, kernel.own_call(), asked)
    return [set(ids) for ids in http_client.read(SeenOut, answer, service).seen]


async def make(session: AsyncSession, event: changes.Event, endpoint_ids: Sequence[UUID]) -> None:
    """Makes an event's deliveries, in the transaction that moves the feed's cursor."""
    if not endpoint_ids:
        return
    transaction_id, position, *_ = event.sequence.split("-")
    values = {
        "event_id": event.id,
        "type": event.type,
        "occurred_at": event.time,
        "feed": event.source.removeprefix("/"),
        "transaction_id": int(transaction_id),
        "position": int(position),
        "event": event.model_dump(mode="json"),
        "status": "pending",
        "attempts": 0,
    }
    rows = [values | {"id": db.new_id(), "endpoint_id": endpoint_id} for endpoint_id in endpoint_ids]
    await session.execute(insert(DELIVERIES).values(next_at=func.now()).on_conflict_do_nothing(), rows)


async def anyone_listens(session: AsyncSession) -> bool:
    return bool(await session.scalar(_anyone()))


@cache
def _anyone() -> Select[Any]:
    return select(exists().where(visibility.heard()))


async def listed(session: AsyncSession, call: Call, endpoint_id: UUID, status: list[DeliveryStatus] | None) -> Select[Any]:
    endpoint = await endpoints.find(session, call, endpoint_id)
    wanted = select(*(DELIVERIES.c[name] for name in DeliveryOut.model_fields))
    return pages.where(wanted, {DELIVERIES.c.endpoint_id: endpoint.id, DELIVERIES.c.status: status})


async def replay(session: AsyncSession, call: Call, kernel: web.Kernel, endpoint_id: UUID, body: ReplayIn) -> int:
    """Makes kept deliveries due again, whatever became of them, and answers how many. The receiver knows them by their `webhook-id`."""
    endpoint = await endpoints.matched(session, call, endpoint_id)
    named = [name for name, value in body if value is not None]
    if len(named) > 1:
        faults = [
            errors.Fault("one_of_three", f"/{name}", allowed="from_on、after、delivery_id 至多一项", fix="请只保留一项。") for name in named
        ]
        raise errors.Invalid(faults=faults)
    again = update(DELIVERIES).where(DELIVERIES.c.endpoint_id == endpoint.id)
    if body.from_on:
        again = again.where(DELIVERIES.c.occurred_at >= datetime.combine(body.from_on, time(), clock.SHANGHAI))
    if body.delivery_id:
        again = again.where(DELIVERIES.c.id == body.delivery_id)
    if body.after is not None:
        again = again.where(_after(kernel, body.after))
    done: Any = await session.execute(again.values(status="pending", attempts=0, next_at=func.now()))
    if body.delivery_id and not done.rowcount:
        raise errors.NotFound()
    await deeds.record(session, call, "webhook_endpoint.replayed", endpoint.id, event=False, details={"deliveries": done.rowcount})
    return int(done.rowcount)


def _after(kernel: web.Kernel, after: str) -> Any:
    """Events that lie behind a position of the merged feed, each by its own service's order."""
    positions = unpack(after, [*kernel.neighbours, kernel.service])
    place = tuple_(DELIVERIES.c.transaction_id, DELIVERIES.c.position)
    behind = [and_(DELIVERIES.c.feed == name, place > tuple(map(int, at.split("-")[:2]))) for name, at in positions.items()]
    return or_(DELIVERIES.c.feed.not_in(positions), *behind)
