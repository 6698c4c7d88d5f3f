"""How many rows a list has (总数), counted as they are written: a total costs the same whatever its table has grown to.

A tally counts the rows of a table by some of its columns, in a table of its own. Triggers add what each statement adds and takes away, in its transaction and
as rows of their own, so that nobody waits for another's count; a job folds these rows together. A list that is asked for in other terms than a tally's columns
is counted afresh.

`python -m shared.tallies <service>` counts anew, in the database that DATABASE_URL names, as its owner, and says and mends what differs.
"""

import asyncio
import importlib
import os
import sys
from collections.abc import Awaitable, Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any, Final

from sqlalchemy import (
    BigInteger,
    Column,
    ColumnElement,
    MetaData,
    Select,
    Table,
    delete,
    func,
    insert,
    literal,
    or_,
    select,
    text,
    true,
    union_all,
)
from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine, AsyncSession, create_async_engine
from sqlalchemy.sql import operators
from sqlalchemy.sql.elements import BooleanClauseList, True_
from sqlalchemy.sql.visitors import iterate, replacement_traverse

from shared import db, keeping, telemetry

EVERY_SECONDS: Final = 30
UNFOLDED_AT_MOST: Final = 300  # rows beside one for each group: what reading a total costs besides
FOLD_LOCK: Final = 7_303
SUFFIX: Final = "_tally"


@dataclass(frozen=True, slots=True)
class Tally:
    """The rows of `of`, those that are `counted` (SQL; None: all), by the columns that `table` has besides its `sums`. A tally of more than rows says itself
    what is `there`, and its revision what keeps it."""

    of: Table
    table: Table
    counted: str | None = None
    sums: tuple[str, ...] = ("rows",)
    there: Select[Any] | None = None

    @property
    def by(self) -> list[str]:
        return [column.name for column in self.table.c if column.name not in self.sums]


def tally(of: type[Any], *by: str, counted: str | None = None, named: str = "") -> Tally:
    """States that the rows of a mapped class are counted by these columns, `named` beside another count of them. A revision makes table and triggers
    (`kernel_revision.keep_tally`)."""
    counting: Table = of.__table__
    columns = [Column(name, counting.c[name].type, nullable=counting.c[name].nullable) for name in by]
    table = Table(
        f"{counting.name}{'_' * bool(named)}{named}{SUFFIX}",
        counting.metadata,
        *columns,
        Column("rows", BigInteger, nullable=False),
        info=keeping.DELETABLE,
    )
    stated = Tally(counting, table, counted)
    counting.info = {
        **counting.info,
        "tallies": (*counting.info.get("tallies", ()), stated),
    }  # what other tables state may be the same object
    return stated


def of(metadata: MetaData) -> list[Tally]:
    return [stated for table in metadata.sorted_tables for stated in table.info.get("tallies", ())]


async def total(session: AsyncSession, statement: Select[Any], by: Any) -> int:
    """How many rows a list's statement has in all; `by` is its id column."""
    wanted = of_tally(statement, by)
    if wanted is None:
        wanted = select(func.count()).select_from(statement.order_by(None).subquery())
    return int(await session.scalar(wanted) or 0)


def of_tally(statement: Select[Any], by: Any) -> Select[Any] | None:
    """The same count from a tally, where the list is of what is counted and asks for nothing but by the tally's columns; else None. What is joined to a
    list it joins by a reference that is never null."""
    asked = list(_each(statement.whereclause))
    found = (_counted(stated, asked) for stated in getattr(by.expression.table, "info", {}).get("tallies", ()))
    return next((each for each in found if each is not None), None)


def _counted(stated: Tally, asked: list[ColumnElement[bool]]) -> Select[Any] | None:
    if stated.counted:
        among = [each for each in asked if str(each) != f"{stated.of.name}.{stated.counted}"]
        if len(among) == len(asked):
            return None
        asked = among
    if not all(_is_by(stated, each) for each in asked):
        return None
    return select(func.sum(stated.table.c.rows)).where(*(replacement_traverse(each, {}, partial(_in_the_tally, stated)) for each in asked))


def _is_by(stated: Tally, condition: ColumnElement[bool]) -> bool:
    said = list(iterate(condition))
    columns = [each for each in said if isinstance(each, Column)]
    return not any(isinstance(each, Select) for each in said) and all(
        each.table is stated.of and each.name in stated.by for each in columns
    )


def _in_the_tally(stated: Tally, said: Any, **_: Any) -> Any:
    return stated.table.c[said.name] if isinstance(said, Column) else None


def _each(condition: Any) -> Iterable[ColumnElement[bool]]:
    if isinstance(condition, BooleanClauseList) and condition.operator is operators.and_:
        for each in condition.clauses:
            yield from _each(each)
    elif condition is not None and not isinstance(condition, True_):
        yield condition


