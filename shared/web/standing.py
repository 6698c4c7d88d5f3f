"""What every process answers beside its own nouns: health, version, metrics, problems, codes, the change feed and the audit trail."""

import asyncio
import hashlib
from collections.abc import Callable, Coroutine, Mapping, Sequence
from typing import Annotated, Any, Literal
from uuid import UUID

from fastapi import Query, Request, Response
from prometheus_client import CONTENT_TYPE_LATEST, generate_latest
from pydantic import ConfigDict
from sqlalchemy import func, select, text
from sqlalchemy.ext.asyncio import AsyncSession

from shared import access, audit, changes, errors, names, pages, wire
from shared.sealing import Broken, Reason, chain, verifying
from shared.web import events, problems
from shared.web.calling import Caller
from shared.web.kernel import Kernel, KernelOf
from shared.web.routing import Router
from shared.web.transaction import Session

QUIET = frozenset({"/livez", "/readyz", "/metrics"})

Check = Callable[
    [Kernel], Coroutine[Any, Any, dict[str, Any]]
]  # answers {"status": "ok" | "unavailable", …}; with "needed": False it informs only


class Health(wire.Out):
    status: Literal["ok"]
    checks: dict[str, dict[str, Any]] = {}


class Version(wire.Out):
    service: str
    build: str
    policy_hash: str
    started_at: wire.Instant
    today: wire.CivilDate


class ProblemEntry(wire.Out):
    """One code: where it appears, its HTTP status, why it comes and what to do."""

    code: str
    kind: Literal["problem", "fault", "row", "finding"]
    status: int | None
    title: str
    title_en: str
    cause: str
    cause_en: str
    remedy: str
    remedy_en: str
    retryable: bool

    def told(self, request: Request) -> "ProblemEntry":
        """With `Accept-Language: en` title, cause and remedy are English."""
        if not problems.english(request):
            return self
        return self.model_copy(update={"title": self.title_en, "cause": self.cause_en, "remedy": self.remedy_en})


class ProblemList(wire.Page[ProblemEntry]):
    """Every code, in their order."""


Whole = Annotated[pages.Asked, pages.asking(whole=True, q=["code", "title", "title_en"], code="code", kind="kind")]


class CodeLists(wire.Out):
    """Every code list of this service by name; each entry has `code`, `label` (中文) and `label_en`."""

    model_config = ConfigDict(extra="allow")


class AuditEntry(wire.Out):
    """One deed: who, when (policy clock and real time), what, on which paper, from where, with what outcome."""

    id: int
    at: wire.Instant
    recorded_at: wire.Instant
    actor: str
    actor_name: str | None = None
    role: str
    person_id: UUID | None
    action: str
    subject_type: str
    subject: UUID | None
    outcome: str
    request_id: str
    origin: str | None
    details: dict[str, Any]


class AuditList(wire.Out):
    items: list[AuditEntry]
    next_cursor: str | None = None
    total: int | None = None


class HeadsCheck(wire.Out):
    """One copy of the signed heads, `file` or `witness`, held against the seals: how many fit, and the first that does not."""

    name: str
    intact: bool
    heads: int
    first_broken: int | None
    reason: Reason | None
    text: str | None


class AuditCheck(wire.Out):
    """Whether the sealed trail is as it was written. `first_broken` is the number of the first seal that does not fit, in the trail or in a copy of the heads;
    `reason` and `text` say why. Rows that wait for their seal longer than a minute are not intact either: nothing would show a change in them."""

    intact: bool
    sealed_rows: int
    seals: int
    first_broken: int | None
    reason: Reason | None
    text: str | None
    unsealed_rows: int
    unsealed_seconds: float | None
    copies: list[HeadsCheck]


async def check_audit(kernel: Kernel) -> AuditCheck:
    """Verifies this process's own trail."""
    found = await verifying.verify(kernel.sealed)
    return AuditCheck(
        sealed_rows=found.sealed_rows,
        seals=found.seals,
        unsealed_rows=found.unsealed_rows,
        unsealed_seconds=found.unsealed_seconds,
        copies=[HeadsCheck(name=copy.name, heads=copy.heads, **_verdict(copy.broken)) for copy in found.copies],
        **_verdict(found.broken),
    )


