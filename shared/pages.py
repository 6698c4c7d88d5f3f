"""Lists, page by page. Every list takes `limit`, `cursor`, `include_total` and `sort`, and by declaration `q`; what it cannot read is 400.

A list comes from the newest on; one that is asked for by days, from the newest of these days on. What else it takes it declares beside its filters, fields as callers name them:

    asked: Annotated[pages.Asked, pages.asking(q=[Order.number], created_at=Order.created_at, starts_on=Order.starts_on)]

A page begins after the last row of the one before (keyset), so its cost does not grow with the table, given an index on `(column, id)`; nulls come
last both ways. A cursor is signed together with path, filters and order. It shows the value sorted by: never sort by personal data.
"""

import base64
import binascii
import functools
import inspect
import itertools
import operator
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Annotated, Any, TypeVar
from uuid import UUID

import orjson
from fastapi import Depends, Query, Request, params
from pydantic import Field
from sqlalchemy import ColumnElement, Select, SQLColumnExpression, Text, cast, literal, or_, true, tuple_
from sqlalchemy.ext.asyncio import AsyncSession

from shared import errors, redaction, seeking, tallies
from shared.privacy import Vault

LIMIT_MOST, LIMIT_USUAL, ALL = 200, 50, 1_000_000
NOT_FILTERS = frozenset({"cursor", "limit", "include_total"})
DIGEST_BYTES = 12
ALLOWED_SHOWN = 40
SOUGHT_AT_MOST = 10  # numbers of other platforms at once: each pair of system and number is a condition

T = TypeVar("T")
AnyOf = Annotated[
    list[T] | None, Query()
]  # a filter that may be given more than once and means either: `status: pages.AnyOf[Status] = None`

Part = Annotated[str, Field(min_length=1, max_length=100)]  # a part of a name, or a number


@dataclass(frozen=True, slots=True)
class Order:
    """By which field: its column, or the attribute's name where the rows are in memory. `known`: no row of the list is without it."""

    column: Any
    descending: bool
    known: bool = False


@dataclass(frozen=True, slots=True)
class Asked:
    """What page the caller asked for. `after`: sort value and id of the last row of the page before, as JSON has them."""

    limit: int
    after: tuple[Any, str] | None
    include_total: bool
    order: Order | None
    sought: str | None
    searched: tuple[Any, ...]
    vault: Vault
    belongs_to: str

    @property
    def after_id(self) -> UUID | None:
        return UUID(self.after[1]) if self.after else None

    def newest(self, column: Any, *days: date | None) -> "Asked":
        """The same page from the newest of these days on, where a list is asked for by days and in no other order: in the order of its ids a list up to a day
        long past would be found by reading past all that came since."""
        by_days = self.order is None and any(day is not None for day in days)
        return replace(self, order=Order(column, descending=True, known=True)) if by_days else self

    def going_on(self, cursor: str | None) -> "Asked":
        """The same page of the same list, after the place that a cursor names."""
        return replace(self, after=None if cursor is None else _place(self.vault, self.belongs_to, cursor))

    def cursor(self, value: Any, key: Any) -> str:
        place = orjson.dumps([value, str(key)], default=str)
        return base64.urlsafe_b64encode(_signature(self.vault, self.belongs_to, place) + place).decode().rstrip("=")


