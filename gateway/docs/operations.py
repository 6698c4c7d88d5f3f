"""One OpenAPI document out of the gateway's own and those of the services behind it."""

from collections.abc import Iterator, Mapping
from typing import Any

from gateway.identity import codes
from gateway.routing.nouns import destination
from shared import errors
from shared.web import problems

_ON_THE_WAY: dict[int, type[errors.Problem]] = {502: errors.UpstreamFailed, 503: errors.Unavailable, 504: errors.UpstreamTimeout}
_REFERENCE = "#/components/schemas/"


def merge(own: Mapping[str, Any], documents: Mapping[str, Mapping[str, Any]]) -> dict[str, Any]:
    """Every path as the gateway answers it: what it routes to a service is that service's, with what can go wrong on the way."""
    schemas: dict[str, Any] = dict(own["components"]["schemas"])
    paths: dict[str, Any] = {path: methods for path, methods in own["paths"].items() if not path.startswith("/internal/")}
    for service, document in documents.items():
        routed = {path: methods for path, methods in document["paths"].items() if (found := destination(path)) and found.service == service}
        theirs = document.get("components", {}).get("schemas", {})
        needed = _needed(routed, theirs)
        renamed = {name: f"{service}_{name}" for name in _otherwise_defined(needed, theirs, schemas)}
        schemas |= {renamed.get(name, name): _renamed(theirs[name], renamed) for name in needed}
        for path, methods in _renamed(routed, renamed).items():
            paths[path] = {method: _with_what_fails_on_the_way(described) for method, described in methods.items()}
    security: dict[str, Any] = {
        **own["components"]["securitySchemes"],
        "oauth2": {
            "type": "oauth2",
            "flows": {
                "clientCredentials": {"tokenUrl": "/oauth2/token", "scopes": {entry["scope"]: entry["label"] for entry in codes.listed()}}
            },
        },
        "client": {"type": "http", "scheme": "basic", "description": "client_id 与 client_secret"},
    }
    return {
        **own,
        "servers": [{"url": "/"}],
        "paths": dict(sorted(paths.items())),
        "components": {"schemas": dict(sorted(schemas.items())), "securitySchemes": security},
    }


def _with_what_fails_on_the_way(described: dict[str, Any]) -> dict[str, Any]:
    responses = dict(described.get("responses", {}))
    for status, kind in _ON_THE_WAY.items():
        responses.setdefault(str(status), problems.describe_status(status, [kind]))
    return described | {"responses": responses}


def _needed(paths: Mapping[str, Any], schemas: Mapping[str, Any]) -> list[str]:
    """The schemas that the paths refer to, and those these refer to."""
    found: dict[str, None] = {}
    ahead = list(_references(paths))
    while ahead:
        name = ahead.pop()
        if name in schemas and name not in found:
            found[name] = None
            ahead += _references(schemas[name])
    return list(found)


def _otherwise_defined(needed: list[str], theirs: Mapping[str, Any], known: Mapping[str, Any]) -> set[str]:
    """Names that mean another thing here than they came to mean before: by their own words, or by those they refer to."""
    found = {name for name in needed if name in known and theirs[name] != known[name]}
    while True:
        more = {name for name in needed if name in known and name not in found and not found.isdisjoint(_references(theirs[name]))}
        if not more:
            return found
        found |= more


def _references(value: Any) -> Iterator[str]:
    if isinstance(value, Mapping):
        if isinstance(reference := value.get("$ref"), str):
            yield reference.removeprefix(_REFERENCE)
        for inner in value.values():
            yield from _references(inner)
    elif isinstance(value, list):
        for inner in value:
            yield from _references(inner)


def _renamed(value: Any, names: Mapping[str, str]) -> Any:
    if isinstance(value, Mapping):
        return {
            key: _REFERENCE + names.get(inner.removeprefix(_REFERENCE), inner.removeprefix(_REFERENCE))
            if key == "$ref" and isinstance(inner, str)
            else _renamed(inner, names)
            for key, inner in value.items()
        }
    if isinstance(value, list):
        return [_renamed(inner, names) for inner in value]
    return value
