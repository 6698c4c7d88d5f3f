"""What other services ask: counts for a plan's board, facts for allowances, and which placements a certificate touches."""

from collections import Counter, defaultdict
from collections.abc import Iterable
from datetime import date
from typing import Annotated, Any, Literal
from uuid import UUID

from pydantic import Field
from sqlalchemy import or_, select
from sqlalchemy.ext.asyncio import AsyncSession

from services.eastwest import clients
from services.eastwest.orders.tables import Order
from services.eastwest.placements import facts, operations, policy
from services.eastwest.placements.policy import Retention, Status, Verdict
from services.eastwest.placements.tables import Placement
from services.eastwest.placements.terms import Grade
from shared import wire
from shared.access import Call
from shared.web import Kernel

Ids = Annotated[list[UUID], Field(max_length=5_000)]
Measure = Literal["retained_people", "placed_people"]
By = Literal["none", "region", "zone", "department", "institution"]


class CountingIn(wire.In):
    """`retained_people`: on whose placement three months were met on one of these days. `placed_people`: who began work on one of them, by class."""

    key: wire.Word = Field(description="The asker's own name for this counting; answered back.", examples=["brand.foshan.retained total"])
    measure: Measure
    from_on: wire.CivilDate = Field(examples=["2024-01-01"])
    to_on: wire.CivilDate = Field(examples=["2025-12-31"])


class CountsIn(wire.In):
    as_of: wire.CivilDate = Field(description="Facts of later days are left out.", examples=["2025-12-31"])
    by: By = "none"
    countings: Annotated[list[CountingIn], Field(max_length=500)]


class TallyOut(wire.Out):
    """The whole counting or, for `placed_people`, what a class has of it (`class_id` null: who came from none)."""

    numerator: int
    denominator: int | None = None
    class_id: UUID | None = None


class GroupOut(wire.Out):
    """What one town has of a counting; `code` null: what belongs to none."""

    code: str | None
    numerator: int
    denominator: int | None = None


class CountOut(wire.Out):
    key: str
    tallies: list[TallyOut]
    groups: list[GroupOut]


class NameOut(wire.Out):
    code: str
    name: str


class CountsOut(wire.Out):
    """`names` stay empty: towns are named by the registry."""

    counts: list[CountOut]
    names: list[NameOut] = []


class FactsIn(wire.In):
    """Which placements, or everyone's; what fits either. As of a day."""

    placement_ids: Ids = []
    trainee_ids: Ids = []
    as_of: wire.CivilDate


class PlacementFacts(wire.Out):
    placement_id: UUID
    trainee_id: UUID
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


class TouchedPaper(wire.Out):
    id: UUID
    number: str = Field(description="The order's number.")
    status: Status


class Touched(wire.Out):
    items: list[TouchedPaper]


async def count(session: AsyncSession, call: Call, kernel: Kernel, asked: CountsIn) -> CountsOut:
    """Each person once a counting, by the town they are registered in."""
    judged: list[tuple[Any, Retention]] = []
    async for rows, proved in operations.judged(session, facts.with_order().where(Placement.started_on.is_not(None)), asked.as_of):
        judged += [(row, proved[row.id]) for row in rows]
    towns: dict[UUID, str | None] = {}
    if asked.by == "region":
        people = (await clients.names(kernel, call, trainee_ids={row.trainee_id for row, _ in judged})).trainees
        towns = {each: person.region_code for each, person in people.items()}
    return CountsOut(counts=[_count(each, judged, towns, asked.by) for each in asked.countings])


def _count(counting: CountingIn, judged: Iterable[tuple[Any, Retention]], towns: dict[UUID, str | None], by: By) -> CountOut:
    people: dict[UUID | None, set[UUID]] = defaultdict(set)
    for row, found in judged:
        on = found.met_on if counting.measure == "retained_people" else found.started_on
        if on is not None and counting.from_on <= on <= counting.to_on:
            people[row.class_id if counting.measure == "placed_people" else None].add(row.trainee_id)
    if counting.measure == "placed_people":
        tallies = [
            TallyOut(numerator=len(found), class_id=class_id) for class_id, found in sorted(people.items(), key=lambda each: str(each[0]))
        ]
    else:
        tallies = [TallyOut(numerator=len(people[None]))]
    of_towns = Counter(towns.get(each) for each in set[UUID]().union(*people.values()))
    groups = [GroupOut(code=code, numerator=number) for code, number in sorted(of_towns.items(), key=lambda each: each[0] or "")]
    return CountOut(key=counting.key, tallies=tallies, groups=groups if by != "none" else [])


async def placement_facts(session: AsyncSession, asked: FactsIn) -> PlacementFactsOut:
    wanted = facts.with_order().where(or_(Placement.id.in_(asked.placement_ids), Placement.trainee_id.in_(asked.trainee_ids)))
    rows = (await session.execute(wanted.order_by(Placement.id))).all()
    proved = await facts.retentions(session, [row.id for row in rows], asked.as_of)
    return PlacementFactsOut(placements=[_facts(row, proved[row.id]) for row in rows])


def _facts(row: Any, found: Retention) -> PlacementFacts:
    employer = row.employer_now or row.employer or {"uscc": row.order_employer_uscc}
    plain = ("trainee_id", "order_id", "order_number", "class_id", "certificate_id")
    proved = ("started_on", "left_on", "due_on", "met_on", "weakest_grade", "one_employer")
    return PlacementFacts(
        placement_id=row.id, employer_uscc=employer["uscc"], retention=found.verdict, status=policy.status_on(found.as_of, found.started_on, found.left_on),
        **{name: getattr(row, name) for name in plain}, **{name: getattr(found, name) for name in proved},
    )  # fmt: skip


async def touched_by_certificate(session: AsyncSession, call: Call, certificate_id: UUID) -> Touched:
    """The placements that name the certificate."""
    wanted = select(Placement.id, Placement.started_on, Placement.left_on, Order.number).join(Order, Order.id == Placement.order_id)
    rows = await session.execute(wanted.where(Placement.certificate_id == certificate_id).order_by(Placement.id))
    return Touched(
        items=[TouchedPaper(id=row.id, number=row.number, status=policy.status_on(call.today, row.started_on, row.left_on)) for row in rows]
    )
