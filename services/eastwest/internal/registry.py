"""What registry asks of eastwest: where people work, and what proves it."""

from datetime import date
from typing import Annotated, Any
from uuid import UUID

from pydantic import Field
from sqlalchemy import func, or_, select
from sqlalchemy.ext.asyncio import AsyncSession

from services.eastwest.codes import EvidenceGrade as Grade
from services.eastwest.codes import PlacementStatus as Status
from services.eastwest.codes import RetentionVerdict as Verdict
from services.eastwest.known.conditions import ALIASES
from services.eastwest.placements import conditions, facts
from services.eastwest.placements.policy import states
from services.eastwest.placements.policy.retention import Retention
from services.eastwest.placements.tables import Placement
from shared import access, web, wire

router = web.Router("placements")
Ids = Annotated[list[UUID], Field(max_length=5_000)]


class FactsIn(wire.In):
    """Which placements, or everyone's; what fits either. As of a day."""

    placement_ids: Ids = []
    trainee_ids: Ids = []
    as_of: wire.CivilDate


class PlacementFacts(wire.Out):
    """`written_as`: under which id the person was placed, who may have been merged since."""

    placement_id: UUID
    trainee_id: UUID
    written_as: UUID
    order_id: UUID
    order_number: str
    employer_uscc: str | None
    class_id: UUID | None
    certificate_id: UUID | None
    status: Status
    started_on: date | None
    left_on: date | None
    retention: Verdict
    due_on: date | None
    met_on: date | None
    weakest_grade: Grade | None
    one_employer: bool


class PlacementFactsOut(wire.Out):
    placements: list[PlacementFacts]


@router.operation("POST", "/internal/v1/placement-facts", may=access.INTERNAL, summary="安置事实(供核定)", writes=False)
async def placement_facts(body: FactsIn, session: web.Session) -> PlacementFactsOut:
    return await read(session, body)


async def read(session: AsyncSession, asked: FactsIn) -> PlacementFactsOut:
    wanted = conditions.with_order().where(
        or_(Placement.id.in_(asked.placement_ids), ALIASES.among(Placement.trainee_id, asked.trainee_ids))
    )
    rows = (await session.execute(wanted.order_by(Placement.id))).all()
    proved = await facts.retentions(session, [row.id for row in rows], asked.as_of)
    return PlacementFactsOut(placements=[_facts(row, proved[row.id]) for row in rows])


def _facts(row: Any, found: Retention) -> PlacementFacts:
    employer = row.employer_now or row.employer or {"uscc": row.order_employer_uscc}
    plain = ("trainee_id", "written_as", "order_id", "order_number", "class_id", "certificate_id")
    proved = ("started_on", "left_on", "due_on", "met_on", "weakest_grade", "one_employer")
    return PlacementFacts(
        placement_id=row.id,
        employer_uscc=employer["uscc"],
        retention=found.verdict,
        status=states.status_on(found.as_of, found.started_on, found.left_on),
        **{name: getattr(row, name) for name in plain},
        **{name: getattr(found, name) for name in proved},
    )


class HeldAsked(wire.In):
    trainee_ids: Annotated[list[UUID], Field(max_length=100)]


class Held(wire.Out):
    counts: dict[str, int] = Field(description="各类事项的件数")


@router.operation("POST", "/internal/v1/held-of", may=access.INTERNAL, summary="以这些人为依据的安置件数", writes=False)
async def held_of(body: HeldAsked, session: web.Session) -> Held:
    theirs = select(func.count()).where(ALIASES.among(Placement.trainee_id, body.trainee_ids))
    return Held(counts={"placement": await session.scalar(theirs) or 0})
