"""Possible duplicates on the wire."""

from datetime import date
from typing import Annotated
from uuid import UUID

from pydantic import Field

from services.registry.codes import DuplicateGround, DuplicateVerdict
from shared import names, wire

TWO = ["01932f6e-7c1a-7000-8000-000000000001", "01932f6e-7c1a-7000-8000-000000000002"]


class DuplicateDecision(wire.In):
    trainee_ids: Annotated[list[UUID], Field(min_length=2, max_length=2, description="两名学员的编号", examples=[TWO])]
    verdict: DuplicateVerdict = Field(description="same:同一人,随后由经办合并;different:不是同一人,不再提示")
    reason: wire.Reason = Field(examples=["已核对身份证,系同名的两人。"])


class Alike(wire.Out):
    """One of the two, as far as it tells them apart."""

    trainee_id: UUID
    trainee_name: str
    id_number_masked: str
    birth_on: date
    phone: str | None
    region_code: str
    region_name: names.RegionName = None


class PossibleDuplicateOut(wire.Out):
    """`grounds`: why they may be one. `same` joins nobody: that is `:merge`, which shows first which claims it touches."""

    id: UUID
    trainee_ids: list[UUID]
    trainees: list[Alike]
    grounds: list[DuplicateGround] = Field(description="依据;经办自行认定的为空")
    found_at: wire.Instant = Field(description="何时发现")
    verdict: DuplicateVerdict | None
    reason: str | None
    decided_at: wire.Instant | None
    decided_by_name: str | None
