"""Judging claims anew when facts have changed: one story, whatever changed them.

An event names whom or what it concerns; the classes of the claims concerned, or the claims that have none, wait in `due_reassessments`, written in the
follower's transaction. Here what is known of each is asked for once, its claims are judged by the terms they were judged by, and what weighs against a line that did not before is told: a claim that is
still open is held and its line bears the findings, money that was paid is proposed to be asked back. When facts change back, so does all this by itself.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from typing import Any, cast
from uuid import UUID

import orjson
from sqlalchemy import Table, and_, bindparam, delete, func, insert, or_, select, text, update
from sqlalchemy.dialects.postgresql import distinct_on
from sqlalchemy.ext.asyncio import AsyncSession

from services.subsidy.claims import clients as asking
from services.subsidy.claims import earlier, facts, steps
from services.subsidy.claims import lines as claim_lines
from services.subsidy.claims.clients import Overcome, Told
from services.subsidy.claims.policy import APPROVED, BY_FACTS, JUDGED_ANEW, OPEN, UNDER_REVIEW, WITH_MONEY, a_hold
from services.subsidy.claims.steps import CLAIMS, LINES
from services.subsidy.claims.tables import DueReassessment, Line
from services.subsidy.codes import ClaimKind, FundSource, LineVerdict, Reassessed, SchemeCode
from services.subsidy.funds.tables import Fund
from services.subsidy.judging.facts import ClaimFacts, kept
from services.subsidy.judging.verdict import Verdict, judge_claim
from services.subsidy.reassessments import policy
from services.subsidy.reassessments.policy import Difference, Judgement
from services.subsidy.reassessments.tables import Reassessment
from services.subsidy.recoveries import steps as recoveries
from services.subsidy.recoveries.policy import FACTS, Proposal
from services.subsidy.schemes import operations as schemes
from services.subsidy.schemes.policy import Policy, Terms
from services.subsidy.supplements import steps as supplements
from shared import db, deeds, telemetry
from shared.access import Call
from shared.strict import digest
from shared.web import Kernel

DUE, REASSESSMENTS = cast(Table, DueReassessment.__table__), cast(Table, Reassessment.__table__)
RELEASED = "事实已恢复原状,自动解除。"
PAID_SINCE = "款项已付出,改为追回建议。"
PAYS_MORE = "按现有事实可补的金额更高,系统不自动增加"
ABOUT = [
    CLAIMS.c[name]
    for name in (
        "id",
        "version",
        "status",
        "scheme",
        "kind",
        "institution_id",
        "fund_id",
        "class_id",
        "terms_hash",
        "facts_hash",
        "submitted_at",
        "supplement_of_id",
        "holds",
    )
]
_LINES = text("""
    UPDATE claim_lines SET verdict = line.verdict, amount = line.amount, calculation = line.calculation, findings = line.findings,
        before = NULLIF(line.before, 'null'::jsonb)
    FROM jsonb_to_recordset(CAST(:lines AS jsonb)) AS line(
        claim_id uuid, position smallint, verdict text, amount numeric, calculation text, findings jsonb, before jsonb)
    WHERE claim_lines.claim_id = line.claim_id AND claim_lines.position = line.position
