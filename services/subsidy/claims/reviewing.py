"""What the office decides on claims: review, confirm, approve, return, reject, hold, release, and settling held lines."""

from typing import Any
from uuid import UUID

from sqlalchemy import update
from sqlalchemy.ext.asyncio import AsyncSession

from services.subsidy import clients
from services.subsidy.claims import decisions, lines, showing
from services.subsidy.claims.schemas import ClaimOut, Resolution
from services.subsidy.claims.tables import Claim, Decision, Entitlement, Line
from services.subsidy.funds import operations as funds
from services.subsidy.notices import operations as notices
from shared import errors
from shared.access import Call
from shared.strict import digest
from shared.web import Kernel


async def review(session: AsyncSession, call: Call, claim_id: UUID, comment: str | None) -> ClaimOut:
    """First review (初审)."""
    claim, done = await decisions.permit(session, call, claim_id, "review")
    done.append(await decisions.take(session, call, claim, "review", to="reviewed", comment=comment))
    return await _answer(session, call, claim, done)


async def confirm(session: AsyncSession, call: Call, kernel: Kernel, claim_id: UUID, comment: str | None) -> ClaimOut:
    """Second review (复审): posts the public notice, with names as registry knows them now."""
    claim, done = await decisions.permit(session, call, claim_id, "confirm")
    people = await lines.of(session, claim.id)
    names = await clients.names(
        kernel, call, trainee_ids={line.trainee_id for line in people},
        institution_ids=[claim.institution_id] if claim.institution_id else (), class_ids=[claim.class_id] if claim.class_id else (),
    )  # fmt: skip
    done.append(await decisions.take(session, call, claim, "confirm", to="in_notice", comment=comment))
    institution = names.institutions.get(claim.institution_id) if claim.institution_id else None
    class_ = names.classes.get(claim.class_id) if claim.class_id else None
    persons = [
        notices.Person(names.trainees[line.trainee_id].name if line.trainee_id in names.trainees else "", line.amount, line.verdict)
        for line in people
    ]
    announced = notices.Announced(
        claim.id, claim.scheme, institution.name if institution else None, class_.name if class_ else None, claim.amount, persons
    )
    await notices.post(session, call, kernel, announced, claim.notice_working_days)
    return await showing.one(session, call, claim, people, done)


async def approve(session: AsyncSession, call: Call, claim_id: UUID, comment: str | None) -> ClaimOut:
    """Approval (批准): the notice is over, nothing is open, and the money is there. Two approvals at once cannot spend the same yuan."""
    claim, done = await decisions.permit(session, call, claim_id, "approve")
    people = await lines.of(session, claim.id)
    if problem := await decisions.why_not_approve(session, call, claim, any(line.verdict == "held" for line in people)):
        raise problem
    await funds.reserve(session, call, claim.fund_id, claim.id, claim.amount)
    done.append(await decisions.take(session, call, claim, "approve", to="approved", comment=comment))
    await notices.conclude(session, call, claim.id)
    return await showing.one(session, call, claim, people, done)


async def send_back(session: AsyncSession, call: Call, claim_id: UUID, reason: str) -> ClaimOut:
    """Return for correction (退回补正): the applicant may change it and submit it again; until then it keeps its place."""
    claim, done = await decisions.permit(session, call, claim_id, "return")
    done.append(await decisions.take(session, call, claim, "return", to="returned", comment=reason))
    await notices.close(session, call, claim.id)
    return await _answer(session, call, claim, done)


async def reject(session: AsyncSession, call: Call, claim_id: UUID, reason: str) -> ClaimOut:
    """Rejection (不予通过): its people may be claimed for again."""
    claim, done = await decisions.permit(session, call, claim_id, "reject")
    done.append(await decisions.take(session, call, claim, "reject", to="rejected", comment=reason))
    await lines.free(session, claim.id)
    await notices.close(session, call, claim.id)
    return await _answer(session, call, claim, done)


async def hold(session: AsyncSession, call: Call, claim_id: UUID, reason: str) -> ClaimOut:
    claim, done = await decisions.permit(session, call, claim_id, "hold")
    claim.hold_code, claim.hold_reason, claim.hold_since_at = f"{call.actor.role}_hold", reason, call.now
    done.append(await decisions.take(session, call, claim, "hold", comment=reason))
    return await _answer(session, call, claim, done)


