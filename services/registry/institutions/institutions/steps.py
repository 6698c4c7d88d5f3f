"""An institution's dated states: designated (定点), blacklisted (黑名单), reinstated, suspended, gone."""

from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy import and_, delete, func, or_, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from services.registry import fields
from services.registry.codes import InstitutionStatus as Status
from services.registry.institutions.institutions import operations, policy, reading
from services.registry.institutions.institutions.errors import REFUSALS, AlreadyBlacklisted, DesignationOverlaps
from services.registry.institutions.institutions.schemas import (
    Blacklisted,
    Designated,
    DesignationVoided,
    Exited,
    Explained,
    InstitutionPaper,
    Suspended,
)
from services.registry.institutions.institutions.tables import Absence, Blacklisting, Designation, Institution
from shared import clock, errors
from shared.access import Call


async def designate(session: AsyncSession, call: Call, institution_id: UUID, body: Designated) -> InstitutionPaper:
    """Gives it a term of designation; one that had left comes back with it, at once; one that is to leave, on its first day."""
    institution = await permit(session, call, institution_id, action="designate", lock=True)
    _refuse(fields.backwards(body.from_on, body.to_on, "/to_on") + _unexplained(institution, body, call.today))
    shares_a_day = and_(Designation.from_on <= body.to_on, Designation.to_on >= body.from_on)
    other = await session.scalar(select(Designation).where(Designation.institution_id == institution.id, shares_a_day).limit(1))
    if other:
        raise DesignationOverlaps(f"该机构 {other.from_on} 至 {other.to_on} 已有定点资格。请改正起止日期,使其不重叠。")
    session.add(Designation(institution_id=institution.id, **body.model_dump()))
    gone = select(Absence).where(Absence.institution_id == institution.id, Absence.kind == Status.EXITED, Absence.from_on <= body.to_on)
    for each in await session.scalars(gone.where(Absence.reinstated_on.is_(None))):
        back_on = min(call.today, body.from_on) if each.from_on <= call.today else body.from_on
        each.reinstated_on = max(back_on, each.from_on)
    said = _became("designation", body.from_on, body.to_on, body.reason)
    await operations.changed(session, call, institution, "designated", said, from_on=body.from_on, to_on=body.to_on)
    return await reading.get(session, call, institution.id)


def _unexplained(institution: Institution, body: Designated, today: date) -> list[errors.Fault]:
    """A past in which the institution was known here is not rewritten without saying why: its classes of those days are judged by it."""
    known_on = institution.registered_at.astimezone(clock.SHANGHAI).date()
    if body.reason or not max(body.from_on, known_on) < today:
        return []
    allowed, fix = f"from_on 不早于 {today},或写明 reason", "请写明从过去之日起定点的原因(如补录的批文),或改正日期。"
    return [errors.Fault("missing_field", "/reason", seen=str(body.from_on), allowed=allowed, fix=fix)]


async def void_designation(session: AsyncSession, call: Call, institution_id: UUID, body: DesignationVoided) -> InstitutionPaper:
    """Takes back a term that was given by mistake, as if it had never been; what was right is designated anew, with its reason."""
    institution = await permit(session, call, institution_id, action="void-designation", lock=True)
    taken = delete(Designation).where(Designation.institution_id == institution.id, Designation.from_on == body.from_on)
    to_on = await session.scalar(taken.returning(Designation.to_on))
    if to_on is None:
        fix = "请按 designations 所列填写该段的 from_on。"
        _refuse([errors.Fault("invalid_value", "/from_on", seen=str(body.from_on), allowed="已有的一段定点的首日", fix=fix)])
    said = {"changes": [{"field": "designation", "old": f"{body.from_on} 至 {to_on}", "new": None}], "reason": body.reason}
    await operations.changed(session, call, institution, "designation_voided", said, from_on=body.from_on, until_on=to_on)
    return await reading.get(session, call, institution.id)


def _became(what: str, from_on: date, until_on: date | None, reason: str | None) -> dict[str, Any]:
    """What its history says of days that were told of it."""
    return {"changes": [{"field": what, "old": None, "new": f"{from_on} 至 {until_on or '恢复为止'}"}], "reason": reason}


