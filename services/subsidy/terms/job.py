"""The job that works out what a block would change, one question at a time, for as long as the process lives.

Each is taken on a lease: a process that dies lets it run out, and another begins anew. Nothing but the answer is written.
"""

import asyncio
import sys
from collections.abc import Sequence
from datetime import date, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import Date, Row, and_, cast, func, or_, select, update

from services.subsidy.claims.policy import NOT_COUNTED
from services.subsidy.claims.tables import Claim
from services.subsidy.judging.facts import ClaimFacts
from services.subsidy.schemes import operations as schemes
from services.subsidy.schemes.policy import Policy, Terms
from services.subsidy.terms.policy import Tally
from services.subsidy.terms.tables import WhatIf
from shared import clock, db, telemetry
from shared.strict import read
from shared.web import Kernel

LOOK_AGAIN_SECONDS, LEASE_SECONDS, ATTEMPTS_AT_MOST, CLAIMS_AT_ONCE = 1.0, 30.0, 3, 10
INTERPRETER_FOR_SECONDS = 0.001
SUBMITTED_ON = cast(func.timezone(clock.SHANGHAI.key, Claim.submitted_at), Date)


async def work(kernel: Kernel) -> None:
    """Claims are judged in a thread: whoever else calls gets the interpreter back within a millisecond instead of five."""
    sys.setswitchinterval(INTERPRETER_FOR_SECONDS)
    while True:
        try:
            await run_waiting(kernel)
        except Exception as error:  # the database is away: look again
            telemetry.log.warning("what_if_job", error=type(error).__name__)
        await asyncio.sleep(LOOK_AGAIN_SECONDS)


async def run_waiting(kernel: Kernel) -> None:
    """Answers all that waits."""
    while asked := await _take(kernel):
        try:
            await _answer(kernel, asked)
        except Exception as error:
            telemetry.log.error("what_if", what_if_id=str(asked.id), attempt=asked.attempts, error=type(error).__name__, exc_info=error)
            await _put(kernel, asked, status="failed" if asked.attempts >= ATTEMPTS_AT_MOST else "queued")


async def _take(kernel: Kernel) -> WhatIf | None:
    """The oldest that waits or whose lease has run out, now leased to this process."""
    waiting = or_(
        WhatIf.status == "queued", and_(WhatIf.status == "running", db.has_come(WhatIf.leased_until, timedelta(seconds=LEASE_SECONDS)))
    )
    async with kernel.writing.begin() as session:
        asked = await session.scalar(select(WhatIf).where(waiting).order_by(WhatIf.id).limit(1).with_for_update(skip_locked=True))
        if asked is not None:
            asked.status, asked.attempts, asked.claims_done = "running", asked.attempts + 1, 0
            await session.flush()
            await session.execute(_mine(asked).values(leased_until=func.now() + timedelta(seconds=LEASE_SECONDS)))
    return asked


async def _answer(kernel: Kernel, asked: WhatIf) -> None:
    """Judges in a thread, a few claims at a time, so that whoever else calls is answered meanwhile."""
    block, counted = schemes.kept(asked.block), Tally()
    async with kernel.reading() as session:
        known = await schemes.in_force(session)
        ids = (await session.scalars(_claims(asked.scheme, asked.from_on, asked.to_on))).all()
    for done in range(0, len(ids), CLAIMS_AT_ONCE):
        async with kernel.reading() as session:
            rows = (await session.execute(_facts(ids[done : done + CLAIMS_AT_ONCE]))).all()
        await asyncio.to_thread(_count, counted, rows, known, asked.scheme, block)
        lease = func.now() + timedelta(seconds=LEASE_SECONDS)
        if not await _put(kernel, asked, claims_done=done + len(rows), claims_total=len(ids), leased_until=lease):
            return  # another process has taken it over
    result = await asyncio.to_thread(counted.result)
    await _put(kernel, asked, status="done", claims_total=len(ids), result=result, finished_at=clock.now(), version=WhatIf.version + 1)


def _count(counted: Tally, rows: Sequence[Row[Any]], known: Policy, scheme: str, block: Terms) -> None:
    for row in rows:
        counted.add(read(ClaimFacts, row.facts), known.with_hash(scheme, row.terms_hash), block)


def _claims(scheme: str, from_on: date, to_on: date) -> Any:
    """Of the scheme, submitted and neither rejected nor withdrawn, by the class's first day; where there is no class, by the day it was submitted."""
    day = func.coalesce(Claim.class_starts_on, SUBMITTED_ON)
    wanted = select(Claim.id).where(Claim.scheme == scheme, Claim.status.not_in(NOT_COUNTED), day.between(from_on, to_on))
    return wanted.order_by(Claim.class_id, Claim.id)


def _facts(ids: Sequence[UUID]) -> Any:
    return select(Claim.facts, Claim.terms_hash).where(Claim.id.in_(ids)).order_by(Claim.class_id, Claim.id)


def _mine(asked: WhatIf) -> Any:
    """Its row, as long as this attempt is the current one."""
    own = (WhatIf.id == asked.id, WhatIf.status == "running", WhatIf.attempts == asked.attempts)
    return update(WhatIf).where(*own).execution_options(synchronize_session=False)


async def _put(kernel: Kernel, asked: WhatIf, **values: Any) -> bool:
    async with kernel.writing.begin() as session:
        return (await session.execute(_mine(asked).values(**values).returning(WhatIf.id))).first() is not None
