"""The lines of a claim and what they entitle to, written as sets: one statement, however many people."""

from collections.abc import Collection, Iterable, Sequence
from datetime import date
from decimal import Decimal
from typing import Any
from uuid import UUID

import orjson
from sqlalchemy import Uuid, bindparam, delete, select, text, update
from sqlalchemy.ext.asyncio import AsyncSession

from services.subsidy.claims.clients import Asked, Wanted
from services.subsidy.claims.errors import TermsUnconfirmed
from services.subsidy.claims.rules import Judged
from services.subsidy.claims.tables import Claim, Decision, Entitlement, Line
from services.subsidy.claims.visibility import theirs
from services.subsidy.codes import ClaimKind, ClaimStatus, Effect, FindingCode, LineVerdict, Outcome, PaidOncePer, SchemeCode
from services.subsidy.funds import operations as funds
from services.subsidy.judging.cases import day_counted, trade_of
from services.subsidy.judging.facts import ClaimFacts, LineFacts
from services.subsidy.judging.verdict import Verdict
from services.subsidy.schemes.policy import Terms
from shared.access import Actor, Call
from shared.strict import digest, to_json

NOTHING = Decimal("0.00")
_line = Line.__table__.c
_SHOWN = (
    select(*(each for each in _line if each.name not in ("position", "sending_yuan", "given_up_yuan", "before")))
    .where(_line.claim_id == bindparam("claim_id", type_=Uuid))
    .order_by(_line.position)
)
_KEEP = text("""
    WITH gone AS (DELETE FROM claim_lines WHERE claim_id = :claim_id AND position >= :count),
    taken AS (
        INSERT INTO entitlements (claim_id, position, trainee_id, entitlement_key, trade_key, level, placement_id, judged_on)
        SELECT CAST(:claim_id AS uuid), position, trainee_id, entitlement_key, trade_key, level, placement_id, judged_on
        FROM jsonb_to_recordset(CAST(:held AS jsonb)) AS held(
            position smallint, trainee_id uuid, entitlement_key text, trade_key text, level text, placement_id text, judged_on date))
    INSERT INTO claim_lines (
        claim_id, position, trainee_id, enrolment_id, certificate_id, placement_id, expected_amount, verdict, amount, calculation, findings)
    SELECT
        CAST(:claim_id AS uuid), position, trainee_id, enrolment_id, certificate_id, placement_id, expected_amount, verdict, amount, calculation, findings
    FROM jsonb_to_recordset(CAST(:lines AS jsonb)) AS line(
        position smallint, trainee_id uuid, enrolment_id uuid, certificate_id uuid, placement_id uuid, expected_amount numeric, verdict text,
        amount numeric, calculation text, findings jsonb)
    ON CONFLICT (claim_id, position) DO UPDATE SET
        trainee_id = excluded.trainee_id, merged_from = CASE WHEN claim_lines.trainee_id = excluded.trainee_id THEN claim_lines.merged_from END,
        enrolment_id = excluded.enrolment_id, certificate_id = excluded.certificate_id, placement_id = excluded.placement_id, expected_amount = excluded.expected_amount,
        verdict = excluded.verdict, amount = excluded.amount, calculation = excluded.calculation, findings = excluded.findings, resolution = NULL,
        given_up_yuan = 0, before = NULL
    WHERE (claim_lines.trainee_id, claim_lines.enrolment_id, claim_lines.certificate_id, claim_lines.placement_id, claim_lines.expected_amount, claim_lines.verdict, claim_lines.amount,
           claim_lines.calculation, claim_lines.findings, claim_lines.resolution, claim_lines.given_up_yuan, claim_lines.before)
        IS DISTINCT FROM (excluded.trainee_id, excluded.enrolment_id, excluded.certificate_id, excluded.placement_id, excluded.expected_amount, excluded.verdict, excluded.amount,
                          excluded.calculation, excluded.findings, NULL::jsonb, 0::numeric, NULL::jsonb)
""")


def sum_of_eligible(lines: Iterable[Any]) -> Decimal:
    """What a claim amounts to, always: the sum of its eligible lines."""
    return sum((line.amount for line in lines if line.verdict == LineVerdict.ELIGIBLE), NOTHING)


def shown(line: LineFacts, verdict: Verdict) -> dict[str, Any]:
    """A judged line as JSON: as it is kept and as it is answered."""
    return {
        "trainee_id": line.trainee_id,
        "enrolment_id": line.enrolment_id,
        "certificate_id": line.certificate.certificate_id if line.certificate else line.unknown_certificate_id,
        "placement_id": line.placement.placement_id if line.placement else line.unknown_placement_id,
        "expected_amount": None if line.expected_amount is None else f"{line.expected_amount:.2f}",
        "verdict": verdict.decision,
        "amount": f"{verdict.amount:.2f}",
        "calculation": verdict.calculation,
        "findings": to_json(verdict.findings),
    }


