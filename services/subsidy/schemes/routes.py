"""Schemes and the terms in force (`/v1/schemes`)."""

from typing import Annotated

from fastapi import Query

from services.subsidy.schemes import operations
from services.subsidy.schemes.schemas import SchemeOut
from shared import access, errors, pages, web, wire

router = web.Router("schemes")
Listed = Annotated[pages.Asked, pages.asking(whole=True, q=["code", "title"], code="code", title="title")]


@router.operation("GET", "/v1/schemes", may=access.SIGNED_IN, summary="补贴项目及今日有效的条款", errors=[errors.InvalidCursor])
async def list_schemes(session: web.Session, call: web.Caller, asked: Listed) -> wire.Page[SchemeOut]:
    return wire.Page[SchemeOut].model_validate(await operations.page(session, call, asked))


@router.operation("GET", "/v1/schemes/{code}", may=access.SIGNED_IN, summary="一个补贴项目在某日有效的条款,每项数字附出处")
async def get_scheme(
    code: str, session: web.Session, call: web.Caller, on: Annotated[wire.CivilDate | None, Query(description="哪一天,默认今天")] = None
) -> SchemeOut:
    return SchemeOut.model_validate(await operations.show(session, call, code, on))
