"""Looking for a part of a name or number (按名称、编号的一部分查找).

Trigrams find a part of three characters or more; of fewer they know nothing, and most names have two or three. So a table that is searched keeps beside its
texts an array of each one and two characters of them, `parts`, which the database computes and a GIN index finds. A table by part and id was measured as well:
as quick for names that are frequent and quicker for those in between (0.2 against 2 ms of 300,000), but it is as large as the people themselves.
"""

import contextlib
from collections.abc import AsyncIterator, Sequence
from typing import Any, Final

from sqlalchemy import ClauseElement, Column, ColumnElement, Computed, Text, cast, false, func, or_, select, text
from sqlalchemy.dialects.postgresql import ARRAY, array
from sqlalchemy.dialects.postgresql.operators import CONTAINS
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import MappedColumn, mapped_column
from sqlalchemy.sql.operators import ilike_op, like_op
from sqlalchemy.sql.visitors import iterate

from shared import db

LONGEST: Final = 2  # longer ones are left to trigrams
SEEKING: Final = (like_op, ilike_op, CONTAINS)
ANEW, AS_BEFORE = text("SET plan_cache_mode = force_custom_plan"), text("RESET plan_cache_mode")
BETWEEN: Final = "chr(31)"  # stands in no text that was taken in
PAIRS, SINGLE = "'(..)'", "'(.)'"


def sql(*texts: str) -> str:
    """The expression for what these texts (columns or expressions, none null) are found by. Small letters stand for both."""
    whole = f"lower({' || chr(10) || '.join(texts)})"
    spelt = (
        f"regexp_replace({text}, {each}, '\\1' || {BETWEEN}, 'g')"
        for text, each in ((whole, PAIRS), (f"substr({whole}, 2)", PAIRS), (whole, SINGLE))
    )
    return f"array_remove(string_to_array({f' || {BETWEEN} || '.join(spelt)}, {BETWEEN}), '')"


def parts(*texts: str, numbers_alone: bool = False) -> MappedColumn[list[str]]:
    """The column `parts`, which needs a GIN index. Nobody reads it. `numbers_alone`: the texts are numbers, in which nearly every pair of digits stands and
    little else."""
    return mapped_column(ARRAY(Text), Computed(sql(*texts), persisted=True), deferred=True, info={"numbers_alone": numbers_alone})


def beside(of: type[Any]) -> list[Column[Any]]:
    """All columns of a mapped class but `parts`."""
    return [column for column in db.table(of).c if column.name != "parts"]


def within(columns: Sequence[Any], text: str) -> ColumnElement[bool]:
    """The rows that have the text in one of these columns of one table, in capitals or not; its `parts` are theirs together. Of two characters both are
    asked: told twice how few have them, the planner looks these up, where it would walk through the list for as many as it takes to come upon a page of them,
    though they need not lie evenly. Single ones are frequent: there it is right to walk."""
    written = or_(*(column.ilike(pattern(text)) for column in columns))
    if len(text) > LONGEST:
        return written
    short = _short(columns[0], text)
    return short & written if len(text) == LONGEST else short


def as_written(column: Any, texts: Sequence[str]) -> ColumnElement[bool]:
    """The rows that have one of the texts in this column."""
    return or_(
        *(column.like(pattern(text)) & _short(column, text) if len(text) <= LONGEST else column.like(pattern(text)) for text in texts)
    )


def as_numbered(column: Any, texts: Sequence[str]) -> ColumnElement[bool]:
    """The same for the column of a number that we give (`db.paper_number`), in which no other characters stand than are on every keyboard."""
    sought = [text for text in texts if text.isascii()]
    return as_written(column, sought) if sought else false()


@contextlib.asynccontextmanager
async def planned(session: AsyncSession, asked: ClauseElement | None) -> AsyncIterator[None]:
    """Has the database plan for the very text that is sought. A plan for any text would be made for one that is in every two-hundredth row, and walk through
    them all in the list's order to find the few or none there are."""
    if asked is None or not any(getattr(each, "operator", None) in SEEKING for each in iterate(asked)):
        yield
        return
    await session.execute(ANEW)
    try:
        yield
    finally:
        with contextlib.suppress(SQLAlchemyError):  # of a transaction that failed or a connection that is lost, this is undone with it
            await session.execute(AS_BEFORE)


def _short(column: Any, text: str) -> ColumnElement[bool]:
    """What is no digit is looked up among numbers before anything else: the planner takes it for as frequent as the rarest digits, and would walk through all
    of them in the list's order to find the few or none there are."""
    table = column.expression.table
    sought = cast(array([func.lower(text)]), ARRAY(Text))
    if not getattr(table.c.parts, "info", {}).get("numbers_alone") or (text.isascii() and text.isdigit()):
        found: ColumnElement[bool] = table.c.parts.contains(sought)
        return found
    numbered = table.alias()
    ids = select(numbered.c.id).where(numbered.c.parts.contains(sought))
    among: ColumnElement[bool] = table.c.id == func.any(func.array(ids.scalar_subquery()))
    return among


def pattern(part: str) -> str:
    """A LIKE pattern for a literal part of a text: `%` and `_` stand for themselves."""
    return "%" + part.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_") + "%"
