"""The reference lists (区划、职业、人员类别): small, the same for everyone who is signed in, in the order of their files."""

from typing import Annotated

from services.registry.reference.policy import lists
from services.registry.reference.schemas import CategoryOut, OccupationOut, RegionOut
from shared import access, errors, pages, web, wire

router = web.Router("reference")

Listed = Annotated[pages.Asked, pages.asking(whole=True, q=["code", "name", "name_en", "aliases"], code="code", name_en="name_en")]


@router.operation("GET", "/v1/regions", may=access.SIGNED_IN, summary="区划:镇、街道、开发区及其别名", errors=[errors.InvalidCursor])
async def list_regions(asked: Listed) -> wire.Page[RegionOut]:
    return wire.Page[RegionOut].model_validate(pages.of_rows(asked, lists().regions.values()))


@router.operation("GET", "/v1/occupations", may=access.SIGNED_IN, summary="职业(工种)、等级与目录类别", errors=[errors.InvalidCursor])
async def list_occupations(asked: Listed) -> wire.Page[OccupationOut]:
    return wire.Page[OccupationOut].model_validate(pages.of_rows(asked, lists().occupations.values()))


@router.operation("GET", "/v1/categories", may=access.SIGNED_IN, summary="人员类别", errors=[errors.InvalidCursor])
async def list_categories(asked: Listed) -> wire.Page[CategoryOut]:
    return wire.Page[CategoryOut].model_validate(pages.of_rows(asked, lists().categories.values()))
