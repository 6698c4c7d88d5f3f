"""Paths of funds, their ledger and their statistics."""

from typing import Annotated
from uuid import UUID

from services.subsidy.codes import FundSource
from services.subsidy.funds import operations, reading
from services.subsidy.funds.errors import DuplicateAddition, DuplicateFund, FundNotFound
from services.subsidy.funds.schemas import FundAdded, FundIn, FundOut, FundPaper, FundStatistics, FundSum, PostingOut, Year
from services.subsidy.funds.tables import Fund, Posting
from services.subsidy.funds.visibility import APPLICANTS
from shared import access, errors, pages, web, wire

router = web.Router("funds", traced=(DuplicateFund, DuplicateAddition))
statistics = web.Router("statistics")

READERS = access.STAFF | {"system"}
PATH = "/v1/funds/{fund_id:uuid}"
Listed = Annotated[pages.Asked, pages.asking(year=Fund.year, available=Fund.available_yuan, created_at=Fund.created_at)]
Postings = Annotated[pages.Asked, pages.asking(posted_at=Posting.posted_at, amount=Posting.amount_yuan)]


@router.operation("POST", "/v1/funds", may=reading.FINANCE, summary="建立资金", status=201, key=web.REQUIRED, errors=[DuplicateFund])
async def create(body: FundIn, session: web.Session, call: web.Caller) -> FundPaper:
    return await operations.create(session, call, body)


@router.operation("GET", "/v1/funds", may=READERS | APPLICANTS, summary="资金列表", errors=[errors.InvalidCursor])
async def list_funds(
    session: web.Session,
    call: web.Caller,
    asked: Listed,
    refs: pages.ExternalRef,
    source: pages.AnyOf[FundSource] = None,
    year: pages.AnyOf[Year] = None,
) -> wire.Page[FundOut]:
    filters = {Fund.source: source, Fund.year: year}
    return wire.Page[FundOut].model_validate(await reading.page(session, call, asked, filters, refs))


@router.operation("GET", PATH, may=READERS | APPLICANTS, summary="一笔资金", errors=[FundNotFound])
async def read(fund_id: UUID, session: web.Session, call: web.Caller) -> FundPaper:
    return reading.paper(call, await reading.get(session, call, fund_id))


@router.operation("GET", f"{PATH}/ledger", may=READERS, summary="资金账(分录)", errors=[FundNotFound, errors.InvalidCursor])
async def read_ledger(
    fund_id: UUID, session: web.Session, call: web.Caller, asked: Postings, claim_id: pages.AnyOf[UUID] = None
) -> wire.Page[PostingOut]:
    return wire.Page[PostingOut].model_validate(await reading.ledger(session, call, asked, fund_id, {Posting.claim_id: claim_id}))


@router.operation(
    "POST",
    f"{PATH}:add",
    may=reading.FINANCE,
    summary="追加资金",
    key=web.REQUIRED,
    errors=[FundNotFound, DuplicateAddition],
    paper=operations.to_add,
)
async def add(fund_id: UUID, body: FundAdded, session: web.Session, call: web.Caller) -> FundPaper:
    return await operations.add(session, call, fund_id, body)


@statistics.operation("GET", "/v1/statistics/funds", may=READERS | {"department"}, late=True, summary="资金统计")
async def count(session: web.Session, source: pages.AnyOf[FundSource] = None, year: pages.AnyOf[Year] = None) -> FundStatistics:
    items = [FundSum.model_validate(row) for row in await reading.sums(session, {Fund.source: source, Fund.year: year})]
    sums = {
        account: sum((getattr(item, account) for item in items), operations.NOTHING)
        for account in ("total", "available", "reserved", "paid")
    }
    return FundStatistics(items=items, **sums)
