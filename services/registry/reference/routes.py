"""The reference lists (区划、职业、人员类别): small, the same for everyone who is signed in, in the order of their files."""

from collections.abc import Sequence
from typing import Annotated, Any, Literal

from fastapi import Query

from services.registry.reference import policy
from services.registry.reference.lists import BasisStatus
from shared import access, errors, web, wire

router = web.Router("reference")

Limit = Annotated[int, Query(ge=1, le=200, description="一页条数")]
WithTotal = Annotated[bool, Query(description="是否附总数")]
After = Annotated[str | None, Query(max_length=60, description="上一页的 next_cursor")]


class RegionOut(wire.Out):
    """A town or subdistrict, the county-level city, a Foshan district, or a development zone. `aliases`: names still on paper."""

    code: str
    name: str
    name_en: str
    kind: Literal["county_city", "subdistrict", "town", "district", "zone"]
    parent: str | None
    aliases: list[str]


class OccupationOut(wire.Out):
    """An occupation (职业工种) and the levels it is divided into, low to high. `catalogue_class`: its class in the province's list."""

    code: str
    name: str
    name_en: str
    levels: list[str]
    catalogue_class: str | None
    basis_status: BasisStatus
    aliases: list[str]


class CategoryOut(wire.Out):
    """A category of trainees (人员类别); `five_groups`: one of the 五类人员."""

    code: str
    name: str
    name_en: str
    five_groups: bool
    aliases: list[str]


@router.operation("GET", "/v1/regions", may=access.SIGNED_IN, summary="区划:镇、街道、开发区及其别名", errors=[errors.InvalidCursor])
async def list_regions(limit: Limit = 200, cursor: After = None, include_total: WithTotal = False) -> wire.Page[RegionOut]:
    return wire.Page[RegionOut].model_validate(_page(list(policy.packaged().regions.values()), limit, cursor, include_total))


@router.operation("GET", "/v1/occupations", may=access.SIGNED_IN, summary="职业(工种)、等级与目录类别", errors=[errors.InvalidCursor])
async def list_occupations(limit: Limit = 200, cursor: After = None, include_total: WithTotal = False) -> wire.Page[OccupationOut]:
    return wire.Page[OccupationOut].model_validate(_page(list(policy.packaged().occupations.values()), limit, cursor, include_total))


@router.operation("GET", "/v1/categories", may=access.SIGNED_IN, summary="人员类别", errors=[errors.InvalidCursor])
async def list_categories(limit: Limit = 200, cursor: After = None, include_total: WithTotal = False) -> wire.Page[CategoryOut]:
    return wire.Page[CategoryOut].model_validate(_page(list(policy.packaged().categories.values()), limit, cursor, include_total))


def _page(rows: Sequence[Any], limit: int, cursor: str | None, include_total: bool) -> dict[str, Any]:
    """The cursor is the code of the last row shown."""
    codes = [row.code for row in rows]
    if cursor is not None and cursor not in codes:
        raise errors.InvalidCursor(parameter="cursor")
    start = codes.index(cursor) + 1 if cursor else 0
    shown = rows[start : start + limit]
    answer = {"items": shown, "next_cursor": shown[-1].code if start + limit < len(rows) else None}
    return answer | ({"total": len(rows)} if include_total else {})
