"""Storing the very rows a service stored, once more, with nothing but asyncpg: one transaction, one executemany a table."""

import statistics
import time
from collections.abc import Mapping
from typing import Any

import asyncpg


async def time_storing(dsn: str, tables: Mapping[str, str], key: Any, *, rounds: int) -> float:
    """Milliseconds (median) to store the rows found by `tables` into empty copies of the tables: indexes included, logged like the originals."""
    connection = await asyncpg.connect(dsn)
    try:
        rows: dict[str, list[tuple[Any, ...]]] = {}
        statements: dict[str, str] = {}
        for table, condition in tables.items():
            await connection.execute(f"DROP TABLE IF EXISTS bench_{table}")
            await connection.execute(f"CREATE TABLE bench_{table} (LIKE {table} INCLUDING DEFAULTS INCLUDING INDEXES INCLUDING GENERATED)")
            columns = [
                row["attname"]
                for row in await connection.fetch(
                    "SELECT attname FROM pg_attribute WHERE attrelid = $1::regclass AND attnum > 0 AND NOT attisdropped AND attgenerated = '' ORDER BY attnum",
                    table,
                )
            ]
            listed = ", ".join(f'"{column}"' for column in columns)
            rows[table] = [tuple(row) for row in await connection.fetch(f"SELECT {listed} FROM {table} WHERE {condition}", key)]
            assert rows[table], f"nothing in {table} where {condition}"
            marks = ", ".join(f"${number}" for number in range(1, len(columns) + 1))
            statements[table] = f"INSERT INTO bench_{table} ({listed}) VALUES ({marks})"
        took = []
        for _ in range(rounds):
            began = time.perf_counter()
            async with connection.transaction():
                for table, statement in statements.items():
                    await connection.executemany(statement, rows[table])
            took.append((time.perf_counter() - began) * 1000)
            for table in tables:
                await connection.execute(f"TRUNCATE bench_{table}")
        return statistics.median(took)
    finally:
        for table in tables:
            await connection.execute(f"DROP TABLE IF EXISTS bench_{table}")
        await connection.close()
