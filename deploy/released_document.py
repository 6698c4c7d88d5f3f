"""`python -m deploy.released_document`: releases the API document anew, under today's date, and writes what changed into `docs/api-changes.md`.

A release is what callers were promised, so it is never edited. The next one may add; what breaks a caller fails the tests until it is meant: then it
is taken back, or released as a new date with those changes named. A release keeps no examples: they promise nothing.
"""

import json
import re
import sys
from collections.abc import Iterator, Mapping
from itertools import pairwise
from pathlib import Path
from time import sleep
from typing import Any

import httpx

from deploy.stack import Stack
from shared import clock

DOCS = Path(__file__).resolve().parents[1] / "docs"
RELEASES, CHANGES = DOCS / "api", DOCS / "api-changes.md"
HEAD = """# 接口变更 Changes of the API

由 `python -m deploy.released_document` 写出,请勿手改。Each release stands under its date in `docs/api/`. What would break a caller fails the tests; to
release anew, run the command.
"""
WORDS = {
    "operation": "操作",
    "status": "应答状态",
    "parameter": "参数",
    "property": "字段",
    "code": "代码值",
    "event": "事件",
    "answer": "应答内容",
    "scope": "授权范围",
}
Document = Mapping[str, Any]


def promises(document: Document) -> set[tuple[str, str]]:
    """What a caller may rely on, one thing an entry: its kind, and its name."""
    return set(_promises(document))


def _promises(document: Document) -> Iterator[tuple[str, str]]:
    for method, path, described in _operations(document):
        named = described["operationId"]
        yield "operation", f"{named} {method.upper()} {path}"
        for parameter in described.get("parameters", []):
            yield "parameter", f"{named} {parameter['in']} {parameter['name']}"
            yield from _codes(f"{named} {parameter['name']}", parameter.get("schema", {}))
        for status, response in described["responses"].items():
            yield "status", f"{named} {status}"
            for media, body in response.get("content", {}).items():
                yield "answer", f"{named} {status} {media} {_type(body.get('schema', {}))}"
    for name, schema in document["components"]["schemas"].items():
        yield from _codes(name, schema)
        for member, inner in schema.get("properties", {}).items():
            yield "property", f"{name}.{member} {_type(inner)}"
            yield from _codes(f"{name}.{member}", inner)
    for scope in document["components"]["securitySchemes"]["oauth2"]["flows"]["clientCredentials"]["scopes"]:
        yield "scope", scope
    for event in document.get("webhooks", {}):
        yield "event", event


def demands(document: Document) -> set[str]:
    """What a request has to have."""
    found: set[str] = set()
    for _, _, described in _operations(document):
        named = described["operationId"]
        found |= {f"{named} {each['name']}" for each in described.get("parameters", []) if each.get("required")}
        body = described.get("requestBody", {})
        found |= {f"{named} body"} if body.get("required") else set()
        for name in _reached(body, document["components"]["schemas"]):
            found |= {f"{name}.{member}" for member in document["components"]["schemas"][name].get("required", [])}
    return found


def broken(before: Document, after: Document) -> list[str]:
    """What worked for a caller and works no more: what is gone, and what a request that was there before now has to have."""
    gone = [f"{WORDS[kind]} {name}" for kind, name in sorted(promises(before) - promises(after))]
    known = before["components"]["schemas"].keys() | {described["operationId"] for _, _, described in _operations(before)}
    asked = sorted(demands(after) - demands(before))
    return gone + [f"必填 {name}" for name in asked if re.split(r"[. ]", name)[0] in known]


def _operations(document: Document) -> Iterator[tuple[str, str, Mapping[str, Any]]]:
    for path, methods in document["paths"].items():
        for method, described in methods.items():
            yield method, path, described


def _codes(named: str, schema: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    """The values that a list of codes has, also where it may be absent or is a list of them."""
    for value in schema.get("enum", []):
        yield "code", f"{named} {value}"
    for inner in (*schema.get("anyOf", []), schema.get("items", {})):
        if inner:
            yield from _codes(named, inner)


def _type(schema: Mapping[str, Any]) -> str:
    if "$ref" in schema:
        return schema["$ref"].rpartition("/")[2]
    if "anyOf" in schema or "oneOf" in schema:
        kinds = {_type(each) for each in _options(schema)}
        return "|".join(sorted(kinds - ({"integer"} if "number" in kinds else set())))
    if schema.get("type") == "array":
        return f"[{_type(schema.get('items', {}))}]"
    return "-".join(filter(None, (schema.get("type"), schema.get("format")))) or "any"


def _options(schema: Mapping[str, Any]) -> Iterator[Mapping[str, Any]]:
    """What a value may be, however the choices lie within each other."""
    for each in (*schema.get("anyOf", ()), *schema.get("oneOf", ())):
        if "anyOf" in each or "oneOf" in each:
            yield from _options(each)
        else:
            yield each


def _reached(value: Any, schemas: Mapping[str, Any]) -> set[str]:
    """The schemas that a part of the document refers to, and those these refer to."""
    found: set[str] = set()
    ahead = [value]
    while ahead:
        at = ahead.pop()
        if isinstance(at, Mapping):
            name = str(at.get("$ref", "")).rpartition("/")[2]
            if name in schemas and name not in found:
                found.add(name)
                ahead.append(schemas[name])
            ahead.extend(at.values())
        elif isinstance(at, list):
            ahead.extend(at)
    return found


def releases() -> list[Path]:
    """The oldest first."""
    return sorted(RELEASES.glob("*.json"))


def told(found: list[tuple[str, Document]]) -> str:
    """`docs/api-changes.md`, the newest first."""
    first, document = found[0]
    sections = [f"## {first}\n\n第一次发布:{len(list(_operations(document)))} 项操作。\n"]
    sections += [_section(date, before, after) for (_, before), (date, after) in pairwise(found)]
    return "\n".join([HEAD, *reversed(sections)])


def _section(date: str, before: Document, after: Document) -> str:
    added = [f"- 新增{WORDS[kind]} `{name}`" for kind, name in sorted(promises(after) - promises(before))]
    ended = [f"- **不再兼容** {each}" for each in broken(before, after)]
    return "\n".join([f"## {date}", "", *(ended + added or ["没有变化。"]), ""])


def without_examples(value: Any) -> Any:
    if isinstance(value, dict):
        return {name: without_examples(inner) for name, inner in value.items() if name not in ("example", "examples")}
    return [without_examples(inner) for inner in value] if isinstance(value, list) else value


def main() -> int:
    with Stack() as stack:
        while "x-missing" in (document := httpx.get(f"{stack.gateway_url}/openapi.json", timeout=60).json()):
            sleep(1)
    RELEASES.mkdir(parents=True, exist_ok=True)
    file = RELEASES / f"{clock.now().date()}.json"
    file.write_text(json.dumps(without_examples(document), ensure_ascii=False, indent=1, sort_keys=True) + "\n", encoding="utf-8")
    CHANGES.write_text(told([(path.stem, json.loads(path.read_text(encoding="utf-8"))) for path in releases()]), encoding="utf-8")
    print(file)
    return 0


if __name__ == "__main__":
    sys.exit(main())
