"""What must hold of what is said about a teacher, each rule alone."""

from datetime import date
from typing import Any

from services.registry import fields
from services.registry.reference.errors import invalid_number
from shared.errors import Fault
from shared.national_numbers import InvalidNumber, citizen_id


def named(body: Any, _today: date) -> list[Fault]:
    try:
        if "name" in body.model_fields_set:
            fields.name(body.name)
    except fields.FieldFault as fault:
        return [Fault(fault.code, "/name", fix=fault.fix)]
    return []


def _numbered(body: Any, today: date) -> list[Fault]:
    try:
        citizen_id(body.id_number, today=today)
    except InvalidNumber as invalid:
        return [invalid_number(invalid, "/id_number")]
    return []


RULES = (named, _numbered, fields.in_order("from_on", "to_on"))
