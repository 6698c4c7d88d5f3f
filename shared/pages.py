"""Lists, page by page: newest first by id (UUIDv7), with a cursor that belongs to its filter. The cost of a page does not grow with the table."""

import base64
import binascii
import hashlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Annotated, Any
from uuid import UUID

from fastapi import Depends, Query, Request
from sqlalchemy import Select, SQLColumnExpression, func, select
from sqlalchemy.ext.asyncio import AsyncSession

from shared import errors

LIMIT_MOST = 200
NOT_FILTERS = frozenset({"cursor", "limit", "include_total"})


@dataclass(frozen=True, slots=True)
class Asked:
    """What page the caller asked for. `filter_digest` ties the cursor to path and filters."""

    limit: int
    after: UUID | None
    include_total: bool
    filter_digest: str

    def cursor(self, last: UUID) -> str:
        return base64.urlsafe_b64encode(last.bytes + self.filter_digest.encode()).decode().rstrip("=")


def asked(
    request: Request,
    limit: Annotated[int, Query(ge=1, le=LIMIT_MOST, description="一页条数")] = 50,
    cursor: Annotated[str | None, Query(max_length=100, description="上一页的 next_cursor")] = None,
    include_total: Annotated[bool, Query(description="是否附总数")] = False,
) -> Asked:
    filters = sorted((name, value) for name, value in request.query_params.multi_items() if name not in NOT_FILTERS)
    digest = hashlib.sha256(repr((request.url.path, filters)).encode()).hexdigest()[:12]
    after = None
    if cursor is not None:
        try:
            raw = base64.b64decode(cursor + "=" * (-len(cursor) % 4), altchars=b"-_", validate=True)
            after, belongs_to = UUID(bytes=raw[:16]), raw[16:].decode("ascii")
        except (binascii.Error, ValueError) as error:
            raise errors.InvalidCursor(parameter="cursor") from error
        if belongs_to != digest:
            raise errors.InvalidCursor("该游标属于另一组筛选条件。请去掉 cursor 参数,从第一页重新查询。", parameter="cursor")
    return Asked(limit, after, include_total, digest)


PageAsked = Annotated[Asked, Depends(asked)]


async def page(
    session: AsyncSession,
    statement: Select[*tuple[Any, ...]],
    by: SQLColumnExpression[UUID],
    asked: Asked,
    show: Callable[[Any], Any],
    *,
    id_of: Callable[[Any], UUID] = lambda row: row.id,
) -> dict[str, Any]:
    """The page of `statement` that was asked for, each row shown by `show`. `by` is its id column; `id_of` reads that id from a row."""
    total = (await session.scalar(select(func.count()).select_from(statement.order_by(None).subquery()))) if asked.include_total else None
    if asked.after:
        statement = statement.where(by < asked.after)
    rows: Sequence[Any] = (await session.execute(statement.order_by(by.desc()).limit(asked.limit + 1))).all()
    more = len(rows) > asked.limit
    rows = rows[: asked.limit]
    answer = {"items": [show(row) for row in rows], "next_cursor": asked.cursor(id_of(rows[-1])) if more else None}
    return answer | ({"total": total} if asked.include_total else {})
