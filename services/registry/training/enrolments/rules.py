"""What must hold of what is said about a person's work, each rule alone."""

from datetime import date
from typing import Any

from services.registry import fields
from services.registry.codes import EmploymentKind
from services.registry.training.classes.operations import day_fault
from services.registry.training.classes.tables import TrainingClass
from services.registry.training.enrolments.schemas import EnrolmentIn
from shared.errors import Fault


def _by_whom(body: Any, _today: date) -> list[Fault]:
    if body.kind != EmploymentKind.EMPLOYER or body.employer:
        return []
    return [Fault("missing_field", "/employer", fix="就业去向为单位就业时,请填写用人单位。")]


def _begun(body: Any, today: date) -> list[Fault]:
    """Work that has begun."""
    if body.from_on <= today:
        return []
    return [Fault("in_the_future", "/from_on", seen=str(body.from_on), allowed=f"不晚于今天 {today}", fix="请在上岗以后记录。")]


def unborn(on: date, born_on: date | None, pointer: str = "/from_on") -> list[Fault]:
    if born_on is None or born_on <= on:
        return []
    return [Fault("invalid_value", pointer, seen=str(on), allowed="本人出生之日或以后", fix="这一天本人尚未出生,请核对日期。")]


EMPLOYMENT = (fields.in_order("from_on", "until_on"), _by_whom, _begun)


def enrolment(training: TrainingClass, body: EnrolmentIn, today: date) -> list[Fault]:
    """From a day of the class; after its last one with the reason and the proof."""
    found = [fault for fault in (body.from_on and day_fault(training, body.from_on, "/from_on"),) if fault]
    if today > training.ends_on:
        fix = f"班级到 {training.ends_on} 结束;补报须写明理由并附证明。"
        found += [Fault("missing_field", f"/{name}", fix=fix) for name in ("reason", "proof") if not getattr(body, name)]
    return found
