"""What can be done with claims: applicants quote, create, change, submit, withdraw; the office reviews, decides and settles held lines.

What registry knows is gathered before the transaction: `application`, `again` and `named` are asked ahead of the session.
"""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import replace
from typing import Any
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from services.subsidy import clients
from services.subsidy.claims import clients as asking
from services.subsidy.claims import earlier, holds, lines, papers, reading, rules, steps, visibility
from services.subsidy.claims.clients import Asked, Gathered
from services.subsidy.claims.conditions import ALIASES
from services.subsidy.claims.errors import unknown_trainee
from services.subsidy.claims.policy import BY_FACTS, on_hold
from services.subsidy.claims.reading import Taken
from services.subsidy.claims.schemas import Attaching, ClaimChange, ClaimIn, ClaimOut, LineReason, QuoteOut, Resolution
from services.subsidy.claims.tables import Claim, Decision
from services.subsidy.codes import ClaimMessage, ClaimStatus, LineVerdict, Outcome
from services.subsidy.funds import operations as funds
from services.subsidy.funds import reading as funds_reading
from services.subsidy.notices import operations as notices
from services.subsidy.schemes import operations as schemes
from shared import db, deeds, errors, wire
from shared.access import Call
from shared.strict import digest
from shared.web import Kernel


async def application(kernel: Kernel, call: Call, body: ClaimIn) -> Gathered:
    """A new application with what registry tells of its class."""
    async with kernel.reading() as session:
        own = await visibility.own_ids(session, call.actor)
    return await asking.gather(kernel, call, rules.asked_for(call, body, own), attachments=body.attachments)


async def again(kernel: Kernel, call: Call, claim_id: UUID, action: str, body: ClaimChange | None = None) -> Gathered:
    """The application of a claim as it stands, or with a change; first whether the step may be taken at all."""
    async with kernel.reading() as session:
        claim, done = await steps.permit(session, call, claim_id, action)
        asked = await lines.asked_before(session, claim)
        if claim.status == ClaimStatus.RETURNED:
            asked = replace(asked, overcome=(await earlier.overcome(session, [claim.id])).get(claim.id, {}))
    if body is not None:
        asked = _changed(call, asked, body)
    return await asking.gather(kernel, call, asked, claim, done, (body and body.attachments) or ())


async def named(kernel: Kernel, call: Call, claim_id: UUID) -> clients.Names:
    """The names that the notice of a claim will show."""
    async with kernel.reading() as session:
        claim, _ = await steps.permit(session, call, claim_id, "confirm")
        people = await lines.of(session, claim.id)
    return await clients.names(kernel, call, **on_notice([claim], people))


def on_notice(claims: Iterable[Any], people: Iterable[Any]) -> dict[str, Collection[UUID]]:
    """Whose names the notices of claims show."""
    return {
        "trainee_ids": {line.trainee_id for line in people},
        "institution_ids": {claim.institution_id for claim in claims if claim.institution_id},
        "class_ids": {claim.class_id for claim in claims if claim.class_id},
    }


async def quote(session: AsyncSession, call: Call, gathered: Gathered) -> QuoteOut:
    """What the claim would be judged to be, and held for; nothing is kept."""
    judged = await rules.judge(session, call, gathered)
    found = await holds.followed(session, call, judged)
    return reading.quote(judged, on_hold(found.holds, call.today))


async def create(session: AsyncSession, call: Call, gathered: Gathered, body: ClaimIn) -> ClaimOut:
    judged = await rules.judge(session, call, gathered)
    asked = judged.asked
    claim = Claim(
        year=call.today.year,
        status="draft",
        kind=asked.kind,
        scheme=asked.scheme,
        institution_id=asked.institution_id,
        trainee_id=asked.trainee_id,
        on_behalf=asked.on_behalf,
        region_code=call.actor.region_code if asked.on_behalf else None,
        employer_id=asked.employer_id,
        external_refs=[ref.model_dump() for ref in body.external_refs],
        created_at=call.now,
        in_status_since_at=call.now,
    )
    papers.attach(claim, body.attachments)
    keep_verdict(claim, judged)
    session.add(claim)
    await session.flush()
    shown = lines.judged_lines(judged)
    await lines.keep(session, claim.id, shown)
    details = {name: getattr(claim, name) for name in ("scheme", "facts_hash", "terms_hash", "amount")} | {"lines": len(shown)}
    said = {"status": claim.status, "version": claim.version, "file_ids": claim.attachments}
    await deeds.record(session, call, "claim.created", claim.id, details=details, **said)
    done = []
    if claim.on_behalf and claim.region_code is None:
        done.append(steps.entered(call, claim))
        session.add_all(done)
    return await reading.one(session, call, claim, shown, done)


