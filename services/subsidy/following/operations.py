"""Taking in what registry, evaluation and eastwest announce: what stops money here, whose claims follow whom, and which claims are judged anew (`reassessments`).

What is done here is the service's own deed, on the day of what happened there.
"""

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import replace
from datetime import date
from typing import Any
from uuid import UUID

from pydantic import BaseModel, ConfigDict
from sqlalchemy import ColumnElement, and_, cast, delete, false, func, or_, select, update
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.dialects.postgresql import insert as upsert
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import aliased

from services.subsidy.claims import conditions, steps
from services.subsidy.claims.earlier import lock_persons
from services.subsidy.claims.holds import listed
from services.subsidy.claims.policy import BY_MEASURE, BY_REGISTER, OPEN, a_hold
from services.subsidy.claims.tables import Appeal, Claim, Entitlement, Line
from services.subsidy.codes import FindingCode
from services.subsidy.known.tables import KnownBlacklisting
from shared import aliases, deeds
from shared.access import Call
from shared.changes import Event
from shared.db import new_id
from shared.following import LetGo, TakeIn

BECAUSE_TWICE = "学员 {old} 已并入 {into},两人名下有同一项补贴({keys})。请复审人员核实,只保留一项。"
BECAUSE_STOPPED = "按措施 {number} 停止支持({days})。期满或撤销时自动解除,也可由复审人员查明后解除。"
MEASURE_VOIDED = "停止支持的措施已撤销,自动解除。"
REINSTATED = "承办机构已移出黑名单,自动解除。"


class Told(BaseModel):
    """What an event says besides its subject; each kind has its own of these. `from_on`, `until_on`: the days that are concerned."""

    model_config = ConfigDict(extra="ignore", frozen=True)

    from_on: date | None = None
    until_on: date | None = None
    merged_into: UUID | None = None
    from_id: UUID | None = None
    trainee_ids: tuple[UUID, ...] = ()
    fields: tuple[str, ...] = ()
    trainee_id: UUID | None = None
    class_id: UUID | None = None
    other_class_ids: tuple[UUID, ...] = ()
    institution_id: UUID | None = None
    region_code: str | None = None
    department: str | None = None
    kind: str | None = None
    number: str | None = None


Concerned = Callable[[Event, Told], ColumnElement[bool]]


def _trainee(event: Event, told: Told) -> ColumnElement[bool]:
    """Whoever it is about, on whatever days: a person has few claims."""
    return conditions.of_trainees([told.merged_into or told.trainee_id or event.subject, *([told.from_id] if told.from_id else [])])


def _class(event: Event, told: Told) -> ColumnElement[bool]:
    return Claim.class_id.in_([told.class_id or event.subject, *told.other_class_ids])


def _institution(event: Event, told: Told) -> ColumnElement[bool]:
    return conditions.of_institution(told.institution_id or event.subject, told.from_on, told.until_on)


def _body(_event: Event, told: Told) -> ColumnElement[bool]:
    """A stopped support's: for classes of its days, and those that may have been submitted on one."""
    found = conditions.of_body(told.institution_id, told.region_code, told.department)
    of_days = or_(conditions.on_days(told.from_on, told.until_on), Claim.status.in_(OPEN))
    return and_(*found, of_days) if found and told.kind == SUPPORT_STOPPED else false()


def _days(_event: Event, told: Told) -> ColumnElement[bool]:
    """A whole list: every claim of its days, class by class."""
    return conditions.on_days(told.from_on, told.until_on)


def _complaint(_event: Event, told: Told) -> ColumnElement[bool]:
    return Claim.class_id == told.class_id if told.class_id else false()


def _certificate(event: Event, _told: Told) -> ColumnElement[bool]:
    return conditions.of_certificate(event.subject)


def _placement(event: Event, _told: Told) -> ColumnElement[bool]:
    return conditions.of_placement(event.subject)


def _trade(_event: Event, told: Told) -> ColumnElement[bool]:
    return conditions.of_trade_filing(told.number)


SUPPORT_STOPPED = FindingCode.SUPPORT_STOPPED.value  # the measure is called as what it makes a claim held for
JUDGED_BY = frozenset(
    {"categories", "bank_account", "id_number", "retirement_track", "kind"}
)  # of all that a person or institution is said to be
CONCERNED: Mapping[str, Concerned] = {
    **dict.fromkeys(("status_record.received", "status_record.voided"), _trainee),
    **dict.fromkeys(("outside_payment.recorded", "outside_payment.voided"), _trainee),
    **dict.fromkeys(("trainee.changed", "trainee.account_shared", "trainee.merged", "trainee.unmerged"), _trainee),
    **dict.fromkeys(("status_list.completed", "status_list.voided"), _days),
    **dict.fromkeys(("attendance.recorded", "attendance.corrected", "attendance.overlapped"), _class),
    **dict.fromkeys(("class.inspected", "class.rescheduled", "class.changed", "class.reopened", "class.cancelled"), _class),
    **dict.fromkeys(("enrolment.changed", "enrolment.withdrawn", "enrolment.readmitted"), _class),
    **dict.fromkeys(("institution.blacklisted", "institution.reinstated"), _institution),
    **dict.fromkeys(("institution.designated", "institution.designation_voided"), _institution),
    **dict.fromkeys(("institution.suspended", "institution.exited", "institution.changed"), _institution),
    **dict.fromkeys(("measure.decided", "measure.voided"), _body),
    **dict.fromkeys(("complaint.held", "complaint.released", "complaint.dismissed", "complaint.answered"), _complaint),
    **dict.fromkeys(("teacher.added", "teacher.changed"), _institution),
    "certificate.revoked": _certificate,
    **dict.fromkeys(("placement.started", "placement.unstarted", "placement.left", "placement.retained", "placement.updated"), _placement),
    "placement.insurance_told": _placement,
    **dict.fromkeys(("trade_filing.registered", "trade_filing.withdrawn"), _trade),
    **dict.fromkeys(("catalogue.in_force", "catalogue.ended"), _days),
}


