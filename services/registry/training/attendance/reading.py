"""Attendance as it is shown."""

from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy import Select, select

from services.registry.people.trainees.tables import Trainee
from services.registry.training.attendance.tables import Attendance

SHOWN: Select[*tuple[Any, ...]] = select(
    Attendance.id, Attendance.trainee_id, Trainee.name.label("trainee_name"), Trainee.id_number_masked, Attendance.on, Attendance.half_day,
    Attendance.source, Attendance.signed_at, Attendance.recorded_at,
).join(Trainee, Trainee.id == Attendance.trainee_id)  # fmt: skip


def listed(class_id: UUID, trainee_id: UUID | None, on: date | None) -> Select[Any]:
    wanted = SHOWN.where(Attendance.class_id == class_id)
    if trainee_id is not None:
        wanted = wanted.where(Attendance.trainee_id == trainee_id)
    return wanted if on is None else wanted.where(Attendance.on == on)
