"""One OpenAPI document out of the gateway's own and those of the services behind it."""

import re
from collections.abc import Iterator, Mapping
from typing import Any

from gateway.identity import codes
from gateway.routing.nouns import destination
from shared import errors
from shared.web import problems, wording

_ON_THE_WAY: dict[int, type[errors.Problem]] = {502: errors.UpstreamFailed, 503: errors.Unavailable, 504: errors.UpstreamTimeout}
_REFERENCE = "#/components/schemas/"
_NOUN = re.compile(r"/v1/([a-z-]+)")
FIRST = ("identity", "reference")  # what a reader needs before anything else
READING_ORDER = ("registry", "subsidy", "evaluation", "eastwest")


def merge(own: Mapping[str, Any], documents: Mapping[str, Mapping[str, Any]]) -> dict[str, Any]:
    """Every path as the gateway answers it: what it routes to a service is that service's, with what can go wrong on the way. A schema is called the
    same whichever services are there: a test refuses two of one name that differ."""
    paths: dict[str, Any] = {path: methods for path, methods in own["paths"].items() if not path.startswith("/internal/")}
    webhooks: dict[str, Any] = dict(own.get("webhooks", {}))
    known: dict[str, Any] = own["components"]["schemas"]
    schemas = {name: known[name] for name in _needed({**paths, **webhooks}, known)}
    for service, document in sorted(documents.items()):
        routed = {path: methods for path, methods in document["paths"].items() if (found := destination(path)) and found.service == service}
        theirs = document.get("components", {}).get("schemas", {})
        schemas |= {name: theirs[name] for name in _needed(routed, theirs) if name not in schemas}
        webhooks |= document.get("webhooks", {})
        for path, methods in routed.items():
            paths[path] = {method: _with_what_fails_on_the_way(described) for method, described in methods.items()}
    return {
        **own,
        "tags": _tags(own, documents, paths),
        "paths": dict(sorted(paths.items())),
        "webhooks": dict(sorted(webhooks.items())),
        "components": {**own["components"], "schemas": dict(sorted(schemas.items())), "securitySchemes": _security(own)},
    }


def about(document: Mapping[str, Any], noun: str) -> dict[str, Any]:
    """The part of a document that is about one noun: what a screen needs of it, or a generator of code. `noun` is one of `nouns`."""
    paths = {path: methods for path, methods in document["paths"].items() if _noun_of(path) == noun}
    borne = {tag for methods in paths.values() for described in methods.values() for tag in described["tags"]}
    schemas: dict[str, Any] = document["components"]["schemas"]
    needed = {name: schemas[name] for name in sorted(_needed(paths, schemas))}
    tags = [tag for tag in document["tags"] if tag["name"] in borne]
    return {**document, "tags": tags, "paths": paths, "webhooks": {}, "components": {**document["components"], "schemas": needed}}


def nouns(document: Mapping[str, Any]) -> list[str]:
    return sorted({found for path in document["paths"] if (found := _noun_of(path))})


def _noun_of(path: str) -> str | None:
    found = _NOUN.match(path)
    return found[1] if found else None


def _tags(own: Mapping[str, Any], documents: Mapping[str, Mapping[str, Any]], paths: Mapping[str, Any]) -> list[dict[str, str]]:
    """In reading order: the services' nouns, then what the gateway adds. Those of what is routed."""
    borne = {tag for methods in paths.values() for described in methods.values() for tag in described["tags"]}
    everywhere = wording.own("shared").tags.keys()
    nouns = [tag for name in READING_ORDER for tag in documents.get(name, {}).get("tags", []) if tag["name"] not in everywhere]
    first = [tag for tag in own["tags"] if tag["name"] in FIRST]
    ordered: dict[str, dict[str, str]] = {}
    for tag in (*first, *nouns, *own["tags"]):
        ordered.setdefault(tag["name"], tag)
    return [tag for name, tag in ordered.items() if name in borne]


def _security(own: Mapping[str, Any]) -> dict[str, Any]:
    schemes = dict(own["components"]["securitySchemes"])
    scopes = {entry["scope"]: entry["label"] for entry in codes.listed()}
    schemes["oauth2"] = schemes["oauth2"] | {"flows": {"clientCredentials": {"tokenUrl": "/oauth2/token", "scopes": scopes}}}
    return schemes | {"client": {"type": "http", "scheme": "basic", "description": "client_id 与 client_secret"}}


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


def _references(value: Any) -> Iterator[str]:
    if isinstance(value, Mapping):
        if isinstance(reference := value.get("$ref"), str):
            yield reference.removeprefix(_REFERENCE)
        for inner in value.values():
            yield from _references(inner)
    elif isinstance(value, list):
        for inner in value:
            yield from _references(inner)