def taking_in(own_call: Callable[[], Call]) -> TakeIn:
    async def take_in(session: AsyncSession, event: Event) -> None:
        call, told = replace(own_call(), now=event.time), Told.model_validate(event.data)
        match event.type:
            case "institution.blacklisted":
                await institution_blacklisted(session, call, event.subject, told.from_on, told.until_on)
            case "institution.reinstated":
                await institution_reinstated(session, call, event.subject)
            case "measure.decided" if told.kind == SUPPORT_STOPPED:
                await support_stopped(session, call, told)
            case "measure.voided" if told.kind == SUPPORT_STOPPED:
                await support_goes_on(session, call, told)
            case "trainee.merged" if told.merged_into:
                await trainee_merged(session, call, event.subject, told.merged_into)
            case "trainee.unmerged" if told.from_id:
                await trainee_unmerged(session, call, event.subject, told.from_id, told.trainee_ids)
        says_nothing = told.fields and JUDGED_BY.isdisjoint(told.fields)
        if (concerned := CONCERNED.get(event.type)) and not says_nothing:
            await steps.judge_anew(session, event.type, event.id, event.time, concerned(event, told))

    async def take_in_all(session: AsyncSession, events: Sequence[Event]) -> None:
        """Of placements most are in no claim: those are left out at once."""
        placed = {event.subject for event in events if CONCERNED.get(event.type) is _placement}
        claimed = await session.scalars(select(Line.placement_id).where(Line.placement_id == func.any(list(placed)))) if placed else ()
        unclaimed = placed - set(claimed)
        for event in events:
            if event.subject not in unclaimed:
                await take_in(session, event)

    return take_in_all


HOLDING = frozenset({"institution.blacklisted", "institution.reinstated", "measure.decided", "measure.voided"})


def letting_go(own_call: Callable[[], Call]) -> LetGo:
    """What a restored service no longer tells is undone, the last of it first; what it told before of the same papers takes effect again, and every claim
    concerned is looked at once more, by the facts as they are now."""
    take_in = taking_in(own_call)

    async def let_go(session: AsyncSession, lost: Sequence[Event], earlier: Sequence[Event]) -> None:
        for place, event in reversed(list(enumerate(lost))):
            call, told = replace(own_call(), now=event.time), Told.model_validate(event.data)
            match event.type:
                case "institution.blacklisted":
                    await institution_reinstated(session, call, event.subject)
                case "measure.decided" if told.kind == SUPPORT_STOPPED:
                    await support_goes_on(session, call, told)
                case "trainee.merged" if told.merged_into:
                    theirs = aliases.led_to([*earlier, *lost[:place]], "trainee", event.subject)
                    await trainee_unmerged(session, call, event.subject, told.merged_into, theirs)
                case "trainee.unmerged" if told.from_id:
                    await trainee_merged(session, call, event.subject, told.from_id)
            if concerned := CONCERNED.get(event.type):
                await steps.judge_anew(session, event.type, new_id(), event.time, concerned(event, told))
        held = {each.subject for each in lost if each.type in HOLDING}
        for event in earlier:
            if event.type in HOLDING and event.subject in held:
                await take_in(session, [event])

    return let_go


async def institution_blacklisted(
    session: AsyncSession, call: Call, institution_id: UUID, from_on: date | None, until_on: date | None
) -> None:
    """Holds the institution's own money on open claims for the days of the listing; what is due to trainees goes on."""
    days = {"from_on": from_on or call.today, "until_on": until_on}
    known = upsert(KnownBlacklisting).values(institution_id=institution_id, **days)
    await session.execute(known.on_conflict_do_update(index_elements=["institution_id", "from_on"], set_={"until_on": until_on}))
    await steps.hold_each(session, call, conditions.own_money_of(Claim.institution_id == institution_id), listed(call, days))


async def institution_reinstated(session: AsyncSession, call: Call, institution_id: UUID) -> None:
    """Ends the holds that the blacklisting alone had set."""
    await session.execute(delete(KnownBlacklisting).where(KnownBlacklisting.institution_id == institution_id))
    ended = {"ended_by": BY_REGISTER}
    held = and_(Claim.institution_id == institution_id, Claim.holds.contains([ended]))
    await steps.release_each(session, call, held, ended, REINSTATED)


