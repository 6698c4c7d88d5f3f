"""What the registry is measured against: the same SELECT in a bare FastAPI endpoint over asyncpg, with no token, no masks, no log."""

import contextlib
import os
from collections.abc import AsyncIterator
from typing import Any
from uuid import UUID

import asyncpg
from fastapi import FastAPI, Request

from tests.bench.queries import READ_A_TRAINEE


@contextlib.asynccontextmanager
async def lifespan(app: FastAPI) -> AsyncIterator[None]:
    async with asyncpg.create_pool(os.environ["BENCH_DSN"], min_size=4, max_size=20) as pool:
        app.state.pool = pool
        yield


app = FastAPI(lifespan=lifespan)


@app.get("/v1/trainees/{trainee_id}")
async def read(trainee_id: UUID, request: Request) -> dict[str, Any]:
    row = await request.app.state.pool.fetchrow(READ_A_TRAINEE, trainee_id)
    return {name: value.hex() if isinstance(value, bytes) else value for name, value in row.items()}
