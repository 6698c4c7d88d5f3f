"""A small service of the kernel's tests, with one noun whose papers have a version and a state, over real PostgreSQL."""

import asyncio
from collections.abc import AsyncIterator, Iterable
from contextlib import asynccontextmanager
from datetime import date
from pathlib import Path
from typing import Annotated, Any, Literal
from uuid import UUID

from fastapi import Body, Depends, Query
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from shared import access, batches, deeds, errors, wire
from shared.access import Call
from shared.web import REQUIRED, Caller, KernelOf, Part, Router, Session, create_app
from tests.conftest import Databases, Service, running, settings

OFFICER = frozenset({"officer"})
READERS = frozenset({"officer", "auditor"})
TABLE = "CREATE TABLE papers (id uuid PRIMARY KEY DEFAULT gen_random_uuid(), words text, status text DEFAULT 'open', version int DEFAULT 1)"
KEY = {"Idempotency-Key": "a"}


class Taken(errors.Problem):
    code, status = "words_taken", 409


class Leaf(wire.In):
    n: int


class PaperIn(wire.In):
    words: wire.Word
    code: wire.Word = "a"
    hours: int = 1
    share: float = 0.5
    open: bool = False
    price: wire.Money | None = None
    on: wire.CivilDate | None = None
    at: wire.Instant | None = None
    other_id: UUID | None = None
    kind: Literal["note", "letter"] = "note"
    others: Annotated[list[UUID], wire.null_as(list)] = []
    parts: list[Leaf] = []


class PaperOut(wire.Out):
    id: UUID
    words: str
    status: str
    version: int


def _known_code(body: PaperIn, _: date) -> Iterable[errors.Fault]:
    if body.code not in ("a", "b"):
        yield errors.Fault("invalid_value", pointer="/code", allowed="a、b")


def _hours_of_parts(body: PaperIn, _: date) -> Iterable[errors.Fault]:
    if body.hours < len(body.parts):
        yield errors.Fault("invalid_value", pointer="/hours", allowed="≥ parts")


def _not_past(body: PaperIn, today: date) -> Iterable[errors.Fault]:
    if body.on is not None and body.on < today:
        yield errors.Fault("invalid_value", pointer="/on", allowed="不早于当日")


RULES = (_known_code, _hours_of_parts, _not_past)
router = Router("papers", traced={errors.InvalidState})
slow = asyncio.Event()


async def paper_in(session: AsyncSession, call: Call, paper_id: UUID) -> PaperOut:
    """The paper of the caller's own, in its version and a state that allows a step."""
    wanted = text("SELECT id, words, status, version FROM papers WHERE id = :id AND status <> 'secret'")
    row = (await session.execute(wanted, {"id": paper_id})).first()
    if row is None:
        raise errors.NotFound()
    paper = PaperOut.model_validate(row)
    call.match(paper.version)
    if paper.status != "open":
        raise errors.InvalidState()
    return paper


async def neighbour_s_word(body: PaperIn, kernel: KernelOf) -> str:
    """What a slow neighbour knows. It looks up something of its own before it asks."""
    async with kernel.reading() as session:
        await session.execute(text("SELECT 1"))
    if body.words == "slow":
        await slow.wait()
    return f"{body.words}!"


@router.operation("POST", "/v1/papers", may=OFFICER, summary="新建", status=201, key=REQUIRED, rules=RULES)
async def create(body: PaperIn, known: Annotated[str, Depends(neighbour_s_word)], session: Session, call: Caller) -> PaperOut:
    if faults := wire.faults(RULES, body, call.today):
        raise errors.Invalid(faults=faults)
    row = await session.execute(text("INSERT INTO papers (words) VALUES (:words) RETURNING id, words, status, version"), {"words": known})
    return PaperOut.model_validate(row.one())


@router.operation("POST", "/v1/papers:batch", may=OFFICER, summary="批量", status=207)
async def take(body: batches.Batch[PaperIn], session: Session) -> batches.BatchOut:
    async def judged(items: Any) -> Any:
        return {index: batches.rejected(errors.Fault("invalid_value", pointer="/words")) for index in items}

    return await batches.run(session, body, judged)


