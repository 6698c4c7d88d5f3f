"""Paths of statistics: claims and their money, money beside results, an institution's month."""

from datetime import date
from typing import Annotated
from uuid import UUID

from fastapi import Depends, Query

from services.subsidy.claims.policy import APPLICANTS
from services.subsidy.statistics import reading
from services.subsidy.statistics.policy import Counted
from services.subsidy.statistics.schemas import By, ClaimStatistics, Results, ResultsBy, StatementOut
from shared import access, errors, web, wire

claims = web.Router("claims")
statistics = web.Router("statistics")
READERS = access.STAFF | APPLICANTS | {"system"}
FromOn = Annotated[wire.CivilDate | None, Query(description="第一日,含当日")]
ToOn = Annotated[wire.CivilDate | None, Query(description="最后一日,含当日")]
Month = Annotated[str, Query(pattern=r"^20\d\d-(0[1-9]|1[0-2])$", description="月份,YYYY-MM", examples=["2025-05"])]
ByResults = Annotated[ResultsBy, Query(description="按乡镇(街道)、责任单位、机构或补贴项目")]


@claims.operation("GET", "/v1/statistics/claims", may=READERS, late=True, summary="申领单数与金额:申领、核定、批准、拨付、追回")
async def count_claims(
    session: web.Session,
    call: web.Caller,
    by: Annotated[By | None, Query(description="另按项目、资金、乡镇(街道)、提交月份或机构分组")] = None,
    from_on: Annotated[wire.CivilDate | None, Query(description="提交日期不早于")] = None,
    to_on: Annotated[wire.CivilDate | None, Query(description="提交日期不晚于")] = None,
) -> ClaimStatistics:
    return await reading.claims(session, call, by, from_on, to_on)


async def _days(call: web.Caller, from_on: FromOn = None, to_on: ToOn = None) -> tuple[date, date]:
    """This year up to today, where none are named."""
    last = to_on or call.today
    if from_on is not None and from_on > last:
        fault = errors.Fault("invalid_value", parameter="from_on", seen=str(from_on), allowed=f"不晚于 {last}", fix="请改正日期。")
        raise errors.InvalidParameter(faults=[fault], parameter="from_on")
    return from_on or last.replace(month=1, day=1), last


async def _counted(call: web.Caller, kernel: web.KernelOf, by: ByResults, days: Annotated[tuple[date, date], Depends(_days)]) -> Counted:
    return await reading.counted(kernel, call, by, *days)


@statistics.operation(
    "GET",
    "/v1/statistics/results",
    may=access.STAFF | {"system", "department"},
    late=True,
    summary="资金与成效:人次、取证、就业、稳岗,及每一项的费用",
)
async def results(
    by: ByResults, days: Annotated[tuple[date, date], Depends(_days)], counted: Annotated[Counted, Depends(_counted)], session: web.Session
) -> Results:
    return await reading.results(session, by, *days, counted)


@claims.operation("GET", "/v1/claims/statement", may=access.STAFF | {"institution", "system"}, summary="机构一个月的对账单")
async def statement(
    session: web.Session,
    call: web.Caller,
    month: Month,
    institution_id: Annotated[UUID | None, Query(description="机构;机构账号省略即为本机构")] = None,
) -> StatementOut:
    institution_id = institution_id or call.actor.institution_id
    if institution_id is None:
        fault = errors.Fault("missing_field", parameter="institution_id", allowed="机构编号", fix="请写明哪一家机构。")
        raise errors.InvalidParameter(faults=[fault], parameter="institution_id")
    return await reading.statement(session, call, institution_id, month)
