"""A whole system whose processes are killed: each of them stands again when a test ends."""

from collections.abc import Iterator

import pytest

from deploy.stack import Stack
from tests.stacks import forked


@pytest.fixture(scope="package")
def stack() -> Iterator[Stack]:
    with forked(DRAIN_SECONDS="4") as running:
        yield running
