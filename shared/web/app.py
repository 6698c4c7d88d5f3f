"""The application factory: one call makes a service out of its routers."""

import asyncio
import contextlib
import time
from collections.abc import AsyncIterator, Callable, Collection, Coroutine, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import Any

from fastapi import APIRouter, FastAPI
from starlette.requests import Request
from starlette.routing import BaseRoute
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from shared import db, feed, following, forgetting, indexing, publishing, redaction, tallies, telemetry
from shared.gauges import Gauge, Gauges
from shared.names import Lookup
from shared.settings import Settings
from shared.web import deadlines, documents, kernel, origin, problems, routing, shedding, standing, tagging

Job = Callable[[kernel.Kernel], Coroutine[Any, Any, None]]
METHODS = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"})  # whatever else is asked is one label of the metrics
Codes = Mapping[str, Sequence[Mapping[str, Any]]]


@dataclass(frozen=True)
class Part:
    """What a service adds to the kernel: its routes, the code lists it owns, the jobs it runs beside requests.

    `papers`: whose events are whose, by the first word of their type. `names`: how the things it owns are called, for every answer that names one
    (`shared.names`). `forgets`: what it keeps only for a term. `checks`: what `/readyz` asks beside the database; `gauges`: what
    `/metrics` tells beside what every process does.
    `merges`: it answers problems, codes, changes, audit and the OpenAPI document with routes of its own, for all services.
    """

    name: str
    title: str
    routers: Sequence[APIRouter]
    codes: Codes = field(default_factory=dict)
    papers: feed.Papers = field(default_factory=dict)
    names: Mapping[str, Lookup] = field(default_factory=dict)
    jobs: Sequence[Job] = ()
    forgets: Sequence[forgetting.Term] = ()
    totals: Sequence[tallies.Tally] = ()
    checks: Mapping[str, standing.Check] = field(default_factory=dict)
    gauges: Sequence[Gauge] = ()
    merges: bool = False

    @cached_property
    def routes(self) -> list[BaseRoute]:
        """Its own and those that every service has; flat, since an included router would match every request a second time."""
        records = () if self.merges else standing.records(self.name, self.codes)
        names = (standing.names_of(self.names),) if self.names else ()
        health = standing.health({"index_key": indexing.check, "sealing": standing.sealing, "followed": standing.followed, **self.checks})
        return [route for router in (*self.routers, *records, *names, health) for route in router.routes]


async def _end(tasks: Collection[asyncio.Task[Any]]) -> None:
    """Tells them to end, and again whoever was just then in a call that had another failure to tell."""
    left = set(tasks)
    while left:
        for task in left:
            task.cancel()
        _, left = await asyncio.wait(left, timeout=1)
    await asyncio.gather(*tasks, return_exceptions=True)


def create_app(part: Part, settings: Settings) -> FastAPI:
    """A service, ready for a server to run. The engine is lazy: nothing connects before the first request or job."""
    telemetry.configure(part.name, settings.log_level)
    made = kernel.build(part.name, settings)

    @contextlib.asynccontextmanager
    async def lifespan(_app: FastAPI) -> AsyncIterator[None]:
        beside = (
            (
                publishing.keep_publishing(settings.nats_url, made.service, made.engine, made.reading, made.watch),
                forgetting.keep_forgetting(made.engine, (forgetting.KEYS, following.TERM, *part.forgets), settings.forget_after_seconds),
                tallies.keep_folding(made.engine, part.totals),
                *(job(made) for job in part.jobs),
            )
            if settings.run_jobs
            else ()
        )
        always = (made.pulse.keep_beating(), made.replica.keep_looking(), made.tokens.keep_learning(settings.ended_tokens_every_seconds))
        tasks = [asyncio.create_task(work) for work in (*always, *beside)]
        try:
            yield
        finally:
            await _end(tasks)
            await made.close()

    app = FastAPI(
        title=part.title,
        version=settings.build,
        lifespan=lifespan,
        openapi_url=None,
        docs_url=None,
        redoc_url=None,
        redirect_slashes=False,
        separate_input_output_schemas=True,
        telemetry={"auto_configure": True, "metrics": False, "logs": False, "exclude": telemetry.unfit_for_a_span},  # ours are below
    )
    app.state.kernel = made
    app.state.part = part
    app.state.gauges = Gauges(part.gauges)
    problems.install(app)
    app.router.routes.extend(part.routes)
    app.state.papers = _shown(part.papers, app)
    documents.install(app, part.name)
    if not part.merges:
        app.add_route("/openapi.json", documents.send(app), include_in_schema=False)
    app.add_middleware(deadlines.Deadlines, seconds=settings.deadline_seconds)
    app.add_middleware(shedding.Shedding, at_most=settings.requests_at_most)
    app.add_middleware(Traced, kernel=made)
    return app


