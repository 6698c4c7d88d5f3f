"""Routes: each states who may call it, and serves one request stage by stage, in the contract's order of checks.

Who calls (`calling`) → what is readable (`strict_input`) → was it answered before (`replaying`) → is the precondition there → is the body of its
shape → the operation in one transaction, committed before the answer leaves (`transaction`) → names beside the answer's ids (`shared.names`) → the answer tagged (`tagging`). A refusal
at any stage goes through `refusing`.
"""

import contextlib
import functools
import re
from collections import defaultdict
from collections.abc import Callable, Coroutine, Iterable
from typing import Any, ClassVar

from fastapi import APIRouter, Request, Response
from fastapi.exceptions import RequestValidationError
from fastapi.routing import APIRoute
from starlette.routing import Match
from starlette.types import Receive, Scope, Send

from shared import access, errors, idempotency, names, replica
from shared.http_client import NAMES_LEFT
from shared.web import calling, openapi, refusing, replaying, strict_input, tagging, transaction, wording
from shared.web.kernel import Kernel
from shared.web.operation import SAID, Operation

_PARAMETER = re.compile(r"{[^}]*}")
SUCCESS = {200: "成功", 201: "已新建", 202: "已受理,结果稍后查询", 204: "成功,没有内容", 207: "逐项的结果"}
Handler = Callable[[Request], Coroutine[Any, Any, Response]]


