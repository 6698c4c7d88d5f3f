"""How far an order has come: who was trained for it, who is certified, placed, at work and retained; and who could still be placed."""

import asyncio
from collections import defaultdict
from collections.abc import Sequence, Set
from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy import select

from services.eastwest import clients
from services.eastwest.known.conditions import ALIASES
from services.eastwest.orders import reading as orders
from services.eastwest.pipelines import rules
from services.eastwest.pipelines.schemas import Candidate, ClassOfOrder, Pipeline
from services.eastwest.placements import conditions, facts
from services.eastwest.placements.policy import gates, states
from services.eastwest.placements.policy.fitting import fits
from services.eastwest.placements.policy.retention import Retention
from services.eastwest.placements.tables import Placement
from shared.access import Call
from shared.privacy import mask_name
from shared.web import Kernel


async def pipeline(call: Call, kernel: Kernel, order_id: UUID, as_of: date) -> Pipeline:
    async with kernel.reading() as session:
        order = await orders.get(session, call, order_id)
        rows = (await session.execute(conditions.with_order().where(Placement.order_id == order_id))).all()
        proved = await facts.retentions(session, [row.id for row in rows], as_of)
    trained = await clients.order_people(kernel, call, order_id, as_of)
    people = {each.trainee_id for each in trained}
    fitting = _fitting(order, await clients.certificates(kernel, call, trainee_ids=people), as_of)
    began = {row.trainee_id for row in rows if proved[row.id].started_on}
    at_work = {row.trainee_id for row in rows if _status(proved[row.id], as_of) == "working"}
    return Pipeline(
        order_id=order_id,
        as_of=as_of,
        posts=order.posts,
        trained=len(people),
        certified=len(people & fitting.keys()),
        offered=len({row.trainee_id for row in rows}),
        started=len(began),
        working=len(at_work),
        retained=len({row.trainee_id for row in rows if proved[row.id].verdict == "met"}),
        fill_rate=len(at_work) / order.posts,
        classes=_classes(trained, began, rules.of_day(as_of)),
    )


def _classes(trained: Sequence[clients.OrderPersonRead], began: Set[UUID], asked: rules.Asked) -> list[ClassOfOrder]:
    people: dict[UUID, set[UUID]] = defaultdict(set)
    for each in trained:
        people[each.class_id].add(each.trainee_id)
    return [_of_class(class_id, len(theirs), len(theirs & began), asked) for class_id, theirs in sorted(people.items())]


def _of_class(class_id: UUID, trained: int, started: int, asked: rules.Asked) -> ClassOfOrder:
    share, (people_at_least, share_at_least) = started / trained, asked
    return ClassOfOrder(
        class_id=class_id,
        trained=trained,
        started=started,
        placed_share=share,
        people_at_least=people_at_least,
        enough_people=None if people_at_least is None else trained >= people_at_least,
        placed_share_at_least=share_at_least,
        enough_placed=None if share_at_least is None else share >= share_at_least,
    )


async def candidates(call: Call, kernel: Kernel, order_id: UUID) -> list[Candidate]:
    """The one whose class ended first before the others."""
    async with kernel.reading() as session:
        order = await orders.get(session, call, order_id)
        placed = set(await session.scalars(select(ALIASES.kept(Placement.trainee_id)).where(Placement.order_id == order_id)))
    trained = {each.trainee_id: each for each in await clients.order_people(kernel, call, order_id, call.today)}
    free = [each for each in trained.values() if each.trainee_id not in placed]
    named = {each.trainee_id for each in free}
    names, certificates, histories = await asyncio.gather(
        clients.names(kernel, call, trainee_ids=named),
        clients.certificates(kernel, call, trainee_ids=named),
        clients.histories(kernel, call, named),
    )
    groups, persons = facts.groups_of(order.conditions), {each.trainee_id: facts.person_of(each) for each in histories.people}
    fitting = _fitting(order, certificates, call.today)
    found = [
        Candidate(
            trainee_id=each.trainee_id,
            trainee_name=mask_name(names.trainees[each.trainee_id].name),
            id_number_masked=names.trainees[each.trainee_id].id_number_masked,
            class_id=each.class_id,
            completed_on=each.ends_on,
            certificate_id=UUID(fitting[each.trainee_id].id),
            fits_conditions=person and fits(person, groups, order.posts, call.today),
        )
        for each in free
        for person in [persons.get(each.trainee_id)]
        if each.trainee_id in fitting and each.trainee_id in names.trainees
    ]
    return sorted(found, key=lambda each: (each.completed_on, each.trainee_id))


def _status(found: Retention, on: date) -> str:
    return states.status_on(on, found.started_on, found.left_on)


def _fitting(order: Any, certificates: Sequence[clients.CertificateRead], on: date) -> dict[UUID, gates.Certificate]:
    """By person, the certificate that meets the order's standard on a day, the earliest of several."""
    post = facts.post_of(order)
    found: dict[UUID, gates.Certificate] = {}
    for person, held in facts.by_trainee(certificates).items():
        meeting = [each for each in held if gates.meets(each, post, on)]
        if meeting:
            found[person] = min(meeting, key=lambda each: (each.issued_on, each.number))
    return found
