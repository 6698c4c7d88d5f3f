"""Asking every service what it has under a text, side by side. A person's number is told to the registry alone, which counts and records it."""

import asyncio

from gateway.search.schemas import SearchHit, SearchOut
from shared import access, errors, http_client, limits, redaction, search, web

BY_NUMBER = ("registry",)


async def find(kernel: web.Kernel, call: access.Call, text: str) -> tuple[SearchOut, dict[str, str]]:
    """What was found, and the headers that say how often may be asked again."""
    left = await kernel.limits.take(limits.SEARCHES, str(call.actor.person_id or call.actor.subject))
    asked = {"text": text, "seen_by": call.actor.wire()}

    async def ask(service: str) -> search.Found | None:
        try:
            return http_client.read(search.Found, await kernel.neighbours[service].post(search.PATH, call, asked), service)
        except errors.Relayed:  # asked for too many numbers that nobody has
            raise
        except errors.Problem:
            return None

    names = BY_NUMBER if redaction.names_citizen(text) else list(kernel.neighbours)
    answers = dict(zip(names, await asyncio.gather(*(ask(name) for name in names)), strict=True))
    found = [answer for answer in answers.values() if answer is not None]
    hits = sorted((hit for each in found for hit in each.items), key=lambda hit: not hit.exact)
    out = SearchOut(
        complete=None not in answers.values(),
        services={name: "unavailable" if answer is None else "ok" for name, answer in answers.items()},
        items=[SearchHit(**hit.model_dump()) for hit in hits],
        more=[kind for each in found for kind in each.more],
    )
    return out, left
