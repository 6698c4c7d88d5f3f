"""The path of the merged feed."""

from dataclasses import replace
from typing import Annotated

from fastapi import Query, Request, Response

from gateway.changes import reading
from shared import access, changes, errors, feed, web
from shared.web import streaming

After = Annotated[str | None, Query(max_length=600, description="上一次的 next;没有则从头读;latest:只要此后的")]

router = web.Router("changes")


@router.operation(
    "GET",
    "/v1/changes",
    may=access.SIGNED_IN,
    summary="全部服务的变更事件中调用方可见的,按提交次序,不漏不重;可持续推送",
    errors=[errors.InvalidCursor, errors.FeedRestored],
    streams=True,
    response_model=reading.MergedFeed,
    operation_id="changes_list",
)
async def list_changes(
    request: Request,
    kernel: web.KernelOf,
    call: web.Caller,
    after: After = None,
    limit: changes.Limit = 200,
    wait: changes.Wait = 0,
    last_event_id: streaming.LastEventId = None,
) -> changes.Feed | Response:
    streamed = streaming.asked(request)
    call = replace(call, deadline=None) if streamed else call.patient(wait)
    reader = reading.Merged(request, call, kernel, request.app.state.feed_turns)
    after = await feed.start(reader, last_event_id or after)
    if streamed:
        return await streaming.stream(request, kernel, call, reader, after)
    return await feed.read(reader, after, limit, wait)
