"""Events in the real NATS JetStream: who follows there and who follows the feed end alike, whatever is killed between.

Debian brings the server: `apt-get install nats-server`."""

import asyncio
import shutil
import signal
import subprocess
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from pathlib import Path
from typing import Any

import httpx
import nats
import pytest
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from deploy.processes import end, spawn
from shared import changes, clock, db
from shared.access import Actor, Call
from tests.conftest import Databases, Service, Start
from tests.gateway.routing.upstream import free_port

pytestmark = [pytest.mark.drill, pytest.mark.jobs]
SERVER = shutil.which("nats-server") or shutil.which("nats-server", path="/usr/sbin")
WRITERS, EACH = 6, 40


class Broker:
    def __init__(self, folder: Path) -> None:
        self._folder, self._port = folder, free_port()
        self.url = f"nats://127.0.0.1:{self._port}"
        self._process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        command: list[str | Path] = [SERVER or "", "-js", "-sd", self._folder, "-a", "127.0.0.1", "-p", str(self._port)]
        self._process = spawn(command, log=self._folder / "log", ends_by=signal.SIGTERM, cwd=self._folder, env={})

    def end(self, sent: signal.Signals) -> None:
        assert self._process is not None
        end(self._process, sent, 30)

    async def everything(self, service: str) -> list[dict[str, Any]]:
        """What a follower who comes late reads, from the first message to the last."""
        client = await nats.connect(self.url)
        jetstream = client.jetstream()
        held = (await jetstream.stream_info(f"changes-{service}")).state.messages
        reading = await jetstream.pull_subscribe(f"changes.{service}.>", durable="a-drill")
        found: list[dict[str, Any]] = []
        while len(found) < held:
            for message in await reading.fetch(min(100, held - len(found)), timeout=20):
                event = changes.Event.model_validate_json(message.data)
                assert message.subject == f"changes.{service}.{event.type}"
                found.append(event.model_dump(mode="json"))
                await message.ack()
        await client.close()
        return found


@asynccontextmanager
async def _broker(folder: Path) -> AsyncIterator[Broker]:
    made = Broker(folder)
    made.start()
    try:
        yield made
    finally:
        made.end(signal.SIGTERM)


async def _write(service: Service, what: str) -> None:
    """Several write side by side, and commit in another order than they began."""

    async def one(writer: int) -> None:
        for number in range(EACH):
            async with service.kernel.writing.begin() as session:
                call = Call(Actor("a-drill", "officer"), clock.now(), request_id="a-drill")
                await changes.publish_all(session, [changes.event(call, f"{what}.{writer}", db.new_id(), number=number)])
                await asyncio.sleep(0.002 * writer)

    await asyncio.gather(*(one(writer) for writer in range(WRITERS)))


async def _by_feed(caller: httpx.AsyncClient) -> list[dict[str, Any]]:
    found, after = list[dict[str, Any]](), None
    while True:
        page = (await caller.get("/v1/changes", params={"limit": 97} | ({"after": after} if after else {}))).json()
        if not page["items"]:
            return found
        found, after = [*found, *page["items"]], page["next"]


async def _published(service: Service) -> None:
    """Waits until the stream has taken all there is."""
    async with asyncio.timeout(120):
        while True:
            async with AsyncSession(service.kernel.engine) as session:
                behind = text(
                    "SELECT (SELECT max(id) FROM changes) - split_part(after, '-', 2)::bigint FROM followed_feeds WHERE feed = 'nats'"
                )
                if await session.scalar(behind) == 0:
                    return
            await asyncio.sleep(0.1)


@pytest.mark.skipif(SERVER is None, reason="needs nats-server: apt-get install nats-server")
async def test_who_follows_there_and_who_follows_the_feed_end_alike(start: Start, databases: Databases, tmp_path: Path) -> None:
    url = await databases.lend("evaluation")
    async with _broker(tmp_path) as broker, AsyncExitStack() as running:
        dying = AsyncExitStack()
        first = await dying.enter_async_context(start("evaluation", url=url, nats_url=broker.url))
        second = await running.enter_async_context(start("evaluation", url=url, nats_url=broker.url))
        writing = asyncio.create_task(_write(second, "paper"))
        await asyncio.sleep(0.3)
        broker.end(signal.SIGKILL)
        await writing
        broker.start()
        await asyncio.gather(_write(second, "other"), dying.aclose())
        await _published(second)
        async with second.superuser() as kept:  # as if the last that was noted had been lost with the database's end
            back = "(SELECT transaction_id || '-' || id FROM changes ORDER BY transaction_id, id OFFSET 100 LIMIT 1)"
            await kept.execute(text(f"UPDATE followed_feeds SET after = {back} WHERE feed = 'nats'"))
        await _write(second, "last")
        await _published(second)
        by_feed, by_nats = await _by_feed(second.as_("auditor")), await broker.everything("evaluation")
        assert first is not second and len(by_feed) == 3 * WRITERS * EACH
        assert by_nats == by_feed
        print(f"{len(by_nats)} events, alike in the stream and in the feed")
