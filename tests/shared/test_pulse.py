"""A database that hangs, is full, crowded, slow or locked: every answer comes in time, says so, and all goes on by itself afterwards."""

import asyncio
import contextlib
import tempfile
import threading
import time
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import asyncpg
import httpx
import pytest
from sqlalchemy import Integer, bindparam, cast, func, make_url, select, text

from deploy.postgres import Server
from shared import access, db, pulse, wire
from shared.web import KernelOf, Part, Router, Session, create_app
from tests.conftest import Databases, Service, running, settings
from tests.waiting import until

SOON = 15.0  # of a wait that would last half a minute without what is tested
WORDS = {"words": "一"}


class NoteIn(wire.In):
    words: wire.Word


class Count(wire.Out):
    count: int


router = Router("notes")
ONE = select(cast(bindparam("number"), Integer).label("count"))


@router.operation("POST", "/v1/notes", may=access.PUBLIC, summary="新建便条", status=201)
async def create(body: NoteIn, session: Session) -> Count:
    await session.execute(text("INSERT INTO notes (words) VALUES (:words)"), {"words": body.words})
    return Count(count=1)


@router.operation("GET", "/v1/notes", may=access.PUBLIC, summary="便条数")
async def count(session: Session) -> Count:
    return Count(count=(await session.execute(text("SELECT count(*) FROM notes"))).scalar_one())


@router.operation("GET", "/v1/notes/{number:int}", may=access.PUBLIC, summary="一张便条")
async def get(number: int, kernel: KernelOf) -> Count:
    return Count.model_validate(dict(await kernel.reader.first(ONE, {"number": number}) or {}))


@router.operation("GET", "/v1/slow", may=access.PUBLIC, summary="慢查询")
async def slow(session: Session) -> Count:
    await session.execute(text("SELECT pg_sleep(30)"))
    return Count(count=0)


