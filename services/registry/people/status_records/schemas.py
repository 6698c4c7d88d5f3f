"""Facts from other offices on the wire."""

from datetime import date
from typing import Literal
from uuid import UUID

from pydantic import Field

from shared import wire

Status = Literal["employee_pension", "resident_pension", "public_payroll", "insured_employee", "full_time_student", "deceased"]


class StatusRecordIn(wire.In):
    """What an office says about a person, registered or not; both days counted in."""

    id_number: wire.Text = Field(max_length=60, description="证件号码全号;只存其密钥摘要", examples=["522601199003070025"])
    status: Status
    from_on: wire.CivilDate = Field(examples=["2025-01-01"])
    until_on: wire.CivilDate | None = Field(None, description="最后一日;仍有效则不填", examples=[None])
    source: wire.Word = Field(description="来源单位", examples=["凯里市社会保险事业局"])


class StatusRecordOut(wire.Out):
    """A fact as it is kept: without the person's number."""

    id: UUID
    status: Status
    from_on: date
    until_on: date | None
    source: str
    received_at: wire.Instant


class StatusListIn(wire.In):
    """For these days the source has named everyone who has the status: who is not named does not have it."""

    status: Status
    source: wire.Word = Field(examples=["凯里市社会保险事业局"])
    complete_from_on: wire.CivilDate = Field(examples=["2025-01-01"])
    complete_to_on: wire.CivilDate = Field(examples=["2025-06-30"])


class StatusListOut(wire.Out):
    id: UUID
    status: Status
    source: str
    complete_from_on: date
    complete_to_on: date
    received_at: wire.Instant
