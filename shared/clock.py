"""The one clock: the only place that reads the time, always in Asia/Shanghai. Everything else is handed the time it works with."""

from datetime import datetime
from zoneinfo import ZoneInfo

SHANGHAI = ZoneInfo("Asia/Shanghai")


def now() -> datetime:
    """The present instant in Asia/Shanghai."""
    return datetime.now(SHANGHAI)


def read(text: str) -> datetime:
    """An RFC 3339 instant with offset, in Asia/Shanghai; ValueError when it is naive or unreadable."""
    instant = datetime.fromisoformat(text)
    if instant.tzinfo is None:
        raise ValueError("an instant needs an offset")
    return instant.astimezone(SHANGHAI)
