"""Problems: every refusal the system can answer with, each with its permanent code, and the catalogue of all codes (RFC 9457).

A subclass of `Problem` is an answer of its own (`code`, `status`); a `Fault` is one thing wrong inside an answer. What a code is called, why it comes and
what to do, in both languages, is data: the `problems.toml` of the service whose module states it, the kernel's beside this file. All of it together is
the catalogue, which `GET /v1/problems` shows. A code without a text, or a text that cannot be read, stops the start.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any, ClassVar, Self
from uuid import UUID

from sqlalchemy import Executable

from shared import codes, county, redaction, strict

ROOT = Path(__file__).parents[1]
KINDS = ("problem", "fault", "row", "finding")


@dataclass(frozen=True, slots=True)
class Text:
    """What `problems.toml` says of one code. A finding without a title is called as the county's labels call it."""

    cause: str
    cause_en: str
    remedy: str
    remedy_en: str
    title: str | None = None
    title_en: str | None = None


@dataclass(frozen=True, slots=True)
class Entry:
    """One line of the catalogue. `kind` says where the code appears: problem, fault (in `errors[]`), row (of a spreadsheet) or finding (of a verdict)."""

    code: str
    kind: str
    status: int | None
    title: str
    title_en: str
    cause: str
    cause_en: str
    remedy: str
    remedy_en: str
    retryable: bool = False


CATALOGUE: dict[str, Entry] = {}
STANDARD_MEMBERS = frozenset({"type", "title", "status", "code", "detail", "instance", "request_id", "retryable"})


def file_of(module: str) -> Path:
    """Where the texts of a module's codes stand: one file a service."""
    parts = module.split(".")
    return ROOT.joinpath(*parts[: 2 if parts[0] == "services" else 1], "problems.toml")


@cache
def _texts(file: Path) -> dict[tuple[str, str], Text]:
    """A file's texts by kind and code; raises `strict.BadFile`. All but the problems, which wait for their class, enter the catalogue."""
    partner = county.here().partner
    places = {"{partner}": partner.name, "{partner_en}": partner.name_en, "{districts}": "、".join(each.code for each in partner.districts)}

    def told(row: dict[str, str]) -> Text:
        for place, value in places.items():
            row = {name: text.replace(place, value) for name, text in row.items()}
        return strict.read(Text, row)

    found = {(kind, code): told(row) for kind, rows in strict.table(file).items() for code, row in rows.items()}
    if unknown := {kind for kind, _ in found} - set(KINDS):
        raise strict.BadFile(f"{file.name}:没有种类 {'、'.join(sorted(unknown))}")
    for (kind, code), text in found.items():
        if kind != "problem":
            _enter(code, kind, text)
    return found


def _enter(code: str, kind: str, text: Text, status: int | None = None, retryable: bool = False) -> Entry:
    """Puts a code into the catalogue. Codes never change their meaning: a second, different text is a programming error."""
    label = codes.labels(kind)[code] if text.title is None else None
    title, title_en = (label.zh, label.en) if label else (text.title or "", text.title_en or "")
    entry = Entry(code, kind, status, title, title_en, text.cause, text.cause_en, text.remedy, text.remedy_en, retryable)
    known = CATALOGUE.setdefault(code, entry)
    if known != entry and known.kind == kind:  # one word may name a refusal here and a finding there: `institution_blacklisted`
        raise ValueError(f"problem code {code!r} is described twice")
    if kind == "problem":
        CATALOGUE[code] = entry  # its status is what a caller looks for
    return entry


def pointer(*path: str | int) -> str:
    """A JSON Pointer (RFC 6901); empty for the whole body."""
    return "".join(f"/{str(part).replace('~', '~0').replace('/', '~1')}" for part in path)


@dataclass(frozen=True, slots=True)
class Basis:
    """The document and clause that say so."""

    document: str
    clause: str


@dataclass(frozen=True, slots=True)
class Fault:
    """One thing wrong in a request: where, what was seen (masked), what is allowed, what to do, and who says so. `about`: the paper it concerns, by kind and
    id, in whose trail the refusal stands as well."""

    code: str
    pointer: str | None = None
    parameter: str | None = None
    seen: str | None = None
    allowed: str | None = None
    fix: str | None = None
    basis: Basis | None = None
    more: dict[str, Any] | None = None
    about: tuple[str, UUID] | None = None

    def wire(self) -> dict[str, Any]:
        """As it is shown, with no number of a person in it."""
        members: dict[str, Any] = {"code": self.code}
        for name in ("pointer", "parameter", "seen", "allowed", "fix"):
            if (value := getattr(self, name)) is not None:
                members[name] = value
        if self.basis:
            members["basis"] = {"document": self.basis.document, "clause": self.basis.clause}
        said: dict[str, Any] = redaction.redact_all(members | (self.more or {}))
        return said


