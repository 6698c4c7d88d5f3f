"""Paths of funds, their ledger and their statistics."""

from typing import Annotated
from uuid import UUID

from fastapi import Query

from services.subsidy.funds import operations
from services.subsidy.funds.errors import FundNotFound
from services.subsidy.funds.schemas import FundAdded, FundIn, FundOut, FundStatistics, FundSum, PostingOut, Source, Year
from shared import access, errors, pages, web, wire

router = web.Router("funds")
statistics = web.Router("statistics")

FINANCE = frozenset({"finance"})
READERS = access.STAFF | {"system"}
APPLICANTS = frozenset({"institution", "town", "person", "department"})  # a claim names the fund it asks for


@router.operation("POST", "/v1/funds", may=FINANCE, summary="建立资金", status=201)
async def create(body: FundIn, session: web.Session, call: web.Caller) -> FundOut:
    return FundOut.model_validate(await operations.create(session, call, body))


@router.operation("GET", "/v1/funds", may=READERS | APPLICANTS, summary="资金列表", errors=[errors.InvalidCursor])
async def list_funds(
    session: web.Session,
    asked: pages.PageAsked,
    source: Annotated[Source | None, Query()] = None,
    year: Annotated[Year | None, Query()] = None,
) -> wire.Page[FundOut]:
    wanted = operations.everything(source, year)
    return wire.Page[FundOut].model_validate(await pages.page(session, wanted, operations.FUNDS.c.id, asked, FundOut.model_validate))


@router.operation("GET", "/v1/funds/{fund_id:uuid}", may=READERS | APPLICANTS, summary="一笔资金", errors=[FundNotFound])
async def read(fund_id: UUID, session: web.Session) -> FundOut:
    return FundOut.model_validate(await operations.get(session, fund_id))


@router.operation(
    "GET", "/v1/funds/{fund_id:uuid}/ledger", may=READERS, summary="资金账(分录)", errors=[FundNotFound, errors.InvalidCursor]
)
async def read_ledger(fund_id: UUID, session: web.Session, asked: pages.PageAsked) -> wire.Page[PostingOut]:
    await operations.get(session, fund_id)
    postings = operations.ledger(fund_id)
    return wire.Page[PostingOut].model_validate(
        await pages.page(session, postings, operations.POSTINGS.c.id, asked, PostingOut.model_validate)
    )


@router.operation("POST", "/v1/funds/{fund_id:uuid}:add", may=FINANCE, summary="追加资金", errors=[FundNotFound])
async def add(fund_id: UUID, body: FundAdded, session: web.Session, call: web.Caller) -> FundOut:
    return FundOut.model_validate(await operations.add(session, call, fund_id, body))


@statistics.operation("GET", "/v1/statistics/funds", may=READERS | {"department"}, summary="资金统计")
async def count(
    session: web.Session, source: Annotated[Source | None, Query()] = None, year: Annotated[Year | None, Query()] = None
) -> FundStatistics:
    items = [FundSum.model_validate(row) for row in await operations.sums(session, source, year)]
    sums = {
        account: sum((getattr(item, account) for item in items), operations.NOTHING)
        for account in ("total", "available", "reserved", "paid")
    }
    return FundStatistics(items=items, **sums)
