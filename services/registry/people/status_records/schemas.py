"""Facts from other offices on the wire."""

from datetime import date
from uuid import UUID

from pydantic import Field

from services.registry.clients import Touched
from services.registry.codes import PersonalStatus
from shared import county, wire
from shared.batches import BatchOut

EXAMPLES = county.here().examples
OFFICE = f"{county.here().name}社会保险事业局"


class StatusRecordIn(wire.In):
    """What an office says about a person, registered or not; both days counted in."""

    id_number: wire.Text = Field(max_length=60, description="证件号码全号;只存其密钥摘要", examples=[EXAMPLES.id_number])
    status: PersonalStatus
    from_on: wire.CivilDate = Field(examples=["2025-01-01"])
    until_on: wire.CivilDate | None = Field(None, description="最后一日;仍有效则不填", examples=[None])
    source: wire.Word = Field(description="来源单位", examples=[OFFICE])


class StatusRecordOut(wire.Out):
    """A fact as it is kept: without the person's number. What was voided was told wrongly, and counts no longer."""

    id: UUID
    status: PersonalStatus
    from_on: date
    until_on: date | None
    source: str
    received_at: wire.Instant
    voided_at: wire.Instant | None
    void_reason: str | None
    version: int


class StatusRecordPaper(StatusRecordOut):
    """A single fact, with what the caller may do about it."""

    allowed_actions: list[wire.AllowedAction]


class StatusBatchOut(BatchOut):
    """`touched`: whom what is new concerns; null where nothing is. Told to officers."""

    touched: Touched | None = None


class StatusListIn(wire.In):
    """For these days the source has named everyone who has the status: who is not named does not have it."""

    status: PersonalStatus
    source: wire.Word = Field(examples=[OFFICE])
    complete_from_on: wire.CivilDate = Field(examples=["2025-01-01"])
    complete_to_on: wire.CivilDate = Field(examples=["2025-06-30"])


class StatusListOut(wire.Out):
    id: UUID
    status: PersonalStatus
    source: str
    complete_from_on: date
    complete_to_on: date
    received_at: wire.Instant
    voided_at: wire.Instant | None
    void_reason: str | None
    version: int


class StatusListPaper(StatusListOut):
    """A single list, with what the caller may do about it."""

    allowed_actions: list[wire.AllowedAction]


class StatusListMade(StatusListOut):
    """`touched`: whom it concerns, told to officers."""

    touched: Touched | None
