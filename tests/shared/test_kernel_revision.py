"""What revisions make that no table shows: what counts tables that the planner takes for none."""

from sqlalchemy import text
from sqlalchemy.engine import make_url
from sqlalchemy.ext.asyncio import create_async_engine

from tests.conftest import Databases

ROWS = "INSERT INTO {} SELECT n, repeat('x', 100) FROM generate_series(1, {}) AS n"
TAKEN_FOR = text("SELECT relname, reltuples::int FROM pg_class WHERE relname IN ('tried', 'small') ORDER BY relname DESC")


async def test_a_large_table_that_is_taken_for_none_is_counted_and_a_small_one_is_left(databases: Databases) -> None:
    engine = create_async_engine(databases.server.url(str(make_url(await databases.make("evaluation")).database)))
    async with engine.connect() as connection:
        for each in ("CREATE TABLE tried (n int, said text)", "CREATE TABLE small (n int, said text)", ROWS.format("small", 3)):
            await connection.execute(text(each))
        await connection.commit()
        await connection.execute(text(ROWS.format("tried", 5_000)))
        await connection.rollback()
        await connection.execute(text("INSERT INTO tried VALUES (1, 'the last page stays')"))
        await connection.commit()
        alone = await connection.execution_options(isolation_level="AUTOCOMMIT")
        await alone.execute(text("VACUUM tried, small"))
        assert [tuple(row) for row in await alone.execute(TAKEN_FOR)] == [("tried", 1), ("small", 3)]
    async with engine.begin() as connection:
        await connection.execute(text(ROWS.format("tried", 5_000)))
        await connection.execute(text(ROWS.format("small", 9)))
        await connection.execute(text("SELECT take_stock()"))
        assert [tuple(row) for row in await connection.execute(TAKEN_FOR)] == [("tried", 5_001), ("small", 3)]
    await engine.dispose()
