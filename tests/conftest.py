"""Real parts for every test: one throwaway PostgreSQL a run, an empty migrated database a test, services in process with signed tokens."""

import asyncio
import base64
import contextlib
import gc
import itertools
import os
import random
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import AbstractAsyncContextManager
from contextvars import ContextVar
from functools import cache
from pathlib import Path
from typing import Any, ClassVar

import asyncpg
import httpx
import pytest
from cryptography.hazmat.primitives.asymmetric import ec
from fastapi import FastAPI
from joserfc import jwt
from joserfc.jwk import ECKey, KeySet
from sqlalchemy import Select, event, make_url
from sqlalchemy.dialects.postgresql.asyncpg import PGDialect_asyncpg
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine
from sqlalchemy.util import LRUCache
from xdist.scheduler import LoadScopeScheduling

from deploy.databases import make_roles, open_to, owner_of, roles_for
from deploy.keys import make_signer
from deploy.postgres import Server, throwaway_postgres
from shared import db, migrate
from shared.pulse import lost
from shared.sealing import keys
from shared.settings import Settings

ISSUER = "http://127.0.0.1:8000"
SIGNING_KEY = ECKey.import_key(ec.derive_private_key(7, ec.SECP256R1()))
SIGNING_SEED = base64.b64encode((6).to_bytes(32)).decode()  # from which the gateway derives the same key
KEYS = {
    name: base64.b64encode(bytes([number]) * 32).decode()
    for number, name in enumerate(("internal_key", "data", "index_key", "seal_key", "receipt_key"), start=1)
}
SIGNER = make_signer()

SERVICES = ("registry", "subsidy", "evaluation", "eastwest", "gateway")
BUILD = os.environ.setdefault("BUILD", "test")
both_ciphers = pytest.mark.parametrize("cipher", ["aes-gcm", "sm4-gcm"])  # what is kept of people is kept so under either


def token(role: str, **bound: Any) -> str:
    """A token as the gateway signs it. Bindings (`institution_id`, `person_id`, `scopes` …) become claims."""
    now = int(time.time())
    claims = {"iss": ISSUER, "aud": "kaili-skills", "sub": bound.pop("subject", f"test-{role}"), "role": role, "iat": now, "exp": now + 900}
    claims |= {"person_id": str(db.new_id())} | {
        name: sorted(value) if isinstance(value, set | frozenset) else value if isinstance(value, bool) else str(value)
        for name, value in bound.items()
    }
    return jwt.encode({"alg": "ES256", "kid": SIGNING_KEY.thumbprint()}, claims, SIGNING_KEY)


DATABASE_PASSWORDS = {role: f"of-the-role/{role}" for role in roles_for(SERVICES)}

CLEAN = """
DO $$ DECLARE found regclass; BEGIN
    PERFORM pg_terminate_backend(pid, 5000) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid();
    SET LOCAL session_replication_role = replica;  -- the trail refuses DELETE; nothing is left that a foreign key could miss
    FOR found IN SELECT oid FROM pg_class WHERE relkind = 'r' AND relnamespace = 'public'::regnamespace AND relname <> 'alembic_version'
            AND pg_relation_size(oid) > 0 LOOP  -- nothing was ever written to the others
        EXECUTE 'DELETE FROM ' || found;
    END LOOP;
    PERFORM setval(oid, 1, false) FROM pg_class WHERE relkind = 'S' AND relnamespace = 'public'::regnamespace;
END $$"""