""")


class Overtaken(Exception):
    """A claim was changed while the neighbours were asked: they are asked again."""


@dataclass(frozen=True, slots=True)
class Found:
    """What came of one claim: `changed`, its lines that are now judged otherwise."""

    claim: Any
    terms_hash: str
    facts_hash: str
    lines: Sequence[policy.Line]
    differences: Sequence[Difference]
    changed: Mapping[int, Judgement]
    better: Sequence[tuple[policy.Line, Verdict]]
    more_due: Mapping[int, Decimal]  # of lines that were paid, where it is not what was told before


async def judge_subject(kernel: Kernel, subject_id: UUID) -> None:
    """Judges the live claims of the class, or the claim that has none, anew. Raises what a neighbour's failure raises: then everything stays as it was, also
    that it is due."""
    async with kernel.reading() as session:
        claims = (await session.execute(_live(subject_id))).all()
        lines = await _lines_of(session, claims)
        known = await schemes.in_force(session)
    told = await _told(kernel, claims, [line for each in lines.values() for line in each], known)
    async with kernel.writing.begin() as session:
        taken = delete(DUE).where(DUE.c.subject_id == subject_id).returning(DUE.c.event_id, DUE.c.cause, DUE.c.at)
        causes = sorted((await session.execute(taken)).all(), key=lambda row: (row.at, row.event_id))
        if not causes or told is None:
            return  # another process was faster, or there is nothing to be judged (any more)
        seen = {claim.id: claim.version for claim in claims}
        await recoveries.lock_proposals(session, seen)
        claims = (await session.execute(_live(subject_id).with_for_update(of=CLAIMS))).all()
        if {claim.id: claim.version for claim in claims} != seen:
            raise Overtaken
        call = replace(kernel.own_call(), now=causes[-1].at)
        found = await _judged(session, claims, told)
        await _keep(session, call, found, [{"type": row.cause, "id": str(row.event_id)} for row in causes])


def _live(subject_id: UUID) -> Any:
    claimed_on, source = CLAIMS.c.facts["claimed_on"].astext.label("claimed_on"), Fund.source
    had = CLAIMS.c.facts["employer_had_yuan"].astext.label("employer_had")
    wanted = select(*ABOUT, claimed_on, had, CLAIMS.c.facts["employer_years"].label("employer_years"), source).outerjoin(
        Fund, Fund.id == CLAIMS.c.fund_id
    )
    of_subject = or_(CLAIMS.c.class_id == subject_id, and_(CLAIMS.c.id == subject_id, CLAIMS.c.class_id.is_(None)))
    return wanted.where(of_subject, CLAIMS.c.status.in_(JUDGED_ANEW)).order_by(CLAIMS.c.id)


async def _lines_of(session: AsyncSession, claims: Sequence[Any]) -> dict[UUID, list[Line]]:
    found: dict[UUID, list[Line]] = {}
    for line in await session.scalars(select(Line).where(Line.claim_id.in_([claim.id for claim in claims])).order_by(Line.position)):
        found.setdefault(line.claim_id, []).append(line)
    return found


async def _told(kernel: Kernel, claims: Sequence[Any], lines: Sequence[Line], known: Policy) -> Told | None:
    """What the neighbours know now; None: nobody is concerned. A stay is looked at as of the day on which it was claimed for."""
    if not lines:
        return None
    call, wanted, first = kernel.own_call(), [claim_lines.asks(line) for line in lines], claims[0]
    if first.class_id is None:
        return await asking.of_papers(kernel, call, wanted, first.institution_id, date.fromisoformat(first.claimed_on))
    told = await asking.of_class(kernel, call, first.class_id, sorted({line.trainee_id for line in lines}))
    terms = (known.with_hash(claim.scheme, claim.terms_hash) for claim in claims)
    if told is not None and any(each is not None and each.certificate_required for each in terms):
        told = await asking.certified(kernel, call, told, wanted)
    return told


async def _judged(session: AsyncSession, claims: Sequence[Any], told: Told) -> list[Found]:
    known, found = await schemes.in_force(session), []
    lines = await _lines_of(session, claims)
    who = {each.trainee_id for each in told.people}
    past = await earlier.past(session, who)
    overcome = await earlier.overcome(session, [claim.id for claim in claims])
    for claim in claims:
        people = [line for line in lines.get(claim.id, ()) if line.trainee_id in who]
        terms = known.with_hash(claim.scheme, claim.terms_hash)
        if terms is None or not people:
            telemetry.log.warning("not_judged_anew", claim_id=str(claim.id), terms=terms is not None, people=len(people))
            continue
        found.append(_found(claim, people, terms, told, past, overcome.get(claim.id, {})))
    return found


def _before(claim: Any, people: Sequence[Line], past: Sequence[Any]) -> earlier.History:
    """What was submitted of these people before this claim: what came after it was judged with it in mind."""
    ids, when = {line.trainee_id for line in people}, (claim.submitted_at, claim.id)
    rows = (row for row in past if row.trainee_id in ids and row.submitted_at and (row.submitted_at, row.id) < when)
    return earlier.remembered(rows, claim.class_id, claim.supplement_of_id)


def _found(claim: Any, people: Sequence[Line], terms: Terms, told: Told, past: Sequence[Any], overcome: Overcome) -> Found:
    wanted = [claim_lines.asks(line) for line in people]
    scheme, kind, source = SchemeCode(claim.scheme), ClaimKind(claim.kind), FundSource(claim.source) if claim.source else None
    claimed_on = date.fromisoformat(claim.claimed_on)
    had = earlier.employer_had_before(claim.employer_had, claim.employer_years)
    before = _before(claim, people, past)
    now = facts.claim_facts(
        told, wanted, before, scheme=scheme, kind=kind, claimed_on=claimed_on, fund_source=source, employer_had=had, overcome=overcome
    )
    now = replace(now, looked_at_on=_revoked_since(now))
    lines = [_line(each) for each in people]
    pairs = list(zip(lines, judge_claim(now, terms).lines, strict=True))
    differences = {line.position: new for line, verdict in pairs if (new := policy.difference(line, verdict, terms))}
    under_review = claim.status in UNDER_REVIEW
    stands = {
        line.position: policy.standing(
            line, differences.get(line.position), under_review=under_review, restored=policy.restored(line, verdict, terms)
        )
        for line, verdict in pairs
    }
    changed = {line.position: stands[line.position] for line in lines if stands[line.position] != line.now}
    beside = supplements.found_beside(claim, people, past)
    beyond = {line.position: policy.beyond(line, verdict, beside[line.position]) for line, verdict in pairs}
    # What would come to a supplement comes to what it makes up for.
    better = [] if claim.supplement_of_id else [each for each in pairs if beyond[each[0].position]]
    paid = {line.position: beyond[line.position] for line, _ in better if line.paid and not terms.in_instalments}
    more_due = supplements.news(people, paid)
    return Found(claim, terms.hash, digest(kept(now)), lines, list(differences.values()), changed, better, more_due)


def _revoked_since(now: ClaimFacts) -> date | None:
    """The day by which the latest of its certificates was revoked, where that was after the claim: then they are looked at as of that day."""
    revoked = [line.certificate.revoked_on for line in now.lines if line.certificate and line.certificate.revoked_on]
    return max((day for day in revoked if day > now.claimed_on), default=None)


def _line(line: Line) -> policy.Line:
    now = Judgement(line.verdict, line.amount, line.calculation, line.findings)
    before = line.before and Judgement(**{**line.before, "amount": Decimal(line.before["amount"])})
    unpaid = line.amount - line.paid_yuan - line.given_up_yuan
    return policy.Line(
        line.position, line.trainee_id, now, before or None, line.paid_yuan - line.asked_back_yuan, unpaid, line.not_due_yuan
    )


async def _keep(session: AsyncSession, call: Call, found: Sequence[Found], causes: list[dict[str, str]]) -> None:
    """All that the class's claims come to, in a number of statements that does not grow with them. What has not changed is not told again."""
    steps_taken = {each.claim.id: step for each in found if (step := _step(call, each))}
    with_money = {each.claim.id: _proposal(each) for each in found if each.claim.status in WITH_MONEY}
    proposed = await recoveries.propose_each(session, call, FACTS, with_money)
    better = {each.claim.id for each in found if each.better}
    told = better - await _told_before(session, [each for each in found if each.better])
    await supplements.tell(session, {each.claim.id: each.more_due for each in found})
    news = [each for each in found if each.changed or each.claim.id in steps_taken.keys() | proposed | told]
    if not news:
        return
    await _write(session, [each for each in news if each.changed or each.claim.id in steps_taken], steps_taken)
    decisions = [steps.decision(call, each.claim, *steps_taken[each.claim.id][:2]) for each in news if each.claim.id in steps_taken]
    if decisions:
        await session.execute(insert(steps.DECISIONS), decisions)
    outcomes = {each.claim.id: _outcome(each, steps_taken.get(each.claim.id), each.claim.id in proposed) for each in news}
    rows = [_row(call, each, outcomes[each.claim.id], causes) for each in news]
    await session.execute(insert(REASSESSMENTS), rows)
    await deeds.record_all(session, [deed for each, row in zip(news, rows, strict=True) for deed in _deeds(call, each, row, steps_taken)])


