"""What can be done with a trade filing: enter it, take it back."""

from typing import Any
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from services.registry.reference.trade_filings import reading, rules
from services.registry.reference.trade_filings.schemas import TradeFilingIn, TradeFilingPaper, Withdrawn
from services.registry.reference.trade_filings.tables import TradeFiling
from shared import deeds, errors, history, wire
from shared.access import Call
from shared.db import new_id


async def register(session: AsyncSession, call: Call, body: TradeFilingIn) -> TradeFilingPaper:
    if faults := wire.faults(rules.RULES, body, call.today):
        raise errors.Invalid(faults=faults)
    filing = TradeFiling(id=new_id(), registered_at=call.now, **body.model_dump())
    session.add(filing)
    await session.flush()
    return await _recorded(session, call, filing, "registered")


async def withdraw(session: AsyncSession, call: Call, filing_id: UUID, body: Withdrawn) -> TradeFilingPaper:
    """From that day on no class may name it; classes that began before keep it."""
    filing = await reading.permit(session, call, filing_id, lock=True)
    on = body.on or max(call.today, filing.from_on)
    if on < filing.from_on:
        fault = errors.Fault("invalid_value", "/on", seen=str(on), allowed=f"不早于 {filing.from_on}", fix="请改正日期。")
        raise errors.Invalid(faults=[fault])
    filing.withdrawn_on, filing.withdrawn_reason = on, body.reason
    told = {"changes": history.unsaved(filing, ("withdrawn_on", "withdrawn_reason")), "reason": body.reason}
    await session.flush()
    return await _recorded(session, call, filing, "withdrawn", told)


async def _recorded(
    session: AsyncSession, call: Call, filing: TradeFiling, what: str, details: dict[str, Any] | None = None
) -> TradeFilingPaper:
    """Tells from which day on what is known of the number differs."""
    said = {"number": filing.number, "from_on": filing.withdrawn_on or filing.from_on, "until_on": filing.until_on}
    await deeds.record(session, call, f"trade_filing.{what}", filing.id, details=details, version=filing.version, **said)
    return reading.paper(call, filing)
