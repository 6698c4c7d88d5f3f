"""Appeals as they come in: an applicant appeals against the claim or a line of it, a person against their own, an office for a person who signed for it."""

from collections.abc import Collection, Iterator
from uuid import UUID

from sqlalchemy import or_, select, true
from sqlalchemy.ext.asyncio import AsyncSession

from services.subsidy.appeals import policy, reading
from services.subsidy.appeals.schemas import AppealIn, AppealOut
from services.subsidy.claims import papers
from services.subsidy.claims import reading as claims_reading
from services.subsidy.claims import steps as claims
from services.subsidy.claims.conditions import ALIASES
from services.subsidy.claims.errors import NotYourClaim, unknown_trainee
from services.subsidy.claims.tables import Appeal, Claim, Line
from services.subsidy.claims.visibility import has_entered, rows, theirs
from services.subsidy.codes import WorklistKind
from shared import deeds, errors, periods
from shared.access import Call
from shared.web import Kernel


async def to_appeal(session: AsyncSession, call: Call, claim_id: UUID, resident: UUID | None = None) -> Claim:
    """The claim, once it was submitted: one that the caller sees, or that names a `resident` of the town that calls."""
    seen = rows(call.actor)
    if resident:
        seen = or_(seen, Claim.id.in_(select(Line.claim_id).where(ALIASES.among(Line.trainee_id, [resident]))))
    claim = await session.scalar(select(Claim).where(Claim.id == claim_id, seen))
    if claim is None:
        raise errors.NotFound()
    if not policy.may_be_appealed(claim.status):
        raise errors.InvalidState("申诉针对已提交或不予通过的申领单;草稿请直接修改,已撤回的请重新申领。")
    return claim


async def raise_one(
    session: AsyncSession, call: Call, kernel: Kernel, claim_id: UUID, body: AppealIn, unknown: Collection[UUID], *, of_resident: bool
) -> AppealOut:
    """From now on it waits for somebody who had no part in the claim, to be answered within the county's working days. `of_resident`: the person lives in
    the town that calls, which speaks for them on whosever claim they stand."""
    claim, actor = await to_appeal(session, call, claim_id, body.trainee_id if of_resident else None), call.actor
    on_behalf = actor.role in policy.OFFICES
    if actor.role == "officer" and not body.on_behalf:
        raise NotYourClaim("申诉由申领人或本人提出;代本人提出的,请填 on_behalf: true 并附本人签字的材料。")
    asked = body.trainee_id or claim.trainee_id
    whose = await _line_of(session, call, claim, asked) if asked or actor.role == "person" else None
    at_hand = claim if await has_entered(session, actor, claim) else None
    if faults := [*_faults(claim, body, on_behalf, asked, whose), *papers.unknown(body.attachments, unknown, at_hand)]:
        raise errors.Invalid(faults=faults)
    due_on = periods.due(call.today, periods.working_days(WorklistKind.APPEAL_RECEIVED), kernel.calendar)
    made = Appeal(
        claim_id=claim.id,
        trainee_id=whose,
        reason=body.reason,
        attachments=[str(each) for each in body.attachments],
        on_behalf=on_behalf,
        actor=actor.subject,
        person_id=actor.person_id,
        institution_id=actor.institution_id,
        region_code=actor.region_code if on_behalf else None,
        at=call.now,
        due_on=None if due_on == periods.NO_DAY else due_on,
        status="received",
    )
    session.add(made)
    await session.flush()
    kept = {"appeal_id": made.id, "on_behalf": on_behalf}
    said = {"status": claim.status, "version": claim.version, "file_ids": await claims_reading.files(session, claim)}
    await deeds.record(session, call, "claim.appealed", claim.id, details=kept, **said)
    return reading.show(call, made, await claims.history(session, claim.id))


async def _line_of(session: AsyncSession, call: Call, claim: Claim, trainee_id: UUID | None) -> UUID | None:
    """Whose line it is, among those that the caller sees; None where it is nobody's."""
    of_person = ALIASES.among(Line.trainee_id, [trainee_id]) if trainee_id else true()
    found: UUID | None = await session.scalar(
        select(Line.trainee_id).where(Line.claim_id == claim.id, theirs(call.actor), of_person).limit(1)
    )
    return found


def _faults(claim: Claim, body: AppealIn, on_behalf: bool, asked: UUID | None, whose: UUID | None) -> Iterator[errors.Fault]:
    if body.on_behalf is not None and body.on_behalf != on_behalf:
        yield errors.Fault("invalid_value", pointer="/on_behalf", allowed="乡镇或经办机构代办时为 true,其余省略", fix="请改正或删除该项。")
    if on_behalf and not body.attachments:
        yield errors.Fault("authorisation_missing", pointer="/attachments", allowed="本人签字的材料", fix="请上传材料并填写其文件编号。")
    if on_behalf and asked is None:
        yield errors.Fault("missing_field", pointer="/trainee_id", allowed="代哪一名学员申诉", fix="请补充该字段。")
    elif asked is not None and whose is None:
        yield unknown_trainee(claim.number)