def _verdict(broken: Broken | None) -> dict[str, Any]:
    if broken is None:
        return {"intact": True, "first_broken": None, "reason": None, "text": None}
    return {"intact": False, "first_broken": broken.number, "reason": broken.reason, "text": broken.sentence}


async def sealing(kernel: Kernel) -> dict[str, Any]:
    """For `/readyz`: whether the trail is being sealed. It informs only: deeds are recorded and can be sealed later."""
    async with kernel.reading() as session:
        seconds = await chain.unsealed_seconds(session)
    late = seconds is not None and seconds > chain.LATE_SECONDS
    return {"status": "unavailable" if late else "ok", "needed": False, "unsealed_seconds": seconds}


async def followed(kernel: Kernel) -> dict[str, Any]:
    """For `/readyz`: whether a neighbour was found restored to an earlier moment within the last day. It informs only: what it no longer tells was let go of."""
    lately = changes.CURSORS.c.went_back_at > func.now() - text("interval '1 day'")
    wanted = select(changes.CURSORS.c.feed, changes.CURSORS.c.went_back_at).where(lately).order_by(changes.CURSORS.c.feed)
    async with kernel.reading() as session:
        found = {row.feed: row.went_back_at.isoformat(timespec="seconds") for row in await session.execute(wanted)}
    return {"status": "ok", "needed": False} | ({"went_back": found} if found else {})


Subject = Annotated[pages.AnyOf[UUID], Query(description="事项编号")]
ActorName = Annotated[pages.AnyOf[pages.Part], Query(description="账号")]
Action = Annotated[pages.AnyOf[pages.Part], Query(description="动作,如 claim.submitted")]
Limit = Annotated[int, Query(ge=1, le=200, description="一页条数")]
Total = Annotated[bool, Query(description="是否附总数")]


def audit_cursor(before: int, *filters: Sequence[object] | None) -> str:
    """Where a page of the trail ended, tied to its filters."""
    said = repr([values and [str(value) for value in values] for values in filters])
    return f"{before}-{hashlib.sha256(said.encode()).hexdigest()[:12]}"


async def read_audit(
    session: AsyncSession,
    subject: list[UUID] | None,
    actor: list[str] | None,
    action: list[str] | None,
    limit: int,
    before: int | None,
    counted: bool,
) -> AuditList:
    """Entries of this service's trail, newest first, from before the entry numbered `before`; with how many there are in all, if `counted`."""
    trail = audit.TRAIL.c
    found = pages.where(select(audit.TRAIL), {trail.subject: subject, trail.actor: actor, trail.action: action})
    total = None
    if counted:
        filtered = subject or actor or action
        total = await session.scalar(select(func.count()).select_from(found.subquery())) if filtered else await audit.total(session)
    wanted = found.order_by(trail.id.desc()).limit(limit + 1)
    if before is not None:
        wanted = wanted.where(trail.id < before)
    rows = (await session.execute(wanted)).all()
    return AuditList(
        items=[AuditEntry.model_validate(audit.show(row)) for row in rows[:limit]],
        next_cursor=audit_cursor(rows[limit - 1].id, subject, actor, action) if len(rows) > limit else None,
        total=total,
    )


def own_problems() -> list[ProblemEntry]:
    return [ProblemEntry.model_validate(errors.CATALOGUE[code]) for code in sorted(errors.CATALOGUE)]


async def _checked(check: Check, kernel: Kernel) -> dict[str, Any]:
    """What a check answers; one that needs the database fails with it."""
    try:
        return await check(kernel)
    except Exception as error:
        return {"status": "unavailable", "code": problems.translate(error).code}


