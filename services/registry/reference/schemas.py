"""The reference lists on the wire."""

from services.registry.codes import RegionKind
from services.registry.reference.facts import BasisStatus
from shared import wire


class RegionOut(wire.Out):
    """A town or subdistrict, the county itself, a district of the partner city, or a development zone. `aliases`: names still on paper."""

    code: str
    name: str
    name_en: str
    kind: RegionKind
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
