"""What a placement's facts prove: retention as of a day, the chain from order to start, statistics, and what other services ask."""

from collections import Counter
from datetime import date
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from services.eastwest.placements import facts, gates, operations, policy, starting
from services.eastwest.placements.schemas import (
    BasisOut,
    ChainOut,
    IntervalOut,
    MissingOut,
    MonthOut,
    PlacementStatistics,
    Provider,
    RetentionCounts,
    RetentionOut,
    StepOut,
)  # fmt: skip
from services.eastwest.placements.terms import packaged
from shared.access import Call
from shared.web import Kernel


async def retention(session: AsyncSession, call: Call, placement_id: UUID, as_of: date, known_on: date | None) -> RetentionOut:
    row, terms = await operations.find(session, call, placement_id), packaged()
    found = policy.retention((await facts.of_placements(session, [row.id]))[row.id], as_of, terms, known_on=known_on)
    providers = [Provider(grade=each.code, name=each.name, provider=each.provider) for each in terms.grades]
    plain = ("as_of", "verdict", "started_on", "due_on", "met_on", "left_on", "weakest_grade", "one_employer")
    return RetentionOut(
        placement_id=row.id, known_on=known_on, **{name: getattr(found, name) for name in plain},
        months=[MonthOut.model_validate(each) for each in found.months],
        intervals=[IntervalOut.model_validate(each) for each in found.intervals],
        missing=[MissingOut(from_on=each.from_on, to_on=each.to_on, providers=providers) for each in found.missing],
        basis=[BasisOut.model_validate(each, from_attributes=True) for each in terms.basis],
    )  # fmt: skip


async def chain(session: AsyncSession, call: Call, kernel: Kernel, placement_id: UUID) -> ChainOut:
    """From order to start, with the first day at work as it stands now."""
    row = await operations.find(session, call, placement_id)
    known = await starting.gate_facts(call, kernel, [row])
    named = str(row.certificate_id) if row.certificate_id else None
    found = gates.chain(
        facts.post(row), known.class_starts_on.get(row.class_id), known.certificates.get(row.trainee_id, ()), named, row.started_on
    )
    broken = found.first_broken
    links = [StepOut.model_validate(each) for each in found.steps]
    return ChainOut(placement_id=row.id, certificate_id=found.certificate_id, links=links, first_broken=broken and broken.link)


async def statistics(session: AsyncSession, call: Call, as_of: date) -> PlacementStatistics:
    statuses, verdicts, retained = Counter[str](), Counter[str](), set[UUID]()
    async for rows, proved in operations.judged(session, operations.listed(call), as_of):
        for row in rows:
            found = proved[row.id]
            status = policy.status_on(as_of, found.started_on, found.left_on)
            statuses[status] += 1
            if status != "arranged":
                verdicts[found.verdict] += 1
            if found.verdict == "met":
                retained.add(row.trainee_id)
    return PlacementStatistics(
        as_of=as_of, placements=statuses.total(), arranged=statuses["arranged"], working=statuses["working"], left=statuses["left"],
        started=verdicts.total(), retention=RetentionCounts(**verdicts), people_retained=len(retained),
    )  # fmt: skip
