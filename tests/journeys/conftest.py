"""The whole system as it runs for its users: five processes, real sockets, a real database, one for all journeys of a run."""

from collections.abc import Iterator

import pytest

from deploy.stack import Stack


@pytest.fixture(scope="session")
def stack() -> Iterator[Stack]:
    with Stack() as running:
        yield running