class Problem(Exception):
    """A call that cannot be carried out. Subclasses state code and status, the data their texts; instances say what was seen."""

    code: ClassVar[str]
    status: ClassVar[int]
    title: ClassVar[str]
    title_en: ClassVar[str]
    cause: ClassVar[str]
    remedy: ClassVar[str]
    retryable: ClassVar[bool] = False
    retry_after_seconds: ClassVar[int | None] = None

    def __init_subclass__(cls) -> None:
        file = file_of(cls.__module__)
        if (text := _texts(file).get(("problem", cls.code))) is None:
            raise strict.BadFile(f"{file}:缺少 problem.{cls.code}")
        entry = _enter(cls.code, "problem", text, cls.status, cls.retryable)
        cls.title, cls.title_en, cls.cause, cls.remedy = entry.title, entry.title_en, entry.cause, entry.remedy

    def __init__(
        self, detail: str = "", *, faults: Iterable[Fault] = (), left_out: int = 0, headers: dict[str, str] | None = None, **members: Any
    ) -> None:
        super().__init__(detail or self.title)
        self.detail = detail or f"{self.cause}{self.remedy}"
        self.faults, self.left_out = tuple(faults), left_out
        self.members = members
        self.kept: tuple[Executable, ...] = ()
        self.headers = dict(headers or {})
        if self.retry_after_seconds is not None:
            self.headers.setdefault("Retry-After", str(self.retry_after_seconds))

    def keeping(self, *statements: Executable | None) -> Self:
        """What is kept although the request is refused: carried out after it, in a transaction of its own, whole or not at all."""
        self.kept += tuple(each for each in statements if each is not None)
        return self

    def wire(self, instance: str, request_id: str, *, english: bool = False, faults_at_most: int | None = None) -> dict[str, Any]:
        """The answer's body, with no number of a person in it. With `Accept-Language: en` the title is English; what was seen and what to do stays Chinese."""
        said: dict[str, Any] = {
            "type": f"/v1/problems/{self.code}",
            "title": self.title_en if english else self.title,
            "status": self.status,
            "code": self.code,
            "detail": self.detail,
            "instance": instance,
            "request_id": request_id,
            "retryable": self.retryable,
        }
        body: dict[str, Any] = redaction.redact_all(said | self.members)
        if self.faults:
            told = self.faults[:faults_at_most]
            body["errors"] = [fault.wire() for fault in told]
            if left_out := self.left_out + len(self.faults) - len(told):
                body["faults_left_out"] = left_out
        return body


class Unreadable(Problem):
    code, status = "unreadable", 400


class UnknownParameter(Problem):
    code, status = "unknown_parameter", 400


class InvalidParameter(Problem):
    code, status = "invalid_parameter", 400


class InvalidCursor(Problem):
    code, status = "invalid_cursor", 400


class FeedRestored(Problem):
    code, status = "feed_restored", 410


class ServerDateRefused(Problem):
    code, status = "server_date_refused", 400


class Unauthenticated(Problem):
    code, status = "unauthenticated", 401


class Forbidden(Problem):
    code, status = "forbidden", 403


class NotFound(Problem):
    code, status = "not_found", 404


class MethodNotAllowed(Problem):
    code, status = "method_not_allowed", 405


class RequestTimeout(Problem):
    code, status = "request_timeout", 408
    retryable = True


class InvalidState(Problem):
    code, status = "invalid_state", 409


class Conflict(Problem):
    code, status = "conflict", 409


class StaleVersion(Problem):
    code, status = "stale_version", 412


class TooLarge(Problem):
    code, status = "too_large", 413


class UnsupportedMediaType(Problem):
    code, status = "unsupported_media_type", 415


class Invalid(Problem):
    code, status = "invalid", 422


class PreconditionRequired(Problem):
    code, status = "if_match_required", 428


class TooManyRequests(Problem):
    code, status = "too_many_requests", 429
    retryable, retry_after_seconds = True, 1


class HeadersTooLarge(Problem):
    code, status = "headers_too_large", 431


class Internal(Problem):
    code, status = "internal", 500


class UpstreamFailed(Problem):
    code, status = "upstream_failed", 502
    retryable = True


class Relayed(UpstreamFailed):
    """A neighbour's own refusal, passed on with its code and words: it is in that service's catalogue."""

    def __init__(self, problem: dict[str, Any]) -> None:
        super().__init__(problem["detail"], **{name: problem[name] for name in problem.keys() - STANDARD_MEMBERS})
        self.__dict__.update(
            code=problem["code"],
            status=problem["status"],
            title=problem["title"],
            title_en=problem["title"],
            retryable=problem["retryable"],
        )


class Unavailable(Problem):
    code, status = "unavailable", 503
    retryable, retry_after_seconds = True, 2


class Overloaded(Problem):
    code, status = "overloaded", 503
    retryable, retry_after_seconds = True, 1


class UpstreamTimeout(Problem):
    code, status = "upstream_timeout", 504
    retryable, retry_after_seconds = True, 2


class IdempotencyKeyRequired(Problem):
    code, status = "idempotency_key_required", 400


class IdempotencyKeyReused(Problem):
    code, status = "idempotency_key_reused", 422


class Contended(Problem):
    """Another transaction held the same rows for too long: nothing was kept, and the same request may be sent again."""

    code, status = "contended", 409
    retryable, retry_after_seconds = True, 1


class RequestInProgress(Problem):
    code, status = "request_in_progress", 409
    retryable, retry_after_seconds = True, 1


VIOLATIONS: dict[str, type[Problem]] = {}


def violates(constraint: str, problem: type[Problem]) -> None:
    """Names the problem that a violated database constraint is answered with."""
    VIOLATIONS[constraint] = problem
