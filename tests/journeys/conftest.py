"""The whole system as it runs for its users: five processes, real sockets, a real database, one for all journeys. It ends with the last of them: a system
at rest takes a tenth of a core."""

import time
from collections.abc import Callable, Iterator

import pytest

from deploy.demo.main_job import Person
from deploy.stack import Stack
from tests.stacks import patient

SECONDS_AT_MOST = 10


@pytest.fixture(scope="package")
def stack() -> Iterator[Stack]:
    with patient() as running:
        yield running


def until(holds: Callable[[], bool]) -> None:
    """Waits for what follows a change a moment later; the assertion after it says what is missing."""
    ends_at = time.monotonic() + SECONDS_AT_MOST
    while not holds() and time.monotonic() < ends_at:
        time.sleep(0.1)


def changes_of(reader: Person, subject: str) -> list[str]:
    """What the merged feed says happened to a paper, in order."""
    found, path = list[str](), "/v1/changes?limit=200"
    while (batch := reader.do("GET", path, on="2026-01-05"))["items"]:
        found += [event["type"] for event in batch["items"] if event["subject"] == subject]
        path = f"/v1/changes?limit=200&after={batch['next']}"
    return found
