"""What one process is made of, built from its settings once: database, keys, neighbours, metrics."""

import asyncio
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Annotated, Any

from fastapi import Depends, Request
from sqlalchemy.ext.asyncio import AsyncEngine, AsyncSession, async_sessionmaker

from shared import access, clock, county, db, feed, http_client, indexing, limits, privacy, pulse, replica, telemetry, workdays
from shared.sealing import verifying
from shared.settings import Settings

KEYS_AT = "/.well-known/jwks.json"
SERVICES = ("registry", "subsidy", "evaluation", "eastwest", "gateway")


@dataclass(frozen=True)
class Kernel:
    """The parts every operation may need. `neighbours` holds the other services by name; `stopping` is set when the process has been told to end;
    `policy_hash` says which county's data it runs on."""

    service: str
    started_at: datetime
    policy_hash: str
    settings: Settings
    engine: AsyncEngine
    writing: async_sessionmaker[AsyncSession]
    reading: async_sessionmaker[AsyncSession]
    replica: replica.Replica
    pulse: pulse.Pulse
    reader: db.Reader
    vault: privacy.Vault
    tokens: access.Tokens
    neighbours: dict[str, http_client.Neighbour]
    metrics: telemetry.Metrics
    calendar: workdays.Calendar
    sealed: verifying.Sealed
    limits: limits.Limits
    watch: feed.Watch
    stopping: asyncio.Event

    async def within_rate(self, actor: access.Actor) -> dict[str, str]:
        """Counts a request of this client where a rate is set; answers the headers that say so, or raises `TooManyRequests`."""
        rates = self.settings.requests_per_second
        rate = rates.get(actor.subject, rates.get(""))
        return await self.limits.take(limits.Quota("client", rate, 1), actor.subject) if rate and actor.role != "service" else {}

    def own_call(self) -> access.Call:
        """A call this service makes of its own accord: a background job's, not a user's."""
        return access.Call(access.Actor(self.service, "service", name=self.service), clock.now(), request_id=str(db.new_id()))

    async def close(self) -> None:
        for neighbour in self.neighbours.values():
            await neighbour.close()
        await self.watch.close()
        await self.limits.close()
        await self.reader.close()
        await self.replica.close()
        await self.engine.dispose()


def build(service: str, settings: Settings) -> Kernel:
    tokens = access.Tokens(settings.token_issuer, settings.token_audience, settings.internal_key)
    engine = db.engine(settings.database_url, connections=settings.database_connections)
    vault = privacy.Vault(settings.data_keys, settings.data_key_id, settings.index_key, settings.cipher, settings.former_index_keys)
    looked_at = indexing.guard(engine, vault)
    beating = pulse.Pulse(engine)
    neighbours = {
        name: http_client.Neighbour(
            name, getattr(settings, f"{name}_url"), service, tokens, settings.neighbour_timeout_seconds, settings.neighbour_connect_seconds
        )
        for name in SERVICES
        if name != service
    }
    reading, reader, stopping = db.reading(engine), db.Reader(engine, beating, looked_at), asyncio.Event()
    made = Kernel(
        service,
        clock.now(),
        county.digest(),
        settings,
        engine,
        db.writing(engine),
        reading,
        replica.Replica(reading, settings.read_database_url, settings.database_connections),
        beating,
        reader,
        vault,
        tokens,
        neighbours,
        telemetry.Metrics(),
        workdays.load(settings.workday_dir or county.folder() / "workdays"),
        verifying.sealed(engine, (*settings.former_seal_public_keys, settings.seal_public_key), _heads(service, settings)),
        limits.Limits(settings.limits_uri),
        feed.Watch({service: feed.own(reader)}, stopping),
        stopping,
    )
    if service != "gateway":  # which signs, and has the keys

        async def ended() -> Any:
            return await neighbours["gateway"].get(access.ENDED_AT, made.own_call())

        async def keys() -> Any:
            """What has ended is asked for first: a process that has just started takes no token before it knows both."""
            if tokens.ended_known_at < 0:
                await tokens.learn_ended()
            return await neighbours["gateway"].get(KEYS_AT, made.own_call())

        tokens.fetch_ended, tokens.fetch = ended, keys
    return made


def _heads(service: str, settings: Settings) -> dict[str, Path]:
    """Where the heads of the service's trail are kept, by the copy's name."""
    folders = {"file": settings.seal_dir, "witness": settings.seal_witness_dir}
    return {name: folder / f"{service}.jsonl" for name, folder in folders.items() if folder}


async def _kernel(request: Request) -> Kernel:
    kernel: Kernel = request.app.state.kernel
    return kernel


KernelOf = Annotated[Kernel, Depends(_kernel)]
