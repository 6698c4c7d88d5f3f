"""What subsidy asks of eastwest: the placements that are claimed for, and what is proved of each stay."""

from typing import Annotated
from uuid import UUID

from pydantic import Field
from sqlalchemy import func, true

from services.eastwest import clients
from services.eastwest.codes import EvidenceGrade as Grade
from services.eastwest.codes import PlacementWarning
from services.eastwest.codes import RetentionVerdict as Verdict
from services.eastwest.placements import conditions, facts, second_looks
from services.eastwest.placements.policy import insured
from services.eastwest.placements.tables import Placement
from shared import access, web, wire

router = web.Router("placements")


class RetentionAsked(wire.In):
    """As of which day: what happened after it is left out, what was reported after it is not."""

    placement_ids: Annotated[list[UUID], Field(max_length=10_000)]
    as_of: wire.CivilDate


class RetentionFact(wire.Out):
    """`employer_uscc`: of where the person works or was placed to work. `started_on`: the first day of the stay that is judged; null: no day at work is
    known, or it was taken back."""

    placement_id: UUID
    trainee_id: UUID
    order_number: str
    ordered_on: wire.CivilDate
    employer_uscc: str | None
    started_on: wire.CivilDate | None
    retention: Verdict
    due_on: wire.CivilDate | None
    met_on: wire.CivilDate | None
    weakest_grade: Grade | None
    one_employer: bool = Field(description="whether it was one employer all the time")
    insured_elsewhere: list[str] = Field(
        description="months (`YYYY-MM`) of the three that count in which an insurance office names an employer of whom nothing was told"
    )
    warnings: list[PlacementWarning] = Field(
        description="what asks for a second look; what only the registry could tell (classes, sex and age) is not among them"
    )


class RetentionFacts(wire.Out):
    placements: list[RetentionFact]


@router.operation("POST", "/internal/v1/retention-facts", may=access.INTERNAL, summary="安置与稳岗事实(供核定)", writes=False)
async def retention_facts(body: RetentionAsked, session: web.Session) -> RetentionFacts:
    """Of an id that is unknown nothing is told."""
    wanted = conditions.with_order().where(Placement.id == func.any(body.placement_ids)).order_by(Placement.id)
    rows = (await session.execute(wanted)).all()
    proved = await facts.retentions(session, [row.id for row in rows], body.as_of)
    elsewhere = await second_looks.insured_elsewhere(session, rows) if rows else {}
    warned = await second_looks.warnings_of(session, rows, clients.HistoriesRead(), true(), elsewhere) if rows else {}
    told = []
    for row in rows:
        found, employer = proved[row.id], row.employer_now or row.employer or {"uscc": row.order_employer_uscc}
        told.append(
            RetentionFact(
                placement_id=row.id,
                trainee_id=row.trainee_id,
                order_number=row.order_number,
                ordered_on=row.order_ordered_on,
                employer_uscc=employer["uscc"],
                started_on=found.started_on,
                retention=found.verdict,
                due_on=found.due_on,
                met_on=found.met_on,
                weakest_grade=found.weakest_grade,
                one_employer=found.one_employer,
                insured_elsewhere=[
                    f"{each.month.from_on:%Y-%m}"
                    for each in elsewhere.get(row.id, ())
                    if insured.counts(each, found.started_on, found.due_on)
                ],
                warnings=[each.code for each in warned[row.id]],
            )
        )
    return RetentionFacts(placements=told)
