"""Routes: each states who may call it, and serves one request in one transaction that is committed before the answer leaves.

The order of checks is the contract's: token, idempotency, `If-Match` present, then the body and what the operation itself asks for.
"""

import contextlib
import functools
from collections.abc import Callable, Coroutine, Iterable
from contextvars import ContextVar
from dataclasses import dataclass
from datetime import date
from typing import Annotated, Any

import orjson
from fastapi import APIRouter, Depends, Request, Response, params
from fastapi.exceptions import RequestValidationError
from fastapi.routing import APIRoute
from pydantic import BaseModel
from sqlalchemy.ext.asyncio import AsyncSession
from starlette.routing import Match
from starlette.types import Scope

from shared import access, audit, clock, errors, idempotency, names
from shared.web import openapi, strict_input
from shared.web.kernel import Kernel
from shared.web.problems import translate

REQUIRED = "required"
JSON_LARGEST_BYTES = 4 * 1024 * 1024
UPLOAD_LARGEST_BYTES = 21 * 1024 * 1024


Also = Callable[[dict[str, Any], date], Iterable[errors.Fault]]


@dataclass(frozen=True, slots=True)
class Operation:
    """What a route says about itself beside path and shape."""

    may: frozenset[str]
    scope: str
    key: str | None
    if_match: bool
    writes: bool
    largest_bytes: int
    too_large: type[errors.Problem]
    unkept: frozenset[str]
    also: Also | None = None


_answered: ContextVar[Any] = ContextVar("answered", default=None)


