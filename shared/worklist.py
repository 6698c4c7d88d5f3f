"""The worklist (待办): what waits for one caller. Each service answers for its own papers by role; the gateway puts the answers together.

A service states its kinds: papers of one sort, in which states, wait for which roles to take which step. List, pages, counts and the test that no state
waits for nobody all come from that. What is due first comes first, then what has waited longest, then what has no day.

By when a kind is to be done the county says (`shared.periods`), in working days from the day since which it waits. A later start is never due
earlier, so a kind in the order of its starts is in the order of its days, and no day need stand in the database.
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from typing import Annotated, Any
from uuid import UUID

from fastapi import Depends, Query
from pydantic import Field
from sqlalchemy import (
    ColumnElement,
    Date,
    DateTime,
    Numeric,
    Select,
    Text,
    Uuid,
    cast,
    false,
    func,
    literal,
    null,
    select,
    true,
    tuple_,
    union_all,
)
from sqlalchemy.dialects.postgresql import array
from sqlalchemy.ext.asyncio import AsyncSession

from shared import access, clock, codes, county, errors, names, pages, periods, web, wire
from shared.periods import NO_DAY, ONE_DAY
from shared.workdays import Calendar

BETWEEN = " · "


class Whom(wire.Out):
    """Whom a paper concerns."""

    institution_id: UUID | None = None
    institution_name: names.InstitutionName = None
    trainee_id: UUID | None = None
    trainee_name: names.TraineeName = None
    id_number_masked: names.IdNumberMasked = None
    class_id: UUID | None = None
    class_name: names.ClassName = None
    class_number: names.ClassNumber = None


class Item(wire.Out):
    """One paper and the step it waits for."""

    kind: str = Field(description="等待办理的是什么,见代码表 worklist_kind。", examples=["claim_submitted"])
    action: str = Field(description="应办的步骤,与事项 allowed_actions 中的相同。", examples=["review"])
    subject_type: str = Field(examples=["claim"])
    subject_id: UUID
    number: str | None = Field(examples=[f"{county.here().series('SQ')}-2025-000123"])
    title: str = Field(description="是哪一件:种类、班级、机构、人数等。", examples=["短平快农业种植养殖培训 · 春季果树班 · 32 人"])
    whom: Whom = Field(description="涉及谁:机构、学员、班级,及其名称。")
    amount: wire.Money | None = Field(description="涉及的金额,元,两位小数;与钱无关时为 null。")
    since_at: wire.Instant
    due_on: wire.CivilDate | None = Field(description="按时办理的最后一日,按工作日推算;没有期限时为 null。")
    overdue: bool = Field(description="最后一日是否已过。")
    link: str = Field(description="事项的路径。", examples=["/v1/claims/0192f3a0-0000-7000-8000-000000000000"])


class Placed(Item):
    """An item, and where in this service's list it stands."""

    cursor: str = Field(description="从这一项之后续取时的 cursor。", examples=["kq3oF7rVbZ0eN1xUW1siMjAyNS0wNC0xOCJd"])


class Count(wire.Out):
    """How much waits of one kind, whatever the list is filtered by."""

    kind: str = Field(examples=["claim_submitted"])
    count: int = Field(description="等待办理的件数。", examples=[12])
    overdue: int = Field(description="其中最后一日已过的件数。", examples=[3])


class Worklist(wire.Out):
    """A page of what waits, the most due first, and the counts of all that waits."""

    items: list[Placed]
    next_cursor: str | None = None
    total: int | None = None
    counts: list[Count]


_INSTANT = DateTime(timezone=True)


def morning_of(day: Any) -> Any:
    """The moment at which a day of a column begins."""
    return func.timezone("Asia/Shanghai", cast(day, DateTime), type_=_INSTANT)


def day_after(day: Any) -> Any:
    """The moment at which a day of a column is over, since when what follows it waits."""
    return morning_of(day + 1)


# What waits for whom


@dataclass(frozen=True, slots=True)
class Paper:
    """Papers of one sort, as the list shows them. Beside `id` every member is what SQL says of one: `title` in parts, of which those that are null are left
    out; `say` turns parts that are codes into words. `rows`: which of them the caller may see. `titled` joins one row each, for the title alone: who counts them
    reads none. `table`: where they stand, unless that is the `id`'s."""

    type: str
    id: Any
    rows: Callable[[access.Actor], ColumnElement[bool]]
    title: Sequence[Any]
    link: Any
    status: Any = None
    number: Any = None
    institution_id: Any = None
    trainee_id: Any = None
    class_id: Any = None
    amount: Any = None
    joined: Callable[[Select[Any]], Select[Any]] = lambda wanted: wanted
    titled: Callable[[Select[Any]], Select[Any]] = lambda wanted: wanted
    say: Callable[[Sequence[str]], Iterable[str]] = lambda parts: parts
    table: Any = None