def asking(*, q: Sequence[Any] = (), whole: bool = False, **sort: Any) -> params.Depends:
    """What a list takes. `q`: the columns in which a part of a text is sought; the rest: the fields to sort by, each with its column.

    `whole=True` for short lists in memory (`of_rows`), which come all at once unless a `limit` is asked for; their columns are attribute names.
    """
    names = [*sort, *(f"-{name}" for name in sort)]

    async def asked(
        request: Request,
        limit: Annotated[
            int | None, Query(ge=1, le=LIMIT_MOST, description=f"一页条数,默认{'全部' if whole else f' {LIMIT_USUAL}'}")
        ] = None,
        cursor: Annotated[str | None, Query(max_length=2000, description="上一页的 next_cursor")] = None,
        include_total: Annotated[bool, Query(description="是否附总数")] = False,
        sort_by: Annotated[
            str | None,
            Query(
                alias="sort",
                description=f"排序:{'、'.join(sort)};加 - 为倒序;不填为从新到旧,按日期筛选的以该日期为准",
                json_schema_extra={"enum": names},
            ),
        ] = None,
        sought: Annotated[str | None, Query(alias="q", min_length=1, max_length=100, description="名称或编号的一部分,不分大小写")] = None,
    ) -> Asked:
        if sort_by is not None and sort_by not in names:
            raise refused("sort", sort_by, names)
        vault: Vault = request.app.state.kernel.vault
        filters = sorted((name, value) for name, value in request.query_params.multi_items() if name not in NOT_FILTERS)
        belongs_to = repr((request.url.path, filters))
        order = Order(sort[sort_by.removeprefix("-")], sort_by.startswith("-")) if sort_by else None
        after = None if cursor is None else _place(vault, belongs_to, cursor)
        return Asked(limit or (ALL if whole else LIMIT_USUAL), after, include_total, order, sought, tuple(q), vault, belongs_to)

    asked.sort, asked.q = sort, q  # type: ignore[attr-defined]
    left_out = {"sort_by"} if not sort else set[str]()
    left_out |= {"sought"} if not q else set()
    signature = inspect.signature(asked)
    kept = [parameter for name, parameter in signature.parameters.items() if name not in left_out]
    asked.__signature__ = signature.replace(parameters=kept)  # type: ignore[attr-defined]
    asked_for: params.Depends = Depends(asked)
    return asked_for


def _signature(vault: Vault, belongs_to: str, place: bytes) -> bytes:
    return vault.blind(f"{belongs_to}\n{place.decode()}", "cursor")[:DIGEST_BYTES]


def _place(vault: Vault, belongs_to: str, cursor: str) -> tuple[Any, str]:
    try:
        raw = base64.b64decode(cursor + "=" * (-len(cursor) % 4), altchars=b"-_", validate=True)
        signature, place = raw[:DIGEST_BYTES], raw[DIGEST_BYTES:]
        value, key = orjson.loads(place)
    except (binascii.Error, ValueError, TypeError) as error:
        raise errors.InvalidCursor(parameter="cursor") from error
    if signature != _signature(vault, belongs_to, place):
        raise errors.InvalidCursor("该游标属于另一组筛选条件或排序。请去掉 cursor 参数,从第一页重新查询。", parameter="cursor")
    return value, key


async def page(
    session: AsyncSession,
    statement: Select[*tuple[Any, ...]],
    by: SQLColumnExpression[UUID],
    asked: Asked,
    show: Callable[[Any], Any],
    counted: Select[Any] | None = None,
) -> dict[str, Any]:
    """The page of `statement` that was asked for, each row shown by `show`; `by` is its id column. `counted`: as many rows, more easily counted."""
    if asked.sought is not None:
        statement = statement.where(seeking.within(asked.searched, asked.sought))
    most = asked.limit + 1
    async with seeking.planned(session, statement.whereclause):
        total = await tallies.total(session, statement if counted is None else counted, by) if asked.include_total else None
        rows = await _rows(session, statement, by, asked, most)
    more, rows = len(rows) == most, rows[: most - 1]
    cursor = asked.cursor(rows[-1].page_value, rows[-1].page_id) if more else None
    return {"items": [show(row) for row in rows], "next_cursor": cursor} | ({"total": total} if asked.include_total else {})


async def _rows(session: AsyncSession, statement: Select[Any], by: Any, asked: Asked, most: int) -> list[Any]:
    """Sorted by a column that may be null, a list has two parts: those with a value in its order, then those without, newest first."""
    value, key = asked.after or (None, None)

    async def part(of: Select[Any], columns: Sequence[Any], after: Sequence[Any], descending: bool, most: int) -> list[Any]:
        if key is not None and after:
            here, there = (
                tuple_(*columns),
                tuple_(*(cast(literal(_text(at), Text), of.type) for of, at in zip(columns, after, strict=True))),
            )
            of = of.where(here < there if descending else here > there)
        return list((await session.execute(of.order_by(*(c.desc() if descending else c.asc() for c in columns)).limit(most))).all())

    if asked.order is None:
        return await part(statement.add_columns(by.label("page_id"), literal(None, Text).label("page_value")), [by], [key], True, most)
    column, descending = asked.order.column, asked.order.descending
    statement = statement.add_columns(by.label("page_id"), column.label("page_value"))
    if asked.order.known or not getattr(column.expression, "nullable", True):
        return await part(statement, [column, by], [value, key], descending, most)
    rows: list[Any] = []
    if key is None or value is not None:
        rows = await part(statement.where(column.is_not(None)), [column, by], [value, key], descending, most)
    if len(rows) < most:
        rows += await part(statement.where(column.is_(None)), [by], [] if value is not None else [key], True, most - len(rows))
    return rows


