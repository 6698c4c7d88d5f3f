"""What can be done with a placement: enter it, change it, report a fact about it; and hold both sides' lists against each other."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import exists, func, select
from sqlalchemy.ext.asyncio import AsyncSession

from services.eastwest import clients
from services.eastwest.orders import operations as order_operations
from services.eastwest.orders import reading as orders
from services.eastwest.orders import visibility as of_orders
from services.eastwest.orders.errors import OrderClosed
from services.eastwest.placements import batch, conditions, facts, policy, reading, steps, visibility
from services.eastwest.placements.errors import DuplicatePlacement
from services.eastwest.placements.schemas import (
    Found,
    LookupOut,
    PlacementChange,
    PlacementIn,
    PlacementPaper,
    ReconcileIn,
    ReconcileOut,
    UnknownThere,
    UpdateIn,
    UpdateOut,
)
from services.eastwest.placements.tables import Office, Placement, Update
from shared import deeds, errors
from shared.access import Call
from shared.national_numbers import compact
from shared.web import Kernel

UPDATES = Update.__table__


@order_operations.used_by
async def someone_started(session: AsyncSession, order_id: UUID) -> bool:
    """Whether anyone was let through the gates by what this order says."""
    wanted = select(exists().where(Placement.order_id == order_id, Placement.started_on.is_not(None)))
    return bool(await session.scalar(wanted))


async def enter(session: AsyncSession, call: Call, kernel: Kernel, body: PlacementIn) -> PlacementPaper:
    trainee_id = await _check(call, kernel, body)
    order = await orders.find(session, call, body.order_id, lock=True)
    if order is None:
        raise errors.Invalid(faults=[errors.Fault("unknown_order", "/order_id", seen=str(body.order_id), fix="请先登记订单,或核对编号。")])
    if order.status == "closed":
        raise OrderClosed()
    if existing := await session.scalar(select(Placement.id).where(Placement.order_id == order.id, Placement.trainee_id == trainee_id)):
        raise DuplicatePlacement(existing_id=str(existing))
    placement = Placement(
        order_id=order.id,
        trainee_id=trainee_id,
        partner=order.partner or of_orders.partner_of(call.actor),
        class_id=body.class_id,
        certificate_id=body.certificate_id,
        employer=body.employer and body.employer.model_dump(),
        external_refs=[each.model_dump() for each in body.external_refs],
        entered_by=call.actor.subject,
        entered_at=call.now,
    )
    session.add(placement)
    await session.flush()
    await _announce(session, call, placement, "entered")
    return await reading.get(session, call, placement.id)


async def change(session: AsyncSession, call: Call, kernel: Kernel, placement_id: UUID, body: PlacementChange) -> PlacementPaper:
    """Names another class, certificate or employer. For whoever has started the gates are judged again."""
    found = await session.scalar(select(Placement).where(Placement.id == placement_id, visibility.rows(call.actor)).with_for_update())
    if found is None:
        raise errors.NotFound(reading.UNKNOWN)
    call.match(found.version)
    given = body.model_dump(include=body.model_fields_set)
    changed = [name for name, value in given.items() if getattr(found, name) != value]
    if changed:
        await _known_papers(call, kernel, found.trainee_id, given.get("class_id"), given.get("certificate_id"))
        for name in changed:
            setattr(found, name, given[name])
        await session.flush()
        if {"class_id", "certificate_id"}.intersection(changed):
            await _judge_again(session, call, kernel, placement_id)
        await _announce(session, call, found, "changed", fields=changed)
    return await reading.get(session, call, placement_id)


async def _judge_again(session: AsyncSession, call: Call, kernel: Kernel, placement_id: UUID) -> None:
    days = set(policy.starts((await facts.of_placements(session, [placement_id]))[placement_id]).values())
    if days:
        row = (await session.execute(conditions.with_order().where(Placement.id == placement_id))).one()
        if problem := steps.judge_starts(row, days, await facts.gate_facts(call, kernel, [row])):
            raise problem


async def report(session: AsyncSession, call: Call, kernel: Kernel, placement_id: UUID, body: UpdateIn) -> UpdateOut:
    await reading.find(session, call, placement_id)
    [result] = await batch.take(session, call, kernel, [batch.Asked(body, placement_id)])
    if result.problem is not None:
        raise result.problem
    if result.faults:
        raise errors.Invalid(faults=result.faults)
    return UpdateOut.model_validate({**(result.row or {}), "outcome": result.outcome, "receipt": batch.receipt(kernel, result)})


async def reconcile(session: AsyncSession, call: Call, body: ReconcileIn) -> ReconcileOut:
    """What differs between the caller's list and ours, either way."""
    office = of_orders.office_of(call.actor)
    rows = await session.execute(
        select(UPDATES.c.external_ref, UPDATES.c.sequence).where(UPDATES.c.office == office).order_by(UPDATES.c.sequence)
    )
    here = {row.external_ref: row.sequence for row in rows}
    named = set(body.refs)
    return ReconcileOut(
        through=body.through,
        last_sequence=await session.scalar(select(Office.last_sequence).where(Office.office == office)) or 0,
        missing_here=[ref for ref in dict.fromkeys(body.refs) if ref not in here],
        missing_there=[
            UnknownThere(external_ref=ref, sequence=each) for ref, each in here.items() if each <= body.through and ref not in named
        ],
        later=[UnknownThere(external_ref=ref, sequence=each) for ref, each in here.items() if each > body.through and ref in named],
    )


