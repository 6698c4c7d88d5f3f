"""What is due beyond the lines of a paid claim, told on them when facts are looked at again; and what supplements found beside them."""

from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any
from uuid import UUID

import orjson
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from services.subsidy.claims import earlier
from services.subsidy.claims.earlier import NOTHING
from services.subsidy.claims.tables import Line

_TELL = text("""
    UPDATE claim_lines SET more_due_yuan = line.yuan
    FROM jsonb_to_recordset(CAST(:lines AS jsonb)) AS line(claim_id uuid, position smallint, yuan numeric)
    WHERE claim_lines.claim_id = line.claim_id AND claim_lines.position = line.position
""")


def found_beside(claim: Any, people: Sequence[Line], past: Sequence[Any]) -> dict[int, Decimal]:
    """By position, what supplements of the claim found to be due beside its lines, yuan."""
    made_up = earlier.remembered((row for row in past if row.supplement_of_id), claim.class_id, claim.id).makes_up
    papers = {line.position: earlier.paper_of(claim.class_id, line.trainee_id, line.certificate_id, line.placement_id) for line in people}
    return {position: made_up.get(paper, NOTHING) for position, paper in papers.items()}


def news(people: Sequence[Line], beyond_paid: Mapping[int, Decimal]) -> dict[int, Decimal]:
    """What is due beyond lines that were paid, yuan, where it is not what is told of them."""
    now = {line.position: beyond_paid.get(line.position, NOTHING) for line in people}
    return {line.position: now[line.position] for line in people if line.more_due_yuan != now[line.position]}


async def tell(session: AsyncSession, more_due: Mapping[UUID, Mapping[int, Decimal]]) -> None:
    rows = [
        {"claim_id": str(claim_id), "position": position, "yuan": f"{yuan:.2f}"}
        for claim_id, of_lines in more_due.items()
        for position, yuan in of_lines.items()
    ]
    if rows:
        await session.execute(_TELL, {"lines": orjson.dumps(rows).decode()})
