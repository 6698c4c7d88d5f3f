"""What registry asks of eastwest: where people work, and what proves it."""

from datetime import date
from typing import Annotated, Any, Final
from uuid import UUID

from pydantic import Field
from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession

from services.eastwest.codes import EvidenceGrade as Grade
from services.eastwest.known.conditions import ALIASES
from services.eastwest.placements import conditions, facts
from services.eastwest.placements.tables import Placement
from shared import access, web, wire

router = web.Router("placements")
EVERY_DAY: Final = date.max


class FactsIn(wire.In):
    placement_ids: Annotated[list[UUID], Field(max_length=5_000)]


class PlacementFacts(wire.Out):
    """By all that was reported. `written_as`: under which id the person was placed, who may have been merged since."""

    placement_id: UUID
    written_as: UUID
    order_id: UUID
    order_number: str
    class_id: UUID | None
    started_on: date | None
    left_on: date | None
    weakest_grade: Grade | None


class PlacementFactsOut(wire.Out):
    placements: list[PlacementFacts]


@router.operation("POST", "/internal/v1/placement-facts", may=access.INTERNAL, summary="安置事实", writes=False)
async def placement_facts(body: FactsIn, session: web.Session) -> PlacementFactsOut:
    return await read(session, body.placement_ids)


async def read(session: AsyncSession, placement_ids: list[UUID]) -> PlacementFactsOut:
    """Read from the columns; judged where no grade is kept, as where an earlier stay was met."""
    not_said = Placement.started_on.is_not(None) & Placement.weakest_grade.is_(None)
    wanted = conditions.with_order().add_columns(not_said.label("to_judge")).where(Placement.id == func.any(placement_ids))
    rows = (await session.execute(wanted.order_by(Placement.id))).all()
    judged = await facts.retentions(session, [row.id for row in rows if row.to_judge], EVERY_DAY)
    return PlacementFactsOut(placements=[_facts(row, judged.get(row.id, row)) for row in rows])


def _facts(row: Any, proved: Any) -> PlacementFacts:
    plain = ("written_as", "order_id", "order_number", "class_id")
    found = ("started_on", "left_on", "weakest_grade")
    return PlacementFacts(
        placement_id=row.id, **{name: getattr(row, name) for name in plain}, **{name: getattr(proved, name) for name in found}
    )


class HeldAsked(wire.In):
    trainee_ids: Annotated[list[UUID], Field(max_length=100)]


class Held(wire.Out):
    counts: dict[str, int] = Field(description="各类事项的件数")


@router.operation("POST", "/internal/v1/held-of", may=access.INTERNAL, summary="以这些人为依据的安置件数", writes=False)
async def held_of(body: HeldAsked, session: web.Session) -> Held:
    theirs = select(func.count()).where(ALIASES.among(Placement.trainee_id, body.trainee_ids))
    return Held(counts={"placement": await session.scalar(theirs) or 0})
