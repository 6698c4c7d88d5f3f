"""Third stage: was it answered before. A kept answer is looked for before any lock, so however many repeats come at once, each gets it."""

import orjson
from fastapi import Request, Response

from shared import access, errors, idempotency, redaction
from shared.web.kernel import Kernel
from shared.web.operation import REQUIRED, Operation


def once(request: Request, kernel: Kernel, call: access.Call, operation: Operation) -> idempotency.Once | None:
    """What this request may do only once: the caller's key and a digest of what was asked. None without a key."""
    if operation.takes_key is None:
        return None
    if (key := request.headers.get("idempotency-key")) is None:
        if operation.takes_key == REQUIRED:
            raise errors.IdempotencyKeyRequired()
        return None
    idempotency.check_key(key)
    asked = f"{request.url.path}?{request.url.query}\n{_same_each_time(request).hex()}"
    if redaction.redact(key) != key:  # a number of a person is kept nowhere, not as a key either
        key = kernel.vault.lasting(key, "idempotency_key").hex()
    return idempotency.Once(f"{call.actor.role}:{call.actor.subject}", key, kernel.vault.blind(asked, "idempotency"))


async def look(kernel: Kernel, once: idempotency.Once | None) -> Response | None:
    kept = await idempotency.look(kernel.reader, once) if once else None
    return again(kept) if kept else None


def again(kept: idempotency.Answer) -> Response:
    return Response(kept.body, kept.status, {**kept.headers, "Idempotent-Replayed": "true"})


def kept(response: Response, operation: Operation) -> idempotency.Answer:
    """An answer as it may be kept: secrets that are shown once are left out, so a repeat cannot show them again."""
    body = bytes(response.body)
    if operation.unkept:
        body = orjson.dumps({name: value for name, value in orjson.loads(body).items() if name not in operation.unkept})
    return idempotency.Answer(response.status_code, response.headers, body)


def _same_each_time(request: Request) -> bytes:
    """The body as a repeat has it too: JSON in its canonical form; a form without its boundary, which the client chooses anew each time."""
    body: bytes = request.state.canonical
    _, _, boundary = request.headers.get("content-type", "").partition("boundary=")
    return body.replace(boundary.strip('"').encode(), b"") if boundary else body
