"""What of placements asks for a second look, gathered for many at once: a fixed number of statements, however many they are."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import date, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, case, func, select
from sqlalchemy.ext.asyncio import AsyncSession

from services.eastwest import clients
from services.eastwest.known.conditions import ALIASES
from services.eastwest.orders.tables import Order
from services.eastwest.placements import facts
from services.eastwest.placements.policy import insured, telling, warnings
from services.eastwest.placements.policy.retention import Span
from services.eastwest.placements.policy.telling import Employer
from services.eastwest.placements.tables import Placement
from shared import clock
from shared.months import months_after


async def warnings_of(
    session: AsyncSession,
    rows: Sequence[Any],
    histories: clients.HistoriesRead | None,
    seen: ColumnElement[bool],
    elsewhere: Mapping[UUID, Sequence[insured.Insured]],
) -> dict[UUID, list[warnings.Warned]]:
    """By placement. `histories` None: the registry was asked and did not answer. `seen`: the placements of which whoever asks may know the order.
    `elsewhere`: what `insured_elsewhere` found."""
    people = {row.trainee_id for row in rows}
    stays, placed = await _stays(session, people, seen), await _placed(session, rows)
    attended = facts.attended_by(histories.classes) if histories else {}
    persons = {each.trainee_id: facts.person_of(each) for each in histories.people} if histories else {}
    found = {}
    for row in rows:
        order = warnings.Order(row.order_posts, placed.get(row.order_id, 0), row.order_until_on, facts.groups_of(row.order_conditions))
        found[row.id] = list(
            warnings.warnings(
                warnings.Stay(row.order_number, row.started_on, row.left_on) if row.started_on else None,
                row.entered_at.astimezone(clock.SHANGHAI).date(),
                order,
                [stay for placement_id, stay in stays[row.trainee_id] if placement_id != row.id],
                None if histories is None else attended.get(row.trainee_id, []),
                persons.get(row.trainee_id),
                elsewhere.get(row.id, ()),
            )
        )
    return found


async def _stays(session: AsyncSession, people: set[UUID], seen: ColumnElement[bool]) -> dict[UUID, list[tuple[UUID, warnings.Stay]]]:
    """By person, every stay that began, and whose placement it is."""
    who = ALIASES.kept(Placement.trainee_id).label("trainee_id")
    number = case((seen, Order.number)).label("number")
    wanted = select(who, Placement.id, number, Placement.started_on, Placement.left_on).join(Order, Order.id == Placement.order_id)
    wanted = wanted.where(ALIASES.among(Placement.trainee_id, sorted(people)), Placement.started_on.is_not(None))
    found: dict[UUID, list[tuple[UUID, warnings.Stay]]] = defaultdict(list)
    for row in await session.execute(wanted):
        found[row.trainee_id].append((row.id, warnings.Stay(row.number, row.started_on, row.left_on)))
    return found


async def _placed(session: AsyncSession, rows: Sequence[Any]) -> dict[UUID, int]:
    """By order, how many are placed on it who have not left."""
    wanted = select(Placement.order_id, func.count().label("placed")).where(
        Placement.order_id.in_({row.order_id for row in rows}), Placement.left_on.is_(None)
    )
    return {row.order_id: row.placed for row in await session.execute(wanted.group_by(Placement.order_id))}


async def insured_elsewhere(session: AsyncSession, rows: Sequence[Any]) -> dict[UUID, list[insured.Insured]]:
    """By placement, what insurance offices say of its months and of no employer that was told. By their table: their room stands above this one."""
    of = Placement.metadata.tables["insurance_records"].c
    own = (of.month, of.employer_name, of.employer_uscc)
    wanted = select(ALIASES.kept(of.trainee_id).label("trainee_id"), *own).where(
        ALIASES.among(of.trainee_id, sorted({row.trainee_id for row in rows})), of.placement_id.is_(None), of.voided_at.is_(None)
    )
    told: dict[UUID, list[insured.Insured]] = defaultdict(list)
    for each in await session.execute(wanted.order_by(of.month)):
        employer = Employer(each.employer_name, each.employer_uscc)
        told[each.trainee_id].append(insured.Insured(days_of(each.month), employer))
    concerned = [row for row in rows if row.trainee_id in told and row.started_on]
    known = await facts.of_placements(session, [row.id for row in concerned]) if concerned else {}
    found = {}
    for row in concerned:
        stay = insured.Stay(row.started_on, row.left_on, facts.arranged(row), telling.as_corrected(known.get(row.id, ())))
        found[row.id] = [each for each in told[row.trainee_id] if insured.concerns(each, stay) and not insured.confirms(each, stay)]
    return found


def days_of(month: date) -> Span:
    return Span(month, months_after(month, 1) - timedelta(days=1))
