"""What can be done with a placement: enter it, change it, report a fact about it; and hold both sides' lists against each other."""

import asyncio
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy import exists, select
from sqlalchemy.ext.asyncio import AsyncSession

from services.eastwest import clients
from services.eastwest.known.conditions import ALIASES
from services.eastwest.orders import operations as order_operations
from services.eastwest.orders import reading as orders
from services.eastwest.orders import visibility as of_orders
from services.eastwest.orders.errors import OrderClosed
from services.eastwest.orders.tables import Order
from services.eastwest.placements import batch, conditions, facts, reading, rules, steps, visibility
from services.eastwest.placements.errors import DuplicatePlacement
from services.eastwest.placements.policy import fitting, gates, states, telling
from services.eastwest.placements.schemas import (
    PlacementChange,
    PlacementFound,
    PlacementIn,
    PlacementLookupOut,
    PlacementPaper,
    ReconcileIn,
    ReconcileOut,
    UnknownThere,
    UpdateIn,
    UpdateOut,
)
from services.eastwest.placements.tables import Office, Placement, Update
from shared import deeds, errors, history, limits, web, wire
from shared.access import Call
from shared.months import age_on
from shared.national_numbers import compact
from shared.web import Kernel

UPDATES = Update.__table__
_WORKING_AGE = errors.Basis("禁止使用童工规定(国务院令第364号)", "第二条")


@order_operations.used_by
async def someone_started(session: AsyncSession, order_id: UUID) -> bool:
    """Whether anyone was let through the gates by what this order says."""
    wanted = select(exists().where(Placement.order_id == order_id, Placement.started_on.is_not(None)))
    return bool(await session.scalar(wanted))


NOTHING_TOLD = clients.HistoriesRead()


@dataclass(frozen=True, slots=True)
class Entering:
    """Who is placed (None: nobody is registered so), and what the neighbours know of the papers named."""

    trainee_id: UUID | None
    names: clients.NamesRead
    certificates: Sequence[clients.CertificateRead]
    histories: clients.HistoriesRead = NOTHING_TOLD

    def school(self, class_id: UUID | None, order: Order) -> UUID | None:
        """Whose class trained them: the one named, else the one that it goes back to."""
        if class_id is not None:
            return self.names.classes[class_id].institution_id
        known = [each for theirs in facts.attended_by(self.histories.classes).values() for each in theirs]
        found = gates.latest(facts.post_of(order), known, None)
        return UUID(found.institution_id) if found and found.institution_id else None


async def facts_to_enter(body: PlacementIn, call: web.Caller, kernel: web.KernelOf) -> Entering:
    """Nothing is asked where nobody, or two persons, are named."""
    if (body.trainee_id is None) == (body.id_number is None):
        return Entering(None, clients.NamesRead(), ())
    trainee_id = body.trainee_id
    if body.id_number is not None:
        [trainee_id] = await clients.lookup(kernel, call, [compact(body.id_number)])
        if trainee_id is None and call.actor.role == "partner":  # who would learn by trying which numbers are registered, and whose
            await kernel.limits.take(limits.LOOKUP_MISSES, call.actor.subject)
    if trainee_id is None:
        return Entering(None, clients.NamesRead(), ())
    names, certificates, histories = await asyncio.gather(
        clients.names(kernel, call, trainee_ids=[trainee_id], class_ids=[body.class_id] if body.class_id else []),
        clients.certificates(kernel, call, certificate_ids=[body.certificate_id] if body.certificate_id else []),
        clients.tell_histories(kernel, call, [trainee_id]),
    )
    return Entering(trainee_id, names, certificates, histories)