class Route(APIRoute):
    """One operation at its path."""

    def __init__(self, path: str, endpoint: Callable[..., Any], *, operation: Operation, **options: Any) -> None:
        self.operation = operation
        super().__init__(path, endpoint, **options)

    @functools.cached_property
    def fixed(self) -> str:
        """The path up to its first parameter."""
        return self.path.partition("{")[0]

    def matches(self, scope: Scope) -> tuple[Match, Scope]:
        """As ever, but a path that begins otherwise is passed over without matching its pattern: a service has a hundred routes. HEAD is GET's."""
        if not scope["path"].startswith(self.fixed):
            return Match.NONE, {}
        match, found = super().matches(scope)
        return (Match.FULL if match is Match.PARTIAL and scope["method"] == "HEAD" and "GET" in (self.methods or ()) else match), found

    async def handle(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serves the request: HEAD like GET, whose content the server then leaves out, and any method that the path has not by naming those it has."""
        if scope["method"] == "HEAD":
            scope = {**scope, "method": "GET"}
        if scope["method"] in (self.methods or ()):
            await super().handle(scope, receive, send)
            return
        allowed = {"Allow": ", ".join(sorted(methods_of(scope)))}
        if scope["method"] != "OPTIONS":
            raise errors.MethodNotAllowed(f"该地址可用的方法:{allowed['Allow']}。", headers=allowed)
        await Response(status_code=204, headers=allowed)(scope, receive, send)

    def get_route_handler(self) -> Handler:
        run, operation, taken = super().get_route_handler(), self.operation, strict_input.taken(self)
        answers = tagging.models(self.response_field.field_info.annotation) if self.response_field else ()
        versioned = any("version" in {**model.model_fields, **model.model_computed_fields} for model in answers)
        single = bool(answers) and tagging.is_single(operation.method, self.path)
        planned = names.plan(self.response_field.field_info.annotation) if self.response_field else None

        async def serve(request: Request) -> Response:
            kernel: Kernel = request.app.state.kernel
            try:
                call = await calling.identify(request, kernel, operation)
                await strict_input.readable(request, taken, operation)
                once = replaying.once(request, kernel, call, operation)
                answer = await replaying.look(kernel, once)
                if answer is None:
                    _precondition(call, operation)
                    await _shape(request, kernel, operation, taken)
                    answer = await _operate(request, kernel, operation, once, run)
                said = await _name(request, kernel, call, planned, answer)
                return tagging.known(request, tagging.tag(request, answer, said, versioned=versioned, single=single))
            except Exception as error:
                raise await refusing.refused(request, kernel, operation, error) from error

        return serve


def methods_of(scope: Scope) -> set[str]:
    """All methods of the path, in whichever routers they stand. `/v1/classes/7:submit` is a path of its own, and no class of that name."""
    found: dict[str, set[str]] = defaultdict(set)
    for route in scope["app"].routes:
        if route.matches(scope)[0] is not Match.NONE:
            found[_PARAMETER.sub("", route.path)] |= getattr(route, "methods", None) or set()
    methods = found[max(found, key=len)]
    return methods | {"OPTIONS"} | ({"HEAD"} if "GET" in methods else set())


def _precondition(call: access.Call, operation: Operation) -> None:
    if operation.if_match and call.if_match is None:
        raise errors.PreconditionRequired()


async def _shape(request: Request, kernel: Kernel, operation: Operation, taken: strict_input.Taken) -> None:
    try:
        await strict_input.shaped(request, taken)
    except (RequestValidationError, errors.Invalid) as error:
        raise await refusing.misshapen(request, kernel, operation, taken, error) from error


async def _operate(request: Request, kernel: Kernel, operation: Operation, once: idempotency.Once | None, run: Handler) -> Response:
    """Runs the operation; a write is committed, and its answer kept with it, when this returns."""
    if operation.late and "no-cache" not in request.headers.get("cache-control", "") and (elsewhere := kernel.replica.opened):
        try:
            return await _operate_in(elsewhere, request, operation, once, run)
        except replica.FAILURES as error:
            kernel.replica.left(error)  # the first server answers
    return await _operate_in(
        kernel.writing.begin if operation.changes or operation.recorded else kernel.reading, request, operation, once, run
    )


async def _operate_in(
    opened: replica.Opened, request: Request, operation: Operation, once: idempotency.Once | None, run: Handler
) -> Response:
    try:
        async with contextlib.AsyncExitStack() as ending:
            begun = request.state.transaction = transaction.Transaction(opened, once, ending)
            answer = await run(request)
            if once:
                await idempotency.keep(await begun.begin(), once, replaying.kept(answer, operation))
    except transaction.AnsweredBefore as answered:
        return replaying.again(answered.kept)
    return answer


async def _name(request: Request, kernel: Kernel, call: access.Call, planned: names.Plan | None, answer: Response) -> Any:
    """Puts the names beside the answer's ids, asked for when no transaction or connection is held any more. A repeat is named anew. What the answer
    says is answered too, where it was read. Those that others know are left to one of our own services that says so."""
    if planned is None or not answer.body:
        return None
    own, within, neighbours = request.app.state.part.names, kernel.settings.names_within_seconds, kernel.neighbours
    if request.state.counted and NAMES_LEFT in request.headers:
        neighbours, answer.headers[NAMES_LEFT] = {}, planned.text
    answer.body, said = await names.filled(planned, bytes(answer.body), call, own, kernel.reading, neighbours, within)
    answer.headers["content-length"] = str(len(answer.body))
    return said


class Router(APIRouter):
    """A router whose routes are declared with `operation`. `traced`: problems that reach the trail for all of its operations. `answers`: whether this
    process is called at all; one that is not need make no routes, nor say what they are: a quarter of its start."""

    answers: ClassVar[bool] = True

    def __init__(self, noun: str, *, traced: Iterable[type[errors.Problem]] = (), **options: Any) -> None:
        super().__init__(tags=[noun], generate_unique_id_function=wording.operation_id, **options)
        self.noun, self.traced = noun, frozenset(each.code for each in traced)

    def operation(
        self,
        method: str,
        path: str,
        *,
        may: frozenset[str],
        summary: str,
        errors: Iterable[type[errors.Problem]] = (),
        status: int = 200,
        example: Any = None,
        **said: Any,
    ) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
        """Declares a route. `errors`: the problems of its own it can answer. `said`: what `Operation` lists; the rest is FastAPI's. What it does, and
        for whom, is said of its id in the service's `operations.toml`."""
        if not self.answers:
            return lambda endpoint: endpoint
        stated = {name: said.pop(name) for name in SAID & said.keys()}
        operation = Operation(noun=self.noun, method=method, path=path, may=may, traced=self.traced, **stated)
        shown = openapi.describe(operation, list(errors), example)
        if status == 204:
            said = {"response_class": Response} | said  # JSON's would call nothing JSON, and a caller would read it

        def declare(endpoint: Callable[..., Any]) -> Callable[..., Any]:
            route: Any = functools.partial(Route, operation=operation)
            self.add_api_route(
                path,
                endpoint,
                methods=[method],
                status_code=status,
                summary=summary,
                response_description=SUCCESS[status],
                route_class_override=route,
                **shown,
                **said,
            )
            return endpoint

        return declare
