"""Institutions as they are shown: one, many, and on which days one is designated or blacklisted."""

from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy import bindparam, exists, or_, select
from sqlalchemy.ext.asyncio import AsyncSession

from services.registry.codes import InstitutionKind, InstitutionMark, InstitutionStatus, RatingResult
from services.registry.institutions.institutions import conditions, policy, visibility
from services.registry.institutions.institutions.schemas import InstitutionOut, InstitutionPaper, ScalePeriod
from services.registry.institutions.institutions.tables import Absence, Blacklisting, Designation, Institution
from services.registry.reference import policy as reference
from shared import errors, history, pages, seeking, wire
from shared.access import Call
from shared.national_numbers import compact

# What bars an institution, as the rules take it; of the parameter `institution_id`
DESIGNATIONS = select(Designation.from_on, Designation.to_on).where(Designation.institution_id == bindparam("institution_id"))
BLACKLISTINGS = select(Blacklisting.from_on, Blacklisting.until_on, Blacklisting.reinstated_on, Blacklisting.decision_no).where(
    Blacklisting.institution_id == bindparam("institution_id")
)
ABSENCES = (
    select(Absence.kind, Absence.from_on, Absence.until_on, Absence.reinstated_on)
    .where(Absence.institution_id == bindparam("institution_id"))
    .order_by(Absence.from_on, Absence.id)
)


DATED = ("scale_periods", "filing_exemptions", "marks", "licences")
TOLD = (
    "name",
    "kind",
    "region_code",
    "above_scale",
    "industry_code",
    *DATED,
    "phone",
    "bank_account",
    "external_refs",
)  # what may be changed of it


def told(institution: Institution, today: date) -> dict[str, Any]:
    """What may be changed of it, as it is shown."""
    above = any(policy.holds_on(each.from_on, each.until_on, today) for each in map(ScalePeriod.model_validate, institution.scale_periods))
    shown = {"bank_account": institution.bank_account_masked, "above_scale": above}
    return {name: shown[name] if name in shown else getattr(institution, name) for name in TOLD}


async def find(session: AsyncSession, call: Call, institution_id: UUID, *, lock: bool = False) -> Institution:
    """The institution to work on, or 404."""
    wanted = select(Institution).where(Institution.id == institution_id, visibility.rows(call.actor))
    institution = await session.scalar(wanted.with_for_update() if lock else wanted)
    if institution is None:
        raise errors.NotFound()
    return institution


async def get(session: AsyncSession, call: Call, institution_id: UUID, as_of: date | None = None) -> InstitutionPaper:
    """As it is today; or what it said of itself at the end of the day `as_of`, with what it was on that day as is known now."""
    shown = _shown(as_of or call.today)
    row = (await session.execute(shown.where(Institution.id == institution_id, visibility.rows(call.actor)))).first()
    if row is None:
        raise errors.NotFound()
    terms = select(Designation).where(Designation.institution_id == institution_id).order_by(Designation.from_on)
    listed = select(Blacklisting).where(Blacklisting.institution_id == institution_id).order_by(Blacklisting.from_on)
    absent = select(Absence).where(Absence.institution_id == institution_id).order_by(Absence.from_on, Absence.id)
    designations, blacklistings, absences = [(await session.scalars(each)).all() for each in (terms, listed, absent)]
    bars = [policy.Blacklisting(each.from_on, each.until_on, each.reinstated_on) for each in blacklistings]
    actions = policy.allowed_actions(call.actor.doer, [_absence(each) for each in absences], bars, call.today)
    dated = {"designations": designations, "blacklistings": blacklistings, "absences": absences}
    paper = InstitutionPaper.model_validate({**_said(row), **dated, "allowed_actions": wire.allowed_actions(actions)})
    if as_of is None:
        return paper
    said = paper.model_dump(mode="json")
    return InstitutionPaper.model_validate(said | await history.as_of(session, institution_id, {name: said[name] for name in TOLD}, as_of))


