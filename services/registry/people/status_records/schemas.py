"""Facts from other offices on the wire."""

from datetime import date
from uuid import UUID

from pydantic import Field

from services.registry.codes import PersonalStatus
from shared import county, wire

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
    """A fact as it is kept: without the person's number."""

    id: UUID
    status: PersonalStatus
    from_on: date
    until_on: date | None
    source: str
    received_at: wire.Instant


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
