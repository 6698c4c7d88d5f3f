"""Examples of what goes in and what comes out: as the demonstration recorded them, else as the route states, else built from the schema."""

from collections.abc import Iterable, Mapping
from functools import cache
from pathlib import Path
from typing import Any

import orjson

from shared import county, errors, privacy

UNKNOWN = "…"  # what a text may look like that nothing tells of; a test finds none
RECORDED = errors.ROOT / "deploy" / "demo" / "examples"
DEEPEST = 24  # references and choices count as well
Schema = Mapping[str, Any]

_FORMATS = {
    "uuid": "01932f6e-7c1a-7000-8000-000000000001",
    "date": "2025-04-08",
    "date-time": "2025-04-10T09:00:00+08:00",
    "binary": "(文件)",
}


def recorded(service: str) -> Mapping[str, Any]:
    """By operation id the `request` and the `answer` that the demonstration recorded (`python -m deploy.examples`). It plays in one county: another
    has none."""
    return _recorded(RECORDED / f"{service}.json") if county.folder() == county.DEFAULT else {}


@cache
def _recorded(file: Path) -> Mapping[str, Any]:
    found: Mapping[str, Any] = orjson.loads(file.read_bytes()) if file.is_file() else {}
    return found


def papers(operations: Iterable[dict[str, Any]], known: Mapping[str, Any]) -> dict[str, Any]:
    """By schema, what was recorded of it anywhere: an answer or a request."""
    found: dict[str, Any] = {}
    for described in operations:
        recorded = known.get(described["operationId"], {})
        success: Schema = next((response for status, response in described["responses"].items() if status.startswith("2")), {})
        for what, body in (("answer", success), ("request", described.get("requestBody", {}))):
            schema = body.get("content", {}).get("application/json", {}).get("schema", {})
            if what in recorded and "$ref" in schema:
                found.setdefault(schema["$ref"].rpartition("/")[2], recorded[what])
    return found


def exemplify(described: dict[str, Any], schemas: Schema, looks: Schema, known: Schema) -> None:
    """Puts an example to each body. `looks`: by word and by schema, what it may look like; `known`: what was recorded of this operation."""
    stated = described.pop("x-request-example", None)
    responses = described["responses"]
    if "HTTPValidationError" in str(responses.get("422", "")):
        responses.pop("422")
    number = privacy.mask_number(county.here().examples.id_number)
    looks = {"id_number": number, "id_number_masked": number} | dict(looks)
    for media in described.get("requestBody", {}).get("content", {}).values():
        example = known.get("request", stated)
        media.setdefault("example", example if example is not None else built(media.get("schema", {}), schemas, looks))
    for status, response in responses.items():
        if status.startswith("2"):
            for media in response.get("content", {}).values():
                media.setdefault("example", known["answer"] if "answer" in known else built(media.get("schema", {}), schemas, looks))


def built(schema: Schema, schemas: Schema, looks: Schema, name: str = "", depth: int = 0) -> Any:
    """An example that fits a schema: its own where it states one, else made of its parts."""
    if depth > DEEPEST:
        return None
    if reference := schema.get("$ref"):
        of = reference.rpartition("/")[2]
        return looks[of] if of in looks else built(schemas.get(of, {}), schemas, looks, name, depth + 1)
    for stated in ("examples", "enum"):
        if schema.get(stated):
            return schema[stated][0]
    if "const" in schema:
        return schema["const"]
    if "default" in schema and schema["default"] is not None:
        return schema["default"]
    for choice in ("anyOf", "oneOf", "allOf"):
        if options := [option for option in schema.get(choice, []) if option.get("type") != "null"]:
            made = built(options[0], schemas, looks, name, depth + 1)
            return None if made == UNKNOWN and len(options) < len(schema[choice]) else made
    return _of_type(schema, schemas, looks, name, depth)


def _of_type(schema: Schema, schemas: Schema, looks: Schema, name: str, depth: int) -> Any:
    match schema.get("type"):
        case "object":
            return {key: built(value, schemas, looks, key, depth + 1) for key, value in schema.get("properties", {}).items()}
        case "array":
            return [built(schema.get("items", {}), schemas, looks, name, depth + 1)]
        case "integer" | "number":
            return schema.get("minimum", 1)
        case "boolean":
            return True
        case "string":
            return _FORMATS.get(schema.get("format", ""), looks.get(name, UNKNOWN))
    return looks.get(name)