class Databases:
    """Migrated databases: each service is migrated once, as the owner, into a template, whose copies are lent to one test after another and emptied in
    between. An address is the working role's: a test's service may do no more than one in production."""

    def __init__(self, server: Server) -> None:
        self.server, self.templates, self.numbers = server, set[str](), itertools.count()
        Service.server = server
        self.waiting: dict[str, list[str]] = {name: [] for name in SERVICES}
        self.lent: list[tuple[str, str]] = []
        self.cleaners: dict[str, asyncpg.Connection] = {}
        self.cleaning = asyncio.Runner()
        self.cleaning_in = ThreadPoolExecutor(1)

    async def lend(self, service: str) -> str:
        """The address of an empty database until the end of the test."""
        url = self.waiting[service].pop() if self.waiting[service] else await self._copy(service)
        self.lent.append((service, url))
        return url

    async def make(self, service: str) -> str:
        """The address of a new database, for a test that makes tables of its own there."""
        url = await self._copy(service)
        inside = await asyncpg.connect(self.superuser(url))
        await inside.execute(f"GRANT CREATE ON SCHEMA public TO {service}")
        await inside.close()
        return url

    def superuser(self, url: str) -> str:
        """The address, for asyncpg, of the same database for who may do everything there."""
        return self.server.dsn(str(make_url(url).database))

    async def _copy(self, service: str) -> str:
        admin = await asyncpg.connect(self.server.dsn())
        try:
            template = f"template_{service}"
            if not self.templates:
                await make_roles(admin, SERVICES, DATABASE_PASSWORDS)
            if service not in self.templates:
                await admin.execute(f"CREATE DATABASE {template} OWNER {owner_of(service)}")
                inside = await asyncpg.connect(self.server.dsn(template))
                await inside.execute("CREATE EXTENSION IF NOT EXISTS pg_trgm")
                await inside.close()
                await _migrate(service, self.server.url(template, owner_of(service), DATABASE_PASSWORDS[owner_of(service)]))
                self.templates.add(service)
            name = f"{service}_{next(self.numbers)}"
            await admin.execute(f"CREATE DATABASE {name} OWNER {owner_of(service)} TEMPLATE {template} STRATEGY file_copy")
            await open_to(admin, name, service)
        finally:
            await admin.close()
        return self.server.url(name, service, DATABASE_PASSWORDS[service])

    async def take_back(self) -> None:
        while self.lent:
            service, url = self.lent.pop()
            await asyncio.wrap_future(self.cleaning_in.submit(self.cleaning.run, self._clean(url)))
            self.waiting[service].append(url)

    async def _clean(self, url: str) -> None:
        """Over a connection that is kept, in a loop that outlives the tests': opening one costs as much again."""
        kept = self.cleaners.get(url)
        if kept is None or lost(kept):
            kept = self.cleaners[url] = await asyncpg.connect(self.superuser(url))
        await kept.execute(CLEAN)

    def close(self) -> None:
        with self.cleaning_in:
            for kept in self.cleaners.values():
                self.cleaning_in.submit(self.cleaning.run, kept.close()).result()
            self.cleaning_in.submit(self.cleaning.close).result()


async def _migrate(service: str, url: str) -> None:
    await asyncio.to_thread(migrate.up, service, url)


@pytest.fixture(scope="session")
def server() -> Iterator[Server]:
    with throwaway_postgres() as running:
        yield running


@pytest.fixture(scope="session")
def _databases(server: Server) -> Iterator[Databases]:
    made = Databases(server)
    yield made
    made.close()


@pytest.fixture
async def databases(_databases: Databases) -> AsyncIterator[Databases]:
    yield _databases
    await _databases.take_back()


@cache
def _given_alone(kind: type[Settings]) -> type[Settings]:
    """The same settings, looked for nowhere else: a tenth of what a test's service costs."""

    class Given(kind):  # type: ignore[misc, valid-type]
        @classmethod
        def settings_customise_sources(cls, _of: Any, init_settings: Any, **_others: Any) -> tuple[Any, ...]:
            return (init_settings,)

    return Given


