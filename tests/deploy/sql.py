"""Asking a server, for tests that have no event loop."""

import asyncio

import asyncpg


def ask(dsn: str, *statements: str) -> object:
    """Run the statements on one connection; the answer is the first value of the last."""

    async def run() -> object:
        connection = await asyncpg.connect(dsn)
        try:
            for statement in statements[:-1]:
                await connection.execute(statement)
            return await connection.fetchval(statements[-1])
        finally:
            await connection.close()

    return asyncio.run(run())
