"""What a plan's board asks the registry to count, and the tallies it answers with."""

from typing import Annotated, Literal
from uuid import UUID

from pydantic import Field

from shared import wire

Measure = Literal[
    "person_times",
    "certified_share",
    "employed_share",
    "demonstration_classes",
    "order_classes",
    "placed_share",
    "brands",
    "dishes",
    "training_share",
    "partner_enterprises",
    "frontline_share",
]
By = Literal["none", "region", "zone", "department", "institution", "month", "category", "channel"]
Quantity = int | wire.Money


class CountingIn(wire.In):
    """One thing to count, over closed days. Which of the other fields a measure needs is said with each of them."""

    key: wire.Word = Field(description="The asker's own name for this counting; answered back.", examples=["four.technician total"])
    measure: Measure = Field(examples=["person_times"])
    from_on: wire.CivilDate = Field(examples=["2024-01-01"])
    to_on: wire.CivilDate = Field(examples=["2025-12-31"])
    until_on: wire.CivilDate | None = Field(
        default=None,
        description="Classes that have not ended are counted as well, in `underway`: those that end by this day.",
        examples=[None],
    )
    programmes: list[wire.Word] = Field(
        default=[],
        max_length=100,
        description="Only classes that name one of these plan lines; none: every class.",
        examples=[["four.technician"]],
    )
    channels: list[wire.Word] = Field(default=[], max_length=100, description="And those of these channels.", examples=[[]])
    occupations: list[wire.Word] = Field(default=[], max_length=500, description="And those of these occupations.", examples=[[]])
    institution_kinds: list[wire.Word] = Field(
        default=[], max_length=20, description="training_share, frontline_share: of these kinds.", examples=[[]]
    )
    institution_name: wire.Word | None = Field(default=None, description="partner_enterprises: this institution's.", examples=[None])
    employed_within_months: Annotated[int, Field(ge=1, le=60)] | None = Field(default=None, description="employed_share.", examples=[None])
    employed_kinds: list[wire.Word] = Field(default=[], max_length=20, description="employed_share: the work that counts.", examples=[[]])
    certified_kinds: list[wire.Word] = Field(
        default=[], max_length=20, description="certified_share: the certificates that count.", examples=[[]]
    )
    class_trainees_at_least: Annotated[int, Field(ge=1, le=100_000)] | None = Field(
        default=None, description="order_classes: only classes that so many were in on the first day.", examples=[None]
    )


class CountsIn(wire.In):
    as_of: wire.CivilDate = Field(description="Facts of later days are left out.", examples=["2025-06-30"])
    by: By = Field(default="none", examples=["region"])
    countings: Annotated[list[CountingIn], Field(max_length=500)]


class TallyOut(wire.Out):
    """The whole counting or, where an institution or a class is named, what it has of it. Money in yuan."""

    numerator: Quantity
    denominator: Quantity | None = None
    denominator_enrolled: int | None = Field(
        default=None, description="certified_share, employed_share: the same, of all who were enrolled."
    )
    pending: int | None = Field(default=None, description="employed_share: no work yet and the time for it not over; in no denominator.")
    already_employed: int | None = Field(default=None, description="employed_share: of the numerator, had that work on the first day.")
    completed: int | None = Field(default=None, description="demonstration_classes, order_classes: the people who completed them.")
    certified: int | None = Field(default=None, description="person_times: those of them who were certified.")
    imported: int | None = Field(default=None, description="person_times: those of them that were told of past years.")
    underway: int | None = Field(
        default=None, description="What the classes that end later, and by `until_on`, will bring at the most: their seats, or themselves."
    )
    institution_id: str | None = None
    institution_name: str | None = None
    year: int | None = Field(default=None, description="partner_enterprises: of which year the report is.")
    class_id: str | None = None
    class_name: str | None = None


class GroupOut(wire.Out):
    """What one town, zone, department, institution, month, channel or category has of a counting; `code` null: what belongs to none."""

    code: str | None
    numerator: Quantity
    denominator: Quantity | None = None


class CountOut(wire.Out):
    """What was counted under a key that the board has given."""

    key: str
    tallies: list[TallyOut]
    whole: TallyOut | None = Field(default=None, description="Where not all classes or institutions are told: all of them together.")
    left_out: int = Field(
        default=0, description="Of the classes or institutions at most a hundred are told, those that have the least; how many are not."
    )
    groups: list[GroupOut]


class NameOut(wire.Out):
    code: str
    name: str


class CountsOut(wire.Out):
    """`names` are of the groups: every town or zone, also where nothing was counted; of the others those that occur."""

    counts: list[CountOut]
    names: list[NameOut]


class TrainedAsked(wire.In):
    """People, whom eastwest counts as retained if an order class had trained them before they went, and by their town."""

    trainee_ids: Annotated[list[UUID], Field(max_length=10_000)]


class TrainedPerson(wire.Out):
    completed_on: wire.CivilDate | None = Field(description="The last day of the first order class that they completed; null: none.")
    region_code: str = Field(description="The town where they are registered.")


class TrainedFacts(wire.Out):
    people: dict[UUID, TrainedPerson] = Field(description="By the id that was asked for; who is not registered is left out.")


class ClassSet(wire.Out):
    """Classes that count for the same countings."""

    keys: list[str] = Field(description="As they were asked for.")
    class_ids: list[UUID]


class CountedClasses(wire.Out):
    """Which classes count for which countings."""

    sets: list[ClassSet] = Field(description="By the countings that they count in.")
