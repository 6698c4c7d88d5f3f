"""The same feed in NATS JetStream, by setting: for followers who are many, far away, or do not speak HTTP.

A process follows its own service's feed as a neighbour would: the place moves in the transaction in which the events were taken by the stream, so none is
left out, and none comes before another that was earlier. What was taken but not noted is sent again, and the stream knows it by the event's id.
"""

from collections.abc import Mapping
from typing import Any

import nats
from nats.aio.client import Client
from nats.js import JetStreamContext, api
from nats.js.errors import NotFoundError
from sqlalchemy.ext.asyncio import AsyncEngine, AsyncSession, async_sessionmaker

from shared import changes, errors, feed, following, telemetry
from shared.access import Actor

PLACE = "nats"  # among the feeds that are followed
CONNECTED_WITHIN_SECONDS = 3
TAKEN_WITHIN_SECONDS = 5.0
KNOWN_AGAIN_SECONDS = 24 * 3600  # for so long the stream knows an event that is sent a second time


def subject(service: str, event: changes.Event) -> str:
    """`changes.subsidy.claim.submitted`: whoever follows a part names it by `changes.subsidy.claim.*`."""
    return f"changes.{service}.{event.type}"


async def keep_publishing(
    url: str, service: str, engine: AsyncEngine, reading: async_sessionmaker[AsyncSession], watch: feed.Watch
) -> None:
    """For as long as the process lives, where there is a `url`; of several processes one has the turn."""
    if not url:
        return
    own = feed.Own(watch, reading, service, {}, Actor(service, "service", name=service))
    stream = Stream(url, service)

    async def fetch(after: str | None, limit: int, wait_seconds: float) -> Mapping[str, Any]:
        return (await feed.read(own, after, limit, wait_seconds)).model_dump()

    async def take_in(_: AsyncSession, event: changes.Event) -> None:
        await stream.take(event)

    try:
        await following.follow(engine, PLACE, fetch, following.one_by_one(take_in))
    finally:
        await stream.close()


class Stream:
    """A service's stream `changes-<service>`; made where it is missing, else left as its operator keeps it."""

    def __init__(self, url: str, service: str) -> None:
        self._servers, self._service = [each.strip() for each in url.split(",")], service
        self._client: Client | None = None
        self._jetstream: JetStreamContext | None = None

    async def take(self, event: changes.Event) -> None:
        """Returns when the stream has it on its disk."""
        headers = {"Nats-Msg-Id": str(event.id), "Content-Type": "application/cloudevents+json"}
        try:
            jetstream = self._jetstream or await self._open()
            await jetstream.publish(
                subject(self._service, event), event.model_dump_json().encode(), timeout=TAKEN_WITHIN_SECONDS, headers=headers
            )
        except (nats.errors.Error, OSError) as error:
            await self.close()
            raise errors.Unavailable("NATS 没有收下事件。") from error

    async def _open(self) -> JetStreamContext:
        self._client = await nats.connect(
            self._servers, connect_timeout=CONNECTED_WITHIN_SECONDS, allow_reconnect=False, error_cb=_tell, name=self._service
        )
        made = self._client.jetstream(timeout=TAKEN_WITHIN_SECONDS)
        name = f"changes-{self._service}"
        try:
            await made.stream_info(name)
        except NotFoundError:
            await made.add_stream(
                api.StreamConfig(name=name, subjects=[f"changes.{self._service}.>"], duplicate_window=KNOWN_AGAIN_SECONDS)
            )
        self._jetstream = made
        return made

    async def close(self) -> None:
        client, self._client, self._jetstream = self._client, None, None
        if client is not None:
            await client.close()


async def _tell(error: Exception) -> None:
    telemetry.log.warning("nats", error=type(error).__name__)