def _text(value: Any) -> str:
    return value if isinstance(value, str) else orjson.dumps(value).decode()


def of_rows(asked: Asked, rows: Collection[Any], *, key: str = "code", show: Callable[[Any], Any] = lambda row: row) -> dict[str, Any]:
    """The page of a short list in memory, in its own order unless another is asked for. `key` is the attribute that tells its rows apart."""
    if asked.sought is not None:
        part = asked.sought.casefold()
        rows = [row for row in rows if any(part in str(getattr(row, name)).casefold() for name in asked.searched)]
    rows, field = list(rows), key
    if asked.order is not None:
        field = asked.order.column
        valued = sorted((row for row in rows if getattr(row, field) is not None), key=lambda row: getattr(row, field))
        rows = [*(reversed(valued) if asked.order.descending else valued), *(row for row in rows if getattr(row, field) is None)]
    start = 0
    if asked.after is not None:
        places = [str(getattr(row, key)) for row in rows]
        if asked.after[1] not in places:
            raise errors.InvalidCursor(parameter="cursor")
        start = places.index(asked.after[1]) + 1
    shown = rows[start : start + asked.limit]
    cursor = asked.cursor(getattr(shown[-1], field), getattr(shown[-1], key)) if start + len(shown) < len(rows) else None
    return {"items": [show(row) for row in shown], "next_cursor": cursor} | ({"total": len(rows)} if asked.include_total else {})


def where(statement: Select[*tuple[Any, ...]], filters: Mapping[Any, Any]) -> Select[*tuple[Any, ...]]:
    """The statement with each column equal to its value, or to one of them where it is a list; None filters nothing."""
    for column, value in filters.items():
        if value is not None:
            statement = statement.where(column.in_(value) if isinstance(value, list) else column == value)
    return statement


def within(statement: Select[*tuple[Any, ...]], column: Any, from_on: date | None, to_on: date | None) -> Select[*tuple[Any, ...]]:
    """The statement with the column's day between the two, both counted in; None bounds nothing."""
    if from_on is not None:
        statement = statement.where(column >= from_on)
    return statement if to_on is None else statement.where(column <= to_on)


def known(parameter: str, values: str | list[str] | None, codes: Collection[str]) -> None:
    """A filter on a code that does not exist is a slip, not an empty list: 400."""
    for value in [values] if isinstance(values, str) else values or []:
        if value not in codes:
            raise refused(parameter, value, codes)


def refused(parameter: str, seen: str, allowed: Collection[str]) -> errors.InvalidParameter:
    """The 400 for a value that cannot be, naming parameter, what was seen and what is allowed."""
    said = "、".join(allowed) if len(allowed) <= ALLOWED_SHOWN else f"{len(allowed)} 个代码之一,见 /v1/codes 与各参考清单"
    shown = redaction.quoted(seen)
    fault = errors.Fault("invalid_value", parameter=parameter, seen=shown, allowed=said, fix="请改为所列的值之一。")
    return errors.InvalidParameter(f"参数 {parameter} 的值 {shown} 无效;可用:{said}。", faults=[fault], parameter=parameter)


@dataclass(frozen=True, slots=True)
class Reference:
    """Numbers that other platforms gave a paper, as a caller seeks them: by systems, by numbers, or by both."""

    systems: Sequence[str]
    numbers: Sequence[str]

    def among(self, refs: Any) -> ColumnElement[bool]:
        """The condition on a paper's `external_refs` column; a gin index (`jsonb_path_ops`) serves it."""
        sought = [[{name: value} for value in values] for name, values in (("system", self.systems), ("number", self.numbers)) if values]
        if not sought:
            return true()
        return or_(*(refs.contains([functools.reduce(operator.or_, each)]) for each in itertools.product(*sought)))


Sought = Annotated[str, Field(max_length=200)]


async def _reference(
    external_system: Annotated[list[Sought] | None, Query(max_length=SOUGHT_AT_MOST, description="外部平台")] = None,
    external_number: Annotated[list[Sought] | None, Query(max_length=SOUGHT_AT_MOST, description="外部平台的编号")] = None,
) -> Reference:
    return Reference(external_system or (), external_number or ())


ExternalRef = Annotated[Reference, Depends(_reference)]
