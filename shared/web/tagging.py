"""Last stage: the answer gets its entity tag and its place, or is left out because the caller has it (304); and nobody on the way keeps it."""

import hashlib
import re
from collections.abc import Sequence
from typing import Any, get_args

import orjson
from fastapi import Request, Response
from pydantic import BaseModel
from starlette.routing import Match
from starlette.types import Scope

from shared import access

_TAG = re.compile(r'"[^"]*"')
NOSNIFF, UNSTORED = (b"x-content-type-options", b"nosniff"), (b"cache-control", b"no-store")
KEPT_OF_304 = ("etag", "cache-control", "vary")


def models(annotation: Any) -> set[type[BaseModel]]:
    """The models among what a route answers: one, or each of several."""
    kinds = (annotation, *get_args(annotation))
    return {kind for kind in kinds if isinstance(kind, type) and issubclass(kind, BaseModel)}


def is_single(method: str, path: str) -> bool:
    """Whether one thing alone is read there, by its id or code."""
    return method.upper() == "GET" and path.endswith("}")


def tag(request: Request, response: Response, said: Any = None, *, versioned: bool, single: bool) -> Response:
    """`ETag: "<version>-<digest>"` on a single paper, of the first version where it never changes; `Location` on one that was made. `said`: what the answer's
    body says, where it was read before."""
    made = response.status_code == 201 and ":" not in request.url.path and "location" not in response.headers
    tagged = (versioned or single) and "etag" not in response.headers
    if tagged or made:
        answer = orjson.loads(response.body) if said is None else said
        if tagged and (version := answer.get("version", 1 if single else None)) is not None:
            response.headers["etag"] = f'"{version}-{hashlib.sha256(response.body).hexdigest()[:16]}"'
        if made and (made_id := answer.get("id")) is not None and (place := _place(request, made_id)):
            response.headers["location"] = place
    return response


def places(path: str, made_id: str) -> tuple[str, str]:
    """Where what was posted to a path may be read alone: below it, or by its own noun."""
    return f"{path}/{made_id}", f"/v1/{path.rpartition('/')[2]}/{made_id}"


def _place(request: Request, made_id: str) -> str | None:
    """The one of these that there is; None of what is read with others alone."""
    for place in places(request.url.path, made_id):
        asked = {**request.scope, "path": place, "method": "GET"}
        if any(route.matches(asked)[0] is Match.FULL for route in request.app.routes):
            return place
    return None


def known(request: Request, response: Response) -> Response:
    """The answer to a GET, or 304 without it when `If-None-Match` names its tag (weak comparison, RFC 9110 §13.1.2)."""
    asked = request.headers.get("if-none-match")
    if asked is None or request.method != "GET" or response.status_code != 200 or "etag" not in response.headers:
        return response
    its_own = _TAG.findall(response.headers["etag"])
    if asked.strip() != "*" and not set(its_own) & set(_TAG.findall(asked)):
        return response
    return Response(status_code=304, headers={name: response.headers[name] for name in KEPT_OF_304 if name in response.headers})


def unstored(scope: Scope, status: int, headers: Sequence[tuple[bytes, bytes]]) -> list[tuple[bytes, bytes]]:
    """What every answer says beside its own headers: it is of the type it states, and nobody keeps it (RFC 9111 §5.2.2.5) but what anyone may read.
    An answer that was passed through has said so where it was made."""
    said = {name for name, _ in headers}
    if NOSNIFF[0] in said:
        return []
    call = scope["state"].get("call")
    open_to_all = call is not None and call.actor is access.ANYONE and scope["method"] == "GET" and status < 400
    return [NOSNIFF] if open_to_all or UNSTORED[0] in said else [NOSNIFF, UNSTORED]
