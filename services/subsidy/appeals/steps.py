"""Deciding an appeal. One that is upheld begins the lines it is about again: judged by what is known today, and what the appeal has overcome refuses them no
more but holds them for a reviewer. So nobody is paid by the word of one person, and every later step is taken as of any claim.

Where a claim stands decides how: one that the applicant has back stays with them; of one that is under review, approved, rejected or closed the lines come
back to the first review, the whole claim where it has no others, else on a claim of their own; money that was set aside for them is given back. Of what the
bank has paid, what is due beyond goes on a supplement. What the bank has been sent, and what was withdrawn, stays as it is.
"""

from collections.abc import Sequence
from dataclasses import replace
from typing import Any
from uuid import UUID

from sqlalchemy import case, update
from sqlalchemy.ext.asyncio import AsyncSession

from services.subsidy.appeals import policy, reading
from services.subsidy.appeals.schemas import AppealDecided, AppealOut
from services.subsidy.claims import clients as asking
from services.subsidy.claims import earlier, lines, operations, rules
from services.subsidy.claims import steps as claims
from services.subsidy.claims.clients import Gathered
from services.subsidy.claims.policy import WITH_MONEY, message
from services.subsidy.claims.tables import Appeal, Claim, Decision, Line
from services.subsidy.codes import AppealFollows, AppealStatus, ClaimMessage, ClaimStatus, LineVerdict
from services.subsidy.funds import operations as funds
from services.subsidy.notices import operations as notices
from services.subsidy.schemes.errors import REFUSALS
from services.subsidy.supplements import operations as supplements
from shared import deeds
from shared.access import Call
from shared.clock import SHANGHAI
from shared.web import Kernel

UPHELD = AppealStatus.UPHELD


async def permit(
    session: AsyncSession, call: Call, claim_id: UUID, appeal_id: UUID, *, lock: bool = False
) -> tuple[Appeal, Claim, list[Decision]]:
    """All three, when this caller may decide the appeal now. `lock`: so that of two who decide it the second finds it decided."""
    claim, done = await claims.load_with_history(session, call, claim_id)
    appeal = await reading.load(session, call, claim.id, appeal_id, lock=lock)
    call.match(appeal.version)
    if why_not := reading.why_not(call, appeal, done):
        raise REFUSALS[why_not.code](why_not.detail)
    return appeal, claim, done


async def if_upheld(kernel: Kernel, call: Call, claim_id: UUID, appeal_id: UUID, body: AppealDecided) -> Gathered | None:
    """What is known today of the lines that would be judged anew; None where none would."""
    if body.outcome != UPHELD:
        return None
    async with kernel.reading() as session:
        appeal, claim, done = await permit(session, call, claim_id, appeal_id)
        everyone = await lines.of(session, claim.id)
        again = _again(claim, appeal, everyone)
        if not again and not policy.may_be_made_up(claim, _about(appeal, everyone)):
            return None
        if again:
            asked = await lines.asked_before(session, claim, again)
            overcome = dict((await earlier.overcome(session, [claim.id])).get(claim.id, {}))
            for line in again:
                overcome[line.trainee_id] = tuple(sorted({*overcome.get(line.trainee_id, ()), *policy.overcome(line.findings)}))
            asked = replace(asked, overcome=overcome)
        else:
            asked = await supplements.asks(session, claim, _about(appeal, everyone))
    return await asking.gather(kernel, call, asked, claim, done)


async def decide(
    session: AsyncSession, call: Call, kernel: Kernel, gathered: Gathered | None, claim_id: UUID, appeal_id: UUID, body: AppealDecided
) -> AppealOut:
    if gathered is not None and gathered.claim is not None:
        session.add(gathered.claim)  # whether it is still as it was then, its own update finds out
    appeal, claim, done = await permit(session, call, claim_id, appeal_id, lock=True)
    answer: dict[str, Any] = {}
    if body.outcome == UPHELD:
        answer = await _follow(session, call, kernel, gathered, appeal, claim, done, body.reason)
    answer |= {"status": body.outcome, "decision_reason": body.reason, "decided_at": call.now, "decided_by": call.actor.subject}
    answer |= {"decided_by_name": call.actor.name or None, "decided_by_person_id": call.actor.person_id}
    for name, value in answer.items():  # at once: what is answered changes no more
        setattr(appeal, name, value)
    await session.flush()
    told = ClaimMessage.APPEAL_UPHELD if body.outcome == UPHELD else ClaimMessage.APPEAL_DISMISSED
    said = {"appeal_id": appeal.id, "outcome": appeal.status} | message(told, claim.number)
    kept = {"reason": body.reason, "follows": appeal.follows, "overcame": appeal.overcame}
    await deeds.record(session, call, "claim.appeal_decided", claim.id, details=kept, status=claim.status, version=claim.version, **said)
    return reading.show(call, appeal, done)


def _about(appeal: Appeal, everyone: Sequence[Line]) -> list[Line]:
    return [line for line in everyone if appeal.trainee_id in (None, line.trainee_id)]


def _again(claim: Claim, appeal: Appeal, everyone: Sequence[Line]) -> list[Line]:
    return policy.begin_again(claim.status, _about(appeal, everyone))


