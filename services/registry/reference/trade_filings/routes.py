"""The paths of trade filings (工种备案)."""

from typing import Annotated
from uuid import UUID

from services.registry.reference.trade_filings import operations, reading, rules, schemas
from services.registry.reference.trade_filings.errors import DuplicateTradeFiling
from services.registry.reference.trade_filings.tables import TradeFiling
from shared import access, errors, history, pages, web, wire

router = web.Router("trade-filings")

SEES = access.STAFF | {"department", "institution", "town", "system"}
ONE = "/v1/trade-filings/{filing_id:uuid}"
Listed = Annotated[
    pages.Asked, pages.asking(q=[TradeFiling.number, TradeFiling.trade_name], number=TradeFiling.number, from_on=TradeFiling.from_on)
]


@router.operation(
    "POST", "/v1/trade-filings", may=reading.OFFICER, summary="登记工种备案", status=201, errors=[DuplicateTradeFiling], rules=rules.RULES
)
async def create(body: schemas.TradeFilingIn, session: web.Session, call: web.Caller) -> schemas.TradeFilingPaper:
    return await operations.register(session, call, body)


@router.operation("GET", "/v1/trade-filings", may=SEES, summary="工种备案列表", errors=[errors.InvalidCursor])
async def list_filings(
    session: web.Session, asked: Listed, number: pages.AnyOf[str] = None, beside_occupation_code: pages.AnyOf[str] = None
) -> wire.Page[schemas.TradeFilingOut]:
    wanted = reading.listed(number, beside_occupation_code)
    return wire.Page[schemas.TradeFilingOut].model_validate(
        await pages.page(session, wanted, TradeFiling.id, asked, schemas.TradeFilingOut.model_validate)
    )


@router.operation("GET", ONE, may=SEES, summary="一项工种备案")
async def get(filing_id: UUID, session: web.Session, call: web.Caller, as_of: history.AsOf = None) -> schemas.TradeFilingPaper:
    shown = reading.paper(call, await reading.find(session, filing_id))
    return await history.stood(session, shown, as_of, shown.registered_at) if as_of else shown


@router.operation("GET", f"{ONE}/history", may=SEES, summary="一项工种备案的办理经过", errors=[errors.InvalidCursor])
async def list_history(filing_id: UUID, session: web.Session, asked: history.Listed) -> wire.Page[history.HistoryEntry]:
    await reading.find(session, filing_id)
    return wire.Page[history.HistoryEntry].model_validate(await history.entries(session, filing_id, asked))


@router.operation(
    "POST", f"{ONE}:withdraw", may=reading.OFFICER, summary="撤销工种备案", errors=[errors.InvalidState], paper=reading.permit
)
async def withdraw(filing_id: UUID, body: schemas.Withdrawn, session: web.Session, call: web.Caller) -> schemas.TradeFilingPaper:
    return await operations.withdraw(session, call, filing_id, body)
