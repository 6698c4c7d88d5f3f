"""The list of the people retained (稳岗三个月): exactly those whom a plan's board counts, each with one placement."""

from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy import Select
from sqlalchemy.ext.asyncio import AsyncSession

from services.eastwest.placements import operations
from services.eastwest.placements.policy import Span, Verdict
from shared import errors, pages
from shared.access import Call
from shared.web import Kernel


def days(met_from_on: date | None, met_to_on: date | None, retention: Verdict | None) -> Span:
    """The days asked for; both ends are given, and no other verdict than `met`."""
    if met_from_on is None or met_to_on is None:
        missing = "met_from_on" if met_from_on is None else "met_to_on"
        raise errors.InvalidParameter(f"met_from_on、met_to_on 须一起给。请补上 {missing}。", parameter=missing)
    if retention not in (None, "met"):
        raise errors.InvalidParameter("给出 met_from_on、met_to_on 时,retention 只能为 met 或不填。", parameter="retention")
    return Span(met_from_on, met_to_on)


async def people_retained(
    session: AsyncSession, call: Call, kernel: Kernel, asked: pages.Asked, wanted: Select[Any], met_within: Span, as_of: date
) -> dict[str, Any]:
    """Whoever met three months on one of these days, as of a day; of several placements of one person the newest."""
    people: dict[UUID, Any] = {}
    async for rows, found in operations.judged(session, wanted, as_of):
        for row in rows:
            met_on = found[row.id].met_on
            if met_on is not None and met_within.from_on <= met_on <= met_within.to_on:
                people.setdefault(row.trainee_id, row)
    rest = [row for row in people.values() if asked.after_id is None or row.id < asked.after_id]
    rows = rest[: asked.limit]
    answer = {
        "items": await operations.show(session, call, kernel, rows, as_of),
        "next_cursor": asked.cursor(None, rows[-1].id) if len(rest) > asked.limit else None,
    }
    return answer | ({"total": len(people)} if asked.include_total else {})
