"""Last stage: the answer gets its entity tag and its place, or is left out because the caller has it (304)."""

import hashlib
import re
from typing import Any, get_args

import orjson
from fastapi import Request, Response
from pydantic import BaseModel

_TAG = re.compile(r'"[^"]*"')
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
