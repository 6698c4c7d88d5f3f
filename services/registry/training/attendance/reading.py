"""Attendance as it is shown, and as it is told to who judges a claim: by person and day, and by half-day of the class."""

from typing import Any

from sqlalchemy import Select, func, select

from services.registry.codes import HalfDay
from services.registry.people.trainees.tables import Trainee
from services.registry.reference.policy import lists
from services.registry.training.attendance.conditions import outside_hours, why_impossible
from services.registry.training.attendance.tables import Attendance
from services.registry.training.classes.tables import TrainingClass

SHOWN: Select[*tuple[Any, ...]] = select(
    Attendance.id,
    Attendance.trainee_id,
    Trainee.name.label("trainee_name"),
    Trainee.id_number_masked,
    Attendance.on,
    Attendance.half_day,
    Attendance.source,
    Attendance.signed_at,
    Attendance.recorded_at,
).join(Trainee, Trainee.id == Attendance.trainee_id)


def days_of_people(training: TrainingClass) -> Any:
    """Each day of each person (`who`) in the class: how many half-days, and why one of them cannot be so."""
    why = why_impossible(lists().channels[training.channel])
    halves = (func.max(why).filter(Attendance.half_day == half_day).label(f"why_{half_day}") for half_day in HalfDay)
    days = select(Attendance.trainee_id.label("who"), Attendance.on, func.count().label("half_days"), *halves)
    return days.where(Attendance.class_id == training.id).group_by(Attendance.trainee_id, Attendance.on).order_by(Attendance.on)


def half_days(training: TrainingClass) -> Any:
    """Each half-day of the class: how many attended, and of the electronic signatures how many, from when to when, and how many at an impossible hour."""
    row, signed = Attendance, Attendance.signed_at.is_not(None)
    counted = select(
        row.on,
        row.half_day,
        func.count().label("attended"),
        func.count(row.signed_at).label("people"),
        func.min(row.signed_at).label("first_at"),
        func.max(row.signed_at).label("last_at"),
        func.min(row.recorded_at).filter(signed).label("recorded_at_first"),
        func.count().filter(outside_hours(lists().channels[training.channel])).label("outside"),
    )
    return counted.where(row.class_id == training.id).group_by(row.on, row.half_day).order_by(row.on, row.half_day)