async def enter(session: AsyncSession, call: Call, body: PlacementIn, known: Entering) -> PlacementPaper:
    ids = await ALIASES.resolved(session, [known.trainee_id] if known.trainee_id else [])
    trainee_id = _known_trainee(body, known, call.today, ids)
    order = await orders.find(session, call, body.order_id, lock=True)
    if order is None:
        raise errors.Invalid(faults=[errors.Fault("unknown_order", "/order_id", seen=str(body.order_id), fix="请先登记订单,或核对编号。")])
    if order.status == "closed":
        raise OrderClosed()
    theirs = ALIASES.among(Placement.trainee_id, [trainee_id])
    if faults := _unfit(order, known.histories.people, call.today):
        raise errors.Invalid(faults=faults)
    if existing := await session.scalar(select(Placement.id).where(Placement.order_id == order.id, theirs).limit(1)):
        raise DuplicatePlacement(existing_id=str(existing))
    placement = Placement(
        order_id=order.id,
        trainee_id=trainee_id,
        partner=order.partner or of_orders.partner_of(call.actor),
        class_id=body.class_id,
        institution_id=known.school(body.class_id, order),
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


@dataclass(frozen=True, slots=True)
class Changing:
    """The version of the placement that was read, and what the neighbours know of the papers it will name."""

    version: int
    gate_facts: facts.GateFacts


async def facts_to_change(placement_id: UUID, body: PlacementChange, call: web.Caller, kernel: web.KernelOf) -> Changing:
    async with kernel.reading() as session:
        row = await reading.at_version(session, call, placement_id)
    papers = body.model_dump(include=body.model_fields_set & {"class_id", "certificate_id"})
    if all(getattr(row, name) == value for name, value in papers.items()):
        return Changing(row.version, facts.NOTHING_KNOWN)
    named = facts.Named(row.trainee_id, papers.get("class_id", row.class_id), papers.get("certificate_id", row.certificate_id))
    return Changing(row.version, await facts.gate_facts(call, kernel, [named]))


async def change(session: AsyncSession, call: Call, placement_id: UUID, body: PlacementChange, known: Changing) -> PlacementPaper:
    """Names another class, certificate or employer. For whoever has started the gates are judged again."""
    found = await session.scalar(select(Placement).where(Placement.id == placement_id, visibility.rows(call.actor)).with_for_update())
    if found is None:
        raise errors.NotFound(reading.UNKNOWN)
    call.match(found.version)
    if found.version != known.version:
        raise errors.StaleVersion("此安置在核对期间已被他人修改。请重新读取,核对后再提交。")
    given = body.model_dump(include=body.model_fields_set)
    changed = [name for name, value in given.items() if getattr(found, name) != value]
    if changed:
        trainee_id = (await ALIASES.resolved(session, [found.trainee_id]))[found.trainee_id]
        if faults := _paper_faults(trainee_id, {name: given[name] for name in changed}, known.gate_facts):
            raise errors.Invalid(faults=faults)
        for name in changed:
            setattr(found, name, given[name])
        told = {"fields": changed, "changes": history.unsaved(found, changed)}
        await session.flush()
        if {"class_id", "certificate_id"}.intersection(changed):
            row = (await session.execute(conditions.with_order().where(Placement.id == placement_id))).one()
            await _judge_again(session, row, known.gate_facts)
            if "class_id" in changed:
                found.institution_id = known.gate_facts.school(row, row.started_on)
                await session.flush()
        await _announce(session, call, found, "changed", **told)
    return await reading.get(session, call, placement_id)


def _paper_faults(trainee_id: UUID, changed: Mapping[str, Any], known: facts.GateFacts) -> list[errors.Fault]:
    """What is wrong with the papers that are named anew."""
    faults = []
    class_id, certificate_id = changed.get("class_id"), changed.get("certificate_id")
    if class_id and class_id not in known.classes:
        faults.append(_unknown_class(class_id))
    if certificate_id and str(certificate_id) not in {each.id for each in known.certificates.get(trainee_id, ())}:
        faults.append(_unknown_certificate(certificate_id))
    return faults


async def _judge_again(session: AsyncSession, row: Any, known: facts.GateFacts) -> None:
    days = set(telling.starts((await facts.of_placements(session, [row.id]))[row.id]).values())
    if days and (problem := steps.judge_starts(row, days, known)):
        raise problem


async def report(
    session: AsyncSession, call: Call, kernel: Kernel, placement_id: UUID, body: UpdateIn, gathered: batch.Gathered
) -> UpdateOut:
    await reading.find(session, call, placement_id)
    [result] = await batch.take(session, call, [batch.Asked(body, placement_id)], gathered)
    if result.problem is not None:
        raise result.problem
    if result.faults:
        raise errors.Invalid(faults=result.faults)
    said = {"outcome": result.outcome, "waits_for": result.waits_for, "receipt": batch.receipt(kernel, result)}
    return UpdateOut.model_validate({**(result.row or {}), **said})


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


async def look_up(session: AsyncSession, call: Call, kernel: Kernel, id_numbers: Sequence[str]) -> PlacementLookupOut:
    """Among the caller's own people only: for anybody else's number the answer is as for one that nobody has."""
    trainee_ids = await clients.lookup(kernel, call, [compact(number) for number in id_numbers])
    named = [each for each in trainee_ids if each]
    wanted = conditions.with_order().where(visibility.rows(call.actor), ALIASES.among(Placement.trainee_id, named))
    own: dict[UUID, list[UUID]] = {}
    for row in await session.execute(wanted.order_by(Placement.id.desc())):
        own.setdefault(row.trainee_id, []).append(row.id)
    return PlacementLookupOut(
        items=[
            PlacementFound(index=index, trainee_id=each if each in own else None, placement_ids=own.get(each, []) if each else [])
            for index, each in enumerate(trainee_ids)
        ]
    )


def _one_person(body: PlacementIn, _: date) -> Iterable[errors.Fault]:
    if (body.trainee_id is None) == (body.id_number is None):
        yield errors.Fault("one_of_two", "/trainee_id", allowed="trainee_id 或 id_number", fix="请保留其中一项。")


RULES = (_one_person,)


def _known_trainee(body: PlacementIn, known: Entering, today: date, ids: Mapping[UUID, UUID]) -> UUID:
    """The trainee, as merged, once everything that the body names is known; every fault at once otherwise."""
    if faults := wire.faults(RULES, body, today):
        raise errors.Invalid(faults=faults)
    if known.trainee_id is None:
        raise errors.Invalid(faults=[errors.Fault("unknown_trainee", "/id_number", fix="请核对证件号码;未登记的请先由经办机构登记。")])
    if known.trainee_id not in known.names.trainees:
        faults.append(errors.Fault("unknown_trainee", "/trainee_id", seen=str(known.trainee_id), fix="请核对编号。"))
    if body.class_id and body.class_id not in known.names.classes:
        faults.append(_unknown_class(body.class_id))
    if body.certificate_id and (body.certificate_id, ids[known.trainee_id]) not in {
        (each.id, each.trainee_id) for each in known.certificates
    }:
        faults.append(_unknown_certificate(body.certificate_id))
    if faults:
        raise errors.Invalid(faults=faults)
    return ids[known.trainee_id]


def _unfit(order: Order, people: Sequence[clients.AttendingRead], today: date) -> Iterable[errors.Fault]:
    """Why this person may not be placed on the order at all: too young to work anywhere, or outside every group where the groups are all its posts. Of
    which sex and age they are is not said: a partner may name anybody."""
    found: list[errors.Fault] = []
    for person in map(facts.person_of, people):
        if age_on(person.birth_on, today) < rules.here().working_age_at_least:
            allowed = f"年满 {rules.here().working_age_at_least} 周岁"
            fix = "任何单位不得招用未成年人做工;请待其达到年龄后再安排。"
            found.append(errors.Fault("under_working_age", "/trainee_id", allowed=allowed, fix=fix, basis=_WORKING_AGE))
        elif not fitting.fits(person, facts.groups_of(order.conditions), order.posts, today):
            allowed = "订单 conditions.groups 所列的岗位"
            found.append(errors.Fault("outside_conditions", "/trainee_id", allowed=allowed, fix="请改派他人,或与订单方核对岗位条件。"))
    return found


def _unknown_class(class_id: UUID) -> errors.Fault:
    return errors.Fault("unknown_class", "/class_id", seen=str(class_id), fix="请核对编号,或不填班级。")


def _unknown_certificate(certificate_id: UUID) -> errors.Fault:
    fix = "请核对编号,或不填证书。"
    return errors.Fault("unknown_certificate", "/certificate_id", seen=str(certificate_id), allowed="此人的证书", fix=fix)


async def _announce(session: AsyncSession, call: Call, placement: Placement, what: str, **details: Any) -> None:
    papers = {"trainee_id": placement.trainee_id, "order_id": placement.order_id, "class_id": placement.class_id}
    status = states.status_on(call.today, placement.started_on, placement.left_on)
    await deeds.record(
        session, call, f"placement.{what}", placement.id, details=details, **papers, status=status, version=placement.version
    )