async def support_stopped(session: AsyncSession, call: Call, told: Told) -> None:
    """Holds what may still go out to the organisers themselves; what is claimed from now on its own facts hold."""
    days = f"自 {told.from_on} 起" + (f",至 {told.until_on}" if told.until_on else "")
    reason = BECAUSE_STOPPED.format(number=told.number, days=days)
    hold = a_hold(FindingCode.SUPPORT_STOPPED, reason, call.now, BY_MEASURE, told.from_on, told.until_on) | {"number": told.number}
    for body in conditions.of_body(told.institution_id, told.region_code, told.department):
        await steps.hold_each(session, call, conditions.own_money_of(body), hold)


async def support_goes_on(session: AsyncSession, call: Call, told: Told) -> None:
    """Ends the holds that this measure had set, whoever was meant by it when they were."""
    ended = {"ended_by": BY_MEASURE, "number": told.number or ""}
    held = and_(Claim.holds != cast([], JSONB), Claim.holds.contains([ended]))
    await steps.release_each(session, call, held, ended, MEASURE_VOIDED)


async def trainee_merged(session: AsyncSession, call: Call, old: UUID, into: UUID) -> None:
    """A person registered twice goes on as one: claims, their lines and what was given once follow to the id that stays, since the database itself sees
    to it that a person is given something once; whose they were is kept beside. What both had been given once stays with the old id on its claim, and
    the claims concerned are put on hold."""
    await lock_persons(session, {old, into})
    await aliases.learn(session, conditions.ALIASES, old, into)
    concerned = or_(Claim.trainee_id == old, Claim.id.in_(select(Line.claim_id).where(Line.trainee_id == old)))
    newer = update(Claim).where(concerned).values(version=Claim.version + 1).returning(Claim.id, Claim.status, Claim.version)
    moved = (await session.execute(newer.execution_options(synchronize_session=False))).all()
    kept = aliased(Entitlement)
    given_to_both = (
        select(Entitlement.claim_id, kept.claim_id.label("other_claim_id"), Entitlement.entitlement_key)
        .join(kept, kept.entitlement_key == Entitlement.entitlement_key)
        .where(Entitlement.trainee_id == old, kept.trainee_id == into)
    )
    twice = (await session.execute(given_to_both)).all()
    same = select(kept.claim_id).where(kept.trainee_id == into, kept.entitlement_key == Entitlement.entitlement_key)
    following = update(Entitlement).where(Entitlement.trainee_id == old, ~same.exists()).values(_goes_on_as(Entitlement, old, into))
    await session.execute(following.execution_options(synchronize_session=False))
    for table in (Claim, Line, Appeal):
        await session.execute(update(table).where(table.trainee_id == old).values(_goes_on_as(table, old, into)))
    told = {"trainee_id": old, "merged_into": into}
    await deeds.record_all(
        session,
        [deeds.deed(call, "claim.trainee_merged", each.id, details=told, status=each.status, version=each.version) for each in moved],
    )
    if twice:
        keys = "、".join(sorted({each.entitlement_key for each in twice}))
        both = sorted({claim_id for each in twice for claim_id in (each.claim_id, each.other_claim_id)})
        details = told | {"claim_ids": [str(each) for each in both], "keys": keys}
        await deeds.record(session, call, "trainee.subsidised_twice", into, details=details, event=False)
        because = a_hold(FindingCode.ALREADY_SUBSIDISED, BECAUSE_TWICE.format(old=old, into=into, keys=keys), call.now)
        await steps.hold_each(session, call, and_(Claim.id.in_(both), Claim.status.in_(OPEN)), because)


def _goes_on_as(table: Any, old: UUID, into: UUID) -> dict[str, Any]:
    return {"trainee_id": into, "merged_from": func.coalesce(table.merged_from, old)}


async def trainee_unmerged(session: AsyncSession, call: Call, again: UUID, kept: UUID, theirs: Collection[UUID]) -> None:
    """Two people again: what followed from one of the first one's ids (`theirs`) goes back to them."""
    await lock_persons(session, {again, kept})
    await aliases.part(session, conditions.ALIASES, again, theirs)
    moved: set[UUID] = set()
    claim_ids: dict[Any, Any] = {Entitlement: Entitlement.claim_id, Claim: Claim.id, Line: Line.claim_id, Appeal: Appeal.claim_id}
    for table, claim_id in claim_ids.items():
        back = update(table).where(table.trainee_id == kept, table.merged_from.in_(theirs))
        back = back.values(trainee_id=again, merged_from=func.nullif(table.merged_from, again))
        moved.update(await session.scalars(back.returning(claim_id).execution_options(synchronize_session=False)))
    newer = update(Claim).where(Claim.id.in_(moved)).values(version=Claim.version + 1).returning(Claim.id, Claim.status, Claim.version)
    rows = (await session.execute(newer.execution_options(synchronize_session=False))).all()
    told = {"trainee_id": again, "from_id": kept}
    await deeds.record_all(
        session,
        [deeds.deed(call, "claim.trainee_unmerged", each.id, details=told, status=each.status, version=each.version) for each in rows],
    )