async def release(session: AsyncSession, call: Call, claim_id: UUID, comment: str | None) -> ClaimOut:
    claim, done = await decisions.permit(session, call, claim_id, "release")
    claim.hold_code = claim.hold_reason = claim.hold_since_at = None
    done.append(await decisions.take(session, call, claim, "release", comment=comment))
    return await _answer(session, call, claim, done)


async def resolve(session: AsyncSession, call: Call, claim_id: UUID, body: Resolution) -> ClaimOut:
    """Settles a held line: pays it, refuses it, or moves it to a claim of its own that goes its way from `submitted`."""
    claim, done = await decisions.permit(session, call, claim_id, "resolve")
    people = list(await lines.of(session, claim.id))
    of_person = [line for line in people if line.trainee_id == body.trainee_id]
    if not of_person:
        fault = errors.Fault("unknown_trainee", pointer="/trainee_id", allowed=f"申领单 {claim.number} 中的学员", fix="请核对学员编号。")
        raise errors.Invalid(faults=[fault])
    line = next((line for line in of_person if line.verdict == "held"), None)
    if line is None:
        raise errors.InvalidState("该学员不是待核实状态,无需处理。")
    details: dict[str, Any] = {"trainee_id": body.trainee_id, "outcome": body.outcome}
    if body.outcome == "split":
        if len(people) == 1:
            raise errors.InvalidState("申领单只有这一名学员,无需另立新单;请认可、不予补贴或退回。")
        split = await _split(session, call, claim, line, done, body.reason)
        people.remove(line)
        details["other_claim_id"] = split.id
    else:
        resolution = {
            "outcome": body.outcome,
            "reason": body.reason,
            "by": call.actor.subject,
            "at": call.now.isoformat(),
            "judged_amount": str(line.amount),
        }
        line.resolution = resolution
        if body.outcome == "accept":
            line.verdict = "eligible"
        else:
            line.verdict, line.amount, line.calculation = "refused", lines.NOTHING, "复审不予补贴,0.00 元"
            await lines.free(session, claim.id, line.position)
    claim.amount = lines.sum_of_eligible(people)
    done.append(await decisions.take(session, call, claim, "resolve", comment=body.reason, **details))
    return await showing.one(session, call, claim, people, done)


async def _split(session: AsyncSession, call: Call, claim: Claim, line: Line, done: list[Decision], reason: str) -> Claim:
    """A new claim of the one line, with its facts, its entitlement, and whoever submitted it."""
    await session.refresh(claim, ["facts"])
    facts = {**claim.facts, "lines": [claim.facts["lines"][line.position]]}
    same = ("kind", "scheme", "institution_id", "trainee_id", "on_behalf", "region_code", "class_id", "class_starts_on", "class_ends_on", "fund_id",
            "attachments", "external_refs", "payee", "notice_working_days", "terms_in_force_from", "terms_document", "terms_hash", "submitted_at")  # fmt: skip
    split = Claim(
        **{name: getattr(claim, name) for name in same}, year=call.today.year, status="submitted", everyone=False, amount=lines.NOTHING,
        facts=facts, facts_hash=digest(facts), split_from_id=claim.id, created_at=call.now,
    )  # fmt: skip
    session.add(split)
    await session.flush()
    moved = {"claim_id": split.id, "position": 0}
    for table in (Entitlement, Line):
        await session.execute(
            update(table).where(table.claim_id == claim.id, table.position == line.position).values(moved),
            execution_options={"synchronize_session": False},
        )
    session.expunge(line)
    claim.everyone = False
    for decision in done:
        if decision.action == "submit":
            session.add(Decision(claim_id=split.id, **{name: getattr(decision, name) for name in (
                "action", "from_status", "to_status", "actor", "role", "person_id", "at", "comment")}))  # fmt: skip
    await decisions.take(
        session, call, split, "split", comment=reason, trainee_id=line.trainee_id, outcome="split", other_claim_id=claim.id
    )
    return split


async def _answer(session: AsyncSession, call: Call, claim: Claim, done: list[Decision]) -> ClaimOut:
    return await showing.one(session, call, claim, await lines.of(session, claim.id), done)
