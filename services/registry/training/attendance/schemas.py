"""Attendance on the wire."""

from uuid import UUID

from pydantic import Field

from services.registry.codes import HalfDay
from shared import history, wire


class AttendanceIn(wire.In):
    """One person signed for one half-day."""

    trainee_id: UUID
    on: wire.CivilDate
    half_day: HalfDay
    source: wire.Word = Field(description="来源,如 签到表、人脸考勤机", examples=["签到表"])
    signed_at: wire.Instant | None = None


class AttendanceCorrected(wire.In):
    """Why a record was wrong, and what is right of it; nothing but the reason: the person was not there."""

    reason: wire.Reason = Field(examples=["代签,本人当天未到"])
    on: wire.CivilDate | None = None
    half_day: HalfDay | None = None
    source: wire.Word | None = None
    signed_at: wire.Instant | None = None


class AttendanceOut(history.Voidable):
    id: UUID
    trainee_id: UUID
    trainee_name: str
    id_number_masked: str
    on: wire.CivilDate
    half_day: HalfDay
    source: str
    signed_at: wire.Instant | None
    corrects: UUID | None = Field(None, description="本条更正的原记录")


class AttendancePaper(AttendanceOut):
    """A single record, with what the caller may do with it."""

    allowed_actions: list[wire.AllowedAction]
