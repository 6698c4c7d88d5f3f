"""What a plan's board asks eastwest to count, in the form that the registry's counts have too."""

from typing import Annotated, Literal
from uuid import UUID

from pydantic import Field

from shared import wire

Measure = Literal["retained_people"]
By = Literal["none", "region", "zone", "department", "institution", "month", "category", "channel", "class"]


class CountingIn(wire.In):
    """On whose placement three months were met on one of these days."""

    key: wire.Word = Field(description="The asker's own name for this counting; answered back.", examples=["retained total"])
    measure: Measure
    from_on: wire.CivilDate = Field(examples=["2024-01-01"])
    to_on: wire.CivilDate = Field(examples=["2025-12-31"])
    until_on: wire.CivilDate | None = Field(
        default=None, description="Whose three months may be met by this day is counted as well, in `underway`."
    )
    after_order_class: bool = Field(
        default=False, description="Only who completed an order class before they began; the others are counted apart.", examples=[True]
    )


class CountsIn(wire.In):
    as_of: wire.CivilDate = Field(description="Facts of later days are left out.", examples=["2025-12-31"])
    by: By = "none"
    countings: Annotated[list[CountingIn], Field(max_length=500)]


class TallyOut(wire.Out):
    """The whole counting or, by class, what a class has of it (`class_id` null: who came from none)."""

    numerator: int
    denominator: int | None = None
    class_id: UUID | None = None
    others: int | None = Field(
        default=None, description="after_order_class: retained people who completed no order class before they began."
    )
    underway: int | None = Field(default=None, description="At work, and their three months are over by `until_on`.")


class GroupOut(wire.Out):
    """What one town or month has of a counting; `code` null: what belongs to none."""

    code: str | None
    numerator: int
    denominator: int | None = None


class CountOut(wire.Out):
    key: str
    tallies: list[TallyOut]
    groups: list[GroupOut]


class NameOut(wire.Out):
    code: str
    name: str


class CountsOut(wire.Out):
    """`names` stay empty: towns are named by the registry."""

    counts: list[CountOut]
    names: list[NameOut] = []