async def look_up(session: AsyncSession, call: Call, kernel: Kernel, id_numbers: Sequence[str]) -> LookupOut:
    """Among the caller's own people only: for anybody else's number the answer is as for one that nobody has."""
    trainee_ids = await clients.lookup(kernel, call, [compact(number) for number in id_numbers])
    wanted = select(Placement.trainee_id, func.array_agg(Placement.id)).where(
        visibility.rows(call.actor), Placement.trainee_id == func.any([each for each in trainee_ids if each])
    )
    own = {row[0]: sorted(row[1], reverse=True) for row in await session.execute(wanted.group_by(Placement.trainee_id))}
    return LookupOut(
        items=[
            Found(index=index, trainee_id=each if each in own else None, placement_ids=own.get(each, []) if each else [])
            for index, each in enumerate(trainee_ids)
        ]
    )


async def _check(call: Call, kernel: Kernel, body: PlacementIn) -> UUID:
    """The trainee, once everything that the body names is known; every fault at once otherwise."""
    if (body.trainee_id is None) == (body.id_number is None):
        raise errors.Invalid(faults=[errors.Fault("one_of_two", "/trainee_id", allowed="trainee_id 或 id_number", fix="请保留其中一项。")])
    trainee_id = body.trainee_id
    if body.id_number is not None:
        [trainee_id] = await clients.lookup(kernel, call, [compact(body.id_number)])
    if trainee_id is None:
        raise errors.Invalid(faults=[errors.Fault("unknown_trainee", "/id_number", fix="请核对证件号码;未登记的请先由经办机构登记。")])
    await _known_papers(call, kernel, trainee_id, body.class_id, body.certificate_id, check_trainee=True)
    return trainee_id


async def _known_papers(
    call: Call, kernel: Kernel, trainee_id: UUID, class_id: UUID | None, certificate_id: UUID | None, *, check_trainee: bool = False
) -> None:
    """422 unless the registry knows person and class, and the certificate is this person's."""
    names = await clients.names(kernel, call, trainee_ids=[trainee_id] if check_trainee else [], class_ids=[class_id] if class_id else [])
    faults = []
    if check_trainee and trainee_id not in names.trainees:
        faults.append(errors.Fault("unknown_trainee", "/trainee_id", seen=str(trainee_id), fix="请核对编号。"))
    if class_id and class_id not in names.classes:
        faults.append(errors.Fault("unknown_class", "/class_id", seen=str(class_id), fix="请核对编号,或不填班级。"))
    if certificate_id:
        certificates = await clients.certificates(kernel, call, certificate_ids=[certificate_id])
        if not any(each.id == certificate_id and each.trainee_id == trainee_id for each in certificates):
            faults.append(
                errors.Fault(
                    "unknown_certificate", "/certificate_id", seen=str(certificate_id), allowed="此人的证书", fix="请核对编号,或不填证书。"
                )
            )
    if faults:
        raise errors.Invalid(faults=faults)


async def _announce(session: AsyncSession, call: Call, placement: Placement, what: str, **details: Any) -> None:
    papers = {"trainee_id": placement.trainee_id, "order_id": placement.order_id, "class_id": placement.class_id}
    status = policy.status_on(call.today, placement.started_on, placement.left_on)
    await deeds.record(
        session, call, f"placement.{what}", placement.id, details=details, **papers, status=status, version=placement.version
    )
