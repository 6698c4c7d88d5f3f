"""Putting the worklist together: every service is asked as the caller, and the gateway itself; one that is away leaves its items out, and the list says so.

Each service gives its list in order, and the pages are merged. A cursor says for each service after which item to go on, so nothing is lost or said
twice where the items of one take up a page, nor where a service is away for a while.
"""

import asyncio
import heapq
import itertools
from collections.abc import Mapping
from datetime import date
from typing import Any, Final
from urllib.parse import urlencode

from fastapi import Request
from sqlalchemy import Text, case, exists, func, literal, null, true
from sqlalchemy.ext.asyncio import AsyncSession

from gateway.clients import ask_as_caller
from gateway.codes import AccountStatus, WorklistKind
from gateway.identity.tables import Account, Client, User
from gateway.webhooks import conditions
from gateway.webhooks import visibility as webhooks
from gateway.webhooks.tables import Endpoint
from gateway.worklist.schemas import Waiting, Worklist
from shared import access, codes, errors, pages, telemetry, web, worklist
from shared.http_client import problem_of, read


def _accounts(kind: WorklistKind, word: str, table: type[Account]) -> worklist.Kind:
    """An account that decides waits for another administrator than the one who was shown its secret."""
    of: Any = table
    paper = worklist.Paper(
        word,
        of.id,
        lambda _: true(),
        title=(literal("确认账号", Text), of.name, case(codes.named("role"), value=of.role)),
        link=worklist.at(f"{word}s", of.id),
        status=of.status,
        institution_id=of.institution_id,
    )

    def others(call: access.Call) -> tuple[Any, ...]:
        return (of.made_by.is_distinct_from(call.actor.person_id),)

    pending = frozenset({AccountStatus.PENDING})
    return worklist.Kind(kind, access.ADMIN, "confirm", paper, pending, since_at=of.created_at, where=others)


def _endpoints(kind: WorklistKind, roles: frozenset[str], *, own: bool) -> worklist.Kind:
    """An endpoint that takes no events waits for its account, and for the administrators, who are led to the account: the endpoint is not theirs to open."""
    account = func.split_part(Endpoint.owner, ":", 2)
    of_client = exists().where(Client.client_id == account)
    its_account = case((of_client, literal("/v1/clients/", Text)), else_=literal("/v1/users/", Text)) + account
    paper = worklist.Paper(
        "webhook_endpoint",
        Endpoint.id,
        webhooks.rows if own else (lambda actor: ~webhooks.rows(actor)),
        title=(literal("接收网址未收下事件", Text), Endpoint.description, null() if own else account),
        link=worklist.at("webhook-endpoints", Endpoint.id) if own else its_account,
    )
    return worklist.Kind(
        kind, roles, "replay" if own else "get", paper, frozenset(), since_at=conditions.since(), where=lambda _: (conditions.failed(),)
    )


KINDS: Final = (
    _accounts(WorklistKind.CLIENT_PENDING, "client", Client),
    _accounts(WorklistKind.USER_PENDING, "user", User),
    _endpoints(WorklistKind.WEBHOOK_FAILED, webhooks.OWNERS, own=True),
    _endpoints(WorklistKind.WEBHOOK_OF_ANOTHER_FAILED, access.ADMIN, own=False),
)


async def gather(
    request: Request, session: AsyncSession, call: access.Call, kernel: web.Kernel, asked: pages.Asked, sought: worklist.Filter
) -> Worklist:
    """A page of what waits for the caller anywhere, the most due first."""
    after: dict[str, str] = {} if asked.after is None else asked.after[0]
    own = await worklist.page(session, call, kernel.calendar, asked.going_on(after.get(kernel.service)), sought, KINDS)
    answers = await asyncio.gather(
        *(_of_service(request, call, kernel, asked, sought, name, after.get(name)) for name in kernel.neighbours)
    )
    found = dict(zip(kernel.neighbours, answers, strict=True)) | {kernel.service: own}
    given = _first(found, asked.limit)
    positions = after | {name: item.cursor for name, item in given}
    answered = [page for page in found.values() if page]
    more = sum(len(page.items) for page in answered) > len(given) or any(page.next_cursor for page in answered)
    return Worklist(
        as_of=call.today,
        complete=all(found.values()),
        services={name: "ok" if found[name] else "unavailable" for name in kernel.neighbours},
        items=[Waiting(service=name, **item.model_dump(exclude={"cursor"})) for name, item in given],
        next_cursor=asked.cursor(positions, "") if more else None,
        total=sum(page.total or 0 for page in answered) if asked.include_total else None,
        counts=[count for page in answered for count in page.counts],
    )


async def _of_service(
    request: Request, call: access.Call, kernel: web.Kernel, asked: pages.Asked, sought: worklist.Filter, service: str, cursor: str | None
) -> worklist.Worklist | None:
    said: dict[str, Any] = {"limit": asked.limit, "cursor": cursor, "kind": sought.kinds, "overdue": sought.overdue}
    said |= {"include_total": asked.include_total or None}
    query = urlencode(
        {name: str(value).lower() if isinstance(value, bool) else value for name, value in said.items() if value is not None}, doseq=True
    )
    try:
        answer = await ask_as_caller(request, call, kernel, service, f"/v1/worklist?{query}")
        if answer.status != 200:
            raise problem_of(answer, service)
        return read(worklist.Worklist, answer.body, service)
    except errors.Problem as problem:
        telemetry.log.warning("worklist_incomplete", service=service, code=problem.code, request_id=call.request_id)
        return None


def _first(found: Mapping[str, worklist.Worklist | None], limit: int) -> list[tuple[str, worklist.Placed]]:
    """The first of all services, each one's in its own order."""
    by_service = ([(name, item) for item in page.items] for name, page in found.items() if page)
    merged = heapq.merge(*by_service, key=lambda each: (each[1].due_on or date.max, each[1].since_at))
    return list(itertools.islice(merged, limit))
