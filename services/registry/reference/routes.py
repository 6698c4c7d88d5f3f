"""The reference lists (区划、职业、人员类别): small, the same for everyone who is signed in, in the order of their files."""

from typing import Annotated, Literal

from services.registry.reference import policy
from services.registry.reference.lists import BasisStatus
from shared import access, errors, pages, web, wire

router = web.Router("reference")

Listed = Annotated[pages.Asked, pages.asking(whole=True, q=["code", "name", "name_en", "aliases"], code="code", name_en="name_en")]


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
async def list_regions(asked: Listed) -> wire.Page[RegionOut]:
    return wire.Page[RegionOut].model_validate(pages.of_rows(asked, policy.packaged().regions.values()))


@router.operation("GET", "/v1/occupations", may=access.SIGNED_IN, summary="职业(工种)、等级与目录类别", errors=[errors.InvalidCursor])
async def list_occupations(asked: Listed) -> wire.Page[OccupationOut]:
    return wire.Page[OccupationOut].model_validate(pages.of_rows(asked, policy.packaged().occupations.values()))


@router.operation("GET", "/v1/categories", may=access.SIGNED_IN, summary="人员类别", errors=[errors.InvalidCursor])
async def list_categories(asked: Listed) -> wire.Page[CategoryOut]:
    return wire.Page[CategoryOut].model_validate(pages.of_rows(asked, policy.packaged().categories.values()))