def at(noun: str, subject: Any, below: str = "") -> Any:
    """The path of a paper."""
    return literal(f"/v1/{noun}/", Text) + cast(subject, Text) + literal(below, Text)


@dataclass(frozen=True, slots=True)
class Kind:
    """Papers in these states wait for these roles to take the action. `where`: what else has to be so. `due_on`: the paper's own day; else the county's
    period counts from `since_at`."""

    code: StrEnum
    roles: frozenset[str]
    action: str
    paper: Paper
    states: frozenset[str]
    since_at: Any
    due_on: Any = None
    where: Callable[[access.Call], Sequence[ColumnElement[bool]]] = lambda _: ()

    @property
    def working_days(self) -> int | None:
        return periods.here().get(self.code) if self.due_on is None else None

    def due(self, since_at: datetime, own: date | None, calendar: Calendar) -> date:
        if self.due_on is not None:
            return own or NO_DAY
        return periods.due(since_at.astimezone(clock.SHANGHAI).date(), self.working_days, calendar) if self.working_days else NO_DAY

    def waiting(self, call: access.Call, *columns: Any) -> Select[Any]:
        paper = self.paper
        states = () if paper.status is None else (paper.status.in_(sorted(self.states)),)
        table = paper.id.class_ if paper.table is None else paper.table
        return paper.joined(select(*columns).select_from(table)).where(paper.rows(call.actor), *states, *self.where(call))

    def overdue(self, today: date, calendar: Calendar) -> ColumnElement[bool]:
        if self.due_on is not None:
            return self.due_on < today
        return self.since_at < periods.due_from(today, self.working_days, calendar) if self.working_days else false()

    def after(self, place: "Place", calendar: Calendar) -> ColumnElement[bool]:
        """What comes after a place in the order of all kinds."""
        here: tuple[Any, ...] = (self.since_at, self.paper.id)
        there: tuple[Any, ...] = (literal(place.since_at, _INSTANT), literal(place.subject_id, Uuid))
        if self.due_on is not None:
            if place.due_on == NO_DAY:
                return false()
            here, there = (self.due_on, *here), (literal(place.due_on, Date), *there)
        elif self.working_days is None:
            if place.due_on != NO_DAY:
                return true()
        else:
            if place.since_at < (first := periods.due_from(place.due_on, self.working_days, calendar)):
                return self.since_at >= first
            if place.due_on != NO_DAY and place.since_at >= (
                later := periods.due_from(place.due_on + ONE_DAY, self.working_days, calendar)
            ):
                return self.since_at >= later
        return tuple_(*here) >= tuple_(*there) if self.code > place.kind else tuple_(*here) > tuple_(*there)

    def first(self, call: access.Call, conditions: Iterable[ColumnElement[bool]], most: int) -> Any:
        """The first of them, as `_read` takes them."""
        paper = self.paper
        own = [column for column in (self.due_on, self.since_at, paper.id) if column is not None]
        wanted = self.waiting(
            call,
            literal(self.code.value, Text).label("kind"),
            paper.id.label("subject_id"),
            _or_null(paper.number, Text).label("number"),
            array([cast(part, Text) for part in paper.title]).label("parts"),
            _or_null(paper.institution_id, Uuid).label("institution_id"),
            _or_null(paper.trainee_id, Uuid).label("trainee_id"),
            _or_null(paper.class_id, Uuid).label("class_id"),
            _or_null(paper.amount, Numeric).label("amount"),
            self.since_at.label("since_at"),
            _or_null(self.due_on, Date).label("own_day"),
            paper.link.label("link"),
        )
        return paper.titled(wanted).where(*conditions).order_by(*own).limit(most)

    def counted(self, call: access.Call, calendar: Calendar) -> Select[Any]:
        overdue = func.count().filter(self.overdue(call.today, calendar))
        return self.waiting(call, literal(self.code.value, Text).label("kind"), func.count().label("count"), overdue.label("overdue"))


def _or_null(column: Any, of: Any) -> Any:
    return cast(null() if column is None else column, of)


@dataclass(frozen=True, slots=True)
class Place:
    """Where an item stands among all that waits: it says so also when others have gone since."""

    due_on: date
    since_at: datetime
    subject_id: UUID
    kind: str


def _place(asked: pages.Asked) -> Place | None:
    if asked.after is None:
        return None
    (due_on, since_at, kind), subject_id = asked.after
    return Place(date.fromisoformat(due_on), datetime.fromisoformat(since_at), UUID(subject_id), kind)


