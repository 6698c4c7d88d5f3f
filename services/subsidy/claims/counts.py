"""How many people a claim has, and of how many of them nothing was decided or nothing is paid. Triggers on its lines keep it with the claim, in the transaction
that writes them: a list reads no lines.

`python -m services.subsidy.claims.counts` counts anew, in the database that DATABASE_URL names, as its owner, and says and mends what differs.
"""

import asyncio
import sys
from typing import Any, Final

from sqlalchemy import func, select, text, tuple_, update
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from services.subsidy.claims.tables import Claim, Line
from services.subsidy.codes import LineVerdict
from shared import db, tallies

COUNTS: Final = ("people", "held_people", "refused_people")
_CLAIMS, _LINES = db.table(Claim), db.table(Line)
_VERDICTS: Final = (None, LineVerdict.HELD, LineVerdict.REFUSED)


async def differing(connection: AsyncConnection) -> list[dict[str, Any]]:
    """The claims with which is kept what their lines do not say: their numbers, and of each count what is kept and what is there."""
    there = _there()
    kept, said = ([of.c[name] for name in COUNTS] for of in (_CLAIMS, there))
    wanted = select(_CLAIMS.c.id, *kept, *said).join(there, there.c.id == _CLAIMS.c.id)
    rows = await connection.execute(wanted.where(tuple_(*kept) != tuple_(*said)).order_by(_CLAIMS.c.id))
    return [{"claim_id": row[0]} | {name: pair for name, *pair in zip(COUNTS, row[1:4], row[4:], strict=True)} for row in rows]


async def recount(connection: AsyncConnection) -> list[dict[str, Any]]:
    """Counts anew, while nobody writes lines; answers what differed."""
    await connection.execute(text("LOCK TABLE claim_lines IN SHARE MODE"))
    if wrong := await differing(connection):
        there = _there()
        those = there.c.id.in_([each["claim_id"] for each in wrong])
        await connection.execute(update(_CLAIMS).where(_CLAIMS.c.id == there.c.id, those).values({name: there.c[name] for name in COUNTS}))
    return wrong


def _there() -> Any:
    counted = func.count(_LINES.c.claim_id)
    each = (counted if verdict is None else counted.filter(_LINES.c.verdict == verdict) for verdict in _VERDICTS)
    sums = [number.label(name) for name, number in zip(COUNTS, each, strict=True)]
    return select(_CLAIMS.c.id, *sums).outerjoin(_LINES, _LINES.c.claim_id == _CLAIMS.c.id).group_by(_CLAIMS.c.id).subquery("there")


async def mend(engine: AsyncEngine) -> dict[str, list[dict[str, Any]]]:
    async with engine.begin() as connection:
        return {"claims": await recount(connection)}


if __name__ == "__main__":
    sys.exit(asyncio.run(tallies.mending(mend)))
