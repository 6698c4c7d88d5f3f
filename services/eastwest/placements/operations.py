"""What can be done with a placement: enter, change, read, list, look up. The facts about it: `updates`; what they prove: `proving`."""

from collections.abc import Collection, Sequence
from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy import Select, func, or_, select
from sqlalchemy.ext.asyncio import AsyncSession

from services.eastwest import clients, sight
from services.eastwest.orders import operations as orders
from services.eastwest.orders.errors import OrderClosed
from services.eastwest.orders.schemas import EmployerOut
from services.eastwest.placements import facts, policy, starting
from services.eastwest.placements.errors import DuplicatePlacement
from services.eastwest.placements.schemas import Found, LookupOut, PlacementChange, PlacementIn, PlacementOut, PlacementPaper
from services.eastwest.placements.tables import Placement
from shared import audit, changes, errors, pages, telemetry, wire
from shared.access import Call, WrongRole
from shared.national_numbers import compact
from shared.steps import Refusal
from shared.web import Kernel

PLACEMENTS = Placement.__table__
SCANNED_AT_ONCE = 500
NAMES_WITHIN_SECONDS = 1.0  # a list is not held up for the sake of names
UNKNOWN = "没有这项安置,或不在您的可见范围内。请核对编号。"


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
        order_id=order.id, trainee_id=trainee_id, partner=order.partner or sight.partner_of(call.actor), class_id=body.class_id,
        certificate_id=body.certificate_id, employer=body.employer and body.employer.model_dump(), entered_by=call.actor.subject, entered_at=call.now,
    )  # fmt: skip
    session.add(placement)
    await session.flush()
    await _announce(session, call, placement, "entered")
    return await get(session, call, kernel, placement.id)


async def change(session: AsyncSession, call: Call, kernel: Kernel, placement_id: UUID, body: PlacementChange) -> PlacementPaper:
    """Names another class, certificate or employer. For whoever has started the gates are judged again."""
    found = await session.scalar(select(Placement).where(Placement.id == placement_id, sight.placements(call)).with_for_update())
    if found is None:
        raise errors.NotFound(UNKNOWN)
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
    return await get(session, call, kernel, placement_id)


async def _judge_again(session: AsyncSession, call: Call, kernel: Kernel, placement_id: UUID) -> None:
    days = set(policy.starts((await facts.of_placements(session, [placement_id]))[placement_id]).values())
    if days:
        row = (await session.execute(facts.with_order().where(Placement.id == placement_id))).one()
        if problem := starting.judge_starts(row, days, await starting.gate_facts(call, kernel, [row])):
            raise problem


async def get(session: AsyncSession, call: Call, kernel: Kernel, placement_id: UUID) -> PlacementPaper:
    row = await find(session, call, placement_id)
    [shown] = await show(session, call, kernel, [row], call.today)
    why_not = None if call.actor.role in sight.KEEPERS else Refusal(WrongRole.code, WrongRole.cause)
    return PlacementPaper(**dict(shown), allowed_actions=wire.allowed_actions(dict.fromkeys(("change", "update"), why_not)))


async def find(session: AsyncSession, call: Call, placement_id: UUID) -> Any:
    """The placement with what its order says, or 404 for who may not see it."""
    row = (await session.execute(facts.with_order().where(Placement.id == placement_id, sight.placements(call)))).first()
    if row is None:
        raise errors.NotFound(UNKNOWN)
    return row


def listed(
    call: Call, *, order_id: UUID | None = None, trainee_id: UUID | None = None, class_id: UUID | None = None, certificate_id: UUID | None = None,
    status: policy.Status | None = None,
) -> Select[Any]:  # fmt: skip
    wanted = facts.with_order().where(sight.placements(call))
    equal = {
        Placement.order_id: order_id,
        Placement.trainee_id: trainee_id,
        Placement.class_id: class_id,
        Placement.certificate_id: certificate_id,
    }
    for column, value in equal.items():
        if value is not None:
            wanted = wanted.where(column == value)
    match status:
        case "arranged":
            return wanted.where(or_(Placement.started_on.is_(None), Placement.started_on > call.today))
        case "working":
            return wanted.where(Placement.started_on <= call.today, or_(Placement.left_on.is_(None), Placement.left_on > call.today))
        case "left":
            return wanted.where(Placement.left_on <= call.today)
    return wanted