class Route(APIRoute):
    """Serves a request: token, idempotency, one transaction around the endpoint, `ETag` and `Location` on the way out."""

    @functools.cached_property
    def fixed(self) -> str:
        """The path up to its first parameter."""
        return self.path.partition("{")[0]

    def matches(self, scope: Scope) -> tuple[Match, Scope]:
        """As ever, but a path that begins otherwise is passed over without matching its pattern: a service has a hundred routes."""
        return super().matches(scope) if scope["path"].startswith(self.fixed) else (Match.NONE, {})

    def get_route_handler(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:
        handler, operation = super().get_route_handler(), getattr(self.endpoint, "operation", None)
        parameters = dict(strict_input.query_parameters(self.dependant))
        if operation is None:
            raise TypeError(f"{self.path}: declare routes with Router.operation")
        fields = frozenset(
            name for field in self.dependant.body_params for name in strict_input.form_names(field.alias, field.field_info.annotation)
        )
        takes = (
            ()
            if self.body_field is None
            else strict_input.FORM
            if isinstance(self.body_field.field_info, params.Form)
            else strict_input.JSON
        )

        planned = names.plan(self.response_field.field_info.annotation) if self.response_field else None

        async def serve(request: Request) -> Response:
            kernel: Kernel = request.app.state.kernel
            try:
                call = request.state.call = await _call(request, kernel, operation)
                strict_input.known_parameters(request, parameters)
                await strict_input.readable_body(request, takes, operation.largest_bytes, operation.too_large)
                if takes == strict_input.FORM:
                    await strict_input.known_fields(request, fields)
                if not operation.writes:
                    try:
                        response = await handler(request)
                    finally:
                        if session := getattr(request.state, "session", None):
                            await session.close()
                    return _tagged(request, await _named(request, kernel, call, planned, response))
                answer = await _in_one_transaction(request, kernel, call, operation, handler)
                return await _named(request, kernel, call, planned, answer)
            except Exception as error:
                problem = translate(error)
                if operation.also and isinstance(problem, errors.Invalid) and isinstance(error, RequestValidationError):
                    problem = await _all_at_once(request, problem, operation.also)
                if problem.status == 403:
                    await _note_refusal(request, kernel, problem)
                raise problem from error

        return serve


async def _in_one_transaction(
    request: Request, kernel: Kernel, call: access.Call, operation: Operation, handler: Callable[[Request], Coroutine[Any, Any, Response]]
) -> Response:
    key = request.headers.get("idempotency-key") if request.method == "POST" and operation.key else None
    if key is None and operation.key == REQUIRED:
        raise errors.IdempotencyKeyRequired()
    async with kernel.writing.begin() as session:
        request.state.session, digest, caller = session, b"", f"{call.actor.role}:{call.actor.subject}"
        if key is not None:
            idempotency.check_key(key)
            digest = kernel.vault.blind(f"{request.url.path}?{request.url.query}\n{(await _same_each_time(request)).hex()}", "idempotency")
            if kept := await idempotency.find(session, caller, key, digest):
                return Response(kept.body, kept.status, {**kept.headers, "Idempotent-Replayed": "true"})
        if operation.if_match and call.if_match is None:
            raise errors.PreconditionRequired()
        response = _tagged(request, await handler(request))
        if key is not None:
            kept_body = _without(bytes(response.body), operation.unkept)
            await idempotency.keep(session, caller, key, digest, idempotency.Answer(response.status_code, response.headers, kept_body))
    return response


async def _named(request: Request, kernel: Kernel, call: access.Call, planned: names.Plan | None, response: Response) -> Response:
    """The answer with the names beside its ids, asked for when no transaction or connection is held any more. A repeat is named anew."""
    if planned is None or not response.body:
        return response
    own, within = request.app.state.part.names, kernel.settings.names_within_seconds
    response.body = await names.filled(planned, bytes(response.body), call, own, kernel.reading, kernel.neighbours, within)
    response.headers["content-length"] = str(len(response.body))
    return response


async def _all_at_once(request: Request, problem: errors.Problem, also: Also) -> errors.Problem:
    """A body of the wrong shape never reaches its operation; what the rules say of its sound parts is told all the same."""
    body = await request.json()
    named = {fault.pointer for fault in problem.faults}
    more = also(body, request.state.call.today) if isinstance(body, dict) else ()
    return type(problem)(faults=[*problem.faults, *(fault for fault in more if fault.pointer not in named)])


async def _same_each_time(request: Request) -> bytes:
    """The body as a repeat has it too: a form's boundary is chosen anew by the client each time it sends it."""
    body = await request.body()
    _, _, boundary = request.headers.get("content-type", "").partition("boundary=")
    return body.replace(boundary.strip('"').encode(), b"") if boundary else body


def _without(body: bytes, members: frozenset[str]) -> bytes:
    """An answer as it may be kept: secrets that are shown once are left out, so a repeat cannot show them again."""
    if not members:
        return body
    return orjson.dumps({name: value for name, value in orjson.loads(body).items() if name not in members})


async def _call(request: Request, kernel: Kernel, operation: Operation) -> access.Call:
    now, server_date = clock.now(), request.headers.get("x-server-date")
    if server_date is not None:
        try:
            if not kernel.settings.allow_clock_override:
                raise ValueError("refused")
            now = clock.read(server_date)
        except ValueError as error:
            raise errors.ServerDateRefused(parameter="X-Server-Date") from error
    actor = access.ANYONE
    if "public" not in operation.may:
        scheme, _, token = request.headers.get("authorization", "").partition(" ")
        if scheme.lower() != "bearer" or not token:
            raise errors.Unauthenticated("请求没有携带令牌(Authorization: Bearer …)。请在 /oauth2/token 或 /v1/sessions 取得令牌。")
        actor = await kernel.tokens.actor(token, internal="service" in operation.may and access.is_internal(token))
        request.state.actor = actor
        request.state.rate = await kernel.within_rate(actor)
        access.require(actor, operation.may, operation.scope)
    origin = request.client.host if request.client else None
    return access.Call(
        actor,
        now,
        request.state.request_id,
        request.headers.get("traceparent"),
        origin,
        request.headers.get("if-match"),
        server_date,
        request.state.deadline,
    )


def _tagged(request: Request, response: Response) -> Response:
    answer = _answered.get()
    _answered.set(None)
    if isinstance(answer, BaseModel | dict):
        read = answer.get if isinstance(answer, dict) else functools.partial(getattr, answer)
        with contextlib.suppress(AttributeError):
            if (version := read("version", None)) is not None and "etag" not in response.headers:
                response.headers["etag"] = f'"{version}"'
            if response.status_code == 201 and ":" not in request.url.path and (made := read("id", None)) is not None:
                response.headers.setdefault("location", f"{request.url.path}/{made}")
    return response


async def _note_refusal(request: Request, kernel: Kernel, problem: errors.Problem) -> None:
    """A refusal is part of the trail too, in a transaction of its own since the refused one is gone."""
    if (actor := getattr(request.state, "actor", None)) is None:
        return
    call = access.Call(actor, clock.now(), request.state.request_id, origin=request.client.host if request.client else None)
    with contextlib.suppress(Exception):
        async with kernel.writing.begin() as session:
            details = {"method": request.method, "path": request.url.path, "code": problem.code}
            await audit.record_all(session, [audit.entry(call, "refused", "request", None, details, outcome="refused")])


class Router(APIRouter):
    """A router whose routes are declared with `operation`."""

    def __init__(self, noun: str, **options: Any) -> None:
        super().__init__(tags=[noun], route_class=Route, **options)
        self.noun = noun

    def operation(
        self, method: str, path: str, *, may: frozenset[str], summary: str, errors: Iterable[type[errors.Problem]] = (), status: int = 200, key: str | None = "accepted",
        if_match: bool = False, writes: bool | None = None, example: Any = None, largest_bytes: int = JSON_LARGEST_BYTES,
        too_large: type[errors.Problem] = errors.TooLarge, unkept: Iterable[str] = (), scoped: bool = True, also: Also | None = None, **options: Any,
    ) -> Callable[[Callable[..., Any]], Callable[..., Any]]:  # fmt: skip
        """Declares a route. `may`: the roles allowed. `key`: whether an Idempotency-Key is taken ("accepted"), REQUIRED, or ignored (None).

        `writes=False` marks a POST that only asks (`:lookup`, `:quote`, `:verify`): no transaction, no key. `errors`: the problems of its own it can answer.
        `too_large`: what a body beyond `largest_bytes` is refused with. `unkept`: members of the answer that are secrets and not kept for a repeat. `also`: what the rules find in a body whose shape is already at fault. `scoped=False`: open to every role of `may`, whatever its scopes.
        """
        changes = method != "GET" if writes is None else writes
        details = Operation(
            may,
            f"{self.noun}.{'write' if changes else 'read'}" if scoped else "",
            key if changes and method == "POST" else None,
            if_match,
            changes,
            largest_bytes,
            too_large,
            frozenset(unkept),
            also,
        )

        def declare(endpoint: Callable[..., Any]) -> Callable[..., Any]:
            @functools.wraps(endpoint)
            async def remembering(*args: Any, **kwargs: Any) -> Any:
                answer = await endpoint(*args, **kwargs)
                _answered.set(answer)
                return answer

            remembering.operation = details  # type: ignore[attr-defined]
            shown = openapi.operation(method, path, details, list(errors), example)
            return self.api_route(path, methods=[method], status_code=status, summary=summary, **shown, **options)(remembering)

        return declare


async def _session(request: Request) -> AsyncSession:
    """A write's session is there already; a read's is made when it is asked for, since the quickest reads do without."""
    if not hasattr(request.state, "session"):
        request.state.session = request.app.state.kernel.reading()
    session: AsyncSession = request.state.session
    return session


async def _caller(request: Request) -> access.Call:
    call: access.Call = request.state.call
    return call


async def _kernel(request: Request) -> Kernel:
    kernel: Kernel = request.app.state.kernel
    return kernel


Session = Annotated[AsyncSession, Depends(_session)]
Caller = Annotated[access.Call, Depends(_caller)]
KernelOf = Annotated[Kernel, Depends(_kernel)]