async def blacklist(session: AsyncSession, call: Call, institution_id: UUID, body: Blacklisted) -> InstitutionPaper:
    institution = await permit(session, call, institution_id, action="blacklist", lock=True)
    _refuse(fields.backwards(body.from_on, body.until_on, "/until_on") + _heard(body, call.today))
    listed_then = and_(
        or_(Blacklisting.until_on.is_(None), Blacklisting.until_on >= body.from_on),
        or_(Blacklisting.reinstated_on.is_(None), Blacklisting.reinstated_on > body.from_on),
        Blacklisting.from_on <= (body.until_on or date.max),
    )
    if await session.scalar(select(Blacklisting.id).where(Blacklisting.institution_id == institution.id, listed_then).limit(1)):
        raise AlreadyBlacklisted()
    session.add(Blacklisting(institution_id=institution.id, **body.model_dump()))
    said = {"decision_no": body.decision_no, **_became("blacklisting", body.from_on, body.until_on, body.reason)}
    await operations.changed(session, call, institution, "blacklisted", said, from_on=body.from_on, until_on=body.until_on)
    return await reading.get(session, call, institution.id)


def _heard(body: Blacklisted, today: date) -> list[errors.Fault]:
    """Who is listed was heard before, on a day that has been."""
    found, on = list[errors.Fault](), body.hearing_on
    if on and on > today:
        fix = "请在听取陈述申辩之后办理。"
        found.append(errors.Fault("in_the_future", "/hearing_on", seen=str(on), allowed=f"不晚于今天 {today}", fix=fix))
    if on and on > body.from_on:
        fix = "请核对听取陈述申辩之日和列入之日。"
        found.append(errors.Fault("invalid_value", "/hearing_on", seen=str(on), allowed=f"不晚于列入之日 {body.from_on}", fix=fix))
    return found


async def reinstate(session: AsyncSession, call: Call, institution_id: UUID, body: Explained) -> InstitutionPaper:
    """Takes it off the blacklist from today (one that has not begun never begins), and ends a suspension."""
    institution = await permit(session, call, institution_id, action="reinstate", lock=True)
    for each in await session.scalars(_not_over(Blacklisting, institution, call)):
        each.reinstated_on, each.reinstated_reason = max(call.today, each.from_on), body.reason or body.comment
    for each in await session.scalars(_not_over(Absence, institution, call).where(Absence.kind == Status.SUSPENDED)):
        each.reinstated_on = max(call.today, each.from_on)
    await operations.changed(
        session, call, institution, "reinstated", {"reason": body.reason or body.comment}, reinstated_on=call.today, from_on=call.today
    )
    return await reading.get(session, call, institution.id)


def _not_over(bar: Any, institution: Institution, call: Call) -> Any:
    """What holds today or will."""
    ended = or_(bar.until_on < call.today, bar.reinstated_on <= call.today)
    return select(bar).where(bar.institution_id == institution.id, func.coalesce(ended, False).is_(False))


async def suspend(session: AsyncSession, call: Call, institution_id: UUID, body: Suspended) -> InstitutionPaper:
    """It holds no new class from that day to its last, both counted in."""
    institution = await permit(session, call, institution_id, action="suspend", lock=True)
    from_on = body.from_on or call.today
    _refuse(fields.backwards(from_on, body.until_on, "/until_on"))
    absence = Absence(institution_id=institution.id, kind=Status.SUSPENDED, from_on=from_on, until_on=body.until_on, reason=body.reason)
    session.add(absence)
    said = _became("suspension", from_on, body.until_on, body.reason)
    await operations.changed(session, call, institution, "suspended", said, from_on=from_on, until_on=body.until_on)
    return await reading.get(session, call, institution.id)


async def leave(session: AsyncSession, call: Call, institution_id: UUID, body: Exited) -> InstitutionPaper:
    """It holds no new class from that day on, which is the last of its designation."""
    institution = await permit(session, call, institution_id, action="exit", lock=True)
    on = body.on or call.today
    own = Designation.institution_id == institution.id
    await session.execute(delete(Designation).where(own, Designation.from_on > on))
    await session.execute(update(Designation).where(own, Designation.to_on > on).values(to_on=on))
    session.add(Absence(institution_id=institution.id, kind=Status.EXITED, from_on=on, reason=body.reason))
    said = _became("exit", on, None, body.reason)
    await operations.changed(session, call, institution, "exited", said, exited_on=on, from_on=on)
    return await reading.get(session, call, institution.id)


async def permit(session: AsyncSession, call: Call, institution_id: UUID, *, action: str, lock: bool = False) -> Institution:
    """The institution, of the caller's version, where the action can be taken now."""
    institution = await reading.find(session, call, institution_id, lock=lock)
    call.match(institution.version)
    blacklistings = (await reading.bars(session, institution.id))[1] if action in ("blacklist", "reinstate") else []
    absences = await reading.absences(session, institution.id)
    if refusal := policy.why_not(action, call.actor.doer, absences, blacklistings, call.today):
        raise REFUSALS[refusal.code](refusal.detail)
    return institution


def _refuse(faults: list[errors.Fault]) -> None:
    if faults:
        raise errors.Invalid(faults=faults)