async def page(
    session: AsyncSession,
    call: Call,
    kernel: Kernel,
    asked: pages.Asked,
    wanted: Select[Any],
    retention: policy.Verdict | None,
    as_of: date,
) -> dict[str, Any]:
    """A page of `wanted`, of the given verdict alone where one is asked for."""
    if retention is None:
        answer = await pages.page(session, wanted, Placement.id, asked, lambda row: row)
        answer["items"] = await show(session, call, kernel, answer["items"], as_of)
        return answer
    fitting: list[Any] = []
    async for rows, verdicts in judged(session, wanted, as_of, after=None if asked.include_total else asked.after_id):
        fitting += [row for row in rows if verdicts[row.id].verdict == retention]
        if len(fitting) > asked.limit and not asked.include_total:
            break
    rest = [row for row in fitting if asked.after_id is None or row.id < asked.after_id]
    rows = rest[: asked.limit]
    answer = {
        "items": await show(session, call, kernel, rows, as_of),
        "next_cursor": asked.cursor(None, rows[-1].id) if len(rest) > asked.limit else None,
    }
    return answer | ({"total": len(fitting)} if asked.include_total else {})


async def judged(session: AsyncSession, wanted: Select[Any], as_of: date, *, after: UUID | None = None) -> Any:
    """All of `wanted`, newest first, some hundreds at a time, with what the facts of each prove."""
    while True:
        part = wanted if after is None else wanted.where(Placement.id < after)
        rows = (await session.execute(part.order_by(Placement.id.desc()).limit(SCANNED_AT_ONCE))).all()
        yield rows, await facts.retentions(session, [row.id for row in rows], as_of)
        if len(rows) < SCANNED_AT_ONCE:
            return
        after = rows[-1].id


async def show(session: AsyncSession, call: Call, kernel: Kernel, rows: Sequence[Any], as_of: date) -> list[PlacementOut]:
    verdicts = await facts.retentions(session, [row.id for row in rows], as_of)
    people = await _people(call, kernel, {row.trainee_id for row in rows})
    return [_shown(row, people.get(row.trainee_id), verdicts[row.id].verdict, call.today) for row in rows]


def _shown(row: Any, person: clients.PersonRead | None, verdict: policy.Verdict, today: date) -> PlacementOut:
    of_the_order = {"name": row.order_employer_name, "uscc": row.order_employer_uscc, "district_code": row.order_employer_district_code}
    plain = (
        "id",
        "order_id",
        "order_number",
        "trainee_id",
        "class_id",
        "certificate_id",
        "partner",
        "started_on",
        "left_on",
        "entered_at",
        "version",
    )
    return PlacementOut(
        **{name: getattr(row, name) for name in plain}, name=person and person.name, id_number=person and person.id_number_masked,
        employer=EmployerOut(**(row.employer_now or row.employer or of_the_order)), status=policy.status_on(today, row.started_on, row.left_on), retention=verdict,
    )  # fmt: skip


async def _people(call: Call, kernel: Kernel, trainee_ids: Collection[UUID]) -> dict[UUID, clients.PersonRead]:
    """Names and masks; nothing while the registry does not answer, for a list without names is better than none."""
    try:
        return (await clients.names(kernel, call, trainee_ids=trainee_ids, timeout_seconds=NAMES_WITHIN_SECONDS)).trainees
    except (errors.Unavailable, errors.UpstreamTimeout, errors.UpstreamFailed) as problem:
        telemetry.log.warning("names_unavailable", code=problem.code, request_id=call.request_id)
        return {}


async def look_up(session: AsyncSession, call: Call, kernel: Kernel, id_numbers: Sequence[str]) -> LookupOut:
    """Among the caller's own people only: for anybody else's number the answer is as for one that nobody has."""
    trainee_ids = await clients.lookup(kernel, call, [compact(number) for number in id_numbers])
    wanted = select(Placement.trainee_id, func.array_agg(Placement.id)).where(
        sight.placements(call), Placement.trainee_id == func.any([each for each in trainee_ids if each])
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
    papers = {
        "trainee_id": str(placement.trainee_id),
        "order_id": str(placement.order_id),
        "class_id": placement.class_id and str(placement.class_id),
    }
    status = policy.status_on(call.today, placement.started_on, placement.left_on)
    await audit.record(session, call, f"placement.{what}", "placement", placement.id, papers | {"version": placement.version} | details)
    await changes.publish(session, call, f"placement.{what}", placement.id, **papers, status=status, version=placement.version)
