"""Drawing a sample, and keeping what its people said."""

import secrets
from collections.abc import Iterable, Iterator
from datetime import date
from decimal import Decimal
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from services.subsidy.claims import steps
from services.subsidy.claims.conditions import ALIASES, named_by
from services.subsidy.claims.policy import OPEN, a_hold
from services.subsidy.claims.tables import Claim, Line
from services.subsidy.claims.visibility import rows
from services.subsidy.codes import CallbackResult, ClaimStatus, LineVerdict
from services.subsidy.samples import reading
from services.subsidy.samples.policy import drawn
from services.subsidy.samples.schemas import LINES_AT_MOST, CalledIn, ResultsIn, SampleIn, SampleOut
from services.subsidy.samples.tables import Sample, SampledLine
from shared import deeds, errors
from shared.access import Call

STRATA = (LineVerdict.ELIGIBLE, LineVerdict.REFUSED)  # approvals and refusals alike: a refusal too may be wrong
DENIED = "callback_denied"


async def draw(session: AsyncSession, call: Call, body: SampleIn) -> SampleOut:
    """Of each verdict the share, rounded up. Who is drawn follows from seed, claim and line alone, so that anyone can draw it again."""
    seed = body.seed or secrets.token_hex(8)
    wanted = select(Line.claim_id, Line.position, Line.trainee_id, Line.verdict, Line.amount).join(Claim, Claim.id == Line.claim_id)
    wanted = wanted.where(rows(call.actor), named_by(body.filter, call.today), Claim.status != ClaimStatus.DRAFT, Line.verdict.in_(STRATA))
    there = (await session.execute(wanted)).all()
    of_each = ([row for row in there if row.verdict == verdict] for verdict in STRATA)
    lines = [row for of in of_each for row in drawn(seed, body.share, of, lambda row: (row.claim_id, row.position))]
    if len(lines) > LINES_AT_MOST:
        seen, allowed = f"{len(lines)} 人", f"至多 {LINES_AT_MOST} 人"
        raise errors.Invalid(faults=[errors.Fault("invalid_value", pointer="/share", seen=seen, allowed=allowed, fix="请缩小比例或范围。")])
    sample = Sample(
        filter=body.filter.model_dump(mode="json", exclude_none=True),
        share=Decimal(str(body.share)),
        seed=seed,
        drawn_from={verdict: sum(row.verdict == verdict for row in there) for verdict in STRATA},
        drawn_by=call.actor.subject,
        drawn_by_name=call.actor.name or None,
        drawn_at=call.now,
    )
    session.add(sample)
    await session.flush()
    session.add_all(
        SampledLine(
            sample_id=sample.id,
            claim_id=row.claim_id,
            position=row.position,
            trainee_id=row.trainee_id,
            verdict=row.verdict,
            amount_yuan=row.amount,
        )
        for row in lines
    )
    await session.flush()
    details = {"seed": seed, "share": str(sample.share), "drawn_from": sample.drawn_from, "drawn": len(lines)}
    await deeds.record(session, call, "claim_sample.drawn", sample.id, event=False, details=details)
    return await reading.show(session, sample)


async def answer(session: AsyncSession, call: Call, sample_id: UUID, body: ResultsIn) -> SampleOut:
    """Keeps the results, each once and all or none; an open claim of which somebody denies what it says is held until a reviewer has looked."""
    sample = await reading.get(session, call, sample_id)
    lines = {
        (line.claim_id, line.trainee_id): line
        for line in await session.scalars(select(SampledLine).where(SampledLine.sample_id == sample.id).with_for_update())
    }
    same = await ALIASES.resolved(session, [each.trainee_id for each in body.items] + [line.trainee_id for line in lines.values()])
    by_person = {(claim_id, same[trainee_id]): line for (claim_id, trainee_id), line in lines.items()}
    told = [(index, each, by_person.get((each.claim_id, same[each.trainee_id]))) for index, each in enumerate(body.items)]
    if faults := [*_wrong(told), *called(body, call.today)]:
        raise errors.Invalid(faults=faults)
    for _, each, line in told:
        assert line is not None, "whoever is unknown has been refused"
        line.result, line.called_on, line.note = each.result, each.called_on or call.today, each.note
        line.called_by, line.called_by_name = call.actor.subject, call.actor.name or None
    await session.flush()
    denied = {each.claim_id for each in body.items if each.result == CallbackResult.DENIED}
    if denied:
        because = a_hold(DENIED, f"回访中有学员否认所报情况(抽查 {sample.seed})。请复审人员核实。", call.now)
        await steps.hold_each(session, call, Claim.id.in_(denied) & Claim.status.in_(OPEN), because)
    details = {"answered": len(body.items), "denied": len(denied)}
    await deeds.record(session, call, "claim_sample.answered", sample.id, event=False, details=details)
    return await reading.show(session, sample)


def called(body: ResultsIn, today: date) -> Iterator[errors.Fault]:
    """Nobody was called on a day to come."""
    for index, each in enumerate(body.items):
        if each.called_on and each.called_on > today:
            at, allowed = f"/items/{index}/called_on", f"≤ {today}"
            yield errors.Fault("invalid_value", pointer=at, seen=str(each.called_on), allowed=allowed, fix="请核对日期。")


def _wrong(told: Iterable[tuple[int, CalledIn, SampledLine | None]]) -> Iterator[errors.Fault]:
    seen = set[int]()
    for index, _, line in told:
        if line is None:
            yield errors.Fault("unknown_trainee", pointer=f"/items/{index}/trainee_id", fix="请核对:抽查名单中没有该学员。")
        elif line.result is not None or id(line) in seen:
            yield errors.Fault("named_twice", pointer=f"/items/{index}", fix="该学员已有回访结果,请去掉这一项。")
        seen.add(id(line))
