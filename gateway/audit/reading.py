"""The audit trails of all services as one, newest first."""

import asyncio
import base64
import binascii
import hashlib
import heapq
import itertools
from typing import Any
from uuid import UUID

import orjson

from gateway.clients import ask_all
from shared import access, changes, errors, http_client, web, wire
from shared.web import standing
from shared.web.standing import AuditCheck, AuditEntry, AuditList, audit_cursor, read_audit

CHECKED_WITHIN_SECONDS = 30.0


class Deed(AuditEntry):
    """An entry, and the service whose trail holds it."""

    service: str


class MergedTrail(wire.Out):
    """`complete` is false when a service did not answer: its entries are missing here."""

    items: list[Deed]
    next_cursor: str | None
    total: int | None = None
    complete: bool


class ServiceCheck(wire.Out):
    status: str
    check: AuditCheck | None


class MergedCheck(wire.Out):
    """`intact`: every trail that could be checked is as it was written. `complete` is false when one could not be."""

    intact: bool
    complete: bool
    services: dict[str, ServiceCheck]


async def read(
    kernel: web.Kernel,
    session: web.Session,
    call: access.Call,
    subject: list[UUID] | None,
    actor: list[str] | None,
    action: list[str] | None,
    limit: int,
    cursor: str | None,
    counted: bool,
) -> MergedTrail:
    given = {"subject": subject, "actor": actor, "action": action}
    filters = {name: [str(value) for value in values] for name, values in given.items() if values}
    positions = _unpack(cursor, filters, [*kernel.neighbours, kernel.service])

    async def ask(name: str) -> Any:
        params: dict[str, Any] = (
            filters
            | {"limit": limit, "include_total": str(counted).lower()}
            | ({"cursor": audit_cursor(positions[name], subject, actor, action)} if name in positions else {})
        )
        return http_client.read(AuditList, await kernel.neighbours[name].get("/v1/audit", call, params), name)

    lists: dict[str, AuditList | None] = await ask_all(kernel.neighbours, ask)
    lists[kernel.service] = await read_audit(session, subject, actor, action, limit, positions.get(kernel.service), counted)
    deeds = ([Deed(service=name, **entry.model_dump()) for entry in found.items] for name, found in lists.items() if found)
    merged = heapq.merge(*deeds, key=lambda deed: deed.recorded_at, reverse=True)
    items = list(itertools.islice(merged, limit))
    for deed in items:
        positions[deed.service] = deed.id
    shown = {name: sum(deed.service == name for deed in items) for name in lists}
    more = any(found and (found.next_cursor or len(found.items) > shown[name]) for name, found in lists.items())
    return MergedTrail(
        items=items,
        next_cursor=_pack(positions, filters) if more else None,
        total=sum(found.total or 0 for found in lists.values() if found) if counted else None,
        complete=all(found is not None for found in lists.values()),
    )


async def verify(kernel: web.Kernel, call: access.Call) -> MergedCheck:
    patient = call.patient(CHECKED_WITHIN_SECONDS)

    async def ask(name: str) -> Any:
        if name == kernel.service:
            try:
                return await asyncio.wait_for(standing.check_audit(kernel), CHECKED_WITHIN_SECONDS)
            except TimeoutError as late:
                raise errors.UpstreamTimeout() from late
        answer = await kernel.neighbours[name].get("/v1/audit:verify", patient, timeout_seconds=CHECKED_WITHIN_SECONDS)
        return http_client.read(AuditCheck, answer, name)

    checks: dict[str, AuditCheck | None] = await ask_all([*kernel.neighbours, kernel.service], ask)
    shown = {name: ServiceCheck(status=_status(check), check=check) for name, check in checks.items()}
    return MergedCheck(intact=all(check.intact for check in checks.values() if check), complete=all(checks.values()), services=shown)


def _status(check: AuditCheck | None) -> str:
    return "unavailable" if check is None else "intact" if check.intact else "broken"


def _digest(filters: dict[str, list[str]]) -> str:
    return hashlib.sha256(repr(sorted(filters.items())).encode()).hexdigest()[:12]


def _pack(positions: dict[str, int], filters: dict[str, list[str]]) -> str:
    return base64.urlsafe_b64encode(orjson.dumps([_digest(filters), positions])).decode().rstrip("=")


def _unpack(cursor: str | None, filters: dict[str, list[str]], services: list[str]) -> dict[str, int]:
    if cursor is None:
        return {}
    try:
        digest, positions = orjson.loads(base64.b64decode(cursor + "=" * (-len(cursor) % 4), altchars=b"-_", validate=True))
        if digest != _digest(filters) or not all(
            name in services and type(at) is int and 0 < at <= changes.BIGGEST for name, at in positions.items()
        ):
            raise ValueError("another filter's")
    except (binascii.Error, ValueError, TypeError, AttributeError) as error:
        raise errors.InvalidCursor(parameter="cursor") from error
    return dict(positions)
