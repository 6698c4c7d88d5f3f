"""Attendance as it is shown."""

from typing import Any

from sqlalchemy import Select, select

from services.registry.people.trainees.tables import Trainee
from services.registry.training.attendance.tables import Attendance

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
