"""Looking at claims: one, a list, what a quote says, the replay of a verdict."""

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from typing import Any
from uuid import UUID

from sqlalchemy import select, true
from sqlalchemy.ext.asyncio import AsyncSession

from services.subsidy.claims import clients as asking
from services.subsidy.claims import earlier, lines, obstacles, papers, rules, steps
from services.subsidy.claims.clients import Gathered, Told
from services.subsidy.claims.conditions import ALIASES, ClaimFilter, each_of, named_by
from services.subsidy.claims.counts import COUNTS
from services.subsidy.claims.policy import on_hold
from services.subsidy.claims.schemas import ClaimOut, Hold, LineOut, QuoteOut, ReplayLine, ReplayOut
from services.subsidy.claims.tables import Appeal, Claim, Decision, Line
from services.subsidy.claims.visibility import own_ids, rows, theirs
from services.subsidy.codes import Effect, FindingCode, LineVerdict, Outcome
from services.subsidy.judging.facts import ClaimFacts
from services.subsidy.judging.verdict import judge_claim
from services.subsidy.schemes import operations as schemes
from services.subsidy.schemes.errors import TermsMissing
from services.subsidy.schemes.policy import Terms
from shared import audit, history, pages
from shared.access import Call
from shared.strict import digest, read
from shared.web import Kernel

HELD = "申领单暂缓,正在核实。"
NUMBERS_SOUGHT_BY = 20
_LINES = select(Line.claim_id, Line.trainee_id, Line.verdict, Line.amount).order_by(Line.claim_id, Line.position)


async def get(session: AsyncSession, call: Call, claim_id: UUID) -> ClaimOut:
    claim, done = await steps.load_with_history(session, call, claim_id)
    found = await one(session, call, claim, await lines.shown_to(session, call.actor, claim.id), done)
    own = await own_ids(session, call.actor)
    return found if _whole(call, claim, own) else _of_one_person(found, own)


def _whole(call: Call, claim: Claim, own: Collection[UUID]) -> bool:
    """Whether the caller sees all of a claim that they see; a person does of their own application."""
    return call.actor.role != "person" or claim.trainee_id in own


def _of_one_person(whole: ClaimOut, own: Collection[UUID]) -> ClaimOut:
    """What a claim that another made says to one of its people, whose ids these are and whose lines alone it has been read with."""
    about = [each for each in whole.decisions if each.trainee_id is None or each.trainee_id in own]
    said = [each if each.trainee_id or each.action == "reject" else each.model_copy(update={"comment": None}) for each in about]
    said = [each.model_copy(update={"lines": [line for line in each.lines if line.trainee_id in own]}) for each in said]
    return whole.model_copy(update=_narrowed(whole.hold, whole.lines) | {"decisions": said, "papers": []})


def _narrowed(hold: Any, seen: Sequence[Any]) -> dict[str, Any]:
    """What stands at the head of a claim, for a person whose lines these are."""
    return {"amount": lines.sum_of_eligible(seen), "hold": hold and _without_reason(hold), "attachments": []}


def _counted(seen: Sequence[Any]) -> dict[str, int]:
    found = [line.verdict for line in seen]
    return {"people": len(found), "held_people": found.count(LineVerdict.HELD), "refused_people": found.count(LineVerdict.REFUSED)}


def _without_reason(hold: Any) -> Hold:
    """What is written of a hold may name others."""
    return Hold.model_validate(hold).model_copy(update={"reason": HELD})


@dataclass(frozen=True, slots=True)
class Taken:
    """A claim after a step, with its steps so far, and its lines where they were read. Whoever takes the step on many claims asks for no more."""

    claim: Claim
    done: Sequence[Decision]
    people: Sequence[Any] | None = None


async def after(session: AsyncSession, call: Call, taken: Taken) -> ClaimOut:
    """What a step answers: the claim as it leaves it."""
    people = await lines.shown_of(session, taken.claim.id) if taken.people is None else taken.people
    return await one(session, call, taken.claim, people, taken.done)


async def one(session: AsyncSession, call: Call, claim: Claim, people: Sequence[Any], done: Sequence[Decision]) -> ClaimOut:
    """A claim with its lines, its steps, and what this caller can do with it."""
    shown = [LineOut.model_validate(line) for line in people]
    actions = await steps.allowed_actions(session, call, claim, done, _standing(shown))
    eligible = any(line.verdict != LineVerdict.REFUSED for line in shown)
    return ClaimOut.model_validate(
        summary(call, claim)
        | {"papers": papers.checklist(claim, call), "eligible": eligible, "lines": shown, "decisions": done, "allowed_actions": actions}
    )


def _standing(shown: Sequence[LineOut]) -> obstacles.Standing:
    """What the lines say of the claim's next steps before any money of it moves."""
    paying = [line for line in shown if line.verdict == LineVerdict.ELIGIBLE and line.amount]
    unconfirmed = any((each.code, each.effect) == (FindingCode.TERMS_UNCONFIRMED, Effect.HOLD) for line in paying for each in line.findings)
    return obstacles.Standing(held_lines=any(line.verdict == LineVerdict.HELD for line in shown), unconfirmed=unconfirmed)


