"""First stage: who calls. The token is read, the role and the scope are held against what the operation asks, and the call gets its time."""

import re
from typing import Annotated

from fastapi import Depends, Request

from shared import access, clock, errors
from shared.web.kernel import Kernel
from shared.web.operation import Operation

_TAG = r'\s*(?:W/)?"[\x21\x23-\x7e\x80-\xff]*"\s*'
_TAGS = re.compile(f"{_TAG}(?:,{_TAG})*")
_STRONG_TAG = re.compile(r'(W/)?"([^"]*)"')


async def identify(request: Request, kernel: Kernel, operation: Operation) -> access.Call:
    """The call, or 401; 403 where the caller may not ask this."""
    now = clock.now()
    server_date = request.headers.get("x-server-date", kernel.settings.server_date(now))
    if server_date is not None:
        try:
            if not kernel.settings.allow_clock_override:
                raise ValueError("refused")
            now = clock.read(server_date)
        except ValueError as error:
            raise errors.ServerDateRefused(parameter="X-Server-Date") from error
    actor = access.ANYONE if operation.public else await _actor(request, kernel, operation)
    call = request.state.call = access.Call(
        actor,
        now,
        request.state.request_id,
        request.headers.get("traceparent"),
        request.client.host if request.client else None,
        None,
        server_date,
        request.state.deadline,
        calendar=kernel.calendar,
    )
    if not operation.public:
        access.require(actor, operation.may, operation.scope)
    if "if-match" in request.headers:
        call = request.state.call = call.matching(versions(", ".join(request.headers.getlist("if-match"))))
    return call


async def _actor(request: Request, kernel: Kernel, operation: Operation) -> access.Actor:
    scheme, _, token = request.headers.get("authorization", "").partition(" ")
    if scheme.lower() != "bearer" or not token:
        raise errors.Unauthenticated("请求没有携带令牌(Authorization: Bearer …)。请在 /oauth2/token 或 /v1/sessions 取得令牌。")
    actor = await kernel.tokens.actor(token, internal="service" in operation.may and access.is_internal(token))
    if not request.state.counted:
        request.state.rate = await kernel.within_rate(actor)
    return actor


def versions(if_match: str) -> frozenset[str]:
    """The versions that an `If-Match` names, or `*`. A tag is `"<version>-<digest>"` or the version alone; a weak one matches nothing (RFC 9110 §13.1.1)."""
    if if_match.strip() == "*":
        return frozenset("*")
    if not _TAGS.fullmatch(if_match):
        allowed = '读取时 ETag 的值,如 "3-9f86d081884c7d65";多个以逗号分隔;或 *'
        fault = errors.Fault("invalid_value", parameter="If-Match", allowed=allowed, fix="请改正该请求头。")
        raise errors.InvalidParameter("If-Match 不合格式。", faults=[fault], parameter="If-Match")
    return frozenset(tag.partition("-")[0] for weak, tag in _STRONG_TAG.findall(if_match) if not weak)


async def _caller(request: Request) -> access.Call:
    call: access.Call = request.state.call
    return call


Caller = Annotated[access.Call, Depends(_caller)]