def settings(url: str, seal_dir: Path, kind: type[Settings] = Settings, **changed: Any) -> Settings:
    values: dict[str, Any] = {
        "environment": "local",
        "database_url": url,
        "allow_clock_override": True,
        "token_issuer": ISSUER,
        "internal_key": KEYS["internal_key"],
        "data_keys": f'{{"k1": "{KEYS["data"]}"}}',
        "data_key_id": "k1",
        "index_key": KEYS["index_key"],
        "seal_public_key": keys.public_half(KEYS["seal_key"]),
        "receipt_key": KEYS["receipt_key"],
        "certificate_signer": SIGNER,
        "token_signing_key": SIGNING_SEED,
        "seal_dir": seal_dir,
        "database_connections": 10,
        "neighbour_timeout_seconds": 30,
        "names_within_seconds": 30,  # a test machine does other work as well
        "counts_within_seconds": 30,
        "ready_within_seconds": 30,
        "sheets_beside": False,  # neighbours are in this process
        "build": BUILD,
        **{f"{name}_url": f"http://{name}.test" for name in SERVICES},
    }
    return _given_alone(kind)(**(values | changed))


def _nobody(request: httpx.Request) -> httpx.Response:
    raise httpx.ConnectError("nobody there", request=request)


AWAY = httpx.MockTransport(_nobody)
ASKING: ContextVar[list[str] | None] = ContextVar("ASKING", default=None)


def _compiling_once(make: Callable[..., AsyncEngine]) -> Callable[..., AsyncEngine]:
    """What a statement is compiled to is kept for one engine and its dialect, which every test makes anew: half of a test was compiling what the one before
    it had compiled. Here what is compiled is kept for all engines, whose dialects are alike; a process in production has one for as long as it lives."""
    PGDialect_asyncpg.__eq__ = lambda one, other: type(one) is type(other)
    PGDialect_asyncpg.__hash__ = lambda one: hash(type(one))
    compiled = LRUCache[Any, Any](5_000)

    def engine(url: str, *, connections: int) -> AsyncEngine:
        made = make(url, connections=connections)
        made.sync_engine.update_execution_options(compiled_cache=compiled)
        return made

    return engine


db.engine = _compiling_once(db.engine)


class Service:
    """A service in process, at its real routes and database. `service.as_("officer")` is a client of that role."""

    server: ClassVar[Server]

    def __init__(self, app: FastAPI) -> None:
        self.app, self.kernel = app, app.state.kernel
        self.transport = httpx.ASGITransport(app, raise_app_exceptions=False)
        self.clients: list[httpx.AsyncClient] = []

    def as_(self, role: str, *, at: str | None = None, **bound: Any) -> httpx.AsyncClient:
        headers = {} if role == "public" else {"Authorization": f"Bearer {token(role, **bound)}"}
        client = httpx.AsyncClient(
            transport=self.transport, base_url="http://service.test", headers=headers | ({"X-Server-Date": at} if at else {})
        )
        self.clients.append(client)
        return client

    def internal(self, caller: str = "subsidy") -> httpx.AsyncClient:
        client = httpx.AsyncClient(transport=self.transport, base_url="http://service.test")
        client.headers["Authorization"] = f"Bearer {self.kernel.tokens.internal_token(caller)}"
        self.clients.append(client)
        return client

    @contextlib.asynccontextmanager
    async def superuser(self) -> AsyncIterator[AsyncConnection]:
        """A transaction in the service's database as one who may do everything there: for what no service may, done by an attacker or by time."""
        engine = db.engine(self.server.url(str(self.kernel.engine.url.database)), connections=1)
        async with engine.begin() as connection:
            yield connection
        await engine.dispose()

    @contextlib.contextmanager
    def statements(self) -> Iterator[list[str]]:
        """What the requests of the block ask of the database, without what jobs ask at the same time."""
        asked: list[str] = []

        def note(*told: Any) -> None:
            if ASKING.get() is asked:
                asked.append(told[2])

        reader, first = self.kernel.reader, self.kernel.reader.first

        def noted(statement: Select[Any], values: Mapping[str, Any]) -> Awaitable[Mapping[str, Any] | None]:
            note(None, None, str(statement))
            return first(statement, values)

        before = ASKING.set(asked)
        event.listen(self.kernel.engine.sync_engine, "before_cursor_execute", note)
        reader.first = noted
        try:
            yield asked
        finally:
            reader.first = first
            event.remove(self.kernel.engine.sync_engine, "before_cursor_execute", note)
            ASKING.reset(before)

    def knows(self, neighbour: "Service") -> None:
        """Lets this service call another one of the test over its real routes."""
        self.kernel.neighbours[neighbour.kernel.service].transport = neighbour.transport