async def page(session: AsyncSession, call: Call, asked: pages.Asked, by: ClaimFilter) -> dict[str, Any]:
    trainee_ids = each_of(by.trainee_id)
    sought = (ALIASES.among(Line.trainee_id, trainee_ids) if trainee_ids else true()) & theirs(call.actor)

    def show(row: Any) -> dict[str, Any]:
        return summary(call, row[0]) | {name: getattr(row[0], name) for name in COUNTS}

    wanted = select(Claim).where(rows(call.actor), named_by(by, call.today))
    if trainee_ids and call.actor.role == "person":  # who else is on a claim is not told by its being found
        wanted = wanted.where(Claim.id.in_(select(Line.claim_id).where(sought)))
    found = await pages.page(session, wanted, Claim.id, asked.newest(Claim.created_at, by.from_on, by.to_on), show)
    if trainee_ids or call.actor.role == "person":
        by_claim = defaultdict(list)
        of_page = _LINES.where(Line.claim_id.in_([item["id"] for item in found["items"]]), sought)
        for line in await session.execute(of_page):
            by_claim[line.claim_id].append(line)
        own = await own_ids(session, call.actor)
        for item in found["items"]:
            item["lines"] = by_claim[item["id"]]
            if call.actor.role == "person" and item["applicant"]["trainee_id"] not in own:
                item.update(_narrowed(item["hold"], item["lines"]) | _counted(item["lines"]))
    return found


def summary(call: Call, claim: Claim) -> dict[str, Any]:
    """A claim without its lines."""
    return {
        "id": claim.id,
        "version": claim.version,
        "number": claim.number,
        "status": claim.status,
        "kind": claim.kind,
        "scheme": claim.scheme,
        "applicant": {"institution_id": claim.institution_id, "trainee_id": claim.trainee_id},
        "on_behalf": claim.on_behalf,
        "employer_id": claim.employer_id,
        "class_id": claim.class_id,
        "fund_id": claim.fund_id,
        "region_code": claim.counted_region_code,
        "amount": claim.amount,
        "hold": on_hold(claim.holds, call.today),
        "attachments": claim.attachments,
        "external_refs": claim.external_refs,
        "terms": _terms_kept(claim),
        "facts_hash": claim.facts_hash,
        "split_from_id": claim.split_from_id,
        "supplement_of_id": claim.supplement_of_id,
        "created_at": claim.created_at,
        "submitted_at": claim.submitted_at,
        "in_status_since_at": claim.in_status_since_at,
    }


def quote(judged: rules.Judged, hold: Mapping[str, Any] | None) -> QuoteOut:
    asked = judged.asked
    return QuoteOut.model_validate(
        {
            "eligible": judged.verdict.eligible,
            "kind": asked.kind,
            "scheme": asked.scheme,
            "class_id": asked.class_id,
            "fund_id": asked.fund_id,
            "applicant": {"institution_id": asked.institution_id, "trainee_id": asked.trainee_id},
            "on_behalf": asked.on_behalf,
            "amount": judged.verdict.amount,
            "lines": lines.judged_lines(judged),
            "hold": hold,
            "facts_hash": judged.facts_hash,
            "terms": terms_ref(asked.scheme, judged.terms),
        }
    )


def sought_by(told: Told) -> str:
    """What a list is searched by: the class with its institution; without a class who applies, and the numbers of the papers."""
    if class_ := told.class_:
        return f"{class_.institution.name} {class_.name} {class_.number}"
    numbers = sorted({each.number for each in told.certificates or ()} | {each.order_number for each in told.placements})
    return " ".join([*([told.applicant.name] if told.applicant else []), *numbers[:NUMBERS_SOUGHT_BY]])


def terms_ref(scheme: str, terms: Terms) -> dict[str, Any]:
    return {"scheme": scheme, "in_force_from": terms.in_force_from, "document": terms.document, "hash": terms.hash}


def _terms_kept(claim: Claim) -> dict[str, Any]:
    return {"scheme": claim.scheme, "in_force_from": claim.terms_in_force_from, "document": claim.terms_document, "hash": claim.terms_hash}


async def as_now_known(kernel: Kernel, call: Call, claim_id: UUID) -> Gathered:
    """What registry tells now of the class and the people of a claim, to judge it anew; asked ahead of the session."""
    async with kernel.reading() as session:
        claim = await steps.load(session, call, claim_id)
        asked = await lines.asked_before(session, claim, await lines.of(session, claim.id))
        asked = replace(asked, overcome=(await earlier.overcome(session, [claim.id])).get(claim.id, {}))
    return await asking.gather(kernel, call, asked)