def _step(call: Call, found: Found) -> tuple[str, str, list[dict[str, Any]]] | None:
    """The hold or the release that the claim comes to: the step, its comment, and the holds that are left. A hold that a person has ended is not set again
    for the same facts; one on money that went out meanwhile has nothing left to hold."""
    claim = found.claim
    own = [each for each in claim.holds if each["ended_by"] == BY_FACTS]
    others = [each for each in claim.holds if each["ended_by"] != BY_FACTS]
    about = policy.to_hold(found.differences, claim.status in UNDER_REVIEW) if claim.status in OPEN else []
    if about and (found.changed or (not own and claim.status == APPROVED)):
        reason = f"{policy.reason(about)};事实恢复原状的自动解除"
        return "hold", reason, [*others, a_hold(policy.hold_code(about), reason, call.now, BY_FACTS)]
    if own and not about:
        return "release", PAID_SINCE if found.differences else RELEASED, others
    return None


def _proposal(found: Found) -> Proposal:
    return Proposal(found.claim.fund_id, policy.reason(found.differences), policy.to_ask_back(found.differences))


async def _told_before(session: AsyncSession, found: Sequence[Found]) -> set[UUID]:
    """The claims of which the same facts were told last; or, where nothing was told yet, which were judged by them."""
    if not found:
        return set()
    last = select(REASSESSMENTS.c.claim_id, REASSESSMENTS.c.facts_hash).ext(distinct_on(REASSESSMENTS.c.claim_id))
    last = last.where(REASSESSMENTS.c.claim_id.in_([each.claim.id for each in found]))
    rows = await session.execute(last.order_by(REASSESSMENTS.c.claim_id, REASSESSMENTS.c.id.desc()))
    told = {each.claim.id: each.claim.facts_hash for each in found} | {row.claim_id: row.facts_hash for row in rows}
    return {each.claim.id for each in found if told[each.claim.id] == each.facts_hash}


