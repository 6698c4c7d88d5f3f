"""Supplements (补差): what the facts of now find due beyond what a line was paid, as a claim of its own. It is judged as of the day of the claim it makes up
for, less what that one and its earlier supplements found; it goes the way of every claim, from the first review to the bank, through as many hands."""

from collections.abc import Sequence
from dataclasses import replace
from uuid import UUID

from sqlalchemy import update
from sqlalchemy.ext.asyncio import AsyncSession

from services.subsidy.claims import clients as asking
from services.subsidy.claims import earlier, lines, operations, reading, rules, steps
from services.subsidy.claims.clients import Asked, Gathered
from services.subsidy.claims.schemas import ClaimOut
from services.subsidy.claims.steps import LINES
from services.subsidy.claims.tables import Claim, Decision, Line
from services.subsidy.codes import ClaimStatus, LineVerdict
from shared import errors
from shared.access import Call
from shared.web import Kernel


async def gather(kernel: Kernel, call: Call, claim_id: UUID) -> Gathered:
    """What is known today of the people of a claim to whom more is due; first whether the step may be taken at all."""
    async with kernel.reading() as session:
        claim, done = await steps.permit(session, call, claim_id, "supplement")
        people = [line for line in await lines.of(session, claim.id) if line.more_due_yuan]
        asked = await asks(session, claim, people)
    return await asking.gather(kernel, call, asked, claim, done)


async def asks(session: AsyncSession, claim: Claim, people: Sequence[Line]) -> Asked:
    """The supplement of these lines. Of money that was asked back nothing is made up: that person is claimed for anew."""
    paid = [line for line in people if line.paid_yuan > line.asked_back_yuan]
    overcome = (await earlier.overcome(session, [claim.id])).get(claim.id, {})
    asked = await lines.asked_before(session, claim, paid)
    return replace(asked, overcome=overcome, supplement_of_id=claim.id, claimed_on=await lines.claimed_on(session, claim))


async def claim_the_rest(session: AsyncSession, call: Call, kernel: Kernel, gathered: Gathered, comment: str | None) -> ClaimOut:
    """The applicant claims what is due beyond; the answer is the new claim."""
    claim, done = gathered.claim, list(gathered.done)
    assert claim is not None, "the facts of a claim come with it"
    session.add(claim)
    own = await begin(session, call, kernel, gathered, "submit", comment)
    if own is None:
        raise errors.InvalidState("按现有事实没有应补的差额。")
    supplement, by = own
    done.append(
        await steps.take(session, call, claim, "supplement", to=ClaimStatus(claim.status), comment=comment, other_claim_id=supplement.id)
    )
    return await reading.one(session, call, supplement, await lines.shown_of(session, supplement.id), by)


async def begin(
    session: AsyncSession, call: Call, kernel: Kernel, gathered: Gathered, action: str, comment: str | None, entered: Decision | None = None
) -> tuple[Claim, list[Decision]] | None:
    """The supplement, submitted by this step; None where nothing more is due to anybody. `entered`: who asked for it, where that is not who takes the
    step."""
    claim = gathered.claim
    assert claim is not None, "the facts of a claim come with it"
    judged = await _worth_something(session, call, gathered)
    if judged is None:
        return None
    own = lines.beside(call, claim)
    own.split_from_id, own.supplement_of_id, own.submitted_at = None, claim.id, call.now
    operations.keep_verdict(own, judged)
    session.add(own)
    await session.flush()
    done = []
    if entered is not None:
        entered.claim_id = own.id
        session.add(entered)
        await session.flush()
        done.append(entered)
    await operations.put_in(
        session, call, kernel, own, done, judged, action, comment=comment, files=own.attachments, other_claim_id=claim.id
    )
    told = update(LINES).where(LINES.c.claim_id == claim.id, LINES.c.trainee_id.in_({line.trainee_id for line in judged.lines}))
    await session.execute(told.values(more_due_yuan=lines.NOTHING))
    return own, done


async def _worth_something(session: AsyncSession, call: Call, gathered: Gathered) -> rules.Judged | None:
    """Judged for those alone to whom something more is due: of anybody else there is nothing to review."""
    if not gathered.asked.lines:
        return None
    judged = await rules.judge(session, call, gathered, submitting=True)
    if judged.terms.in_instalments:  # what is due beyond comes with the next instalment
        return None
    pairs = zip(judged.lines, judged.verdict.lines, strict=True)
    more = tuple(line for line, verdict in pairs if verdict.decision != LineVerdict.REFUSED and verdict.amount)
    if not more or len(more) == len(judged.lines):
        return judged if more else None
    return await rules.judge(session, call, replace(gathered, asked=replace(gathered.asked, lines=more)), submitting=True)