def _shown(papers: feed.Papers, app: FastAPI) -> feed.Papers:
    """The papers, each with the roles and the scope of the operation that shows it: who may read the paper reads its events."""
    operations = {
        route.path: route.operation for route in app.routes if isinstance(route, routing.Route) and route.operation.method == "GET"
    }
    return {
        kind: replace(paper, may=(shown := operations[paper.shown_at]).may, scope="" if shown.public else shown.scope)
        for kind, paper in papers.items()
    }


class Traced:
    """Gives every request its id, and writes one access line and one measurement for it. Whatever fails inside is answered here: what passed further up
    would be answered as well, but the server would then cut a connection that its caller may be using for the next request."""

    def __init__(self, app: ASGIApp, kernel: kernel.Kernel) -> None:
        self.app, self.kernel = app, kernel

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        started, status, answering = time.perf_counter(), 500, False
        scope["headers"] = telemetry.believed(scope["headers"])
        given = next((value for name, value in scope["headers"] if name == b"x-request-id"), b"").decode("latin-1")
        request_id = (
            given
            if 0 < len(given) <= 64 and given.isascii() and given.isprintable() and redaction.redact(given) == given
            else str(db.new_id())
        )
        state = scope.setdefault("state", {})
        state["request_id"] = request_id
        address, state["counted"] = await origin.of(scope, self.kernel.tokens, self.kernel.settings.trusted_proxies)
        if scope.get("client"):
            scope["client"] = (address, scope["client"][1])

        async def answer(message: Message) -> None:
            nonlocal status, answering
            if message["type"] == "http.response.start":
                status, answering = message["status"], True
                rate = [(name.lower().encode(), value.encode()) for name, value in state.get("rate", {}).items()]
                own = [*rate, (b"x-request-id", request_id.encode()), *tagging.unstored(scope, status, message["headers"])]
                message["headers"] = [*message["headers"], *own]
            await send(message)

        try:
            await self.app(scope, receive, answer)
        except Exception as error:
            if answering:
                raise  # half an answer is out: the server cuts the connection, so that it is not taken for a whole one
            await problems.respond(Request(scope), problems.translate(error))(scope, receive, answer)
        finally:
            took = time.perf_counter() - started
            route = getattr(scope.get("route"), "path", "-")
            metrics, method = self.kernel.metrics, scope["method"] if scope["method"] in METHODS else "other"
            metrics.requests.labels(method, route, status).inc()
            metrics.seconds.labels(method, route).observe(took)
            if route not in standing.QUIET and self.kernel.settings.log_level != "warning":
                actor = state["call"].actor if "call" in state else None
                telemetry.access_line(
                    self.kernel.service,
                    method=scope["method"],
                    path=scope["path"],
                    status=status,
                    ms=round(took * 1000, 1),
                    request_id=request_id,
                    traceparent=_header(scope, b"traceparent"),
                    actor=actor and actor.subject,
                    role=actor and actor.role,
                )


def _header(scope: Scope, name: bytes) -> str | None:
    return next((value.decode("latin-1") for header, value in scope["headers"] if header == name), None)
