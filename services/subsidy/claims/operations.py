"""What applicants do with claims: quote, create, change, submit, withdraw, appeal. Each judges with facts as they are known at that moment."""

from dataclasses import replace
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from services.subsidy.claims import decisions, lines, showing
from services.subsidy.claims.facts_gathering import Wanted
from services.subsidy.claims.judgement import Asked, Judged, check_applicant, judge
from services.subsidy.claims.policy import NOT_COUNTED
from services.subsidy.claims.schemas import AppealIn, ClaimChange, ClaimIn, ClaimOut, LineIn, QuoteOut
from services.subsidy.claims.tables import Appeal, Claim, Line
from services.subsidy.following import holds
from services.subsidy.notices import operations as notices
from shared import deeds, errors
from shared.access import Call
from shared.web import Kernel


async def quote(session: AsyncSession, call: Call, kernel: Kernel, body: ClaimIn) -> QuoteOut:
    """What the claim would be judged to be; nothing is kept."""
    return showing.quote(await judge(session, call, kernel, _asked(call, body)))


async def create(session: AsyncSession, call: Call, kernel: Kernel, body: ClaimIn) -> ClaimOut:
    judged = await judge(session, call, kernel, _asked(call, body))
    asked = judged.asked
    claim = Claim(
        year=call.today.year, status="draft", kind=asked.kind, scheme=asked.scheme, institution_id=asked.institution_id,
        trainee_id=asked.trainee_id, on_behalf=asked.on_behalf, region_code=call.actor.region_code if asked.on_behalf else None,
        attachments=[str(file_id) for file_id in body.attachments], external_refs=[ref.model_dump() for ref in body.external_refs],
        created_at=call.now,
    )  # fmt: skip
    _keep_verdict(claim, judged)
    session.add(claim)
    await session.flush()
    shown = lines.judged_lines(judged)
    await lines.replace(session, claim.id, shown)
    details = {
        "scheme": claim.scheme, "facts_hash": claim.facts_hash, "terms_hash": claim.terms_hash, "amount": claim.amount, "lines": len(shown),
    }  # fmt: skip
    await deeds.record(session, call, "claim.created", claim.id, details=details, status=claim.status, version=claim.version)
    return await showing.one(session, call, claim, shown, [])


async def edit(session: AsyncSession, call: Call, kernel: Kernel, claim_id: UUID, body: ClaimChange) -> ClaimOut:
    """Changes a draft or returned claim and judges it again. A returned claim keeps what it entitles to until it is submitted again."""
    claim, done = await decisions.permit(session, call, claim_id, "edit")
    if nulls := sorted(name for name in body.model_fields_set if getattr(body, name) is None):
        faults = [errors.Fault("invalid_value", pointer=f"/{name}", allowed="不为 null", fix="不改的字段请省略。") for name in nulls]
        raise errors.Invalid(faults=faults)
    asked = await _asked_before(session, claim)
    if body.fund_id is not None:
        asked = replace(asked, fund_id=body.fund_id)
    if body.class_id is not None:
        asked = replace(asked, class_id=body.class_id, lines=asked.lines if body.class_id == asked.class_id else None)
    if body.lines is not None:
        asked = replace(asked, lines=_wanted(claim.kind, body.lines))
    judged = await judge(session, call, kernel, asked, own_claim_id=claim.id)
    if body.attachments is not None:
        claim.attachments = [str(file_id) for file_id in body.attachments]
    if body.external_refs is not None:
        claim.external_refs = [ref.model_dump() for ref in body.external_refs]
    _keep_verdict(claim, judged)
    shown = lines.judged_lines(judged)
    done.append(await decisions.take(session, call, claim, "edit"))
    await lines.replace(session, claim.id, shown)
    return await showing.one(session, call, claim, shown, done)


async def submit(session: AsyncSession, call: Call, kernel: Kernel, claim_id: UUID, comment: str | None) -> ClaimOut:
    """Judges with fresh facts and takes what each person may be given once: of two claims for the same people, the second finds them taken."""
    claim, done = await decisions.permit(session, call, claim_id, "submit")
    judged = await judge(session, call, kernel, await _asked_before(session, claim), own_claim_id=claim.id, submitting=True)
    again = claim.status == "returned"
    _keep_verdict(claim, judged)
    claim.submitted_at = call.now
    done.append(await decisions.take(session, call, claim, "submit", to="submitted", comment=comment))
    done += await holds.on_submission(session, replace(call, actor=kernel.own_call().actor), claim)
    shown = lines.judged_lines(judged)
    await lines.replace(session, claim.id, shown)
    await lines.entitle(session, claim.id, judged, again=again)
    return await showing.one(session, call, claim, shown, done)


