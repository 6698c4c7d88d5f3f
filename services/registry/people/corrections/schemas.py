"""Corrections on the wire."""

from uuid import UUID

from pydantic import Field

from services.registry.codes import CorrectableField, CorrectionStatus
from shared import names, wire


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