async def bars(session: AsyncSession, institution_id: UUID) -> tuple[list[policy.Designation], list[policy.Blacklisting]]:
    """All designations and blacklistings of an institution, as the rules take them."""
    asked = {"institution_id": institution_id}
    designations = [policy.Designation(*each) for each in await session.execute(DESIGNATIONS, asked)]
    return designations, [policy.Blacklisting(*each) for each in await session.execute(BLACKLISTINGS, asked)]


async def absences(session: AsyncSession, institution_id: UUID) -> list[policy.Absence]:
    """All suspensions and exits of an institution, as the rules take them."""
    return [_absence(each) for each in await session.execute(ABSENCES, {"institution_id": institution_id})]


def _absence(row: Any) -> policy.Absence:
    return policy.Absence(InstitutionStatus(row.kind), row.from_on, row.until_on, row.reinstated_on)


async def list_institutions(
    session: AsyncSession,
    call: Call,
    asked: pages.Asked,
    ref: pages.Reference,
    *,
    kind: list[InstitutionKind] | None,
    status: list[InstitutionStatus] | None,
    region_code: list[str] | None,
    name: list[str] | None,
    uscc: list[str] | None,
    above_scale: list[bool] | None,
    above_scale_on: list[date] | None,
    mark: list[InstitutionMark] | None,
    industry_code: list[str] | None,
    designated_on: list[date] | None,
    rating: list[RatingResult] | None,
) -> dict[str, Any]:
    pages.known("region_code", region_code, reference.lists().regions)
    wanted = _shown(call.today).where(visibility.rows(call.actor), ref.among(Institution.external_refs))
    equal = {
        Institution.kind: kind,
        Institution.region_code: region_code,
        Institution.uscc: uscc and [compact(each) for each in uscc],
        Institution.industry_code: industry_code,
        Institution.rating: rating,
    }
    wanted = pages.where(wanted, equal)
    if status:
        wanted = wanted.where(conditions.has_status(status, call.today))
    if above_scale is not None and len(set(above_scale)) == 1:
        above = conditions.above_scale(call.today)
        wanted = wanted.where(above if above_scale[0] else ~above)
    if above_scale_on:
        wanted = wanted.where(or_(*map(conditions.above_scale, above_scale_on)))
    if mark:
        wanted = wanted.where(or_(*(conditions.marked(each, call.today) for each in mark)))
    if designated_on:
        wanted = wanted.where(or_(*map(conditions.designated, designated_on)))
    if name:
        wanted = wanted.where(seeking.as_written(Institution.name, name))
    return await pages.page(session, wanted, Institution.id, asked, lambda row: InstitutionOut.model_validate(_said(row)))


def _said(row: Any) -> dict[str, Any]:
    met, reason = policy.filing_eligible(row.kind, above_scale=row.above_scale, status=row.status, exemptions=row.exempted)
    return {**row._mapping, "filing_eligible": {"met": met, "reason": reason}}


def _shown(on: date) -> Any:
    blacklisted = exists().where(
        Blacklisting.institution_id == Institution.id,
        Blacklisting.from_on <= on,
        or_(Blacklisting.until_on.is_(None), Blacklisting.until_on >= on),
        or_(Blacklisting.reinstated_on.is_(None), Blacklisting.reinstated_on > on),
    )
    return select(
        Institution.id,
        Institution.name,
        Institution.uscc,
        Institution.kind,
        Institution.region_code,
        conditions.above_scale(on).label("above_scale"),
        conditions.exempted(on).label("exempted"),
        *(getattr(Institution, name) for name in DATED),
        Institution.industry_code,
        Institution.phone,
        Institution.bank_account_masked.label("bank_account"),
        Institution.external_refs,
        Institution.rating,
        Institution.rating_year,
        conditions.status(on).label("status"),
        conditions.reason(on).label("status_reason"),
        Institution.registered_at,
        Institution.version,
        conditions.designated(on).label("designated"),
        blacklisted.label("blacklisted"),
    )
