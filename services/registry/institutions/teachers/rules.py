"""What must hold of what is said about a teacher, each rule alone."""

from datetime import date
from typing import Any

from services.registry import fields
from services.registry.reference import policy as reference
from services.registry.reference.rules import numbered
from shared.errors import Fault
from shared.months import age_on
from shared.national_numbers import InvalidNumber, citizen_id
from shared.sheets.rows import FieldFault


def named(body: Any, _today: date) -> list[Fault]:
    try:
        if "name" in body.model_fields_set:
            fields.name(body.name)
    except FieldFault as fault:
        return [fields.faulty(fault, "/name")]
    return []


def _of_age(body: Any, today: date) -> list[Fault]:
    """Teaching from the first day to the last at an age at which people teach (`standing.toml`)."""
    try:
        born = citizen_id(body.id_number, today=today).birth_on
    except InvalidNumber:
        return []
    return ages(born, body.from_on, body.to_on)


def ages(born: date, from_on: date, to_on: date | None) -> list[Fault]:
    terms = reference.lists().standing
    allowed = f"任职时 {terms.teacher_age_at_least} 至 {terms.teacher_age_at_most} 周岁"
    found = [("/from_on", age_on(born, from_on)), *([("/to_on", age_on(born, to_on))] if to_on else [])]
    return [
        Fault("implausible_age", pointer, seen=f"{age} 周岁", allowed=allowed, fix="请核对证件号码和任职日期。")
        for pointer, age in found
        if not terms.teacher_age_at_least <= age <= terms.teacher_age_at_most
    ]


def unexplained(body: Any, from_on: date, to_on: date | None) -> list[Fault]:
    """The days that were told are told otherwise only with a reason; an open end is closed without."""
    told = {"from_on": from_on} | ({"to_on": to_on} if to_on else {})
    corrected = [name for name, value in told.items() if name in body.model_fields_set and getattr(body, name) != value]
    if body.reason or not corrected:
        return []
    return [Fault("missing_field", "/reason", allowed="更正任职起止日期须写明原因", fix="请填写 reason。")]


def recognised(body: Any, _today: date) -> list[Fault]:
    return recognition(body.recognised_from_on, body.recognised_until_on)


def _recognised_of_age(body: Any, today: date) -> list[Fault]:
    try:
        born = citizen_id(body.id_number, today=today).birth_on
    except InvalidNumber:
        return []
    return recognised_age(born, body.recognised_from_on)


def recognised_age(born: date, from_on: date | None) -> list[Fault]:
    """Nobody is recognised to teach younger than people teach."""
    least = reference.lists().standing.teacher_age_at_least
    if from_on is None or (age := age_on(born, from_on)) >= least:
        return []
    fix = "请核对证件号码和认定之日。"
    return [Fault("implausible_age", "/recognised_from_on", seen=f"{max(age, 0)} 周岁", allowed=f"年满 {least} 周岁", fix=fix)]


def recognition(from_on: date | None, until_on: date | None) -> list[Fault]:
    """Who is recognised is so from a day on."""
    if until_on is not None and from_on is None:
        return [Fault("missing_field", "/recognised_from_on", fix="请填写上岗资格认定之日。")]
    return fields.backwards(from_on, until_on, "/recognised_until_on")


RULES = (named, numbered, fields.in_order("from_on", "to_on"), _of_age, recognised, _recognised_of_age)
