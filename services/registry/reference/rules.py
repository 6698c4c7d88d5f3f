"""What must hold of whom something is told by their number, each rule alone."""

from collections.abc import Callable
from datetime import date
from typing import Any

from services.registry.reference.errors import invalid_number
from shared.errors import Fault
from shared.national_numbers import InvalidNumber, citizen_id


def numbered(body: Any, today: date) -> list[Fault]:
    try:
        citizen_id(body.id_number, today=today)
    except InvalidNumber as invalid:
        return [invalid_number(invalid, "/id_number")]
    return []


def since_birth(member: str) -> Callable[[Any, date], list[Fault]]:
    """The rule that what is told of a person on the day of this member is not told of a day before they were born."""

    def rule(body: Any, today: date) -> list[Fault]:
        return born_by(body.id_number, getattr(body, member), today, f"/{member}", str(getattr(body, member)))

    return rule


def born_by(number: str, on: date, today: date, pointer: str, seen: str | None = None) -> list[Fault]:
    """Nobody's day of birth is told."""
    try:
        born = citizen_id(number, today=today).birth_on
    except InvalidNumber:
        return []
    if born <= on:
        return []
    return [Fault("invalid_value", pointer, seen=seen, allowed=f"{on} 已出生的人", fix="这一天本人尚未出生,请核对日期和证件号码。")]
