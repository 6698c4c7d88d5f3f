"""Last stage: the answer gets its entity tag and its place, or is left out because the caller has it (304); and nobody on the way keeps it."""

import hashlib
import re
from collections.abc import Sequence
from typing import Any, get_args

import orjson
from fastapi import Request, Response
from pydantic import BaseModel
from starlette.types import Scope

from shared import access

_TAG = re.compile(r'"[^"]*"')
NOSNIFF, UNSTORED = (b"x-content-type-options", b"nosniff"), (b"cache-control", b"no-store")
KEPT_OF_304 = ("etag", "cache-control", "vary")


def models(annotation: Any) -> set[type[BaseModel]]:
    """The models among what a route answers: one, or each of several."""
    kinds = (annotation, *get_args(annotation))
    return {kind for kind in kinds if isinstance(kind, type) and issubclass(kind, BaseModel)}


def tag(request: Request, response: Response, said: Any = None, *, versioned: bool) -> Response:
    """`ETag: "<version>-<digest>"` on a single paper, `Location` on one that was made. `said`: what the answer's body says, where it was read before."""
    made = response.status_code == 201 and ":" not in request.url.path and "location" not in response.headers
    if (versioned and "etag" not in response.headers) or made:
        answer = orjson.loads(response.body) if said is None else said
        if versioned and "etag" not in response.headers and (version := answer.get("version")) is not None:
            response.headers["etag"] = f'"{version}-{hashlib.sha256(response.body).hexdigest()[:16]}"'
        if made and (made_id := answer.get("id")) is not None:
            response.headers["location"] = f"{request.url.path}/{made_id}"
    return response


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
