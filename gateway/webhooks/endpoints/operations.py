"""Endpoints: making, changing and removing them, and their secrets. Each belongs to the account that made it; nobody else sees it."""

from collections.abc import Sequence
from uuid import UUID

from sqlalchemy import delete, func, select
from sqlalchemy.ext.asyncio import AsyncSession

from gateway.settings import Settings
from gateway.webhooks import policy, signing, visibility
from gateway.webhooks.errors import TooManyEndpoints
from gateway.webhooks.schemas import EndpointChange, EndpointIn, EndpointMade, EndpointOut, EndpointPaper
from gateway.webhooks.tables import Endpoint
from shared import clock, db, deeds, errors, redaction, web, wire
from shared.access import Call
from shared.web import wording
from shared.web.kernel import SERVICES

URL_NOT_ALLOWED = "url_not_allowed"
COUNTING_LOCK = 7_303


async def make(session: AsyncSession, call: Call, kernel: web.Kernel, body: EndpointIn) -> EndpointMade:
    _check(kernel, body.url, body.types)
    await _room(session, call)
    secret, made = signing.new_secret(), db.new_id()
    scopes = sorted(call.actor.scopes) if call.actor.scopes is not None else None
    endpoint = Endpoint(
        id=made,
        owner=visibility.owner(call.actor),
        scopes=scopes,
        enabled=True,
        created_at=call.now,
        secret=kernel.vault.encrypt(secret, _row(made, "secret")),
        **body.model_dump(),
    )
    session.add(endpoint)
    await session.flush()
    await deeds.record(session, call, "webhook_endpoint.created", made, event=False, details={"types": body.types})
    return _made(endpoint, secret)


async def _room(session: AsyncSession, call: Call) -> None:
    """Of the requests of one account one at a time counts its endpoints and adds one."""
    await session.execute(select(func.pg_advisory_xact_lock(COUNTING_LOCK, func.hashtext(visibility.owner(call.actor)))))
    has = await session.scalar(select(func.count()).select_from(Endpoint).where(visibility.rows(call.actor)))
    if (has or 0) >= policy.ENDPOINTS_AT_MOST:
        raise TooManyEndpoints(f"本方已有 {has} 个接收网址,至多 {policy.ENDPOINTS_AT_MOST} 个。请修改或删除其中一个。")


async def find(session: AsyncSession, call: Call, endpoint_id: UUID) -> Endpoint:
    """The caller's endpoint, or 404."""
    found = await session.scalar(select(Endpoint).where(Endpoint.id == endpoint_id, visibility.rows(call.actor)))
    if found is None:
        raise errors.NotFound()
    return found


async def matched(session: AsyncSession, call: Call, endpoint_id: UUID) -> Endpoint:
    """The same, of the caller's version."""
    endpoint = await find(session, call, endpoint_id)
    call.match(endpoint.version)
    return endpoint


async def change(session: AsyncSession, call: Call, kernel: web.Kernel, endpoint_id: UUID, body: EndpointChange) -> Endpoint:
    endpoint = await matched(session, call, endpoint_id)
    given = body.model_dump(include=body.model_fields_set)
    _check(kernel, given.get("url"), given.get("types"))
    for name, value in given.items():
        setattr(endpoint, name, value)
    if "enabled" in given:
        endpoint.disabled_reason = None if endpoint.enabled else "owner"
        endpoint.failing_since = None
    await session.flush()
    await deeds.record(session, call, "webhook_endpoint.changed", endpoint.id, event=False, details={"fields": sorted(given)})
    return endpoint


async def remove(session: AsyncSession, call: Call, endpoint_id: UUID) -> None:
    """With everything that is still to be delivered to it."""
    endpoint = await matched(session, call, endpoint_id)
    await session.execute(delete(Endpoint).where(Endpoint.id == endpoint.id))
    await deeds.record(session, call, "webhook_endpoint.deleted", endpoint.id, event=False)


async def rotate_secret(session: AsyncSession, call: Call, kernel: web.Kernel, endpoint_id: UUID) -> EndpointMade:
    """A new secret; the old one signs beside it for a day, so that the receiver can change over at leisure."""
    endpoint = await matched(session, call, endpoint_id)
    secret, old = signing.new_secret(), kernel.vault.decrypt(endpoint.secret, _row(endpoint.id, "secret"))
    endpoint.previous_secret = kernel.vault.encrypt(old, _row(endpoint.id, "previous_secret"))
    endpoint.previous_secret_until = clock.now() + policy.OLD_SECRET_SIGNS_FOR
    endpoint.secret = kernel.vault.encrypt(secret, _row(endpoint.id, "secret"))
    await session.flush()
    await deeds.record(session, call, "webhook_endpoint.secret_rotated", endpoint.id, event=False)
    return _made(endpoint, secret)


def secrets_of(kernel: web.Kernel, endpoint: Endpoint) -> list[str]:
    """What signs now: the secret, and the one before it while its day lasts."""
    now_and_before = [kernel.vault.decrypt(endpoint.secret, _row(endpoint.id, "secret"))]
    if endpoint.previous_secret and endpoint.previous_secret_until and endpoint.previous_secret_until > clock.now():
        now_and_before.append(kernel.vault.decrypt(endpoint.previous_secret, _row(endpoint.id, "previous_secret")))
    return now_and_before


def reach(kernel: web.Kernel) -> policy.Reach:
    of = kernel.settings
    assert isinstance(of, Settings), "the gateway's own"
    return policy.Reach(of.environment == "local", of.webhook_networks, of.own_hosts)


def _check(kernel: web.Kernel, url: str | None, types: Sequence[str] | None) -> None:
    """That it can be told, and waits for nothing that never comes."""
    faults = []
    if url is not None and (wrong := policy.url_fault(url, reach(kernel))):
        faults.append(errors.Fault(URL_NOT_ALLOWED, pointer="/url", allowed=wrong, fix="请改正网址。"))
    events = {event for service in SERVICES for event in wording.own(service).events}
    for place in policy.unknown(types or (), events):
        allowed, fix = "接口文档 webhooks 所列的事件,如 class.approved,或 class.*", "请改正,或删去本项。"
        faults.append(
            errors.Fault("invalid_value", f"/types/{place}", seen=redaction.quoted((types or ())[place]), allowed=allowed, fix=fix)
        )
    if faults:
        raise errors.Invalid(faults=faults)


def _row(endpoint_id: UUID, column: str) -> str:
    return f"webhook_endpoints/{endpoint_id}/{column}"


def paper(endpoint: Endpoint) -> EndpointPaper:
    """The endpoint, as its account is shown it: nobody else sees it, and it may be changed at any time."""
    actions = wire.allowed_actions(dict.fromkeys(("change", "delete", "replay", "rotate-secret")))
    return EndpointPaper(**EndpointOut.model_validate(endpoint).model_dump(), allowed_actions=actions)


def _made(endpoint: Endpoint, secret: str) -> EndpointMade:
    return EndpointMade(**dict(paper(endpoint)), secret=secret)
