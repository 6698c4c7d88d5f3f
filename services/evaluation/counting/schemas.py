"""What a plan's board asks evaluation to count, in the form that the registry's counts have too."""

from typing import Annotated, Any, Literal

from pydantic import Field

from shared import wire


class CountingIn(wire.In):
    """One thing to count, over closed days. The board sends more than is read here: a coverage needs its days only."""

    key: wire.Word = Field(description="The asker's own name for this counting; answered back.", examples=["enterprise.filings total"])
    measure: Literal["filings_coverage"]
    from_on: wire.CivilDate = Field(examples=["2024-01-01"])
    to_on: wire.CivilDate = Field(examples=["2025-12-31"])
    until_on: wire.CivilDate | None = None
    programme: wire.Word | None = None
    institution_kinds: list[wire.Word] = []
    institution_name: wire.Word | None = None
    employed_within_months: int | None = None
    employed_kinds: list[wire.Word] = []


class CountsIn(wire.In):
    as_of: wire.CivilDate
    by: Literal["none", "region", "zone", "department", "institution", "month", "category", "channel"] = "none"
    countings: Annotated[list[CountingIn], Field(max_length=500)]


class TallyOut(wire.Out):
    """`denominator_enrolled`, `pending`, `already_employed` are of other measures, and null here."""

    numerator: int
    denominator: int
    denominator_enrolled: None = None
    pending: None = None
    already_employed: None = None
    institution_id: None = None
    institution_name: None = None


class GroupOut(wire.Out):
    code: str
    numerator: int
    denominator: int


class CountOut(wire.Out):
    key: str
    tallies: list[TallyOut]
    groups: list[GroupOut]


class CountsOut(wire.Out):
    """`names` are of institutions; those of towns are the registry's to tell."""

    counts: list[CountOut]
    names: list[dict[str, Any]]
