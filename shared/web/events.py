"""What a service answers of its change feed: pages and a stream to every caller, and to the gateway where it ends and who sees what of it."""

from collections.abc import Sequence
from uuid import UUID

from fastapi import Request, Response
from pydantic import Field

from shared import access, changes, errors, feed, names, wire
from shared.web import streaming
from shared.web.calling import Caller
from shared.web.kernel import KernelOf
from shared.web.routing import Router
from shared.web.transaction import Session

HEAD = "/internal/v1/changes"
SEEN = "/internal/v1/changes:seen"
VIEWERS_AT_MOST, EVENTS_AT_MOST = 100, changes.EVENTS_A_BATCH


class HeadOut(wire.Out):
    head: str = Field(pattern=r"^\d{1,19}-\d{1,19}$", description="变更流的末端,可作 after。", examples=["4711-9"])


class EventIn(wire.In):
    id: UUID
    type: str = Field(examples=["class.approved"])
    subject: UUID


class SeenIn(wire.In):
    """`viewers`: what their tokens would say of them."""

    viewers: list[names.Viewer] = Field(
        max_length=VIEWERS_AT_MOST, description="调用方,各如其令牌所述。", examples=[[{"sub": "partner-1", "role": "partner"}]]
    )
    events: list[EventIn] = Field(max_length=EVENTS_AT_MOST, description="要判断的事件。")
    files: bool = Field(False, description="问的是可否读取该事项的附件。")


class SeenOut(wire.Out):
    """For each viewer, in the order asked, the ids of the events they see."""

    seen: list[list[UUID]] = Field(description="各调用方可见的事件编号,按所问的次序。")


def router(service: str) -> Router:
    made = Router("changes")

    @made.operation(
        "GET",
        "/v1/changes",
        may=access.INTERNAL | access.SIGNED_IN,
        summary="调用方可见事项的变更事件,按提交次序,不漏不重;可持续推送",
        errors=[errors.InvalidCursor, errors.FeedRestored],
        streams=True,
        response_model=changes.Feed,
        operation_id="changes_list",
    )
    async def list_changes(
        request: Request,
        kernel: KernelOf,
        call: Caller,
        after: changes.After = None,
        limit: changes.Limit = 200,
        wait: changes.Wait = 0,
        last_event_id: streaming.LastEventId = None,
    ) -> changes.Feed | Response:
        reader = feed.Own(kernel.watch, kernel.reading, service, request.app.state.papers, call.actor)
        after = await feed.start(reader, last_event_id or after)
        if streaming.asked(request):
            return await streaming.stream(request, kernel, call, reader, after)
        return await feed.read(reader, after, limit, wait)

    @made.operation("GET", HEAD, may=access.INTERNAL, summary="变更流的末端;给了 after 则等到其后有新事件")
    async def get_head(kernel: KernelOf, after: changes.After = None, wait: changes.Wait = 0) -> HeadOut:
        place = feed.position(after)
        if wait and not await kernel.watch.beyond({service: place}, wait):
            return HeadOut(head=feed.written(place))
        async with kernel.reading() as session:
            return HeadOut(head=feed.written(await feed.head(session)))

    @made.operation("POST", SEEN, may=access.INTERNAL, summary="这些事件中,各调用方可见哪些", writes=False)
    async def seen(request: Request, body: SeenIn, session: Session) -> SeenOut:
        viewers: Sequence[access.Actor] = [access.actor_of(viewer) for viewer in body.viewers]
        found = await feed.seen(session, request.app.state.papers, viewers, body.events, files=body.files)
        return SeenOut(seen=[[event.id for event in events] for events in found])

    return made
