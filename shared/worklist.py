"""The worklist (待办): what waits for one caller. Each service answers for its own papers by role; the gateway puts the answers together."""

from collections.abc import Awaitable, Callable, Iterable, Sequence
from datetime import date
from typing import Annotated, Any, TypeVar
from uuid import UUID

from pydantic import Field
from sqlalchemy import Date, Select, Text, cast, literal, null, select, union_all
from sqlalchemy.ext.asyncio import AsyncSession

from shared import access, clock, county, errors, pages, web, wire

MOST = 100
Kind = Select[Any]  # items of one kind, the most urgent first


class Item(wire.Out):
    """One paper and the step it waits for."""

    kind: str = Field(description="等待办理的是什么。", examples=["claim_submitted"])
    action: str = Field(description="应办的步骤,与事项 allowed_actions 中的相同。", examples=["review"])
    subject_type: str = Field(examples=["claim"])
    subject_id: UUID
    number: str | None = Field(examples=[f"{county.here().series('SQ')}-2025-000123"])
    title: str = Field(examples=["短平快农业种植养殖培训"])
    due_on: wire.CivilDate | None = Field(description="按时办理的最后一日;没有期限时为 null。")
    since_at: wire.Instant
    link: str = Field(description="事项的路径。", examples=["/v1/claims/0192f3a0-0000-7000-8000-000000000000"])


class Worklist(wire.Out):
    """The most due first, then what has waited longest. `more`: more waits here than is ever listed."""

    items: list[Item]
    next_cursor: str | None = None
    total: int | None = None
    more: bool


Found = TypeVar("Found", bound=Item)


def most_urgent(items: Iterable[Found]) -> list[Found]:
    return sorted(items, key=_place)


def _place(item: Item) -> list[str]:
    """Where an item stands: it says so also when others have gone since."""
    return [
        str(item.due_on or date.max),
        item.since_at.astimezone(clock.SHANGHAI).isoformat(timespec="microseconds"),
        str(item.subject_id),
        item.kind,
    ]


def page(asked: pages.Asked, items: Iterable[Found]) -> dict[str, Any]:
    """The page that was asked for of what waits, the most urgent first."""
    waiting = most_urgent(items)
    left = [item for item in waiting if asked.after is None or _place(item) > asked.after[0]]
    shown = left[: asked.limit]
    cursor = asked.cursor(_place(shown[-1]), shown[-1].subject_id) if len(left) > len(shown) else None
    return {"items": shown, "next_cursor": cursor} | ({"total": len(waiting)} if asked.include_total else {})


def waiting(
    kind: str,
    action: str,
    subject_type: str,
    noun: str,
    subject: Any,
    *,
    title: Any,
    since_at: Any,
    number: Any = None,
    due_on: Any = None,
    below: str = "",
) -> Kind:
    """A select of items of one kind: `subject` is the id column of the papers, which live at `/v1/<noun>/<id><below>`. Narrow it, order it."""
    number, due_on = (null() if value is None else value for value in (number, due_on))
    return select(
        literal(kind, Text).label("kind"),
        literal(action, Text).label("action"),
        literal(subject_type, Text).label("subject_type"),
        subject.label("subject_id"),
        cast(number, Text).label("number"),
        cast(title, Text).label("title"),
        cast(due_on, Date).label("due_on"),
        since_at.label("since_at"),
        (literal(f"/v1/{noun}/", Text) + cast(subject, Text) + literal(below, Text)).label("link"),
    )


async def read(session: AsyncSession, kinds: Sequence[Kind]) -> list[Item]:
    """The items of all kinds in one statement, the first of each."""
    if not kinds:
        return []
    rows = await session.execute(union_all(*(kind.limit(MOST + 1) for kind in kinds)))
    return [Item.model_validate(row) for row in rows]


Listed = Annotated[pages.Asked, pages.asking(whole=True)]
Waiting = Callable[[AsyncSession, access.Call, web.Kernel], Awaitable[list[Item]]]


def router(of: Waiting) -> web.Router:
    """A service's `/v1/worklist`."""
    made = web.Router("worklist")

    @made.operation("GET", "/v1/worklist", may=access.SIGNED_IN, summary="等待当前角色办理的事项,最急的在前", errors=[errors.InvalidCursor])
    async def list_waiting(session: web.Session, call: web.Caller, kernel: web.KernelOf, asked: Listed) -> Worklist:
        items = await of(session, call, kernel)
        return Worklist(**page(asked, most_urgent(items)[:MOST]), more=len(items) > MOST)

    return made