async def _write(session: AsyncSession, found: Sequence[Found], steps_taken: Mapping[UUID, tuple[str, str, list[dict[str, Any]]]]) -> None:
    if not found:
        return
    lines = [row for each in found for row in _lines(each)]
    if lines:
        await session.execute(_LINES, {"lines": orjson.dumps(lines).decode()})
    counted = select(func.coalesce(func.sum(LINES.c.amount), 0)).where(
        LINES.c.claim_id == CLAIMS.c.id, LINES.c.verdict == LineVerdict.ELIGIBLE
    )
    change = (
        update(CLAIMS)
        .where(CLAIMS.c.id == bindparam("claim"))
        .values(version=CLAIMS.c.version + 1, holds=bindparam("held", type_=CLAIMS.c.holds.type), amount=counted.scalar_subquery())
    )
    left = {each.claim.id: steps_taken[each.claim.id][2] if each.claim.id in steps_taken else each.claim.holds for each in found}
    await session.execute(change, [{"claim": claim_id, "held": holds} for claim_id, holds in left.items()])


def _lines(found: Found) -> list[dict[str, Any]]:
    """The lines that are judged otherwise; `before` of those that are as they were known to be is gone."""
    new = {each.line.position for each in found.differences}
    return [
        {"claim_id": str(found.claim.id), "position": line.position, "before": _json(line.known) if line.position in new else None}
        | _json(found.changed[line.position])
        for line in found.lines
        if line.position in found.changed
    ]


def _json(judgement: Judgement) -> dict[str, Any]:
    return {
        "verdict": judgement.verdict,
        "amount": f"{judgement.amount:.2f}",
        "calculation": judgement.calculation,
        "findings": judgement.findings,
    }


def _outcome(found: Found, step: tuple[str, str, list[dict[str, Any]]] | None, proposed: bool) -> Reassessed:
    if proposed and policy.to_ask_back(found.differences):
        return Reassessed.PROPOSED
    if policy.worse(found.differences, found.better) and (found.changed or step):
        return Reassessed.HELD
    return Reassessed.RELEASED if step or proposed or (found.changed and not found.better) else Reassessed.TOLD


def _row(call: Call, found: Found, outcome: Reassessed, causes: list[dict[str, str]]) -> dict[str, Any]:
    about = [
        {
            "trainee_id": str(each.line.trainee_id),
            "codes": list(each.codes),
            "seen": each.seen,
            "amount_before": each.line.known.amount,
            "amount": each.due,
        }
        for each in policy.worse(found.differences, found.better)
    ] + [
        {"trainee_id": str(line.trainee_id), "codes": [], "seen": PAYS_MORE, "amount_before": policy.due(line), "amount": verdict.amount}
        for line, verdict in found.better
    ]
    return {
        "id": db.new_id(),
        "claim_id": found.claim.id,
        "at": call.now,
        "causes": causes,
        "terms_hash": found.terms_hash,
        "facts_hash_before": found.claim.facts_hash,
        "facts_hash": found.facts_hash,
        "outcome": outcome,
        "lines": [each | {"amount_before": f"{each['amount_before']:.2f}", "amount": f"{each['amount']:.2f}"} for each in about],
    }


def _deeds(
    call: Call, found: Found, row: Mapping[str, Any], steps_taken: Mapping[UUID, tuple[str, str, list[dict[str, Any]]]]
) -> Iterator[deeds.Deed]:
    claim = found.claim
    said = {"status": claim.status, "version": claim.version + bool(found.changed or claim.id in steps_taken)}
    told = {name: row[name] for name in ("causes", "terms_hash", "facts_hash_before", "facts_hash", "lines")}
    yield deeds.deed(call, "claim.reassessed", claim.id, details=told, outcome=row["outcome"], **said)
    if claim.id in steps_taken:
        step, reason, _ = steps_taken[claim.id]
        yield deeds.deed(call, "claim.held" if step == "hold" else "claim.released", claim.id, details={"reason": reason}, **said)