async def _follow(
    session: AsyncSession,
    call: Call,
    kernel: Kernel,
    gathered: Gathered | None,
    appeal: Appeal,
    claim: Claim,
    done: list[Decision],
    reason: str,
) -> dict[str, Any]:
    """What an upheld appeal says of what came of it."""
    if claim.status in WITH_MONEY:
        await funds.lock(session, claim.paid_from)
    everyone = list(await lines.of(session, claim.id))
    again = _again(claim, appeal, everyone) if gathered is not None else []
    answer: dict[str, Any] = {"follows": policy.follows(everyone, again)}
    if gathered is None:
        return answer
    if not again:
        return answer | await _made_up(session, call, kernel, gathered, appeal, claim, done, reason)
    answer["overcame"] = sorted({code for line in again for code in policy.overcome(line.findings)})
    claimed_on = (claim.submitted_at or call.now).astimezone(SHANGHAI).date()  # what the office took time for is no fault of theirs
    judged = await rules.judge(session, call, gathered, own_claim_id=claim.id, submitting=True, claimed_on=claimed_on)
    if answer["follows"] == AppealFollows.JUDGED_ANEW:
        await _as_it_is(session, call, kernel, claim, done, judged, reason)
    else:
        own = await _apart(session, call, kernel, claim, done, (everyone, again), judged, reason)
        answer["new_claim_id"] = own.id
    return answer


async def _made_up(
    session: AsyncSession, call: Call, kernel: Kernel, gathered: Gathered, appeal: Appeal, claim: Claim, done: list[Decision], reason: str
) -> dict[str, Any]:
    """What is due beyond what was paid is claimed on a supplement, which whoever appealed has asked for."""
    asked_for = claims.entered(call, claim)
    asked_for.actor, asked_for.person_id, asked_for.at, asked_for.comment = appeal.actor, appeal.person_id, appeal.at, appeal.reason
    asked_for.role, asked_for.actor_name = _role_of(appeal), None
    found = await supplements.begin(session, call, kernel, gathered, "appeal", reason, asked_for)
    if found is None:
        return {}
    own, _ = found
    done.append(await claims.take(session, call, claim, "appeal", to=ClaimStatus(claim.status), comment=reason, other_claim_id=own.id))
    return {"follows": AppealFollows.SUPPLEMENT, "new_claim_id": own.id}


def _role_of(appeal: Appeal) -> str:
    if appeal.on_behalf:
        return "town" if appeal.region_code else "officer"
    return "institution" if appeal.institution_id else "person"


async def _as_it_is(
    session: AsyncSession, call: Call, kernel: Kernel, claim: Claim, done: list[Decision], judged: rules.Judged, reason: str
) -> None:
    """The whole claim begins again; what the applicant has back stays with them until they submit it."""
    with_applicant = claim.status == ClaimStatus.RETURNED
    await lines.release(session, call, claim)
    await notices.close(session, call, claim.id)
    done.append(await claims.take(session, call, claim, "appeal", to=ClaimStatus.RETURNED, comment=reason))
    if with_applicant:
        operations.keep_verdict(claim, judged)
        await session.flush()
        await lines.keep(session, claim.id, lines.judged_lines(judged))
    else:
        await operations.put_in(session, call, kernel, claim, done, judged, "resubmit", comment=reason)


async def _apart(
    session: AsyncSession,
    call: Call,
    kernel: Kernel,
    claim: Claim,
    done: list[Decision],
    people: tuple[Sequence[Line], Sequence[Line]],
    judged: rules.Judged,
    reason: str,
) -> Claim:
    """Some lines begin again on a claim of their own, with the history of the old one, which goes on without them. `people`: everyone, and these."""
    everyone, again = people
    rest = [line for line in everyone if line not in again]
    if claim.status == ClaimStatus.APPROVED:
        left = (line.amount - line.given_up_yuan for line in again if line.verdict == LineVerdict.ELIGIBLE)
        await funds.release(session, call, claim.paid_from, claim.id, sum(left, lines.NOTHING))
    own = lines.beside(call, claim)
    operations.keep_verdict(own, judged)
    session.add(own)
    await session.flush()
    await _move(session, claim, own, again)
    session.add_all(lines.history_of(own, done))
    await session.flush()
    before = [*done]
    await operations.put_in(
        session, call, kernel, own, before, judged, "appeal", comment=reason, other_claim_id=claim.id, files=own.attachments
    )
    claim.everyone = False
    claim.amount = lines.sum_of_eligible(rest)
    await session.flush()
    to = None
    if claim.status == ClaimStatus.APPROVED and any(line.paid_yuan for line in rest):
        to = (await claims.standing(session, await claims.seen(session, [claim.id])))[claim.id]
    done.append(
        await claims.take(session, call, claim, "appeal", to=to or ClaimStatus(claim.status), comment=reason, other_claim_id=own.id)
    )
    for line in reversed(again):
        await notices.amend(session, call, kernel, claim.id, everyone.index(line), None, claim.amount, claim.notice_working_days)
    return own


async def _move(session: AsyncSession, claim: Claim, own: Claim, again: Sequence[Line]) -> None:
    """The lines go to the other claim; what they entitled to is free until they are judged there."""
    positions = [line.position for line in again]
    await lines.free(session, claim.id, positions)
    place: Any = case({position: new for new, position in enumerate(positions)}, value=Line.position)
    moved = update(Line).where(Line.claim_id == claim.id, Line.position.in_(positions)).values(claim_id=own.id, position=place)
    await session.execute(moved, execution_options={"synchronize_session": False})
    for line in again:
        session.expunge(line)
