"""Training bases on the wire."""

from typing import Annotated
from uuid import UUID

from pydantic import Field

from services.registry.codes import TrainingBaseStatus
from services.registry.training.trade_papers.schemas import PaperIn, PaperOut, TradeIn, TradeOut
from shared import county, names, wire

Places = Annotated[int, Field(ge=1, le=100_000, description="同时可容纳的培训人数,人")]


EXAMPLES = county.here().examples


class TrainingBaseIn(PaperIn):
    """A base that is applied for: whose, where, and for which trades and levels."""

    name: wire.Word = Field(examples=["苗银锻制培训基地"])
    institution_id: UUID = Field(description="建设单位")
    region_code: wire.Word = Field(description="所在镇、街道", examples=[EXAMPLES.region_code])
    places: Places | None = None
    entries: Annotated[list[TradeIn], Field(min_length=1, max_length=100)] = Field(description="培训的工种和等级")


class TrainingBaseOut(PaperOut):
    """`from_on`: the day it was built; `until_on`: its last."""

    institution_id: UUID
    institution_name: names.InstitutionName = None
    region_code: str
    region_name: names.RegionName = None
    places: int | None
    status: TrainingBaseStatus
    approved_on: wire.CivilDate | None
    approval_no: str | None
    entries: list[TradeOut] = Field(description="培训的工种和等级")


class TrainingBasePaper(TrainingBaseOut):
    """A single base, with what the caller may do with it."""

    allowed_actions: list[wire.AllowedAction]
