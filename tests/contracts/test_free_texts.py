"""No citizen's number hides in a text that lists show as it was typed: every body of every operation is tried, field by field."""

from collections.abc import Iterator
from pathlib import Path
from typing import Annotated, Any, get_args

import pytest
from fastapi.routing import APIRoute
from pydantic import BaseModel, TypeAdapter, ValidationError

from shared import wire
from tests.conftest import SERVICES
from tests.contracts.apps import app

NUMBER = "522601199003070017"
# What fields are called that are meant for such a number, or an account's, or a secret: kept encrypted or as a digest, shown masked or to nobody.
MEANT = {"id_number", "id_numbers", "bank_account", "number", "proposed", "password", "current_password", "new_password", "refresh_token"}
# What is looked up and not kept, and what rules of the noun hold to more than this: names of persons, scopes, an issuer's subject, a place in the feed.
READ_BY_RULES = {
    *(f"{kind}.name" for kind in ("TraineeIn", "TraineeChange", "TeacherIn", "TeacherChange", "Credentials", "PastPersonIn")),
    *(f"{kind}.scopes" for kind in ("ClientIn", "UserIn", "AccountChange", "UserChange")),
    *(f"ClaimFilter.{name}" for name in ("q", "region_code", "external_system", "external_number")),
    *("AssessmentIn.assessors", "SupervisionIn.supervisor"),
    *("UserIn.subject", "UserChange.subject", "LookupIn.names", "SearchIn.text", "ReplayIn.after"),
}


def _fields(kind: Any, seen: set[Any]) -> Iterator[tuple[str, Any]]:
    """Every field of a body's model and of what stands within it, with the type that its value must have."""
    if isinstance(kind, type) and issubclass(kind, BaseModel):
        if kind in seen:
            return
        seen.add(kind)
        for name, field in kind.model_fields.items():
            yield f"{kind.__name__}.{name}", Annotated[field.annotation, *field.metadata] if field.metadata else field.annotation
            yield from _fields(field.annotation, seen)
    for part in get_args(kind):
        yield from _fields(part, seen)


def _takes(kind: Any) -> bool:
    """Whether a number put into a text is still there when it has been read."""
    for said in (f"与 {NUMBER} 同户", NUMBER, [f"与 {NUMBER} 同户"], [NUMBER]):
        try:
            read = TypeAdapter(kind).validate_python(said, strict=True)
        except ValidationError:
            continue
        if NUMBER in str(read):
            return True
    return False


@pytest.mark.parametrize("service", SERVICES)
def test_a_text_takes_no_citizens_number(service: str, tmp_path: Path) -> None:
    routes = [route for route in app(service, tmp_path).routes if isinstance(route, APIRoute) and not route.path.startswith("/internal/")]
    seen: set[Any] = set()
    bodies = [route.body_field.field_info.annotation for route in routes if route.body_field]
    found = {name for body in bodies for name, kind in _fields(body, seen) if _takes(kind)}
    assert {name for name in found - READ_BY_RULES if name.partition(".")[2] not in MEANT} == set()


def test_a_hole_would_be_seen() -> None:
    class Hole(wire.In):
        text: wire.Text
        word: wire.Word
        reason: wire.Reason

    assert {name for name, kind in _fields(Hole, set()) if _takes(kind)} == {"Hole.text"}
