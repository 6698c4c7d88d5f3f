"""Logs (one JSON object a line, ID numbers masked as the last net) and metrics of one process."""

import contextlib
import logging
import sys
from collections.abc import MutableMapping
from typing import Any

import orjson
import structlog
from prometheus_client import CollectorRegistry, Counter, Histogram

from shared import clock, privacy

log: Any = structlog.get_logger()


def _masked(_logger: Any, _name: str, event: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
    return {key: privacy.redact(value) if isinstance(value, str) else value for key, value in event.items()}


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
    """Everything this process says, from us or from a library, goes through one masked JSON writer."""
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


def access_line(service: str, **event: Any) -> None:
    """The line of one request, written without the processors above: it is written for each, and only its path could hold what must be masked."""
    event["path"] = privacy.redact(event["path"])
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
        self.seconds = Histogram(
            "http_request_seconds",
            "Time to answer, seconds",
            ["method", "route"],
            registry=self.registry,
            buckets=(0.002, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 15),
        )