def judged_lines(judged: Judged) -> list[dict[str, Any]]:
    pairs = zip(judged.facts.lines, judged.verdict.lines, strict=True)
    return [{"position": position} | shown(line, verdict) for position, (line, verdict) in enumerate(pairs)]


async def keep(session: AsyncSession, claim_id: UUID, judged: list[dict[str, Any]], held: list[dict[str, Any]] | None = None) -> None:
    """Keeps the lines as judged, in place of those that were there; a line that stays the same is not written again. `held`: what they take (`held_by`)."""
    said = {"lines": orjson.dumps(judged).decode(), "held": orjson.dumps(held or []).decode()}
    await session.execute(_KEEP, {"claim_id": claim_id, "count": len(judged), **said})


def held_by(judged: Judged) -> list[dict[str, Any]]:
    """What held lines, and eligible ones that are worth something, take of what a person may be given once."""
    held = []
    for position, (line, verdict) in enumerate(zip(judged.facts.lines, judged.verdict.lines, strict=True)):
        if takes(verdict.decision, verdict.amount):
            trade, level = trade_of(judged.facts, line, judged.terms)
            held.append(
                {
                    "position": position,
                    "trainee_id": line.trainee_id,
                    "entitlement_key": entitlement_key(judged.facts, line, judged.terms),
                    "trade_key": trade,
                    "level": level,
                    "placement_id": line.placement.placement_id if line.placement else None,
                    "judged_on": day_counted(judged.facts, line, judged.terms.age_counted_on),
                }
            )
    return held


def takes(verdict: str, amount_yuan: Decimal) -> bool:
    """Whether a line so judged uses up what a person may be given once."""
    return verdict == LineVerdict.HELD or (verdict == LineVerdict.ELIGIBLE and amount_yuan > 0)


def settled(outcome: Outcome, amount_yuan: Decimal, calculation: str) -> dict[str, Any]:
    """What a held line becomes when a reviewer has accepted or refused it."""
    if outcome == Outcome.ACCEPT:
        return {"verdict": LineVerdict.ELIGIBLE, "amount": amount_yuan, "calculation": calculation}
    return {"verdict": LineVerdict.REFUSED, "amount": NOTHING, "calculation": "复审不予补贴,0.00 元"}


def why_no_money(line: Line) -> TermsUnconfirmed | None:
    """No figure in yuan becomes money before its source is confirmed, whoever accepts the line."""
    unconfirmed = [each for each in line.findings if (each["code"], each["effect"]) == (FindingCode.TERMS_UNCONFIRMED, Effect.HOLD)]
    return TermsUnconfirmed(f"{unconfirmed[0]['seen']}。{TermsUnconfirmed.remedy}") if unconfirmed else None


async def free(session: AsyncSession, claim_id: UUID, positions: Collection[int] | None = None) -> None:
    """Lets the people of a claim, or of some lines of it, be claimed for again."""
    given_back = delete(Entitlement).where(Entitlement.claim_id == claim_id)
    await session.execute(given_back if positions is None else given_back.where(Entitlement.position.in_(positions)))


def entitlement_key(claim: ClaimFacts, line: LineFacts, terms: Terms) -> str | None:
    """What a person may be given once: an occupation at a level, a trade in a year, a placement in a scheme. None where there is no such limit."""
    if terms.paid_once_per == PaidOncePer.PLACEMENT:
        beyond = "" if line.makes_up_yuan is None else f":beyond:{line.makes_up_yuan}"
        return f"placement:{claim.scheme}:{line.placement.placement_id}{beyond}" if line.placement else None
    trade, level = trade_of(claim, line, terms)
    if trade is None:
        return None
    if line.makes_up_yuan is not None:  # of two that would make up for the same, the database lets in one
        return f"supplement:{trade}:{level}:{day_counted(claim, line, terms.age_counted_on)}:{line.makes_up_yuan}"
    if terms.in_instalments and (earlier := sum(prior.same_class for prior in line.priors)):
        return f"class:{claim.class_facts.id if claim.class_facts else ''}:{earlier + 1}"  # the first takes the trade's own
    return f"level:{trade}:{level}" if level else f"trade:{trade}:{day_counted(claim, line, terms.age_counted_on).year}"


async def shown_of(session: AsyncSession, claim_id: UUID) -> list[dict[str, Any]]:
    """The lines of a claim as they are answered, without the price of objects that could be changed."""
    return [dict(row) for row in (await session.execute(_SHOWN, {"claim_id": claim_id})).mappings()]


async def shown_to(session: AsyncSession, actor: Actor, claim_id: UUID) -> list[dict[str, Any]]:
    """The same as far as the caller sees them."""
    return [dict(row) for row in (await session.execute(_SHOWN.where(theirs(actor)), {"claim_id": claim_id})).mappings()]


async def of(session: AsyncSession, claim_id: UUID) -> Sequence[Line]:
    return (await session.scalars(select(Line).where(Line.claim_id == claim_id).order_by(Line.position))).all()