class Wire:
    """Stands between a service and the server. While it swallows, what either says is lost on the other and no connection is closed: as with a halted server."""

    def __init__(self, to: Path) -> None:
        self.to, self.folder = to, Path(tempfile.mkdtemp(prefix="kaili-wire-"))  # a socket's path may be 107 bytes long
        self.passing = asyncio.Event()
        self.passing.set()
        self.tasks = set[asyncio.Task[None]]()

    async def __aenter__(self) -> "Wire":
        self.listener = await asyncio.start_unix_server(self._between, self.folder / ".s.PGSQL.5432")
        return self

    async def __aexit__(self, *_: object) -> None:
        self.listener.close()
        for task in self.tasks:
            task.cancel()
        await asyncio.gather(*self.tasks, return_exceptions=True)
        await asyncio.sleep(0)  # the transports close

    def url(self, of: str) -> str:
        return of.partition("?")[0] + f"?host={self.folder}"

    async def _between(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        there, back = await asyncio.open_unix_connection(self.to / ".s.PGSQL.5432")
        for here, onward in ((reader, back), (there, writer)):
            self.tasks.add(asyncio.create_task(self._carry(here, onward)))

    async def _carry(self, here: asyncio.StreamReader, onward: asyncio.StreamWriter) -> None:
        with contextlib.closing(onward), contextlib.suppress(OSError):
            while said := await here.read(65_536):
                await self.passing.wait()
                onward.write(said)
                await onward.drain()


@pytest.fixture
async def url(databases: Databases) -> str:
    made = await databases.make("evaluation")
    async with owner(databases, made) as connection:
        await connection.execute("CREATE TABLE notes (id int GENERATED ALWAYS AS IDENTITY, words text)")
        await connection.execute("GRANT ALL ON notes TO PUBLIC")
    return made


@contextlib.asynccontextmanager
async def owner(databases: Databases, url: str) -> AsyncIterator[asyncpg.Connection]:
    connection = await asyncpg.connect(databases.superuser(url))
    try:
        yield connection
    finally:
        await connection.close()


@contextlib.asynccontextmanager
async def notes(url: str, seals: Path, **changed: Any) -> AsyncIterator[Service]:
    async with running(create_app(Part("notes", "Notes", [router]), settings(url, seals, **changed))) as service:
        yield service


async def database(public: httpx.AsyncClient) -> dict[str, str]:
    """What `/readyz` says of it, whatever else is missing."""
    said: dict[str, str] = (await public.get("/readyz")).json()["checks"]["database"]
    return said


async def ready(public: httpx.AsyncClient) -> None:
    async def is_ok() -> bool:
        return (await database(public))["status"] == "ok"

    await until(is_ok)


async def a_few_of_each(public: httpx.AsyncClient) -> list[httpx.Response]:
    asked = [public.post("/v1/notes", json=WORDS, headers={"Idempotency-Key": str(db.new_id())}) for _ in range(5)]
    return await asyncio.gather(*asked, *(public.get("/v1/notes") for _ in range(5)), *(public.get("/v1/notes/1") for _ in range(5)))


async def test_a_database_that_hangs_keeps_nobody_waiting_and_costs_no_connection(server: Server, url: str, tmp_path: Path) -> None:
    async with Wire(server.sockets) as between, notes(between.url(url), tmp_path, database_connections=2) as service:
        public, beating = service.as_("public"), service.kernel.pulse
        beating.patience_seconds = 30  # a beat that came late on a slow machine would end the connection that is to be seen hanging
        await ready(public)
        assert {answer.status_code for answer in await a_few_of_each(public)} <= {200, 201}
        await beating.check()
        between.passing.clear()
        beating.patience_seconds = 0.5
        began = time.monotonic()
        answers = await a_few_of_each(public)
        assert time.monotonic() - began < SOON
        assert {(answer.status_code, answer.json()["code"], answer.headers["retry-after"]) for answer in answers} == {
            (503, "unavailable", "2")
        }
        began = time.monotonic()
        assert {answer.status_code for _ in range(3) for answer in await a_few_of_each(public)} == {503}
        assert (await public.get("/readyz")).status_code == 503
        assert await database(public) == {"status": "unavailable", "why": pulse.NO_ANSWER}
        assert (await public.get("/livez")).status_code == 200
        assert time.monotonic() - began < SOON  # known by now: 45 requests and none of them waits
        beating.patience_seconds = 30
        between.passing.set()
        await ready(public)
        for _ in range(3):
            assert {answer.status_code for answer in await a_few_of_each(public)} <= {200, 201}
        await until(lambda: service.kernel.engine.pool.checkedout() == 0)  # type: ignore[attr-defined]


async def test_one_connection_that_is_dead_ends_alone(server: Server, url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(db.CONNECTING, "command_timeout", 3.0)
    async with Wire(server.sockets) as between, notes(between.url(url), tmp_path, database_connections=1) as service:
        service.kernel.pulse.patience_seconds = 30
        public = service.as_("public")
        assert (await public.get("/v1/notes")).status_code == (await public.get("/v1/notes/1")).status_code == 200
        between.passing.clear()
        began = time.monotonic()
        answers = await asyncio.gather(public.get("/v1/notes"), public.get("/v1/notes/1"))
        assert {answer.status_code for answer in answers} == {503} and time.monotonic() - began < 2 * 3.0  # nobody waited twice
        between.passing.set()
        await ready(public)
        assert (await public.get("/v1/notes")).status_code == (await public.get("/v1/notes/1")).status_code == 200


async def test_a_kept_connection_that_was_ended_is_replaced_unnoticed(databases: Databases, url: str, tmp_path: Path) -> None:
    async with notes(url, tmp_path) as service, owner(databases, url) as connection:
        public = service.as_("public")
        await a_few_of_each(public)
        ended = (
            "SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()"
        )
        assert all(row[0] for row in await connection.fetch(ended))
        assert {answer.status_code for answer in await a_few_of_each(public)} <= {200, 201}


async def test_one_whose_end_nobody_has_read_yet_is_replaced_as_well(databases: Databases, url: str, tmp_path: Path) -> None:
    """The loop stands still while the server ends the connections, so the driver knows nothing of it when they are wanted next."""
    async with notes(url, tmp_path) as service:
        await a_few_of_each(service.as_("public"))

        async def end_all() -> None:
            async with owner(databases, url) as connection:
                ended = "SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()"
                assert all(row[0] for row in await connection.fetch(ended))

        ending = threading.Thread(target=asyncio.run, args=(end_all(),))
        ending.start()
        ending.join()
        assert (await service.kernel.reader.first(ONE, {"number": 1}) or {})["count"] == 1
        async with service.kernel.reading() as session:
            assert (await session.execute(text("SELECT 1"))).scalar_one() == 1


class Ended:
    """A connection of the pulse that the server has ended, which nobody has noticed yet."""

    closed = False

    def is_closed(self) -> bool:
        return self.closed

    async def fetchval(self, *_: Any, **__: Any) -> Any:
        raise asyncpg.ConnectionDoesNotExistError("connection was closed in the middle of operation")

    def terminate(self) -> None:
        self.closed = True


async def test_that_its_own_connection_was_ended_says_nothing_of_the_server(url: str, tmp_path: Path) -> None:
    async with notes(url, tmp_path) as service:
        service.kernel.pulse._own = Ended()  # type: ignore[assignment]
        assert await service.kernel.pulse.check() == {"status": "ok"} and service.kernel.pulse.away is None


async def test_a_lock_that_another_holds_is_a_409_in_time(
    databases: Databases, url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(db.CONNECTING["server_settings"], "lock_timeout", "300ms")
    async with notes(url, tmp_path) as service, owner(databases, url) as connection:
        public = service.as_("public")
        async with connection.transaction():
            await connection.execute("LOCK TABLE notes IN ACCESS EXCLUSIVE MODE")
            began = time.monotonic()
            for answer in await asyncio.gather(public.post("/v1/notes", json=WORDS), public.get("/v1/notes")):
                assert (answer.status_code, answer.json()["code"], answer.headers["retry-after"]) == (409, "contended", "1")
            assert time.monotonic() - began < SOON
        assert (await public.post("/v1/notes", json=WORDS)).status_code == 201


async def test_a_statement_that_runs_too_long_is_a_503_and_its_connection_goes_on(
    url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(db.CONNECTING["server_settings"], "statement_timeout", "300ms")
    async with notes(url, tmp_path, database_connections=1) as service:
        public, began = service.as_("public"), time.monotonic()
        before = await whom(service)
        answer = await public.get("/v1/slow")
        assert (answer.status_code, answer.json()["code"]) == (503, "unavailable") and "限时" in answer.json()["detail"]
        assert time.monotonic() - began < SOON
        assert await whom(service) == before


async def test_every_connection_has_its_limits_and_together_they_keep_to_ten_seconds(url: str, tmp_path: Path) -> None:
    asked = "SELECT current_setting(name) AS limit FROM unnest(ARRAY['lock_timeout', 'statement_timeout']) AS name"
    async with notes(url, tmp_path) as service:
        async with service.kernel.reading() as session:
            assert (await session.scalars(text(asked))).all() == ["5s", "8s"]
        wanted = select(func.current_setting(bindparam("name")).label("limit"))
        found = [await service.kernel.reader.first(wanted, {"name": name}) for name in ("lock_timeout", "statement_timeout")]
        assert [dict(each or {}) for each in found] == [{"limit": "5s"}, {"limit": "8s"}]
    assert db.WAITING_SECONDS + db.LOCKED_SECONDS <= 10
    assert db.STATEMENT_SECONDS < db.ANSWERED_WITHIN_SECONDS <= 10


async def whom(service: Service) -> int:
    async with service.kernel.reading() as session:
        backend: int = (await session.execute(text("SELECT pg_backend_pid()"))).scalar_one()
        return backend


async def test_whoever_finds_no_connection_free_is_told_in_time(url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(db, "WAITING_SECONDS", 0.3)
    async with notes(url, tmp_path, database_connections=1) as service, service.kernel.reading() as session:
        await session.execute(text("SELECT 1"))
        began = time.monotonic()
        answer = await service.as_("public").get("/v1/notes")
        assert (answer.status_code, answer.headers["retry-after"]) == (503, "2") and time.monotonic() - began < SOON


async def test_a_server_without_connections_left_is_a_503_and_readyz_says_so(databases: Databases, url: str, tmp_path: Path) -> None:
    made, role = make_url(url), f"few_{db.new_id().hex}"
    async with owner(databases, url) as connection:
        await connection.execute(f"CREATE ROLE {role} LOGIN PASSWORD 'few' CONNECTION LIMIT 1")
        await connection.execute(f"GRANT CONNECT ON DATABASE {made.database} TO {role}")
        await connection.execute(f"GRANT SELECT, INSERT ON index_key TO {role}")
    limited = made.set(username=role, password="few").render_as_string(hide_password=False)
    async with notes(limited, tmp_path) as service, service.kernel.reading() as session:
        await session.execute(text("SELECT 1"))
        public = service.as_("public")
        for answer in await asyncio.gather(public.get("/v1/notes"), public.get("/v1/notes/1"), public.get("/readyz")):
            assert (answer.status_code, answer.json()["code"], answer.headers["retry-after"]) == (503, "unavailable", "2")
        assert answer.json()["checks"]["database"] == {"status": "unavailable", "why": pulse.CROWDED}
        await session.close()
        assert (await public.get("/v1/notes/1")).status_code != 500


async def test_while_the_disk_is_full_nothing_is_begun_and_reads_go_on(databases: Databases, url: str, tmp_path: Path) -> None:
    """The server says once that its disk is full; that it stays so is what its own limit on temporary files stands for, which the probe needs."""
    name = make_url(url).database
    async with owner(databases, url) as connection:
        await connection.execute(f"ALTER DATABASE {name} SET temp_file_limit = '1MB'")
        await connection.execute("CREATE FUNCTION full_disk() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE disk_full; END $$")
        await connection.execute("CREATE TRIGGER full_disk BEFORE INSERT ON notes FOR EACH ROW EXECUTE FUNCTION full_disk()")
        async with notes(url, tmp_path) as service:
            public = service.as_("public")
            assert await database(public) == {"status": "ok"}  # nobody looks for room before someone missed it
            answer = await public.post("/v1/notes", json=WORDS)
            assert (answer.status_code, answer.headers["retry-after"]) == (503, "10") and "磁盘已满" in answer.json()["detail"]
            await connection.execute("DROP TRIGGER full_disk ON notes")
            for _ in range(3):
                assert (await public.get("/readyz")).status_code == 503
                assert await database(public) == {"status": "full", "why": pulse.DISK_FULL}
                assert (await public.post("/v1/notes", json=WORDS)).status_code == 503
                assert (await public.get("/v1/notes")).json() == {"count": 0}
                assert (await public.get("/v1/notes/7")).json() == {"count": 7}
            await connection.execute(f"ALTER DATABASE {name} RESET temp_file_limit")
            service.kernel.pulse._own.terminate()  # the next one is made under the new limit
            await ready(public)
            assert (await public.post("/v1/notes", json=WORDS)).status_code == 201


async def test_a_file_for_which_there_is_no_room_is_a_503() -> None:
    from shared.web import problems

    problem = problems.translate(OSError(28, "No space left on device"))
    assert (problem.status, problem.headers["Retry-After"]) == (503, "10") and "磁盘已满" in problem.detail
    assert "数据库" in problems.translate(ConnectionRefusedError()).detail


def test_a_line_for_which_there_is_no_room_stops_nobody(monkeypatch: pytest.MonkeyPatch) -> None:
    from shared import telemetry

    with Path("/dev/full").open("w") as full:
        monkeypatch.setattr("sys.stdout", full)
        telemetry.access_line("notes", method="GET", path="/" + "x" * 10_000)
        telemetry.configure("notes", "info")
        telemetry.log.warning("x" * 10_000)
        with contextlib.suppress(OSError):
            full.close()


async def test_of_several_hosts_the_one_that_answers_and_may_be_written_to_is_taken_by_sessions_reader_and_pulse(
    databases: Databases,
) -> None:
    one = make_url(await databases.lend("registry"))
    query = {"host": f"/nowhere,{one.query['host']}", "port": "5432,5432", "target_session_attrs": "read-write"}
    engine = db.engine(one.set(query=query).render_as_string(hide_password=False), connections=1)
    beating = pulse.Pulse(engine)
    beating.patience_seconds = 30
    reader = db.Reader(engine, beating)
    try:
        assert await beating.check() == {"status": "ok"}
        assert dict(await reader.first(ONE, {"number": 3}) or {}) == {"count": 3}
        async with db.writing(engine).begin() as session:
            assert (await session.execute(text("SHOW transaction_read_only"))).scalar_one() == "off"
    finally:
        await reader.close()
        await engine.dispose()
        if beating._own:
            await beating._own.close()


async def test_a_server_that_no_longer_takes_writes_is_a_503(databases: Databases, url: str, tmp_path: Path) -> None:
    async with owner(databases, url) as connection:
        await connection.execute(f'ALTER DATABASE "{make_url(url).database}" SET default_transaction_read_only = on')
    async with notes(url, tmp_path) as service:
        refused = await service.as_("public").post("/v1/notes", json=WORDS, headers={"Idempotency-Key": str(db.new_id())})
        assert (refused.status_code, refused.json()["code"], refused.json()["retryable"]) == (503, "unavailable", True)
