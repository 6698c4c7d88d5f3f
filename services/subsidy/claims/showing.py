"""Claims as they are answered: one claim with its lines and steps, a list, what a quote says."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy.ext.asyncio import AsyncSession

from services.subsidy.claims import decisions
from services.subsidy.claims.judgement import Judged
from services.subsidy.claims.lines import judged_lines
from services.subsidy.claims.schemas import ClaimOut, LineOut, QuoteOut
from services.subsidy.claims.tables import Claim, Decision, Line
from shared.access import Call


def summary(claim: Claim) -> dict[str, Any]:
    """A claim without its lines."""
    hold = {"code": claim.hold_code, "reason": claim.hold_reason, "since_at": claim.hold_since_at} if claim.hold_code else None
    return {
        "id": claim.id, "version": claim.version, "number": claim.number, "status": claim.status, "kind": claim.kind, "scheme": claim.scheme,
        "applicant": {"institution_id": claim.institution_id, "trainee_id": claim.trainee_id}, "on_behalf": claim.on_behalf,
        "class_id": claim.class_id, "fund_id": claim.fund_id, "amount": claim.amount, "hold": hold, "attachments": claim.attachments,
        "external_refs": claim.external_refs, "terms": terms_ref(claim), "facts_hash": claim.facts_hash,
        "split_from_id": claim.split_from_id, "created_at": claim.created_at, "submitted_at": claim.submitted_at,
    }  # fmt: skip


def terms_ref(claim: Claim) -> dict[str, Any]:
    return {"scheme": claim.scheme, "in_force_from": claim.terms_in_force_from, "document": claim.terms_document, "hash": claim.terms_hash}


async def one(
    session: AsyncSession, call: Call, claim: Claim, lines: Sequence[Line] | list[dict[str, Any]], done: Sequence[Decision]
) -> ClaimOut:
    shown = [LineOut.model_validate(line) for line in lines]
    held = any(line.verdict == "held" for line in shown)
    actions = await decisions.allowed_actions(session, call, claim, done, held)
    eligible = any(line.verdict != "refused" for line in shown)
    return ClaimOut.model_validate(summary(claim) | {"eligible": eligible, "lines": shown, "decisions": done, "allowed_actions": actions})


def quote(judged: Judged) -> QuoteOut:
    asked, terms = judged.asked, judged.terms
    return QuoteOut.model_validate({
        "eligible": judged.verdict.eligible, "kind": asked.kind, "scheme": asked.scheme, "class_id": asked.class_id, "fund_id": asked.fund_id,
        "applicant": {"institution_id": asked.institution_id, "trainee_id": asked.trainee_id}, "on_behalf": asked.on_behalf,
        "amount": judged.verdict.amount, "lines": judged_lines(judged), "facts_hash": judged.facts_hash,
        "terms": {"scheme": asked.scheme, "in_force_from": terms.in_force_from, "document": terms.document, "hash": terms.hash},
    })  # fmt: skip
