"""Looking at claims: one, a list, the replay of a verdict, appeals, statistics."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from typing import Any
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession

from services.subsidy import clients
from services.subsidy.claims import decisions, lines, showing
from services.subsidy.claims.facts_gathering import Wanted, claim_facts, history
from services.subsidy.claims.judgement import Asked, judge
from services.subsidy.claims.schemas import (
    ClaimCount,
    ClaimOut,
    ClaimStatistics,
    Eligibility,
    EligibilityAsked,
    LineOut,
    ReplayLine,
    ReplayOut,
)
from services.subsidy.claims.tables import Appeal, Claim, Line
from services.subsidy.judging.facts import ClaimFacts, as_if_held
from services.subsidy.judging.verdict import judge_claim
from services.subsidy.schemes import operations as schemes
from services.subsidy.schemes.codes import FUND_SOURCES
from services.subsidy.schemes.errors import TermsMissing
from services.subsidy.schemes.policy import Terms
from shared import clock, pages
from shared.access import Call
from shared.strict import digest, read
from shared.web import Kernel


async def get(session: AsyncSession, call: Call, claim_id: UUID) -> ClaimOut:
    claim = await decisions.load(session, call, claim_id)
    return await showing.one(session, call, claim, await lines.of(session, claim.id), await decisions.history(session, claim.id))


async def page(
    session: AsyncSession,
    call: Call,
    asked: pages.Asked,
    filters: Mapping[Any, Any],
    from_on: date | None,
    to_on: date | None,
    trainee_ids: list[UUID] | None,
    refs: pages.Reference,
) -> dict[str, Any]:
    """`filters` by column; `from_on` and `to_on` are days of creation; the trainees are on a line."""
    wanted = pages.where(select(Claim), filters).where(refs.among(Claim.external_refs))
    if (rows := decisions.visible(call.actor)) is not None:
        wanted = wanted.where(rows)
    if from_on:
        wanted = wanted.where(Claim.created_at >= datetime.combine(from_on, time(), clock.SHANGHAI))
    if to_on:
        wanted = wanted.where(Claim.created_at < datetime.combine(to_on + timedelta(days=1), time(), clock.SHANGHAI))
    if trainee_ids:
        wanted = wanted.where(Claim.id.in_(select(Line.claim_id).where(Line.trainee_id.in_(trainee_ids))))
    return await pages.page(session, wanted, Claim.id, asked, lambda row: showing.summary(row[0]))


async def replay(session: AsyncSession, call: Call, kernel: Kernel, claim_id: UUID, rules_on: date | None, facts_from: str) -> ReplayOut:
    """The verdict as it was kept beside what the rules of `rules_on` (default: those applied then) say of the stored or the current facts."""
    claim = await decisions.load(session, call, claim_id)
    kept = await lines.of(session, claim.id)
    known = await schemes.in_force(session)
    if facts_from == "current":
        named = tuple(Wanted(line.trainee_id, line.enrolment_id, line.expected_amount) for line in kept)
        asked = Asked(
            claim.kind, claim.scheme, claim.institution_id, claim.trainee_id, claim.on_behalf, claim.class_id, claim.fund_id, named
        )
        judged = await judge(session, call, kernel, asked, own_claim_id=claim.id)
        facts, facts_hash = judged.facts, judged.facts_hash
        pairs = list(enumerate(kept))
    else:
        await session.refresh(claim, ["facts"])
        facts, facts_hash = read(ClaimFacts, claim.facts), digest(claim.facts)
        pairs = [(line.position, line) for line in kept]
    terms = known.terms_on(claim.scheme, rules_on) if rules_on else known.with_hash(claim.scheme, claim.terms_hash)
    if not isinstance(terms, Terms):
        raise TermsMissing(terms.detail if terms else "当时适用的条款已不在系统中。")
    verdict = judge_claim(facts, terms)
    shown = [
        _compared(LineOut.model_validate(line), LineOut.model_validate(lines.shown(facts.lines[position], verdict.lines[position])))
        for position, line in pairs
    ]
    amount = lines.sum_of_eligible([line.now for line in shown])
    now_terms = {"scheme": claim.scheme, "in_force_from": terms.in_force_from, "document": terms.document, "hash": terms.hash}
    return ReplayOut.model_validate({
        "claim_id": claim.id, "number": claim.number, "facts": facts_from, "lines": shown, "same": all(line.same for line in shown),
        "then": {"terms": showing.terms_ref(claim), "facts_hash": claim.facts_hash, "amount": claim.amount},
        "now": {"terms": now_terms, "facts_hash": facts_hash, "amount": amount},
    })  # fmt: skip


def _compared(then: LineOut, now: LineOut) -> ReplayLine:
    def judged(line: LineOut) -> object:
        return line.verdict, line.amount, sorted((finding.code, finding.effect) for finding in line.findings)

    return ReplayLine(trainee_id=then.trainee_id, then=then, now=now, same=judged(then) == judged(now))


async def appeals(session: AsyncSession, call: Call, claim_id: UUID) -> Sequence[Appeal]:
    claim = await decisions.load(session, call, claim_id)
    return (await session.scalars(select(Appeal).where(Appeal.claim_id == claim.id).order_by(Appeal.id.desc()))).all()


async def statistics(session: AsyncSession, call: Call) -> ClaimStatistics:
    wanted = select(Claim.scheme, Claim.status, func.count().label("claims"), func.sum(Claim.amount).label("amount"))
    if (rows := decisions.visible(call.actor)) is not None:
        wanted = wanted.where(rows)
    counted = (await session.execute(wanted.group_by(Claim.scheme, Claim.status).order_by(Claim.scheme, Claim.status))).all()
    items = [ClaimCount.model_validate(row) for row in counted]
    return ClaimStatistics(
        items=items, claims=sum(item.claims for item in items), amount=sum((item.amount for item in items), Decimal("0.00"))
    )


async def eligibility(session: AsyncSession, call: Call, body: EligibilityAsked) -> Eligibility:
    """Who would be refused, with what other claims hold of them: before the class is over as if it were held and attended. The fund is not asked about."""
    facts_read = clients.read_claim_facts(body.facts)
    class_ = facts_read.class_
    terms = (await schemes.in_force(session)).terms_on(body.scheme, class_.starts_on)
    if not isinstance(terms, Terms):
        raise TermsMissing(terms.detail)
    enrolled = [each for each in facts_read.enrolments if each.outcome != "withdrawn"]
    wanted = [Wanted(each.trainee_id, each.enrolment_id) for each in enrolled]
    past = await history(session, {each.trainee_id for each in enrolled}, own_claim_id=None, class_id=class_.id)
    source = min(terms.fund_sources or FUND_SOURCES)
    kind = schemes.from_files().schemes[body.scheme].claim_kind
    facts = claim_facts(facts_read, wanted, past, scheme=body.scheme, kind=kind, claimed_on=call.today, fund_source=source)
    facts = as_if_held(facts)
    pairs = zip(facts.lines, judge_claim(facts, terms).lines, strict=True)
    return Eligibility.model_validate({
        "terms": {"scheme": body.scheme, "in_force_from": terms.in_force_from, "document": terms.document, "hash": terms.hash},
        "lines": [lines.shown(line, verdict) for line, verdict in pairs],
    })  # fmt: skip
