"""Training wishes on the wire."""

from typing import Annotated
from uuid import UUID

from pydantic import Field

from services.registry.codes import TrainingWishStatus
from shared import county, names, wire

EXAMPLES = county.here().examples
Reply = Annotated[wire.Reason, Field(description="答复", examples=["已列入下月电工班"])]


class TrainingWishIn(wire.In):
    """What a person wishes to learn. A person enters their own and leaves out `trainee_id`; without `region_code` it is where they live."""

    trainee_id: UUID | None = Field(None, description="学员;本人提出的不填")
    occupation_code: Annotated[wire.Named, Field(max_length=20)] | None = Field(
        None, description="职业代码,见 /v1/occupations;目录之外的填写 trade_name", examples=["6-31-01-03"]
    )
    trade_name: wire.Word | None = Field(None, description="想学的工种;已填 occupation_code 的可以不填")
    region_code: wire.Word | None = Field(None, description="想在哪个镇、街道参加;不填为本人居住地", examples=[EXAMPLES.region_code])
    from_on: wire.CivilDate | None = Field(None, description="从哪一天起有空;不填为随时")
    until_on: wire.CivilDate | None = Field(None, description="到哪一天为止")
    note: wire.Reason | None = Field(None, description="说明", examples=["晚上有空"])


class TrainingWishAnswered(wire.In):
    """`class_id`: the class that the person may join."""

    answer: Reply
    class_id: UUID | None = Field(None, description="可以参加的班级")


class TrainingWishWithdrawn(wire.In):
    reason: wire.Reason | None = None


class TrainingWishOut(wire.Out):
    id: UUID
    trainee_id: UUID
    trainee_name: names.TraineeName = None
    id_number_masked: names.IdNumberMasked = None
    occupation_code: str | None
    occupation_name: names.OccupationName = None
    trade_name: str | None
    region_code: str
    region_name: names.RegionName = None
    from_on: wire.CivilDate | None
    until_on: wire.CivilDate | None
    note: str | None = Field(description="说明")
    status: TrainingWishStatus
    asked_at: wire.Instant
    answer: str | None = Field(description="答复,或撤回的原因")
    class_id: UUID | None
    class_name: names.ClassName = None
    class_number: names.ClassNumber = None
    settled_at: wire.Instant | None = Field(description="答复或撤回的时刻")
    version: int


class TrainingWishPaper(TrainingWishOut):
    """A single wish, with what the caller may do with it."""

    allowed_actions: list[wire.AllowedAction]
