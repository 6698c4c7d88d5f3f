"""Trade filings as they are shown, and as a class's number finds them."""

from typing import Any
from uuid import UUID

from sqlalchemy import Select, select
from sqlalchemy.ext.asyncio import AsyncSession

from services.registry.reference import policy as reference
from services.registry.reference.trade_filings.schemas import TradeFilingOut, TradeFilingPaper
from services.registry.reference.trade_filings.tables import TradeFiling
from shared import errors, pages, wire
from shared.access import Call
from shared.steps import Refusal, wrong_role

OFFICER = frozenset({"officer"})


async def permit(session: AsyncSession, call: Call, filing_id: UUID, *, lock: bool = False) -> TradeFiling:
    """The filing, of the caller's version and not withdrawn, to be withdrawn."""
    filing = await find(session, filing_id, lock=lock)
    call.match(filing.version)
    if filing.withdrawn_on:
        raise errors.InvalidState(_withdrawn(filing).detail)
    return filing


async def find(session: AsyncSession, filing_id: UUID, *, lock: bool = False) -> TradeFiling:
    wanted = select(TradeFiling).where(TradeFiling.id == filing_id)
    filing = await session.scalar(wanted.with_for_update() if lock else wanted)
    if filing is None:
        raise errors.NotFound()
    return filing


def paper(call: Call, filing: TradeFiling) -> TradeFilingPaper:
    refusal = wrong_role(OFFICER, call.actor.role) or (_withdrawn(filing) if filing.withdrawn_on else None)
    shown = {name: getattr(filing, name) for name in TradeFilingOut.model_fields if name != "beside_occupation_name"}
    return TradeFilingPaper(**shown, allowed_actions=wire.allowed_actions({"withdraw": refusal}))


def _withdrawn(filing: TradeFiling) -> Refusal:
    return Refusal("invalid_state", f"该备案已自 {filing.withdrawn_on} 起撤销。请登记新的备案。")


def listed(number: list[str] | None, beside_occupation_code: list[str] | None) -> Select[Any]:
    pages.known("beside_occupation_code", beside_occupation_code, reference.lists().occupations)
    wanted = select(*(getattr(TradeFiling, name) for name in TradeFilingOut.model_fields if name != "beside_occupation_name"))
    return pages.where(wanted, {TradeFiling.number: number, TradeFiling.beside_occupation_code: beside_occupation_code})