Wanted = Annotated[list[str] | None, Query(alias="kind", description="只列这些种类,见代码表 worklist_kind")]
Overdue = Annotated[bool | None, Query(description="true 只列最后一日已过的,false 只列未过的")]


@dataclass(frozen=True, slots=True)
class Filter:
    kinds: Sequence[str] | None
    overdue: bool | None

    def keeps(self, kind: str) -> bool:
        return self.kinds is None or kind in self.kinds

    def counted(self, count: Count) -> int:
        if not self.keeps(count.kind):
            return 0
        return {None: count.count, True: count.overdue, False: count.count - count.overdue}[self.overdue]


async def filters(kinds: Wanted = None, overdue: Overdue = None) -> Filter:
    pages.known("kind", kinds, codes.labels(periods.KINDS))
    return Filter(kinds, overdue)


async def page(
    session: AsyncSession, call: access.Call, calendar: Calendar, asked: pages.Asked, sought: Filter, kinds: Iterable[Kind]
) -> Worklist:
    """Two statements, however many kinds there are: the first of each, merged, and a count of each."""
    own = [kind for kind in kinds if call.actor.role in kind.roles]
    if not own:
        return Worklist(items=[], counts=[], total=0 if asked.include_total else None)
    counts = [Count.model_validate(row) for row in await session.execute(union_all(*(kind.counted(call, calendar) for kind in own)))]
    found = await _read(session, call, calendar, asked, [kind for kind in own if sought.keeps(kind.code)], sought.overdue)
    items = [_item(asked, call, *each) for each in found[: asked.limit]]
    return Worklist(
        items=items,
        next_cursor=items[-1].cursor if len(found) > len(items) else None,
        total=sum(map(sought.counted, counts)) if asked.include_total else None,
        counts=sorted((count for count in counts if count.count), key=lambda count: count.kind),
    )


async def _read(
    session: AsyncSession, call: access.Call, calendar: Calendar, asked: pages.Asked, kinds: Sequence[Kind], overdue: bool | None
) -> list[tuple[Kind, Place, Any]]:
    """The first items of all kinds after the place asked for, in their order."""
    place, by_code = _place(asked), {kind.code.value: kind for kind in kinds}

    def conditions(kind: Kind) -> list[ColumnElement[bool]]:
        after = [] if place is None else [kind.after(place, calendar)]
        past = kind.overdue(call.today, calendar)
        return after + ([] if overdue is None else [past if overdue else ~past])

    firsts = [kind.first(call, conditions(kind), asked.limit + 1) for kind in kinds]
    rows = (await session.execute(union_all(*firsts))).all() if firsts else []
    found = [(kind := by_code[row.kind], _placed(kind, row, calendar), row) for row in rows]
    return sorted(found, key=lambda each: (each[1].due_on, each[1].since_at, each[1].subject_id.bytes, each[1].kind))


def _placed(kind: Kind, row: Any, calendar: Calendar) -> Place:
    return Place(kind.due(row.since_at, row.own_day, calendar), row.since_at, row.subject_id, row.kind)


def _item(asked: pages.Asked, call: access.Call, kind: Kind, place: Place, row: Any) -> Placed:
    due_on = None if place.due_on == NO_DAY else place.due_on
    return Placed(
        kind=kind.code,
        action=kind.action,
        subject_type=kind.paper.type,
        subject_id=row.subject_id,
        number=row.number,
        title=BETWEEN.join(kind.paper.say([part for part in row.parts if part])),
        whom=Whom.model_validate(row),
        amount=row.amount,
        since_at=row.since_at,
        due_on=due_on,
        overdue=due_on is not None and due_on < call.today,
        link=row.link,
        cursor=asked.cursor([str(place.due_on), place.since_at.isoformat(), place.kind], place.subject_id),
    )


Listed = Annotated[pages.Asked, pages.asking()]
Sought = Annotated[Filter, Depends(filters)]


def router(kinds: Sequence[Kind], by_calendar: Callable[[Calendar], Sequence[Kind]] = lambda _: ()) -> web.Router:
    """A service's `/v1/worklist`. `by_calendar`: the kinds that the process's calendar makes."""
    periods.check(kind.code for kind in kinds if kind.due_on is None)
    made = web.Router("worklist")

    @made.operation("GET", "/v1/worklist", may=access.SIGNED_IN, summary="等待当前角色办理的事项,最急的在前", errors=[errors.InvalidCursor])
    async def list_waiting(session: web.Session, call: web.Caller, kernel: web.KernelOf, asked: Listed, sought: Sought) -> Worklist:
        return await page(session, call, kernel.calendar, asked, sought, (*kinds, *by_calendar(kernel.calendar)))

    return made
