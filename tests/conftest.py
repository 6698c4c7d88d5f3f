"""Real parts for every test: one throwaway PostgreSQL a run, an empty migrated database a test, services in process with signed tokens."""

import base64
import contextlib
import os
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator, Mapping
from contextlib import AbstractAsyncContextManager
from contextvars import ContextVar
from functools import cache
from pathlib import Path
from typing import Any, ClassVar

import httpx
import pytest
from cryptography.hazmat.primitives.asymmetric import ec
from fastapi import FastAPI
from hypothesis import HealthCheck
from hypothesis import settings as hypothesis_settings
from joserfc import jwt
from joserfc.jwk import ECKey, KeySet
from sqlalchemy import Select, event
from sqlalchemy.ext.asyncio import AsyncConnection

from deploy.keys import make_signer
from deploy.places import throwaway_folder
from deploy.postgres import FAST_SETTINGS, Server, postgres
from shared import db
from shared.sealing import keys
from shared.settings import Settings
from tests import connections, prepared
from tests.databases import Databases
from tests.prepared import SERVICES

pytest_plugins = ["tests.order"]

ISSUER = "http://127.0.0.1:8000"
SIGNING_KEY = ECKey.import_key(ec.derive_private_key(7, ec.SECP256R1()))
SIGNING_SEED = base64.b64encode((6).to_bytes(32)).decode()  # from which the gateway derives the same key
KEYS = {
    name: base64.b64encode(bytes([number]) * 32).decode()
    for number, name in enumerate(("internal_key", "data", "index_key", "seal_key", "receipt_key"), start=1)
}
SIGNER = make_signer()

BUILD = os.environ.setdefault("BUILD", "test")
both_ciphers = pytest.mark.parametrize("cipher", ["aes-gcm", "sm4-gcm"])  # what is kept of people is kept so under either
# How long examples take to be made up or tried says something of the machine, not of what is tried. They are the same ones in every run: a run says of a
# change what it says, and nothing of what chance found on that day.
hypothesis_settings.register_profile("any-machine", deadline=None, derandomize=True, suppress_health_check=[HealthCheck.too_slow])
hypothesis_settings.load_profile("any-machine")


def token(role: str, **bound: Any) -> str:
    """A token as the gateway signs it. Bindings (`institution_id`, `person_id`, `scopes` …) become claims."""
    now = int(time.time())
    claims = {"iss": ISSUER, "aud": "kaili-skills", "sub": bound.pop("subject", f"test-{role}"), "role": role, "iat": now, "exp": now + 900}
    claims |= {"person_id": str(db.new_id())} | {
        name: sorted(value) if isinstance(value, set | frozenset) else value if isinstance(value, bool) else str(value)
        for name, value in bound.items()
    }
    return jwt.encode({"alg": "ES256", "kid": SIGNING_KEY.thumbprint()}, claims, SIGNING_KEY)


@pytest.fixture(scope="session")
def server() -> Iterator[Server]:
    with throwaway_folder("kaili-pg-", quick=True) as folder, postgres(prepared.copied_to(folder), FAST_SETTINGS) as running:
        yield running


@pytest.fixture(scope="session")
async def _databases(server: Server) -> AsyncIterator[Databases]:
    made = Databases(server)
    Service.server = server
    yield made
    await made.close()


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


connections.keep()


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
def start(databases: Databases, tmp_path: Path, request: pytest.FixtureRequest) -> Start:
    """`async with start("registry") as registry:` — a service of its own for one test. What it does beside requests it does in tests marked `jobs`."""
    run_jobs = request.node.get_closest_marker("jobs") is not None

    @contextlib.asynccontextmanager
    async def started(name: str, **changed: Any) -> AsyncIterator[Service]:
        import importlib

        module = importlib.import_module("gateway.app" if name == "gateway" else f"services.{name}.app")
        url = changed.pop("url", None) or await databases.lend(name)
        changed = {"run_jobs": run_jobs} | changed
        app = module.build(settings(url, tmp_path / "seals", getattr(module, "Settings", Settings), **changed))
        async with running(app) as service:
            yield service

    return started