async def withdraw(session: AsyncSession, call: Call, claim_id: UUID, comment: str | None) -> ClaimOut:
    """The applicant takes the claim back; its people may be claimed for again."""
    claim, done = await decisions.permit(session, call, claim_id, "withdraw")
    done.append(await decisions.take(session, call, claim, "withdraw", to="withdrawn", comment=comment))
    await lines.free(session, claim.id)
    await notices.close(session, call, claim.id)
    return await showing.one(session, call, claim, await lines.of(session, claim.id), done)


async def appeal(session: AsyncSession, call: Call, claim_id: UUID, body: AppealIn) -> Appeal:
    """The applicant objects to the verdict or a decision, once the claim was submitted."""
    claim = await decisions.load(session, call, claim_id)
    if claim.status in NOT_COUNTED - {"rejected"}:
        raise errors.InvalidState("申诉针对已提交或不予通过的申领单;草稿请直接修改,已撤回的请重新申领。")
    named = select(Line.position).where(Line.claim_id == claim.id, Line.trainee_id == body.trainee_id).limit(1)
    if body.trainee_id and await session.scalar(named) is None:
        fault = errors.Fault("unknown_trainee", pointer="/trainee_id", allowed=f"申领单 {claim.number} 中的学员", fix="请核对学员编号。")
        raise errors.Invalid(faults=[fault])
    made = Appeal(claim_id=claim.id, trainee_id=body.trainee_id, reason=body.reason, attachments=[str(each) for each in body.attachments],
                  actor=call.actor.subject, person_id=call.actor.person_id, at=call.now)  # fmt: skip
    session.add(made)
    await session.flush()
    await deeds.record(
        session, call, "claim.appealed", claim.id, details={"appeal_id": made.id}, status=claim.status, version=claim.version
    )
    return made


def _asked(call: Call, body: ClaimIn) -> Asked:
    asked = Asked(body.kind, body.scheme, body.applicant.institution_id, body.applicant.trainee_id, call.actor.role == "town",
                  body.class_id, body.fund_id, _wanted(body.kind, body.lines))  # fmt: skip
    check_applicant(call.actor, asked)
    if body.on_behalf is not None and body.on_behalf != asked.on_behalf:
        fault = errors.Fault("invalid_value", pointer="/on_behalf", allowed="乡镇代办时为 true,其余省略", fix="请改正或删除该项。")
        raise errors.Invalid(faults=[fault])
    return asked


async def _asked_before(session: AsyncSession, claim: Claim) -> Asked:
    """The application as it stands, to be judged again."""
    named = None
    if not claim.everyone:
        kept = await lines.of(session, claim.id)
        named = tuple(Wanted(line.trainee_id, line.enrolment_id, line.expected_amount) for line in kept)
    return Asked(claim.kind, claim.scheme, claim.institution_id, claim.trainee_id, claim.on_behalf, claim.class_id, claim.fund_id, named)


def _wanted(kind: str, given: list[LineIn]) -> tuple[Wanted, ...] | None:
    faults = [
        errors.Fault("paper_not_of_this_kind", pointer=f"/lines/{index}/{name}", fix="请删除该项。")
        for index, line in enumerate(given)
        for name in ("certificate_id", "placement_id")
        if kind == "training" and getattr(line, name) is not None
    ]
    if faults:
        raise errors.Invalid(faults=faults)
    return tuple(Wanted(line.trainee_id, line.enrolment_id, line.expected_amount) for line in given) or None


def _keep_verdict(claim: Claim, judged: Judged) -> None:
    asked, terms = judged.asked, judged.terms
    claim.class_id, claim.fund_id, claim.everyone = asked.class_id, asked.fund_id, asked.lines is None
    claim.class_starts_on, claim.class_ends_on = judged.class_.starts_on, judged.class_.ends_on
    claim.amount, claim.facts, claim.facts_hash = judged.verdict.amount, judged.facts_json, judged.facts_hash
    claim.payee, claim.notice_working_days = terms.payee, terms.notice_working_days
    claim.terms_in_force_from, claim.terms_document, claim.terms_hash = terms.in_force_from, terms.document, terms.hash
