"""What can be done with a paper about trades: propose it, and take it from step to step."""

from collections.abc import Sequence
from datetime import date, timedelta
from typing import Any, TypeVar
from uuid import UUID

from sqlalchemy import select, update
from sqlalchemy.dialects.postgresql import Range
from sqlalchemy.ext.asyncio import AsyncSession

from services.registry.codes import FiledStatus, FilingAuthority, TradePaperNoun
from services.registry.files import reading as files
from services.registry.institutions.institutions import reading as institutions
from services.registry.training.trade_papers import policy, reading, rules, schemas
from services.registry.training.trade_papers.errors import TradeListedTwice
from services.registry.training.trade_papers.policy import Asked
from services.registry.training.trade_papers.tables import ListedTrade, TradePaper
from shared import changes, codes, db, deeds, errors, history
from shared.access import Call
from shared.steps import Step

Out = TypeVar("Out", bound=schemas.PaperOut)
ONE_TRADE = set(schemas.TradeIn.model_fields)


async def propose(
    session: AsyncSession,
    call: Call,
    shape: type[Out],
    noun: str,
    body: Any,
    trades: Sequence[schemas.TradeIn],
    faults: Sequence[errors.Fault],
) -> Out:
    """Keeps what is proposed, with its trades. `faults`: what the rules have said of it so far."""
    said = body.model_dump(include=TradePaper.__mapper__.columns.keys())
    found = [*faults, *await _unknown(session, call, said)]
    if found:
        raise errors.Invalid(faults=found)
    said["proposed_on"] = said["proposed_on"] or call.today
    at = {"registered_at": call.now, "changed_at": call.now}
    paper = TradePaper(id=db.new_id(), noun=noun, status=FiledStatus.PROPOSED, filings=[], department=call.actor.department, **said, **at)
    session.add(paper)
    await session.flush()
    for position, trade in enumerate(trades):
        key = rules.key(trade.occupation_code, trade.trade_name)
        session.add(ListedTrade(paper_id=paper.id, position=position, key=key, **trade.model_dump(include=ONE_TRADE)))
    await session.flush()
    return await _recorded(session, call, shape, paper, "proposed", [])


async def _unknown(session: AsyncSession, call: Call, said: dict[str, Any]) -> list[errors.Fault]:
    """A file and an institution that are named are among those that the caller sees."""
    found = await files.unknown(session, call, {"/file_id": said["file_id"]})
    if named := said.get("institution_id"):
        try:
            await institutions.find(session, call, named)
        except errors.NotFound:
            found.append(errors.Fault("unknown_institution", "/institution_id", seen=str(named), fix="请先登记该机构,或更正编号。"))
    return found


async def file(session: AsyncSession, call: Call, shape: type[Out], noun: str, paper_id: UUID, body: schemas.Filed) -> Out:
    """One authority has it on file, or all have."""
    paper = await reading.permit(session, call, paper_id, noun=noun, action="file", lock=True)
    faults = rules.in_order(call.today, paper.proposed_on, *rules.filed_days(body.filings))
    by = {each["authority"]: each for each in paper.filings}
    for index, each in enumerate(body.filings):
        if each.authority in by:
            label = codes.labels("filing_authority")[each.authority].zh
            faults.append(
                errors.Fault("duplicate_item", f"/filings/{index}/authority", seen=each.authority, fix=f"{label}的备案已登记,请删去本项。")
            )
        by[each.authority] = each.model_dump(mode="json")
    _refuse(faults)
    wanted = policy.authorities(noun)
    before = await _told(session, call, shape, paper)
    paper.filings = [by[each] for each in FilingAuthority if each in by]
    if all(each in by for each in wanted):
        paper.status = FiledStatus.FILED
    return await _recorded(session, call, shape, paper, "filed", before)


async def put_in_force(session: AsyncSession, call: Call, shape: type[Out], noun: str, paper_id: UUID, body: schemas.PutInForce) -> Out:
    """From a day on, which may be to come, none of its trades standing in another such paper on the same days."""
    paper = await reading.permit(session, call, paper_id, noun=noun, action="put-in-force", lock=True)
    filed_on = max((date.fromisoformat(each["filed_on"]) for each in paper.filings), default=paper.proposed_on)
    faults = rules.in_order(call.today, filed_on, Asked("/from_on", body.from_on, told=False))
    if body.until_on:
        faults += rules.in_order(call.today, body.from_on, Asked("/until_on", body.until_on, told=False))
    _refuse(faults)
    scope, days = policy.scope(noun, paper.kind), Range(body.from_on, body.until_on, bounds="[]")
    await _refuse_twice(session, paper, scope, days)
    await session.execute(update(ListedTrade).where(ListedTrade.paper_id == paper.id).values(scope=scope, days=days))
    return await _take(session, call, shape, paper, "put-in-force", {"from_on": body.from_on, "until_on": body.until_on})


