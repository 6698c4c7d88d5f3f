"""Corrections on the wire."""

from typing import Literal
from uuid import UUID

from pydantic import Field

from services.registry.codes import CorrectionStatus
from shared import names, wire

CorrectableField = Literal["name", "id_number", "phone", "region_code", "education", "bank_account", "retirement_track"]


class CorrectionIn(wire.In):
    field: CorrectableField
    proposed: wire.Word = Field(description="应改成什么", examples=["杨秀英"])
    reason: wire.Reason


class CorrectionOut(wire.Out):
    """`proposed` is masked where it is a number."""

    id: UUID
    trainee_id: UUID
    trainee_name: names.TraineeName = None
    id_number_masked: names.IdNumberMasked = None
    field: CorrectableField
    proposed: str
    reason: str
    status: CorrectionStatus
    asked_at: wire.Instant
    decided_at: wire.Instant | None
    decision_reason: str | None
    allowed_actions: list[wire.AllowedAction]
    version: int
