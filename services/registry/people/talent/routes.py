"""The path of talent statistics."""

from typing import Annotated

from fastapi import Query

from services.registry.people.talent import reading
from services.registry.people.talent.schemas import Talent
from shared import access, web, wire

router = web.Router("statistics")


@router.operation(
    "GET",
    "/v1/statistics/talent",
    may=access.OFFICES | {"system"},
    late=True,
    summary="技能人才统计:持证人数、等级、职业、乡镇和企业全员持证",
)
async def talent(
    session: web.Session, call: web.Caller, on: Annotated[wire.CivilDate | None, Query(description="在哪一天;缺省为今天")] = None
) -> Talent:
    return await reading.talent(session, on or call.today)
