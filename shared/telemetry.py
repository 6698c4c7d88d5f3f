"""Logs (one JSON object a line, without the number of any person) and metrics of one process, and what is believed of a caller's trace."""

import contextlib
import logging
import os
import re
import sys
from collections.abc import MutableMapping, Sequence
from typing import Any

import orjson
import structlog
from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram
from starlette.types import Scope

from shared import clock, redaction

Headers = Sequence[tuple[bytes, bytes]]

log: Any = structlog.get_logger()

# W3C Trace Context, level 1. Ids are random: one with eighteen digits on end is one in eight hundred, and might be somebody's number.
_TRACEPARENT = re.compile(rb"(?!ff)[0-9a-f]{2}-(?!0{32})[0-9a-f]{32}-(?!0{16})[0-9a-f]{16}-[0-9a-f]{2}")
_TRACE = (b"traceparent", b"tracestate")


def believed(headers: Headers) -> Headers:
    """The headers of a request, without those of its trace where they are none: then nobody logs them, keeps them or passes them on."""
    said = [value for name, value in headers if name == b"traceparent"]
    if len(said) == 1 and _TRACEPARENT.fullmatch(said[0]) and not re.search(rb"[0-9]{18}", said[0]):
        return headers
    return [pair for pair in headers if pair[0] not in _TRACE]


def unfit_for_a_span(scope: Scope) -> bool:
    """Whether a person's number stands in what a span would carry to the collector in the caller's own words; such a request leaves none."""
    said = [scope["path"].encode(), scope["query_string"], *(value for name, value in scope["headers"] if name in (b"host", b"tracestate"))]
    return any(redaction.redact(text) != text for text in (scope.get("method", ""), *(each.decode("utf-8", "replace") for each in said)))


def _masked(_logger: Any, _name: str, event: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
    masked: dict[str, Any] = redaction.redact_all(event)
    return masked


def _stamped(_logger: Any, _name: str, event: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
    event["at"] = clock.now().isoformat(timespec="milliseconds")
    return event


class _Lines:
    """Where lines go. One for which there is no room on the disk is lost: whoever works must not fail for what they say of it."""

    def write(self, text: str) -> None:
        with contextlib.suppress(OSError):
            sys.stdout.write(text)

    def flush(self) -> None:
        with contextlib.suppress(OSError):
            sys.stdout.flush()


_LINES: Any = _Lines()


def configure(service: str, level: str) -> None:
    """Everything this process says, from us, a library or the server, goes through one masked JSON writer. Its spans, where OTEL_EXPORTER_OTLP_ENDPOINT says
    where they go, bear the service's name."""
    os.environ.setdefault("OTEL_SERVICE_NAME", service)
    structlog.configure(
        processors=[
            structlog.contextvars.merge_contextvars,
            structlog.processors.add_log_level,
            structlog.processors.format_exc_info,
            _stamped,
            _masked,
            structlog.processors.JSONRenderer(
                serializer=lambda event, **_: orjson.dumps({"service": service} | event, default=str).decode()
            ),
        ],
        wrapper_class=structlog.make_filtering_bound_logger(getattr(logging, level.upper())),
        logger_factory=structlog.WriteLoggerFactory(file=_LINES),
        cache_logger_on_first_use=False,
    )

    class Through(logging.Handler):
        def emit(self, record: logging.LogRecord) -> None:
            trace = record.exc_info[1] if record.exc_info else None
            log.log(record.levelno, record.name, text=record.getMessage(), **({"error": type(trace).__name__} if trace else {}))

    logging.basicConfig(handlers=[Through()], level=logging.WARNING, force=True)
    logging.captureWarnings(True)
    for name in ("uvicorn", "uvicorn.error", "uvicorn.access"):  # the server's own handlers write what they are given, tracebacks too
        logging.getLogger(name).handlers.clear()
        logging.getLogger(name).propagate = True


def access_line(service: str, **event: Any) -> None:
    """The line of one request, written without the processors above, for each is given one: only its method and path are the caller's own words."""
    event |= {name: redaction.redact(event[name]) for name in ("method", "path")}
    _LINES.write(
        orjson.dumps(
            {"service": service, "event": "request", "level": "info", "at": clock.now().isoformat(timespec="milliseconds")} | event
        ).decode()
        + "\n"
    )


class Metrics:
    """The counters of one process, in their own registry (several applications may share a process in tests)."""

    def __init__(self) -> None:
        self.registry = CollectorRegistry()
        self.requests = Counter("http_requests", "Requests served", ["method", "route", "status"], registry=self.registry)
        self.streams = Gauge("change_streams", "Readers of the change feed as a stream", registry=self.registry)
        self.seconds = Histogram(
            "http_request_seconds",
            "Time to answer, seconds",
            ["method", "route"],
            registry=self.registry,
            buckets=(0.002, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 15),
        )
