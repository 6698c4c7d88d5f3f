"""What a route says of itself beside its path and its shapes; the stages and the OpenAPI read it, neither knows the other."""

from collections.abc import Awaitable, Callable, Iterable
from dataclasses import dataclass, fields
from datetime import date
from typing import Any

from shared import errors

REQUIRED, ACCEPTED = "required", "accepted"
PUBLIC_LARGEST_BYTES = 16 * 1024
JSON_LARGEST_BYTES = 4 * 1024 * 1024
UPLOAD_LARGEST_BYTES = 21 * 1024 * 1024

Paper = Callable[..., Awaitable[object]]
Rule = Callable[[Any, date], Iterable[errors.Fault]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Operation:
    """One operation of a noun. All but the first four are for `Router.operation` to pass on as they were said, each with its default.

    `may`: the roles allowed. `scoped=False`: open to every role of `may`, whatever its scopes.
    `key`: whether an Idempotency-Key is taken by a POST that changes something ("accepted"), REQUIRED, or ignored (None).
    `unkept`: members of the answer that are secrets, and not kept for a repeat. `if_match`: 428 without `If-Match`.
    `writes=False` marks a POST that only asks (`:lookup`, `:quote`, `:verify`): no transaction, no key.
    `recorded=True` marks a reading that is itself recorded: it runs in a transaction, and stays a reading for its scope.
    `late=True` marks figures that may be a moment late: they are read from the server that follows, where there is one.
    `paper(session, call, **path ids)` finds the paper, matches the version and refuses a wrong state, as the operation itself begins.
    It is called only for a body whose shape is at fault: what it raises comes before what the body says.
    `rules`: what is asked of a body beyond its shape; see `wire.faults` and `shared.sound`. Called only beside faults of shape, so that both come together.
    `largest_bytes` of a body (None: of JSON, or of what anyone may send), and what a larger one is refused with (`too_large`).
    `streams`: what it answers is also sent as it happens, to whoever accepts `text/event-stream`.
    `media_types`: what may be answered where it is no JSON but a file as it was given.
    `traced`: codes whose refusals reach the trail, beside those of rights and of four eyes, which always do.
    """

    noun: str
    method: str
    path: str
    may: frozenset[str]
    scoped: bool = True
    key: str | None = ACCEPTED
    unkept: Iterable[str] = ()
    if_match: bool = False
    writes: bool | None = None
    recorded: bool = False
    late: bool = False
    paper: Paper | None = None
    rules: tuple[Rule, ...] = ()
    largest_bytes: int | None = None
    too_large: type[errors.Problem] = errors.TooLarge
    streams: bool = False
    media_types: Iterable[str] = ()
    traced: frozenset[str] = frozenset()

    @property
    def public(self) -> bool:
        return "public" in self.may

    @property
    def internal(self) -> bool:
        return self.may == {"service"}

    @property
    def changes(self) -> bool:
        return self.method != "GET" if self.writes is None else self.writes

    @property
    def scope(self) -> str:
        """The scope a narrowed role needs; empty where none is needed."""
        return f"{self.noun}.{'write' if self.changes else 'read'}" if self.scoped else ""

    @property
    def takes_bytes(self) -> int:
        return self.largest_bytes or (PUBLIC_LARGEST_BYTES if self.public else JSON_LARGEST_BYTES)

    @property
    def takes_key(self) -> str | None:
        return self.key if self.changes and self.method == "POST" else None


SAID = frozenset(field.name for field in fields(Operation)) - {"noun", "method", "path", "may"}