async def edit(session: AsyncSession, call: Call, gathered: Gathered, body: ClaimChange, **told: Any) -> ClaimOut:
    """Changes a draft or returned claim and judges it again. A returned claim keeps what it entitles to until it is submitted again. `told`: as `take` does."""
    claim, done = _as_gathered(session, gathered)
    judged = await rules.judge(session, call, gathered, own_claim_id=claim.id)
    if body.attachments is not None:
        papers.attach(claim, body.attachments)
    if body.external_refs is not None:
        claim.external_refs = [ref.model_dump() for ref in body.external_refs]
    keep_verdict(claim, judged)
    shown = lines.judged_lines(judged)
    done.append(await steps.take(session, call, claim, "edit", files=await reading.files(session, claim), **told))
    await lines.keep(session, claim.id, shown)
    return await reading.one(session, call, claim, shown, done)


async def submit(session: AsyncSession, call: Call, kernel: Kernel, gathered: Gathered, comment: str | None) -> ClaimOut:
    """Judges with fresh facts and takes what each person may be given once: of two claims for the same people, the second finds them taken."""
    claim, done = _as_gathered(session, gathered)
    judged = await rules.judge(session, call, gathered, own_claim_id=claim.id, submitting=True)
    claim.submitted_at = call.now
    shown = await put_in(session, call, kernel, claim, done, judged, "submit", comment=comment)
    return await reading.one(session, call, claim, shown, done)


async def put_in(
    session: AsyncSession, call: Call, kernel: Kernel, claim: Claim, done: list[Decision], judged: rules.Judged, action: str, **said: Any
) -> list[dict[str, Any]]:
    """The claim stands as submitted, by this step and as it was judged now; it begins with the holds that its class and people have. The answer are its
    lines."""
    began = claim.status
    keep_verdict(claim, judged)
    held = await holds.begin(session, call, claim, await holds.followed(session, call, judged, own_claim_id=claim.id))
    refused = any(line.decision == LineVerdict.REFUSED for line in judged.verdict.lines)
    tell = ClaimMessage.LINES_REFUSED if refused else None
    done.append(await steps.take(session, call, claim, action, to=ClaimStatus.SUBMITTED, tell=tell, **said))
    for reason in held:
        own_call = replace(call, actor=kernel.own_call().actor)
        done.append(await steps.take(session, own_call, claim, "hold", comment=reason))
    shown = lines.judged_lines(judged)
    if began != ClaimStatus.DRAFT:
        await lines.free(session, claim.id)
    await lines.keep(session, claim.id, shown, lines.held_by(judged))
    return shown


async def attach(session: AsyncSession, call: Call, claim_id: UUID, body: Attaching, unknown: Collection[UUID]) -> ClaimOut:
    """Papers that follow (补交材料): beside those that are there; nothing is judged by them. `unknown`: files that the caller may not name."""
    claim, done = await steps.permit(session, call, claim_id, "attach")
    if faults := [*papers.unknown(body.attachments, unknown, claim)]:
        raise errors.Invalid(faults=faults)
    papers.attach(claim, [*map(UUID, claim.attachments), *body.attachments])
    done.append(await steps.take(session, call, claim, "attach", files=await reading.files(session, claim)))
    return await reading.after(session, call, Taken(claim, done))


async def withdraw(session: AsyncSession, call: Call, claim_id: UUID, comment: str | None) -> ClaimOut:
    """The applicant takes the claim back; its people may be claimed for again."""
    claim, done = await steps.permit(session, call, claim_id, "withdraw", lock=True)
    people = await lines.release(session, call, claim)
    done.append(await steps.take(session, call, claim, "withdraw", comment=comment))
    await _given_up(session, call, claim)
    await notices.close(session, call, claim.id)
    return await reading.one(session, call, claim, people, done)


async def review(session: AsyncSession, call: Call, claim_id: UUID, comment: str | None, fund_id: UUID | None = None) -> Taken:
    """First review (初审). Of a claim that came without a fund it names one, as the terms allow."""
    claim, done = await steps.permit(session, call, claim_id, "review")
    if claim.fund_id is None or fund_id not in (None, claim.fund_id):
        await _name_fund(session, claim, fund_id)
    done.append(await steps.take(session, call, claim, "review", comment=comment))
    return Taken(claim, done)


async def _name_fund(session: AsyncSession, claim: Claim, fund_id: UUID | None) -> None:
    """The facts are complete with it; its source decides nothing else than whether it may pay."""
    known = await schemes.in_force(session)
    fund = fund_id and await funds_reading.find(session, fund_id)
    if fault := papers.why_not_fund(claim, fund_id, fund or None, known.with_hash(claim.scheme, claim.terms_hash)):
        raise errors.Invalid(faults=[fault])
    assert fund, "no fault was found"
    await session.refresh(claim, ["facts"])
    claim.facts = {**claim.facts, "fund_source": fund.source}
    claim.fund_id, claim.facts_hash = fund.id, digest(claim.facts)