async def keep_folding(engine: AsyncEngine, tallies: Sequence[Tally]) -> None:
    """Folds for as long as the process lives."""
    while tallies:
        await asyncio.sleep(EVERY_SECONDS)
        for each in tallies:
            try:
                await fold(engine, each)
            except Exception as error:  # the database may be away: the next round tries again
                telemetry.log.warning("folding_failed", table=each.table.name, error=type(error).__name__)


async def fold(engine: AsyncEngine, of: Tally, unfolded_at_most: int = UNFOLDED_AT_MOST) -> bool:
    """Makes of all rows of a group one, where there are too many; whether it did. Whoever counts meanwhile sees those or this one."""
    table, by = of.table, [of.table.c[name] for name in of.by]
    alone = select(func.pg_try_advisory_xact_lock(FOLD_LOCK, func.hashtext(table.name)))
    groups = select(*by).distinct().subquery()
    spare = select(select(func.count()).select_from(table).scalar_subquery() - select(func.count()).select_from(groups).scalar_subquery())
    gone = delete(table).returning(*table.c).cte("gone")
    sums = [func.sum(gone.c[name]) for name in of.sums]
    folded = select(*(gone.c[name] for name in of.by), *sums).group_by(*(gone.c[name] for name in of.by)).having(_some(sums))
    async with engine.begin() as connection:
        if not (await connection.execute(alone)).scalar_one() or (await connection.execute(spare)).scalar_one() <= unfolded_at_most:
            return False
        await connection.execute(insert(table).from_select([*of.by, *of.sums], folded))
        return True


async def differing(connection: AsyncConnection, of: Tally) -> list[dict[str, Any]]:
    """The groups of which is kept what is not there: what they are by, and each sum that differs as (kept, there)."""
    there = _there(of).subquery("there")
    sides = (of.table, 1), (there, -1)
    each = union_all(
        *(select(*(side.c[name] for name in (*of.by, *of.sums)), literal(sign).label("sign")) for side, sign in sides)
    ).subquery()
    by, kept, told = [each.c[name] for name in of.by], [], []
    for name in of.sums:
        kept.append(func.coalesce(func.sum(each.c[name]).filter(each.c.sign == 1), 0))
        told.append(func.coalesce(func.sum(each.c[name]).filter(each.c.sign == -1), 0))
    wrong = or_(*(one != other for one, other in zip(kept, told, strict=True)))
    rows = await connection.execute(select(*by, *kept, *told).group_by(*by).having(wrong).order_by(*by))
    found = []
    for row in rows:
        group, sums = row[: len(by)], list(zip(of.sums, row[len(by) : -len(told)], row[-len(told) :], strict=True))
        found.append(dict(zip(of.by, group, strict=True)) | {name: (one, other) for name, one, other in sums if one != other})
    return found


async def recount(connection: AsyncConnection, of: Tally) -> list[dict[str, Any]]:
    """Counts anew, while nobody writes to the table; answers what differed."""
    await connection.execute(text(f"LOCK TABLE {of.of.name} IN SHARE MODE"))
    if wrong := await differing(connection, of):
        await connection.execute(delete(of.table))
        await connection.execute(insert(of.table).from_select([*of.by, *of.sums], _there(of)))
    return wrong


def _there(of: Tally) -> Select[Any]:
    if of.there is not None:
        return of.there
    by = [of.of.c[name] for name in of.by]
    return select(*by, func.count().label("rows")).where(text(of.counted) if of.counted else true()).group_by(*by)


def _some(sums: Iterable[ColumnElement[Any]]) -> ColumnElement[bool]:
    return or_(*(each != 0 for each in sums))


Mend = Callable[[AsyncEngine], Awaitable[Mapping[str, Sequence[Any]]]]


async def mending(mend: Mend) -> int:
    """Mends counts in the database that DATABASE_URL names, as long as that takes, and says what differed of each."""
    engine = create_async_engine(db.driven(os.environ.get("DATABASE_URL", "")), hide_parameters=True)
    try:
        found = await mend(engine)
    except DBAPIError as error:
        sys.stderr.write(f"{error.orig}\n请用数据库所有者的账号(<service>_owner)。\n")
        return 2
    finally:
        await engine.dispose()
    for name, wrong in found.items():
        sys.stdout.write("\n  ".join([f"{name}: {len(wrong)} 处不符,已重算 differed", *map(str, wrong)]) + "\n")
    return 1 if any(found.values()) else 0


async def mend(service: str, engine: AsyncEngine) -> dict[str, list[dict[str, Any]]]:
    importlib.import_module(f"services.{service}.app")
    found = {}
    for each in of(importlib.import_module(f"services.{service}.metadata").Row.metadata):
        async with engine.begin() as connection:
            found[each.table.name] = await recount(connection, each)
    return found


if __name__ == "__main__":
    sys.exit(asyncio.run(mending(partial(mend, sys.argv[1]))) if len(sys.argv) == 2 else __doc__)
