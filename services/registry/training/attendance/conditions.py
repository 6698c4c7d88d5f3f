"""What of an attendance record cannot be so: in SQL, in Chinese time, by the hours in which the class's channel says a half-day is signed."""

from datetime import time
from typing import Any, Final, Literal

from sqlalchemy import ColumnElement, Date, Time, and_, case, cast, func, literal, not_

from services.registry.codes import HalfDay
from services.registry.reference.facts import Channel
from services.registry.training.attendance.tables import Attendance
from shared.clock import SHANGHAI

Why = Literal["recorded_before", "signed_another_day", "outside_hours"]
_signed: Final[ColumnElement[Any]] = func.timezone(SHANGHAI.key, Attendance.signed_at)


def outside_hours(channel: Channel) -> ColumnElement[bool]:
    """Signed on another day, or before or after the hours of that half-day; never of a record without `signed_at`."""
    first, last = (_hour(channel, place) for place in (0, 1))
    return and_(Attendance.signed_at.is_not(None), not_(_signed.between(Attendance.on + first, Attendance.on + last)))


def why_impossible(channel: Channel) -> ColumnElement[Why | None]:
    """Recorded before the half-day began; signed on another day; signed outside its hours. None: nothing speaks against it."""
    begins = func.timezone(SHANGHAI.key, Attendance.on + _hour(channel, 0))
    return case(
        (Attendance.recorded_at < begins, "recorded_before"),
        (cast(_signed, Date) != Attendance.on, "signed_another_day"),
        (outside_hours(channel), "outside_hours"),
    )


def _hour(channel: Channel, place: int) -> ColumnElement[time]:
    """When the record's half-day begins (0) or is over (1)."""
    am, pm = (literal(time.fromisoformat(hours[place]), Time) for hours in (channel.signed_am, channel.signed_pm))
    return case((Attendance.half_day == HalfDay.AM, am), else_=pm)
