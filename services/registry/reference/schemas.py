"""What the reference lists look like on the wire, and the names that stand beside their codes in papers."""

from typing import Literal

from pydantic import computed_field

from services.registry.reference import policy
from services.registry.reference.facts import BasisStatus
from shared import wire


class InRegion(wire.Out):
    """A paper of a town or subdistrict."""

    region_code: str

    @computed_field  # type: ignore[prop-decorator]
    @property
    def region_name(self) -> str | None:
        """As of today; null where the code is no longer listed."""
        region = policy.lists().regions.get(self.region_code)
        return region.name if region else None


class OfOccupation(wire.Out):
    """A paper about an occupation (职业工种), where one is named."""

    occupation_code: str | None

    @computed_field  # type: ignore[prop-decorator]
    @property
    def occupation_name(self) -> str | None:
        """As of today; null where no occupation is named, or it is no longer listed."""
        occupation = policy.lists().occupations.get(self.occupation_code or "")
        return occupation.name if occupation else None


class RegionOut(wire.Out):
    """A town or subdistrict, the county itself, a district of the partner city, or a development zone. `aliases`: names still on paper."""

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