def health(checks: Mapping[str, Check]) -> Router:
    made = Router("health")

    @made.operation("GET", "/livez", may=access.PUBLIC, summary="进程是否存活")
    async def livez() -> Health:
        return Health(status="ok")

    @made.operation("GET", "/readyz", may=access.PUBLIC, summary="是否可以接受请求,逐项列出依赖")
    async def readyz(kernel: KernelOf) -> Health:
        if kernel.stopping.is_set():
            raise errors.Unavailable("本进程正在停止,只办完已收到的请求。", checks={"stopping": {"status": "unavailable"}})
        database, *others = await asyncio.gather(kernel.pulse.check(), *(_checked(check, kernel) for check in checks.values()))
        found = {"database": database, "ended_tokens": kernel.tokens.knows_ended()} | dict(zip(checks, others, strict=True))
        if any(check["status"] != "ok" and check.get("needed", True) for check in found.values()):
            raise errors.Unavailable("所需的依赖尚未就绪,见 checks。", checks=found)
        return Health(status="ok", checks=found)

    @made.operation("GET", "/version", may=access.PUBLIC, summary="版本与政策数据的摘要")
    async def version(kernel: KernelOf, call: Caller) -> Version:
        build, policy_hash, started_at = kernel.settings.build, kernel.policy_hash, kernel.started_at
        return Version(service=kernel.service, build=build, policy_hash=policy_hash, started_at=started_at, today=call.today)

    @made.operation("GET", "/metrics", may=access.PUBLIC, summary="Prometheus 指标", response_class=Response)
    async def metrics(kernel: KernelOf, request: Request) -> Response:
        told = await request.app.state.gauges.ask(kernel.reading, kernel.engine.pool)
        return Response(generate_latest(kernel.metrics.registry) + generate_latest(told), media_type=CONTENT_TYPE_LATEST)

    return made


def records(service: str, codes: Mapping[str, Sequence[Mapping[str, Any]]]) -> tuple[Router, ...]:
    """Problems and codes, the change feed, the audit trail: what every service answers and the gateway merges."""
    lists, trail = Router("reference"), Router("audit")

    @lists.operation("GET", "/v1/problems", may=access.PUBLIC, summary="全部问题代码、原因与处理办法", errors=[errors.InvalidCursor])
    async def list_problems(request: Request, asked: Whole) -> ProblemList:
        page = pages.of_rows(asked, own_problems(), show=lambda entry: entry.told(request))
        return ProblemList.model_validate(page)

    @lists.operation("GET", "/v1/problems/{code}", may=access.PUBLIC, summary="一个问题代码的原因与处理办法")
    async def get_problem(code: str, request: Request) -> ProblemEntry:
        if code not in errors.CATALOGUE:
            raise errors.NotFound("没有这个问题代码。全部代码见 /v1/problems。")
        return ProblemEntry.model_validate(errors.CATALOGUE[code]).told(request)

    @lists.operation("GET", "/v1/codes", may=access.PUBLIC, summary="全部代码表,中英文名称")
    async def list_codes() -> CodeLists:
        return CodeLists(**codes)

    @trail.operation(
        "GET",
        "/v1/audit",
        may=frozenset({"auditor"}) | access.INTERNAL,
        summary="审计轨迹:何人、何时、何事、何处、结果",
        errors=[errors.InvalidCursor],
    )
    async def list_audit(
        session: Session,
        subject: Subject = None,
        actor: ActorName = None,
        action: Action = None,
        limit: Limit = 50,
        cursor: Annotated[str | None, Query(max_length=40, description="上一页的 next_cursor")] = None,
        include_total: Total = False,
    ) -> AuditList:
        before = None
        if cursor is not None:
            number, _, _ = cursor.partition("-")
            before = int(number) if number.isascii() and number.isdigit() else 0
            if not 0 < before <= changes.BIGGEST or cursor != audit_cursor(before, subject, actor, action):
                raise errors.InvalidCursor(parameter="cursor")
        return await read_audit(session, subject, actor, action, limit, before, include_total)

    @trail.operation("GET", "/v1/audit:verify", may=frozenset({"auditor"}) | access.INTERNAL, summary="重新核对审计轨迹的封存链与签名")
    async def verify_audit(kernel: KernelOf) -> AuditCheck:
        return await check_audit(kernel)

    return lists, events.router(service), trail


def names_of(own: Mapping[str, names.Lookup]) -> Router:
    """What the things a service owns are called, for the other services."""
    made = Router("names")

    @made.operation("POST", names.PATH, may=access.INTERNAL, summary="按编号查名称", writes=False)
    async def get_names(body: names.NamesIn, session: Session) -> dict[str, dict[UUID, dict[str, Any]]]:
        return {kind: dict(found) for kind, found in (await names.answer(session, own, body)).items()}

    return made
