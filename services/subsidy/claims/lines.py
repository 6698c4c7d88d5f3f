"""The lines of a claim and what they entitle to, written as sets: one statement a table, however many people."""

from collections.abc import Iterable, Sequence
from decimal import Decimal
from typing import Any
from uuid import UUID

import orjson
from sqlalchemy import delete, select, text
from sqlalchemy.ext.asyncio import AsyncSession

from services.subsidy.claims.judgement import Judged
from services.subsidy.claims.tables import Entitlement, Line
from services.subsidy.judging.facts import ClaimFacts, LineFacts, day_counted, trade_of
from services.subsidy.judging.verdict import Verdict
from services.subsidy.schemes.policy import Terms
from shared.strict import to_json

NOTHING = Decimal("0.00")

_REPLACE = text("""
    WITH gone AS (DELETE FROM claim_lines WHERE claim_id = :claim_id AND position >= :count)
    INSERT INTO claim_lines (claim_id, position, trainee_id, enrolment_id, expected_amount, verdict, amount, calculation, findings)
    SELECT CAST(:claim_id AS uuid), position, trainee_id, enrolment_id, expected_amount, verdict, amount, calculation, findings
    FROM jsonb_to_recordset(CAST(:lines AS jsonb)) AS line(
        position smallint, trainee_id uuid, enrolment_id uuid, expected_amount numeric, verdict text, amount numeric, calculation text, findings jsonb)
    ON CONFLICT (claim_id, position) DO UPDATE SET
        trainee_id = excluded.trainee_id, enrolment_id = excluded.enrolment_id, expected_amount = excluded.expected_amount,
        verdict = excluded.verdict, amount = excluded.amount, calculation = excluded.calculation, findings = excluded.findings, resolution = NULL
""")
_ENTITLE = text("""
    INSERT INTO entitlements (claim_id, position, trainee_id, entitlement_key, trade_key, level, placement_id, judged_on)
    SELECT CAST(:claim_id AS uuid), position, trainee_id, entitlement_key, trade_key, level, placement_id, judged_on
    FROM jsonb_to_recordset(CAST(:held AS jsonb)) AS held(
        position smallint, trainee_id uuid, entitlement_key text, trade_key text, level text, placement_id text, judged_on date)
""")


def sum_of_eligible(lines: Iterable[Any]) -> Decimal:
    """What a claim amounts to, always: the sum of its eligible lines."""
    return sum((line.amount for line in lines if line.verdict == "eligible"), NOTHING)


def shown(line: LineFacts, verdict: Verdict) -> dict[str, Any]:
    """A judged line as JSON: as it is kept and as it is answered."""
    return {
        "trainee_id": line.trainee_id, "enrolment_id": line.enrolment_id,
        "expected_amount": None if line.expected_amount is None else f"{line.expected_amount:.2f}", "verdict": verdict.decision,
        "amount": f"{verdict.amount:.2f}", "calculation": verdict.calculation, "findings": [to_json(finding) for finding in verdict.findings],
    }  # fmt: skip


def judged_lines(judged: Judged) -> list[dict[str, Any]]:
    pairs = zip(judged.facts.lines, judged.verdict.lines, strict=True)
    return [{"position": position} | shown(line, verdict) for position, (line, verdict) in enumerate(pairs)]


async def replace(session: AsyncSession, claim_id: UUID, judged: list[dict[str, Any]]) -> None:
    """Keeps the lines as judged, in place of those that were there."""
    await session.execute(_REPLACE, {"claim_id": claim_id, "count": len(judged), "lines": orjson.dumps(judged).decode()})


async def entitle(session: AsyncSession, claim_id: UUID, judged: Judged, *, again: bool) -> None:
    """Takes what eligible and held lines may be given once. `again`: a returned claim gives back what it held before."""
    if again:
        await free(session, claim_id)
    held = []
    for position, (line, verdict) in enumerate(zip(judged.facts.lines, judged.verdict.lines, strict=True)):
        if verdict.decision != "refused":
            trade, level = trade_of(judged.facts, line)
            held.append({
                "position": position, "trainee_id": line.trainee_id, "entitlement_key": entitlement_key(judged.facts, line, judged.terms),
                "trade_key": trade, "level": level, "placement_id": line.placement.placement_id if line.placement else None,
                "judged_on": day_counted(judged.facts, line, judged.terms.age_counted_on),
            })  # fmt: skip
    if held:
        await session.execute(_ENTITLE, {"claim_id": claim_id, "held": orjson.dumps(held).decode()})


async def free(session: AsyncSession, claim_id: UUID, position: int | None = None) -> None:
    """Lets the people of a claim, or of one line of it, be claimed for again."""
    given_back = delete(Entitlement).where(Entitlement.claim_id == claim_id)
    await session.execute(given_back if position is None else given_back.where(Entitlement.position == position))


def entitlement_key(claim: ClaimFacts, line: LineFacts, terms: Terms) -> str | None:
    """What a person may be given once: an occupation at a level, a trade in a year, a placement in a scheme. None where there is no such limit."""
    if terms.paid_once_per == "placement":
        return f"placement:{claim.scheme}:{line.placement.placement_id}" if line.placement else None
    trade, level = trade_of(claim, line)
    if trade is None:
        return None
    return f"level:{trade}:{level}" if level else f"trade:{trade}:{day_counted(claim, line, terms.age_counted_on).year}"


async def of(session: AsyncSession, claim_id: UUID) -> Sequence[Line]:
    return (await session.scalars(select(Line).where(Line.claim_id == claim_id).order_by(Line.position))).all()