@router.operation("GET", "/v1/papers", may=READERS, summary="文书")
async def count(
    session: Session,
    limit: Annotated[int, Query(ge=1)] = 50,
    share: Annotated[float | None, Query()] = None,
    open: Annotated[bool | None, Query()] = None,
    other_id: Annotated[UUID | None, Query()] = None,
    status: Annotated[list[str] | None, Query()] = None,
    from_on: Annotated[wire.CivilDate | None, Query()] = None,
    to_on: Annotated[wire.CivilDate | None, Query()] = None,
) -> dict[str, Any]:
    return {"count": (await session.execute(text("SELECT count(*) FROM papers"))).scalar_one(), "status": status}


@router.operation("GET", "/v1/papers/{paper_id:uuid}", may=READERS, summary="一件文书")
async def get(paper_id: UUID, session: Session) -> PaperOut:
    row = (await session.execute(text("SELECT id, words, status, version FROM papers WHERE id = :id"), {"id": paper_id})).one()
    return PaperOut.model_validate(row)


@router.operation("POST", "/v1/papers/{paper_id:uuid}:close", may=OFFICER, summary="办结", if_match=True, paper=paper_in)
async def close(paper_id: UUID, body: wire.Reasoned, session: Session, call: Caller) -> PaperOut:
    await paper_in(session, call, paper_id)
    closed = "UPDATE papers SET status = 'closed', version = version + 1 WHERE id = :id RETURNING id, words, status, version"
    return PaperOut.model_validate((await session.execute(text(closed), {"id": paper_id})).one())


@router.operation("POST", "/v1/papers/{paper_id:uuid}:touch", may=OFFICER, summary="无请求体", key=None, paper=paper_in)
async def touch(paper_id: UUID, session: Session, call: Caller) -> PaperOut:
    return await paper_in(session, call, paper_id)


@router.operation("POST", "/v1/papers/{paper_id:uuid}:refuse", may=OFFICER, summary="退回", errors=[Taken])
async def refuse(paper_id: UUID, body: Annotated[dict[str, Any], Body()], session: Session) -> PaperOut:
    """Refuses as it is told to, and would keep both what is undone and what stays."""
    await session.execute(text("UPDATE papers SET words = 'undone'"))
    match body["as"]:
        case "forbidden":
            raise errors.Forbidden()
        case "same_person":
            raise errors.Relayed({"code": "same_person", "status": 409, "title": "须由另一人办理", "detail": "…", "retryable": False})
        case "invalid_state":
            raise errors.InvalidState()
        case "broken":
            raise Taken().keeping(text("UPDATE papers SET version = 7"), text("UPDATE nothing SET version = 1"))
    raise Taken().keeping(text("UPDATE papers SET version = 7"), None)


@router.operation("GET", "/v1/papers/{paper_id:uuid}/reading", may=READERS, summary="读取,记入审计", recorded=True)
async def read(paper_id: UUID, session: Session, call: Caller, fails: Annotated[bool, Query()] = False) -> dict[str, str]:
    await deeds.record(session, call, "paper.read", paper_id, event=False)
    if fails:
        raise errors.Conflict()
    return {"transaction": (await session.execute(text("SELECT pg_current_xact_id_if_assigned()::text"))).scalar_one()}


@router.operation("GET", "/v1/papers/{paper_id:uuid}/scan", may=access.SIGNED_IN, summary="不读库")
async def scan(paper_id: UUID) -> dict[str, str]:
    return {"id": str(paper_id)}


@asynccontextmanager
async def serving(databases: Databases, tmp_path: Path, **changed: Any) -> AsyncIterator[Service]:
    url = await databases.lend("evaluation", TABLE)
    async with running(create_app(Part("papers", "Papers", [router]), settings(url, tmp_path, **changed))) as service:
        yield service


async def made(service: Service, **values: Any) -> str:
    """One paper, straight into the table."""
    names = ", ".join(["words", *values])
    async with service.kernel.engine.begin() as connection:
        inserted = text(
            f"INSERT INTO papers ({names}) VALUES (:words, {', '.join(f':{name}' for name in values)}) RETURNING id".replace(", )", ")")
        )
        return str((await connection.execute(inserted, {"words": "早"} | values)).scalar_one())


async def kept(service: Service, column: str) -> list[Any]:
    async with service.kernel.engine.connect() as connection:
        return list((await connection.execute(text(f"SELECT {column} FROM papers"))).scalars())
