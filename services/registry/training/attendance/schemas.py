"""Attendance on the wire."""

from typing import Annotated
from uuid import UUID

from pydantic import Field

from services.registry.codes import HalfDay
from shared import history, wire

Minutes = Annotated[int | None, Field(ge=0, le=720, description="线上学习的分钟数;线上必填", examples=[None])]
Platform = Annotated[wire.Word | None, Field(description="线上学习的平台;线上必填", examples=[None])]


class AttendanceIn(wire.In):
    """One person signed for one half-day."""

    trainee_id: UUID
    on: wire.CivilDate
    half_day: HalfDay
    source: wire.Word = Field(description="来源,如 签到表、人脸考勤机;线上学习填 online", examples=["签到表"])
    minutes: Minutes = None
    platform: Platform = None
    signed_at: wire.Instant | None = None


class AttendanceCorrected(wire.In):
    """Why a record was wrong, and what is right of it; nothing but the reason: the person was not there."""

    reason: wire.Reason = Field(examples=["代签,本人当天未到"])
    on: wire.CivilDate | None = None
    half_day: HalfDay | None = None
    source: wire.Word | None = None
    minutes: Minutes = None
    platform: Platform = None
    signed_at: wire.Instant | None = None


class AttendanceOut(history.Voidable):
    id: UUID
    trainee_id: UUID
    trainee_name: str
    id_number_masked: str
    on: wire.CivilDate
    half_day: HalfDay
    source: str
    minutes: int | None
    platform: str | None
    counted: bool = Field(description="是否计为一个半天;线上学习时长不足的不计")
    signed_at: wire.Instant | None
    corrects: UUID | None = Field(None, description="本条更正的原记录")


class AttendancePaper(AttendanceOut):
    """A single record, with what the caller may do with it."""

    allowed_actions: list[wire.AllowedAction]
