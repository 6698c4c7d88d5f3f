"""What happens elsewhere and stops money here: an institution on the blacklist, a revoked certificate. The service itself puts claims on hold and,
for a blacklisting that ended, releases them again."""

from collections.abc import Sequence
from datetime import date
from uuid import UUID

from sqlalchemy import ColumnElement, delete, select
from sqlalchemy.dialects.postgresql import insert as upsert
from sqlalchemy.ext.asyncio import AsyncSession

from services.subsidy.claims import decisions
from services.subsidy.claims.policy import OPEN
from services.subsidy.claims.tables import Claim, Decision, Line
from services.subsidy.following.tables import KnownBlacklisting
from shared.access import Call

BLACKLISTED, CERTIFICATE, TWICE = "institution_blacklisted", "certificate_invalid", "already_subsidised"
BECAUSE_BLACKLISTED = "承办机构已列入黑名单(自 {from_on} 起)。移出黑名单时自动解除,也可由复审人员查明后解除。"
BECAUSE_REVOKED = "所附证书 {certificate_id} 已于 {revoked_on} 撤销。请复审人员核实,退回或不予通过;核实无误的可解除。"
REINSTATED = "承办机构已移出黑名单,自动解除。"


async def institution_blacklisted(
    session: AsyncSession, call: Call, institution_id: UUID, from_on: date | None, until_on: date | None
) -> None:
    """The institution's own money on open claims; what is due to trainees goes on."""
    listed = {"from_on": from_on or call.today, "until_on": until_on}
    known = upsert(KnownBlacklisting).values(institution_id=institution_id, **listed)
    await session.execute(known.on_conflict_do_update(index_elements=["institution_id"], set_=listed))
    for claim in await _locked(session, Claim.status.in_(OPEN), Claim.institution_id == institution_id, Claim.payee == "organiser"):
        await hold(session, call, claim, BLACKLISTED, BECAUSE_BLACKLISTED.format(from_on=listed["from_on"]))


async def institution_reinstated(session: AsyncSession, call: Call, institution_id: UUID) -> None:
    """Ends the holds that the blacklisting alone had set."""
    await session.execute(delete(KnownBlacklisting).where(KnownBlacklisting.institution_id == institution_id))
    for claim in await _locked(session, Claim.institution_id == institution_id, Claim.hold_code == BLACKLISTED):
        claim.hold_code = claim.hold_reason = claim.hold_since_at = None
        await decisions.take(session, call, claim, "release", comment=REINSTATED)


async def on_submission(session: AsyncSession, own_call: Call, claim: Claim) -> list[Decision]:
    """A claim that is submitted while its institution is on the blacklist begins on hold."""
    if claim.institution_id is None or claim.payee != "organiser" or claim.hold_code is not None:
        return []
    listed = await session.get(KnownBlacklisting, claim.institution_id)
    if listed is None or own_call.today < listed.from_on or (listed.until_on is not None and listed.until_on < own_call.today):
        return []
    return [await hold(session, own_call, claim, BLACKLISTED, BECAUSE_BLACKLISTED.format(from_on=listed.from_on))]


async def certificate_revoked(session: AsyncSession, call: Call, certificate_id: UUID, revoked_on: date | None) -> None:
    """Every open claim with a line that rests on the certificate, whoever is paid."""
    reason = BECAUSE_REVOKED.format(certificate_id=certificate_id, revoked_on=revoked_on or call.today)
    for claim in await _locked(
        session, Claim.status.in_(OPEN), Claim.id.in_(select(Line.claim_id).where(Line.certificate_id == certificate_id))
    ):
        await hold(session, call, claim, CERTIFICATE, reason)


async def claims_in_conflict(session: AsyncSession, call: Call, claim_ids: Sequence[UUID], reason: str) -> None:
    """Open claims that turned out to ask for the same thing for one person."""
    for claim in await _locked(session, Claim.status.in_(OPEN), Claim.id.in_(claim_ids)):
        await hold(session, call, claim, TWICE, reason)


async def hold(session: AsyncSession, call: Call, claim: Claim, code: str, reason: str) -> Decision:
    """A hold that stands already keeps its code and gains the reason, so that its release is a person's decision on both; only the one that would
    end by itself gives way."""
    if claim.hold_code is None:
        claim.hold_code, claim.hold_reason, claim.hold_since_at = code, reason, call.now
    else:
        claim.hold_code = code if claim.hold_code == BLACKLISTED else claim.hold_code
        claim.hold_reason = f"{claim.hold_reason};{reason}"
    return await decisions.take(session, call, claim, "hold", comment=reason)


async def _locked(session: AsyncSession, *which: ColumnElement[bool]) -> Sequence[Claim]:
    wanted = select(Claim).where(*which).order_by(Claim.id).with_for_update()
    return (await session.scalars(wanted.execution_options(populate_existing=True))).all()
