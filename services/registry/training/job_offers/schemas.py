"""Job offers on the wire."""

from typing import Annotated
from uuid import UUID

from pydantic import Field

from services.registry.codes import JobOfferResult, JobOfferStage
from shared import names, wire

Why = Annotated[wire.Reason | None, Field(description="接受或不接受的原因;不接受的必填", examples=["离家太远"])]


class JobOfferIn(wire.In):
    """A post that was offered, and what was said to it where that is known already."""

    stage: JobOfferStage = Field(description="培训前、中、后")
    employer: wire.Word = Field(description="用人单位", examples=["某电器有限公司"])
    occupation_code: Annotated[wire.Named, Field(max_length=20)] | None = Field(
        None, description="岗位的职业代码,见 /v1/occupations", examples=["6-31-01-03"]
    )
    wage: wire.Money | None = Field(None, description="月工资,元", examples=["4500.00"])
    offered_on: wire.CivilDate = Field(description="推荐之日")
    result: JobOfferResult = Field(JobOfferResult.OPEN, description="结果;尚未答复的不填")
    reason: Why = None


class JobOfferSettled(wire.In):
    reason: Why = None


class JobOfferOut(wire.Out):
    id: UUID
    enrolment_id: UUID
    stage: JobOfferStage
    employer: str
    occupation_code: str | None
    occupation_name: names.OccupationName = None
    wage: wire.Money | None = Field(description="月工资,元")
    offered_on: wire.CivilDate
    result: JobOfferResult
    reason: str | None = Field(description="接受或不接受的原因")
    recorded_at: wire.Instant
    settled_at: wire.Instant | None = Field(description="何时登记的结果")
    version: int


class JobOfferPaper(JobOfferOut):
    """A single offer, with what the caller may do with it."""

    allowed_actions: list[wire.AllowedAction]
