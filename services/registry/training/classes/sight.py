"""Which classes a caller sees, and whether an institution may hold one on given days."""

from datetime import date
from uuid import UUID

from sqlalchemy import ColumnElement, false, select, true
from sqlalchemy.ext.asyncio import AsyncSession

from services.registry.institutions.institutions.policy import Blacklisting, Designation, is_blacklisted, is_designated
from services.registry.institutions.institutions.tables import Blacklisting as BlacklistingRow
from services.registry.institutions.institutions.tables import Designation as DesignationRow
from services.registry.institutions.institutions.tables import Institution
from services.registry.reference.policy import needs_designation
from services.registry.training.classes import policy
from services.registry.training.classes.errors import InstitutionBlacklisted, InstitutionNotDesignated
from services.registry.training.classes.tables import TrainingClass
from shared import access, errors

READERS = access.STAFF | {"institution", "town", "department", "system"}


def condition(call: access.Call) -> ColumnElement[bool]:
    """The rows of `classes` within the caller's sight. A department sees the classes it proposed."""
    actor = call.actor
    if actor.role in access.STAFF or actor.role in ("system", "service"):
        return true()
    if actor.role == "institution" and actor.institution_id:
        return TrainingClass.institution_id == actor.institution_id
    if actor.role == "town" and actor.region_code:
        return TrainingClass.region_code == actor.region_code
    if actor.role == "department" and actor.department:
        return TrainingClass.department == actor.department
    return false()


async def find(session: AsyncSession, call: access.Call, class_id: UUID, *, lock: bool = False) -> TrainingClass:
    """The class, or 404 for who may not see it. `lock` keeps others from changing it or its roster until the transaction ends."""
    wanted = select(TrainingClass).where(TrainingClass.id == class_id, condition(call))
    found = await session.scalar(wanted.with_for_update(key_share=True) if lock else wanted)
    if found is None:
        raise errors.NotFound("没有这个班级,或不在您的可见范围内。请核对编号。")
    return found


async def bonds(session: AsyncSession, institution_id: UUID) -> tuple[list[Designation], list[Blacklisting]]:
    """All designations and blacklistings of an institution."""
    designations = await session.execute(
        select(DesignationRow.from_on, DesignationRow.to_on).where(DesignationRow.institution_id == institution_id)
    )
    row = BlacklistingRow
    blacklistings = await session.execute(
        select(row.from_on, row.until_on, row.reinstated_on, row.decision_no).where(row.institution_id == institution_id)
    )
    return [Designation(*each) for each in designations], [Blacklisting(*each) for each in blacklistings]


async def require_standing(session: AsyncSession, training: TrainingClass, starts_on: date, ends_on: date) -> None:
    """409 where the institution is blacklisted on a day of the class, or not designated on each of them though its channel asks it."""
    institution = await session.get_one(Institution, training.institution_id)
    designations, blacklistings = await bonds(session, institution.id)
    barred = next((day for day in policy.days(starts_on, ends_on) if is_blacklisted(blacklistings, day)), None)
    if barred:
        raise InstitutionBlacklisted(
            f"“{institution.name}”在 {barred} 列入黑名单,本班 {starts_on} 至 {ends_on} 开办。请由其他机构承办,或在移出黑名单之后另定日期。"
        )
    missing = next((day for day in policy.days(starts_on, ends_on) if not is_designated(designations, day)), None)
    if missing and needs_designation(training.channel, institution.kind):
        raise InstitutionNotDesignated(
            f"“{institution.name}”在 {missing} 没有定点资格,本班 {starts_on} 至 {ends_on} 每天都须有。请先由经办人员登记定点资格,或由定点机构承办。"
        )
