"""What must hold of what is said about a person's work, each rule alone."""

from datetime import date
from typing import Any

from services.registry import fields
from services.registry.codes import EmploymentKind
from shared.errors import Fault


def _by_whom(body: Any, _today: date) -> list[Fault]:
    if body.kind != EmploymentKind.EMPLOYER or body.employer:
        return []
    return [Fault("missing_field", "/employer", fix="就业去向为单位就业时,请填写用人单位。")]


EMPLOYMENT = (fields.in_order("from_on", "until_on"), _by_whom)