async def confirm(session: AsyncSession, call: Call, kernel: Kernel, names: clients.Names, claim_id: UUID, comment: str | None) -> Taken:
    """Second review (复审): posts the public notice, with names as registry knows them now."""
    claim, done = await steps.permit(session, call, claim_id, "confirm")
    people = await lines.shown_of(session, claim.id)
    call.told.update(names.known())
    done.append(await steps.take(session, call, claim, "confirm", comment=comment))
    institution = names.institutions.get(claim.institution_id) if claim.institution_id else None
    class_ = names.classes.get(claim.class_id) if claim.class_id else None
    called = {trainee_id: trainee.name for trainee_id, trainee in names.trainees.items()}
    persons = [notices.Person(called.get(line["trainee_id"], ""), line["amount"], line["verdict"]) for line in people]
    announced = notices.Announced(
        claim.id, claim.scheme, institution.name if institution else None, class_.name if class_ else None, claim.amount, persons
    )
    await notices.post(session, call, kernel, announced, claim.notice_working_days)
    return Taken(claim, done, people)


async def look_again(session: AsyncSession, call: Call, claim_ids: Collection[UUID]) -> None:
    """After they were confirmed: what came meanwhile is seen before the money goes."""
    await steps.judge_anew(session, "claim.confirmed", db.new_id(), call.now, Claim.id.in_(claim_ids))


async def approve(session: AsyncSession, call: Call, claim_id: UUID, comment: str | None) -> Taken:
    """Approval (批准): the notice is over, nothing is open, and the money is there. Two approvals at once cannot spend the same yuan."""
    claim, done = await steps.permit(session, call, claim_id, "approve")
    await funds.reserve(session, call, claim.paid_from, claim.id, claim.amount)
    done.append(await steps.take(session, call, claim, "approve", comment=comment))
    await notices.conclude(session, call, claim.id)
    return Taken(claim, done)


async def send_back(session: AsyncSession, call: Call, claim_id: UUID, reason: str, said: Sequence[LineReason] = ()) -> Taken:
    """Return for correction (退回补正): the applicant may change it and submit it again; until then it keeps its place. `said`: of single persons."""
    claim, done = await steps.permit(session, call, claim_id, "return", lock=True)
    people = await lines.release(session, call, claim)
    of_persons = await rules.said_of(session, said, people)
    done.append(await steps.take(session, call, claim, "return", comment=reason, lines=of_persons or None))
    await notices.close(session, call, claim.id)
    return Taken(claim, done, people)


async def reject(session: AsyncSession, call: Call, claim_id: UUID, reason: str) -> Taken:
    """Rejection (不予通过): its people may be claimed for again."""
    claim, done = await steps.permit(session, call, claim_id, "reject", lock=True)
    people = await lines.release(session, call, claim)
    done.append(await steps.take(session, call, claim, "reject", comment=reason))
    await _given_up(session, call, claim)
    await notices.close(session, call, claim.id)
    return Taken(claim, done, people)


async def _given_up(session: AsyncSession, call: Call, claim: Claim) -> None:
    """Its people may be claimed for again; what a supplement would have made up is due as before."""
    await lines.free(session, claim.id)
    if claim.supplement_of_id is not None:
        await steps.judge_anew(session, f"claim.{claim.status}", db.new_id(), call.now, Claim.id == claim.supplement_of_id)


async def close(session: AsyncSession, call: Call, claim_id: UUID, reason: str) -> Taken:
    """Ends an approved claim of which nothing is to be paid any more (办结): one of 0.00, or what is left of one that was paid in part."""
    claim, done = await steps.permit(session, call, claim_id, "close", lock=True)
    people = await lines.release(session, call, claim)
    for line in people:
        if line.verdict == LineVerdict.ELIGIBLE:
            line.given_up_yuan = line.amount - line.paid_yuan
    await session.flush()
    await lines.free(session, claim.id, [line.position for line in people if not line.paid_yuan])
    to = ClaimStatus.CLOSED
    if any(line.paid_yuan for line in people):
        to = (await steps.standing(session, await steps.seen(session, [claim.id])))[claim.id]
    done.append(await steps.take(session, call, claim, "close", to=to, comment=reason))
    return Taken(claim, done, people)