def version_of(answer: httpx.Response) -> int:
    """The version that an answer's strong entity tag names."""
    version, _, digest = answer.headers["etag"].removeprefix('"').removesuffix('"').partition("-")
    assert len(digest) == 16 and answer.headers["etag"] == f'"{version}-{digest}"'
    return int(version)


@contextlib.asynccontextmanager
async def running(app: FastAPI) -> AsyncIterator[Service]:
    """The service with its lifespan, so its jobs run as they do in a process. A neighbour without an address of its own is away."""
    app.state.kernel.tokens.keys = KeySet([SIGNING_KEY])
    for neighbour in app.state.kernel.neighbours.values():
        if neighbour.url.endswith(".test"):
            neighbour.transport = AWAY
    async with app.router.lifespan_context(app):
        service = Service(app)
        try:
            yield service
        finally:
            for client in service.clients:
                await client.aclose()


Start = Callable[..., AbstractAsyncContextManager[Service]]


@pytest.fixture
def start(databases: Databases, tmp_path: Path) -> Start:
    """`async with start("registry") as registry:` — a service of its own for one test."""

    @contextlib.asynccontextmanager
    async def started(name: str, **changed: Any) -> AsyncIterator[Service]:
        import importlib

        module = importlib.import_module("gateway.app" if name == "gateway" else f"services.{name}.app")
        url = changed.pop("url", None) or await databases.lend(name)
        app = module.build(settings(url, tmp_path / "seals", getattr(module, "Settings", Settings), **changed))
        async with running(app) as service:
            yield service

    return started


# Each line shares one stack of five processes, so it runs on one worker: a stack costs as much as a hundred tests.
TOGETHER = {
    f"tests/{folder}/test_{name}.py": folder
    for folder, names in (
        ("attacks", ("actions", "lists", "matrix", "search", "tenants")),
        ("faults", ("kill", "kill_at_any_step", "sheets_beside")),
        ("journeys", ("board", "desk", "generated_client", "guides", "main_job", "restored", "second_half", "secrets")),
    )
    for name in names
}
SLOW = ("tests/faults/", "tests/attacks/", "tests/journeys/", "tests/contracts/test_fuzz.py")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """The longest modules begin first, so that none is left alone at the end. `SHUFFLE=7 pytest …`: modules and their tests in the random order 7."""
    if order := os.environ.get("SHUFFLE"):
        chance = random.Random(order)
        places = {module: chance.random() for module in sorted({item.nodeid.partition("::")[0] for item in items})}
        chance.shuffle(items)
        items.sort(key=lambda item: places[item.nodeid.partition("::")[0]])
    else:
        items.sort(key=lambda item: not item.nodeid.startswith(SLOW))


@pytest.hookimpl(wrapper=True)
def pytest_collection() -> Iterator[None]:
    """What is collected stays to the end: looked through for rubbish meanwhile, it takes a fifth longer."""
    gc.disable()
    try:
        return (yield)
    finally:
        gc.enable()


def pytest_collection_finish() -> None:
    """Looked through again and again to the end it took a sixth of all processor time."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(10_000, 10, 10)


class ByStack(LoadScopeScheduling):
    """A module to a worker, and modules that share a stack to the same one."""

    def _split_scope(self, nodeid: str) -> str:
        module: str = super()._split_scope(nodeid)
        return TOGETHER.get(module, module)


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: Any) -> LoadScopeScheduling:
    return ByStack(config, log)