async def replay(session: AsyncSession, call: Call, claim_id: UUID, rules_on: date | None, gathered: Gathered | None) -> ReplayOut:
    """The verdict as it was kept beside what the rules of `rules_on` (default: those applied then) say of the stored facts, or of those gathered now."""
    claim = await steps.load(session, call, claim_id)
    kept = await lines.of(session, claim.id)
    known = await schemes.in_force(session)
    if gathered is not None:
        judged = await rules.judge(session, call, gathered, own_claim_id=claim.id)
        now, facts_hash = replace(judged.facts, lines=lines.known_of(claim, kept, judged.facts.lines)), judged.facts_hash
        pairs = list(enumerate(kept))
    else:
        await session.refresh(claim, ["facts"])
        now, facts_hash = read(ClaimFacts, claim.facts), digest(claim.facts)
        pairs = [(line.position, line) for line in kept]
    terms = known.terms_on(claim.scheme, rules_on) if rules_on else known.with_hash(claim.scheme, claim.terms_hash)
    if not isinstance(terms, Terms):
        raise TermsMissing(terms.detail if terms else "当时适用的条款已不在系统中。")
    verdict = judge_claim(now, terms)
    shown = [
        _compared(LineOut.model_validate(line), _as_settled(line, lines.shown(now.lines[position], verdict.lines[position])))
        for position, line in pairs
    ]
    own = await own_ids(session, call.actor)
    whole = _whole(call, claim, own)
    shown = shown if whole else [line for line in shown if line.trainee_id in own]
    return ReplayOut.model_validate(
        {
            "claim_id": claim.id,
            "number": claim.number,
            "facts": "stored" if gathered is None else "current",
            "lines": shown,
            "same": all(line.same for line in shown),
            "then": {
                "terms": _terms_kept(claim),
                "facts_hash": claim.facts_hash,
                "amount": claim.amount if whole else lines.sum_of_eligible(line.then for line in shown),
            },
            "now": {
                "terms": terms_ref(claim.scheme, terms),
                "facts_hash": facts_hash,
                "amount": lines.sum_of_eligible(line.now for line in shown),
            },
        }
    )


def _as_settled(line: Line, judged: dict[str, Any]) -> LineOut:
    """The new verdict with what a reviewer has decided of the line: what is held again is as settled as it was, so that like is compared with like."""
    if line.resolution is None or judged["verdict"] != LineVerdict.HELD:
        return LineOut.model_validate(judged)
    settled = lines.settled(Outcome(line.resolution["outcome"]), Decimal(judged["amount"]), judged["calculation"])
    return LineOut.model_validate(judged | settled | {"resolution": line.resolution})


def _compared(then: LineOut, now: LineOut) -> ReplayLine:
    def judged(line: LineOut) -> object:
        return line.verdict, line.amount, sorted((finding.code, finding.effect) for finding in line.findings)

    return ReplayLine(trainee_id=then.trainee_id, then=then, now=now, same=judged(then) == judged(now))


async def history_of(session: AsyncSession, call: Call, claim_id: UUID, asked: pages.Asked) -> dict[str, Any]:
    """What became of a claim, as the trail has it. Of a claim that another made a person is told no more than the claim itself tells them."""
    claim = await steps.load(session, call, claim_id)
    own = await own_ids(session, call.actor)
    whole, of = _whole(call, claim, own), audit.TRAIL.c
    about = (of.subject == claim.id) & (of.subject_type == "claim") & (of.outcome == "done")
    if not whole:
        named = of.details["trainee_id"].astext
        about &= named.is_(None) | named.in_([str(each) for each in own])
    found = await history.entries(session, about, asked)
    return found | {"items": [_with_its_states(each if whole else _of_this_person(each)) for each in found["items"]]}


def _of_this_person(entry: history.HistoryEntry) -> history.HistoryEntry:
    said = {name: entry.details[name] for name in ("from", "to", "trainee_id", "outcome") if name in entry.details}
    reason = entry.reason if "trainee_id" in said or entry.action == "claim.rejected" else None
    return entry.model_copy(update={"details": said, "reason": reason})


def _with_its_states(entry: history.HistoryEntry) -> history.HistoryEntry:
    """The step's states as a change of the paper, as histories tell it."""
    rest = {name: value for name, value in entry.details.items() if name not in ("from", "to")}
    before, after = entry.details.get("from"), entry.details.get("to")
    moved = [history.HistoryChange(field="status", old=before, new=after)] if before != after else []
    return entry.model_copy(update={"details": rest, "changes": [*moved, *entry.changes]})


async def files(session: AsyncSession, claim: Claim) -> list[str]:
    """The files that the claim names, and the appeals of it that its applicant made; what a person hands in against a school's claim is not the school's."""
    own = Appeal.claim_id == claim.id, Appeal.institution_id.is_not_distinct_from(claim.institution_id)
    appealed = await session.scalars(select(Appeal.attachments).where(*own))
    return list(dict.fromkeys([*claim.attachments, *(each for attached in appealed for each in attached)]))