async def _refuse_twice(session: AsyncSession, paper: TradePaper, scope: str | None, days: Range[date]) -> None:
    """Says which trades stand where already; who comes at the same time is refused by the database."""
    own = select(ListedTrade.key).where(ListedTrade.paper_id == paper.id)
    wanted = (
        select(ListedTrade.occupation_code, ListedTrade.trade_name, TradePaper.name, TradePaper.id)
        .join(TradePaper, TradePaper.id == ListedTrade.paper_id)
        .where(ListedTrade.key.in_(own), ListedTrade.scope == scope, ListedTrade.days.overlaps(days))
        .order_by(TradePaper.id, ListedTrade.position)
    )
    if found := (await session.execute(wanted.limit(100))).all():
        named = "、".join(f"{row.occupation_code or row.trade_name}(《{row.name}》)" for row in found)
        raise TradeListedTwice(f"这些工种同一时期已在别处列明:{named}。请先停止实施原有的,或另定日期。", existing_id=str(found[0].id))


async def end(
    session: AsyncSession, call: Call, shape: type[Out], noun: str, paper_id: UUID, body: schemas.Ended, action: str = "end"
) -> Out:
    """Its last day, which may be to come for what is in force. From the day after it the trades may stand elsewhere."""
    paper = await reading.permit(session, call, paper_id, noun=noun, action=action, lock=True)
    on = body.on or max(call.today, paper.from_on or call.today)
    _refuse(rules.in_order(call.today, paper.from_on, Asked("/on", on, told=noun == TradePaperNoun.TRAINING_BASE)))
    days = Range(paper.from_on, on, bounds="[]")
    await session.execute(update(ListedTrade).where(ListedTrade.paper_id == paper.id, ListedTrade.days.is_not(None)).values(days=days))
    return await _take(session, call, shape, paper, action, {"until_on": on, "reason": body.reason}, since=paper.until_on)


async def give_up(session: AsyncSession, call: Call, shape: type[Out], noun: str, paper_id: UUID, reason: str, action: str) -> Out:
    """Withdrawn or rejected before it stood."""
    paper = await reading.permit(session, call, paper_id, noun=noun, action=action, lock=True)
    return await _take(session, call, shape, paper, action, {"reason": reason})


async def approve(session: AsyncSession, call: Call, shape: type[Out], paper_id: UUID, body: schemas.Approved) -> Out:
    noun = TradePaperNoun.TRAINING_BASE
    paper = await reading.permit(session, call, paper_id, noun=noun, action="approve", lock=True)
    approved_on = body.on or call.today
    _refuse(rules.in_order(call.today, paper.proposed_on, Asked("/on", approved_on)))
    return await _take(session, call, shape, paper, "approve", {"approved_on": approved_on, "approval_no": body.approval_no})


async def build(session: AsyncSession, call: Call, shape: type[Out], paper_id: UUID, body: schemas.Built) -> Out:
    """There is training from that day on."""
    noun = TradePaperNoun.TRAINING_BASE
    paper = await reading.permit(session, call, paper_id, noun=noun, action="build", lock=True)
    built_on = body.on or call.today
    _refuse(rules.in_order(call.today, paper.approved_on, Asked("/on", built_on)))
    return await _take(session, call, shape, paper, "build", {"from_on": built_on})


def _refuse(faults: Sequence[errors.Fault]) -> None:
    if faults:
        raise errors.Invalid(faults=list(faults))


async def _take(
    session: AsyncSession, call: Call, shape: type[Out], paper: TradePaper, action: str, said: dict[str, Any], since: date | None = None
) -> Out:
    step: Step = policy.MACHINES[paper.noun].step(action)
    before = await _told(session, call, shape, paper)
    for name, value in (said | {"status": step.to}).items():
        setattr(paper, name, value)
    return await _recorded(session, call, shape, paper, str(step.to), before, since)


async def _told(session: AsyncSession, call: Call, shape: type[Out], paper: TradePaper) -> dict[str, Any]:
    return (await reading.show(session, call, shape, paper)).model_dump(mode="json", exclude={"allowed_actions"})


async def _recorded(
    session: AsyncSession, call: Call, shape: type[Out], paper: TradePaper, what: str, before: Any, since: date | None = None
) -> Out:
    """Tells from which day to which what is known of its trades differs, as far as it stands."""
    paper.changed_at = call.now
    await session.flush()
    shown = await reading.show(session, call, shape, paper)
    after = shown.model_dump(mode="json", exclude={"allowed_actions"})
    said: dict[str, Any] = {"status": paper.status, "version": paper.version}
    if what in ("ended", "closed") and paper.until_on:
        said |= {"from_on": paper.until_on + timedelta(days=1), "until_on": since}
    elif paper.from_on:
        said |= {"from_on": paper.from_on, "until_on": paper.until_on}
    if what == "proposed":
        said["file_ids"] = changes.file_ids([paper.file_id] if paper.file_id else [])
    details = {"changes": history.changes(before, after) if before else [], "reason": paper.reason}
    await deeds.record(session, call, f"{paper.noun}.{what}", paper.id, details=details, **said)
    return shown
