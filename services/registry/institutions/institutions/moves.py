"""An institution's dated states: designated (定点), blacklisted (黑名单), reinstated, suspended, gone."""

from datetime import date
from uuid import UUID

from sqlalchemy import and_, delete, or_, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from services.registry.institutions.institutions import operations
from services.registry.institutions.institutions.errors import AlreadyBlacklisted, DesignationOverlaps
from services.registry.institutions.institutions.schemas import Blacklisted, Designated, Explained, InstitutionPaper
from services.registry.institutions.institutions.tables import Blacklisting, Designation, Institution
from shared import errors
from shared.access import Call


async def designate(session: AsyncSession, call: Call, institution_id: UUID, body: Designated) -> InstitutionPaper:
    """Gives it a term of designation; one that had left comes back with it."""
    institution = await _locked(session, call, institution_id)
    if institution.status == "suspended":
        raise errors.InvalidState("该机构已暂停,不能定点。请先由复审恢复。")
    _in_order(body.from_on, body.to_on, "/to_on")
    shares_a_day = and_(Designation.from_on <= body.to_on, Designation.to_on >= body.from_on)
    other = await session.scalar(select(Designation).where(Designation.institution_id == institution.id, shares_a_day).limit(1))
    if other:
        raise DesignationOverlaps(f"该机构 {other.from_on} 至 {other.to_on} 已有定点资格。请改正起止日期,使其不重叠。")
    session.add(Designation(institution_id=institution.id, from_on=body.from_on, to_on=body.to_on))
    institution.status, institution.status_reason = "active", None
    days = {"from_on": body.from_on.isoformat(), "to_on": body.to_on.isoformat()}
    await operations.changed(session, call, institution, "designated", days, **days)
    return await operations.get(session, call, institution.id)


async def blacklist(session: AsyncSession, call: Call, institution_id: UUID, body: Blacklisted) -> InstitutionPaper:
    institution = await _locked(session, call, institution_id)
    _in_order(body.from_on, body.until_on, "/until_on")
    listed_then = and_(
        or_(Blacklisting.until_on.is_(None), Blacklisting.until_on >= body.from_on),
        or_(Blacklisting.reinstated_on.is_(None), Blacklisting.reinstated_on > body.from_on),
        Blacklisting.from_on <= (body.until_on or date.max),
    )
    if await session.scalar(select(Blacklisting.id).where(Blacklisting.institution_id == institution.id, listed_then).limit(1)):
        raise AlreadyBlacklisted()
    session.add(Blacklisting(institution_id=institution.id, **body.model_dump()))
    days = {"from_on": body.from_on.isoformat(), "until_on": body.until_on and body.until_on.isoformat()}
    await operations.changed(session, call, institution, "blacklisted", {**days, "decision_no": body.decision_no}, **days)
    return await operations.get(session, call, institution.id)


async def reinstate(session: AsyncSession, call: Call, institution_id: UUID, body: Explained) -> InstitutionPaper:
    """Takes it off the blacklist from today (one that has not begun never begins), and ends a suspension."""
    institution = await _locked(session, call, institution_id)
    standing = select(Blacklisting).where(
        Blacklisting.institution_id == institution.id,
        or_(Blacklisting.until_on.is_(None), Blacklisting.until_on >= call.today),
        or_(Blacklisting.reinstated_on.is_(None), Blacklisting.reinstated_on > call.today),
    )
    listed = (await session.scalars(standing)).all()
    if not listed and institution.status != "suspended":
        raise errors.InvalidState("该机构不在黑名单,也未暂停,无须恢复。")
    for each in listed:
        each.reinstated_on, each.reinstated_reason = max(call.today, each.from_on), body.reason or body.comment
    if institution.status == "suspended":
        institution.status, institution.status_reason = "active", None
    today = call.today.isoformat()
    await operations.changed(session, call, institution, "reinstated", {"reinstated_on": today}, reinstated_on=today)
    return await operations.get(session, call, institution.id)


async def suspend(session: AsyncSession, call: Call, institution_id: UUID, body: Explained) -> InstitutionPaper:
    institution = await _locked(session, call, institution_id)
    if institution.status != "active":
        raise errors.InvalidState(f"该机构当前为 {institution.status},只有 active 的机构可以暂停。")
    institution.status, institution.status_reason = "suspended", body.reason or body.comment
    await operations.changed(session, call, institution, "suspended", {})
    return await operations.get(session, call, institution.id)


async def leave(session: AsyncSession, call: Call, institution_id: UUID, body: Explained) -> InstitutionPaper:
    """It takes part no longer: today is the last day of its designation."""
    institution = await _locked(session, call, institution_id)
    if institution.status == "exited":
        raise errors.InvalidState("该机构已退出。")
    own = Designation.institution_id == institution.id
    await session.execute(delete(Designation).where(own, Designation.from_on > call.today))
    await session.execute(update(Designation).where(own, Designation.to_on > call.today).values(to_on=call.today))
    institution.status, institution.status_reason = "exited", body.reason or body.comment
    today = call.today.isoformat()
    await operations.changed(session, call, institution, "exited", {"exited_on": today}, exited_on=today)
    return await operations.get(session, call, institution.id)


async def _locked(session: AsyncSession, call: Call, institution_id: UUID) -> Institution:
    institution = await operations.find(session, call, institution_id, lock=True)
    call.match(institution.version)
    return institution


def _in_order(from_on: date, to_on: date | None, pointer: str) -> None:
    if to_on is not None and to_on < from_on:
        fault = errors.Fault(
            "invalid_period", pointer=pointer, seen=f"{from_on} 至 {to_on}", allowed="不早于 from_on", fix="请改正起止日期。"
        )
        raise errors.Invalid(faults=[fault])
