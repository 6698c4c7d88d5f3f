"""The words of the OpenAPI document: what an operation is called, what it does for whom, what a property means, which events there are.

Chinese texts are data: the `operations.toml` of each service and of `shared/`, and one vocabulary for all, `shared/words.toml`: a word means one thing
everywhere, so what it means, with its unit, is said once and serves every schema and every parameter of that name; a `Field(description=…)` of its own wins.
"""

import inspect
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any

from shared import county, errors, strict

VERBS = {"GET": "get", "POST": "create", "PATCH": "update", "PUT": "replace", "DELETE": "delete"}


def operation_id(route: Any) -> str:
    """Noun and verb out of method and path, as in `claims_submit`, `claims_list`, `classes_list_enrolments`: an action is its own verb, a GET
    that answers `items` is a list. The argument is FastAPI's route."""
    path, _, action = re.sub(r"\{[^}]*\}", "{}", route.path).partition(":")
    noun, *beneath = [word for word in map(_word, path.split("/")) if word and word != "v1"]
    (method,) = route.methods
    lists = method == "GET" and "items" in getattr(inspect.signature(route.endpoint).return_annotation, "model_fields", {})
    verb = _word(action) if action else "list" if lists else VERBS[method]
    return "_".join([noun, verb, *beneath])


def _word(part: str) -> str:
    """One step of a path as part of a name; a parameter is no word."""
    return re.sub(r"[^a-z0-9]+", "_", part.replace("{}", "").removesuffix(".json").removesuffix(".xlsx")).strip("_")


@dataclass(frozen=True, slots=True)
class Said:
    """What each tag, operation and event of a service is, what each word means, and what it may look like."""

    tags: dict[str, str] = field(default_factory=dict)
    operations: dict[str, str] = field(default_factory=dict)
    events: dict[str, str] = field(default_factory=dict)
    words: dict[str, str] = field(default_factory=dict)
    examples: dict[str, Any] = field(default_factory=dict)


def of(service: str) -> Said:
    """A service's own sentences, the kernel's, and the one vocabulary. Raises `strict.BadFile`."""
    mine, kernel = own(service), own("shared")
    return Said(**{name: getattr(kernel, name) | getattr(mine, name) for name in Said.__slots__})


def own(service: str) -> Said:
    """What the files of one folder say; nothing where it has none."""
    folder = errors.ROOT / service if service in ("shared", "gateway") else errors.ROOT / "services" / service
    return _own(folder, county.here())


@cache
def _own(folder: Path, here: county.County) -> Said:
    tables: dict[str, Any] = {}
    for path in (folder / "operations.toml", folder / "words.toml"):
        tables |= strict.table(path) if path.is_file() else {}
    places = {"{partner}": here.partner.name, "{prefix}": here.number_prefix, "{region_code}": here.examples.region_code}
    return Said(**_in_place(tables, places))


def _in_place(value: Any, places: Mapping[str, str]) -> Any:
    """Text with the county's own names in the places left for them."""
    if isinstance(value, dict):
        return {name: _in_place(inner, places) for name, inner in value.items()}
    if isinstance(value, str):
        for place, name in places.items():
            value = value.replace(place, name)
    return value