async def resolve(session: AsyncSession, call: Call, kernel: Kernel, claim_id: UUID, body: Resolution) -> ClaimOut:
    """Settles one held line (处理待核实人员); a notice that is public says so. Splitting moves it, still held, to a claim of its own, which goes its way
    from `submitted`."""
    claim, done = await steps.permit(session, call, claim_id, "resolve")
    people = list(await lines.of(session, claim.id))
    trainee_id = (await ALIASES.resolved(session, [body.trainee_id]))[body.trainee_id]
    of_person = [line for line in people if line.trainee_id == trainee_id]
    if not of_person:
        raise errors.Invalid(faults=[unknown_trainee(claim.number)])
    line = next((line for line in of_person if line.verdict == LineVerdict.HELD), None)
    if line is None:
        raise errors.InvalidState("该学员不是待核实状态,无需处理。")
    if body.outcome == Outcome.ACCEPT and (unconfirmed := lines.why_no_money(line)):
        raise unconfirmed
    details: dict[str, Any] = {"trainee_id": trainee_id, "outcome": body.outcome}
    place, shown = people.index(line), None
    if body.outcome == Outcome.SPLIT:
        if len(people) == 1:
            raise errors.InvalidState("申领单只有这一名学员,无需另立新单;请认可、不予补贴或退回。")
        split = await lines.split_off(session, call, claim, line, done)
        await steps.take(session, call, split, "split", comment=body.reason, files=split.attachments, **details, other_claim_id=claim.id)
        people.remove(line)
        details["other_claim_id"] = split.id
    else:
        line.resolution = {
            "outcome": body.outcome,
            "reason": body.reason,
            "by": call.actor.subject,
            "at": call.now.isoformat(),
            "judged_amount": str(line.amount),
        }
        for name, value in lines.settled(body.outcome, line.amount, line.calculation).items():
            setattr(line, name, value)
        line.before = None
        if not lines.takes(line.verdict, line.amount):
            await lines.free(session, claim.id, [line.position])
        shown = line.amount, line.verdict
    claim.amount = lines.sum_of_eligible(people)
    if not any(each.before for each in people):  # nothing that new facts weigh against is left to decide on
        claim.holds = [each for each in claim.holds if each["ended_by"] != BY_FACTS]
    tell = ClaimMessage.LINE_REFUSED if body.outcome == Outcome.REFUSE else None
    done.append(await steps.take(session, call, claim, "resolve", comment=body.reason, tell=tell, **details))
    await notices.amend(session, call, kernel, claim.id, place, shown, claim.amount, claim.notice_working_days)
    return await reading.one(session, call, claim, people, done)


def _as_gathered(session: AsyncSession, gathered: Gathered) -> tuple[Claim, list[Decision]]:
    """The claim for which the facts were gathered, and its steps. Whether it is still as it was then, its own update finds out: `StaleVersion` if not."""
    assert gathered.claim is not None, "the facts of a claim come with it"
    session.add(gathered.claim)
    return gathered.claim, list(gathered.done)


def _changed(call: Call, asked: Asked, body: ClaimChange) -> Asked:
    faults = [*wire.faults(rules.CHANGE_RULES, body, call.today), *rules.of_the_kind(asked.kind, body.class_id, body.lines)]
    if (asked.on_behalf or asked.employer_id) and body.attachments is not None:
        faults += papers.why_not_signed(body.attachments)
    if faults:
        raise errors.Invalid(faults=faults)
    if body.fund_id is not None:
        asked = replace(asked, fund_id=body.fund_id)
    if body.class_id is not None:
        asked = replace(asked, class_id=body.class_id, lines=asked.lines if body.class_id == asked.class_id else None)
    if body.lines is not None:
        asked = replace(asked, lines=rules.wanted(body.lines))
    return asked


def keep_verdict(claim: Claim, judged: rules.Judged) -> None:
    asked, terms, class_ = judged.asked, judged.terms, judged.told.class_
    claim.class_id, claim.fund_id, claim.everyone = asked.class_id, asked.fund_id, asked.lines is None
    claim.class_starts_on, claim.class_ends_on = (class_.starts_on, class_.ends_on) if class_ else (None, None)
    claim.sought_by = reading.sought_by(judged.told)
    claim.counted_region_code, claim.counted_department = rules.counted_in(judged), class_.department if class_ else None
    claim.amount = judged.verdict.amount
    if claim.facts_hash != judged.facts_hash:  # facts that are the same are not written again
        claim.facts, claim.facts_hash = judged.facts_json, judged.facts_hash
    claim.payee, claim.notice_working_days = terms.payee, terms.notice_working_days
    claim.terms_in_force_from, claim.terms_document, claim.terms_hash = terms.in_force_from, terms.document, terms.hash
    claim.required_papers = papers.required(terms)
