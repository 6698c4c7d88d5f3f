"""The paths of training brands and signature dishes (技能培训品牌、特色菜品)."""

from typing import Annotated
from uuid import UUID

from fastapi import Query

from services.registry.codes import BrandKind
from services.registry.training.brands import operations, reading
from services.registry.training.brands.errors import DuplicateBrand
from services.registry.training.brands.schemas import BrandChange, BrandIn, BrandOut, BrandPaper
from services.registry.training.brands.tables import Brand
from shared import access, errors, history, pages, web, wire

router = web.Router("brands")

SEES = access.OFFICES | {"department", "institution", "town", "system"}
ONE = "/v1/brands/{brand_id:uuid}"
Listed = Annotated[pages.Asked, pages.asking(q=[Brand.name], name=Brand.name)]


@router.operation("POST", "/v1/brands", may=reading.KEEPS, summary="登记品牌或特色菜品", status=201, errors=[DuplicateBrand])
async def create(body: BrandIn, session: web.Session, call: web.Caller) -> BrandPaper:
    return await operations.create(session, call, body)


@router.operation("GET", "/v1/brands", may=SEES, summary="品牌与特色菜品列表", errors=[errors.InvalidCursor])
async def list_brands(
    session: web.Session,
    call: web.Caller,
    asked: Listed,
    ref: pages.ExternalRef,
    kind: pages.AnyOf[BrandKind] = None,
    complete_from_on: Annotated[wire.CivilDate | None, Query(description="四个一在这一天或之后齐全")] = None,
    complete_to_on: Annotated[wire.CivilDate | None, Query(description="四个一在这一天或之前齐全")] = None,
) -> wire.Page[BrandOut]:
    listed = await reading.list_brands(session, call, asked, ref, kind, complete_from_on, complete_to_on)
    return wire.Page[BrandOut].model_validate(listed)


@router.operation("GET", ONE, may=SEES, summary="一个品牌")
async def get(brand_id: UUID, session: web.Session, call: web.Caller, as_of: history.AsOf = None) -> BrandPaper:
    return await reading.get(session, call, brand_id, as_of)


@router.operation("GET", f"{ONE}/history", may=SEES, summary="一个品牌的办理经过", errors=[errors.InvalidCursor])
async def list_history(brand_id: UUID, session: web.Session, call: web.Caller, asked: history.Listed) -> wire.Page[history.HistoryEntry]:
    await reading.find(session, call, brand_id)
    return wire.Page[history.HistoryEntry].model_validate(await history.entries(session, brand_id, asked))


@router.operation("PATCH", ONE, may=reading.KEEPS, summary="更新品牌的四个一材料", errors=[DuplicateBrand], paper=reading.matched)
async def change(brand_id: UUID, body: BrandChange, session: web.Session, call: web.Caller) -> BrandPaper:
    return await operations.change(session, call, brand_id, body)