async def asked_before(session: AsyncSession, claim: Claim, lines: Sequence[Line] | None = None) -> Asked:
    """The application as it stands, to be judged again; with `lines` for these people, whoever else completed the class since."""
    if claim.everyone and lines is None:
        named = None
    else:
        kept = await of(session, claim.id) if lines is None else lines
        named = tuple(asks(line) for line in _each_once(claim, kept))
    kind, scheme = ClaimKind(claim.kind), SchemeCode(claim.scheme)
    return Asked(
        kind,
        scheme,
        claim.institution_id,
        claim.trainee_id,
        claim.on_behalf,
        claim.class_id,
        claim.fund_id,
        named,
        employer_id=claim.employer_id,
        supplement_of_id=claim.supplement_of_id,
        claimed_on=await claimed_on(session, claim) if claim.supplement_of_id else None,
    )


async def claimed_on(session: AsyncSession, claim: Claim) -> date:
    """As of which day the claim was judged."""
    return date.fromisoformat((await session.scalars(select(Claim.facts["claimed_on"].astext).where(Claim.id == claim.id))).one())


def asks(line: Line) -> Wanted:
    """What a kept line asks for. Under which enrolment the person stands in the class, the class tells."""
    return Wanted(line.trainee_id, None, line.expected_amount, line.certificate_id, line.placement_id)


async def release(session: AsyncSession, call: Call, claim: Claim) -> Sequence[Line]:
    """Gives back what is still set aside for an approved claim, whose lines these are."""
    people = await of(session, claim.id)
    if claim.status == ClaimStatus.APPROVED:
        left = (line.amount - line.paid_yuan - line.given_up_yuan for line in people if line.verdict == LineVerdict.ELIGIBLE)
        await funds.release(session, call, claim.paid_from, claim.id, sum(left, NOTHING))
    return people


def known_of(claim: Claim, lines: Sequence[Line], known: Sequence[LineFacts]) -> tuple[LineFacts, ...]:
    """What is `known` of each line, after it was asked of each once (`asked_before`): of two that a merge made one person's the same."""
    place = {_about(claim, line): number for number, line in enumerate(_each_once(claim, lines))}
    return tuple(known[place[_about(claim, line)]] for line in lines)


def _each_once(claim: Claim, lines: Sequence[Line]) -> Iterable[Line]:
    """Of two lines that a merge made one person's, one: in a class, or for the same paper."""
    there = {_about(claim, line) for line in lines if line.merged_from is None}
    for line in lines:
        if line.merged_from is None or _about(claim, line) not in there:
            there.add(_about(claim, line))
            yield line


def _about(claim: Claim, line: Line) -> tuple[UUID | None, ...]:
    return (line.trainee_id,) if claim.class_id else (line.trainee_id, line.certificate_id, line.placement_id)


async def split_off(session: AsyncSession, call: Call, claim: Claim, line: Line, done: Sequence[Decision]) -> Claim:
    """A new claim of the one line, with its facts, its entitlement, the history and the holds of the old one."""
    await session.refresh(claim, ["facts"])
    split = beside(call, claim)
    split.facts = {**claim.facts, "lines": [claim.facts["lines"][line.position]]}
    split.facts_hash, split.holds = digest(split.facts), claim.holds
    session.add(split)
    await session.flush()
    for table in (Entitlement, Line):
        moved = update(table).where(table.claim_id == claim.id, table.position == line.position).values(claim_id=split.id, position=0)
        await session.execute(moved, execution_options={"synchronize_session": False})
    session.expunge(line)
    claim.everyone = False
    session.add_all(history_of(split, done))
    return split


def beside(call: Call, claim: Claim) -> Claim:
    """A claim like this one, submitted and still without people, facts and holds."""
    same = (
        "kind",
        "scheme",
        "institution_id",
        "trainee_id",
        "merged_from",
        "on_behalf",
        "region_code",
        "employer_id",
        "class_id",
        "class_starts_on",
        "class_ends_on",
        "sought_by",
        "counted_region_code",
        "counted_department",
        "fund_id",
        "attachments",
        "paper_codes",
        "external_refs",
        "payee",
        "notice_working_days",
        "terms_in_force_from",
        "terms_document",
        "terms_hash",
        "required_papers",
        "submitted_at",
        "supplement_of_id",
    )
    return Claim(
        **{name: getattr(claim, name) for name in same},
        year=call.today.year,
        status="submitted",
        everyone=False,
        amount=NOTHING,
        split_from_id=claim.id,
        created_at=call.now,
        in_status_since_at=call.now,
    )


def history_of(split: Claim, done: Sequence[Decision]) -> list[Decision]:
    """The steps of the claim that it comes from, which count for it too."""
    step = ("action", "from_status", "to_status", "actor", "actor_name", "role", "person_id", "at", "comment")
    return [Decision(claim_id=split.id, **{name: getattr(decision, name) for name in step}) for decision in done]
