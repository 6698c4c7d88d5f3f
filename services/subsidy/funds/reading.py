"""Looking at funds: one, a list, the ledger, and the sums of a source and year."""

from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import RowMapping, func, select
from sqlalchemy.ext.asyncio import AsyncSession

from services.subsidy.funds.errors import FundNotFound
from services.subsidy.funds.schemas import FundOut, FundPaper, PostingOut
from services.subsidy.funds.tables import Fund, Posting
from services.subsidy.funds.visibility import rows
from shared import codes, pages, wire
from shared.access import Call
from shared.steps import wrong_role

FINANCE = frozenset({"finance"})


async def find(session: AsyncSession, fund_id: UUID) -> Fund | None:
    return await session.get(Fund, fund_id)


async def get(session: AsyncSession, call: Call, fund_id: UUID) -> Fund:
    if fund := await session.scalar(select(Fund).where(Fund.id == fund_id, rows(call.actor))):
        return fund
    raise FundNotFound()


def called(name: str | None, year: int, source: str) -> str:
    """A fund without a name of its own is called by its year and source."""
    return name or f"{year} 年{codes.label('fund_source', source)}"


def paper(call: Call, fund: Fund) -> FundPaper:
    """The fund, with what the caller may do."""
    actions = wire.allowed_actions({"add": wrong_role(FINANCE, call.actor.role)})
    values = {column.name: getattr(fund, column.name) for column in Fund.__table__.c}
    return FundPaper.model_validate(values | {"allowed_actions": actions})


async def page(session: AsyncSession, call: Call, asked: pages.Asked, filters: Mapping[Any, Any], refs: pages.Reference) -> dict[str, Any]:
    wanted = pages.where(select(Fund), filters).where(rows(call.actor), refs.among(Fund.external_refs))
    return await pages.page(session, wanted, Fund.id, asked, lambda row: FundOut.model_validate(row[0]))


async def ledger(session: AsyncSession, call: Call, asked: pages.Asked, fund_id: UUID, filters: Mapping[Any, Any]) -> dict[str, Any]:
    fund = await get(session, call, fund_id)
    wanted = pages.where(select(Posting).where(Posting.fund_id == fund.id), filters)
    return await pages.page(session, wanted, Posting.id, asked, lambda row: PostingOut.model_validate(row[0]))


async def sums(session: AsyncSession, filters: Mapping[Any, Any]) -> Sequence[RowMapping]:
    """Per source and year, newest year first."""
    columns = [
        func.sum(column).label(name)
        for name, column in (
            ("total", Fund.total_yuan),
            ("available", Fund.available_yuan),
            ("reserved", Fund.reserved_yuan),
            ("paid", Fund.paid_yuan),
        )
    ]
    wanted = pages.where(select(Fund.source, Fund.year, func.count().label("funds"), *columns), filters)
    return (await session.execute(wanted.group_by(Fund.source, Fund.year).order_by(Fund.year.desc(), Fund.source))).mappings().all()
