"""What stops a claim: a person, facts that changed, the blacklist. A hold is about people and an institution and not about a paper, so one that nobody
has ended is found again by whatever is claimed next for the same class."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy import Uuid, bindparam, cast, func, literal, null, or_, select, union_all, update
from sqlalchemy.dialects.postgresql import ARRAY, JSONB
from sqlalchemy.ext.asyncio import AsyncSession

from services.subsidy.claims import steps
from services.subsidy.claims.policy import APPROVED, BY_FACTS, BY_REGISTER, BY_REVIEWER, a_hold, stands
from services.subsidy.claims.reading import Taken
from services.subsidy.claims.rules import Judged
from services.subsidy.claims.tables import Claim, Line
from services.subsidy.codes import ClaimStatus, Payee
from services.subsidy.known.tables import KnownBlacklisting
from shared.access import Call

BLACKLISTED = "institution_blacklisted"  # the register ends it: on the last day of the listing, or when the institution is reinstated
BECAUSE_BLACKLISTED = "承办机构已列入黑名单({days})。期满或移出黑名单时自动解除,也可由复审人员查明后解除。"
FOLLOWS = "申领单 {number} 的暂缓未经解除,随班级和人员转来:{reason}"
ENDED = frozenset({ClaimStatus.WITHDRAWN, ClaimStatus.REJECTED, ClaimStatus.CLOSED})

_known = KnownBlacklisting
_listing = func.jsonb_build_object("from_on", _known.from_on, "until_on", _known.until_on)
_same_people = select(Line.claim_id).where(Line.trainee_id == func.any(bindparam("trainee_ids", type_=ARRAY(Uuid))))
_held = select(Claim.id, Claim.status, Claim.number, Claim.holds).where(
    Claim.id.is_distinct_from(bindparam("own_claim_id")), Claim.holds != cast([], JSONB)
)
_FOLLOWED = union_all(  # built once: a submission asks it
    select(
        null().cast(Uuid).label("id"),
        literal("").label("status"),
        literal("").label("number"),
        func.jsonb_build_array(_listing).label("holds"),
    ).where(_known.institution_id == bindparam("paid_id"), or_(_known.until_on.is_(None), _known.until_on >= bindparam("today"))),
    _held.where(
        Claim.class_id == bindparam("class_id"), or_(Claim.institution_id == bindparam("institution_id"), Claim.id.in_(_same_people))
    ),
    *(
        _held.where(Claim.id.in_(select(Line.claim_id).where(paper == func.any(bindparam(name, type_=ARRAY(Uuid))))))
        for name, paper in (("certificate_ids", Line.certificate_id), ("placement_ids", Line.placement_id))
    ),
)


@dataclass(frozen=True, slots=True)
class Followed:
    """The holds that a new claim begins with, and the ended claims that they are taken over from."""

    holds: list[dict[str, Any]]
    ended: list[UUID]


async def hold(session: AsyncSession, call: Call, claim_id: UUID, reason: str) -> Taken:
    claim, done = await steps.permit(session, call, claim_id, "hold")
    claim.holds = [*claim.holds, a_hold(f"{call.actor.role}_hold", reason, call.now)]
    done.append(await steps.take(session, call, claim, "hold", comment=reason))
    return Taken(claim, done)


async def release(session: AsyncSession, call: Call, claim_id: UUID, comment: str | None) -> Taken:
    """Ends every hold that stands today. Of an approved claim it says as well that what is new about its lines is no reason not to pay them."""
    claim, done = await steps.permit(session, call, claim_id, "release")
    claim.holds = [each for each in claim.holds if not stands(each, call.today)]
    done.append(await steps.take(session, call, claim, "release", comment=comment))
    if claim.status == APPROVED:
        await session.execute(update(Line).where(Line.claim_id == claim.id).values(before=None))
    return Taken(claim, done)


def listed(call: Call, listing: Mapping[str, Any]) -> dict[str, Any]:
    """The hold on an institution's own money for the days of its listing (`from_on`, `until_on`)."""
    from_on, until_on = listing["from_on"], listing["until_on"]
    days = f"自 {from_on} 起" + (f",至 {until_on}" if until_on else "")
    return a_hold(BLACKLISTED, BECAUSE_BLACKLISTED.format(days=days), call.now, BY_REGISTER, from_on, until_on)


async def begin(session: AsyncSession, call: Call, claim: Claim, found: Followed) -> list[str]:
    """What a claim that is submitted begins with; the answer is why it is on hold from today. What facts had changed before is judged now."""
    kept = [each for each in claim.holds if each["ended_by"] == BY_REVIEWER]
    reasons = {each["reason"] for each in kept}
    new = [each for each in found.holds if each["reason"] not in reasons]
    claim.holds = [*kept, *new]
    if found.ended:
        await session.execute(update(Claim).where(Claim.id.in_(found.ended)).values(holds=[], version=Claim.version + 1))
    return [each["reason"] for each in new if stands(each, call.today)]


async def followed(session: AsyncSession, call: Call, judged: Judged, *, own_claim_id: UUID | None = None) -> Followed:
    """One statement: the listings of the institution to be paid that are not over, and the holds of other claims for the class, by the same institution
    or for one of the same people, or for the same certificate or placement. Facts that changed for a claim that goes on are its own: this one is judged
    by them as well."""
    asked, papers = judged.asked, () if judged.asked.class_id else judged.lines
    said = {
        "today": call.today,
        "institution_id": asked.institution_id,
        "paid_id": asked.institution_id if judged.terms.payee == Payee.ORGANISER else None,
        "class_id": asked.class_id,
        "trainee_ids": [line.trainee_id for line in judged.lines],
        "certificate_ids": [line.certificate_id for line in papers if line.certificate_id],
        "placement_ids": [line.placement_id for line in papers if line.placement_id],
        "own_claim_id": own_claim_id,
    }
    rows = (await session.execute(_FOLLOWED, said)).all()
    found = Followed([], [])
    for row in rows:
        if row.id is None:
            found.holds.extend(listed(call, _dated(each)) for each in row.holds)
            continue
        for each in row.holds:
            if each["ended_by"] == BY_REVIEWER or (each["ended_by"] == BY_FACTS and row.status in ENDED):
                reason = FOLLOWS.format(number=row.number, reason=each["reason"])
                found.holds.append({**each, "reason": reason, "ended_by": BY_REVIEWER})
        if row.status in ENDED:
            found.ended.append(row.id)
    return found


def _dated(listing: Mapping[str, str | None]) -> dict[str, Any]:
    return {name: value and date.fromisoformat(value) for name, value in listing.items()}
