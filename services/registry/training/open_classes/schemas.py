"""What anyone may know of a class that one can join; never who is in it."""

from uuid import UUID

from pydantic import Field

from services.registry.codes import Channel, ClassKind, Delivery, Level
from shared import names, wire


class OpenClassOut(wire.Out):
    id: UUID
    number: str
    name: str
    institution_id: UUID
    institution_name: str = Field(description="承办机构", examples=["清水江农民专业合作社"])
    channel: Channel
    kind: ClassKind
    delivery: Delivery
    for_whom: str | None = Field(description="面向哪些人,方案原文;不限的为 null")
    occupation_code: str | None
    occupation_name: names.OccupationName = None
    trade_name: str | None
    level: Level | None
    region_code: str
    region_name: names.RegionName = None
    starts_on: wire.CivilDate
    ends_on: wire.CivilDate
    hours: int
    seats: int
    free_seats: int = Field(description="还可报名的人数,人。", examples=[8])
