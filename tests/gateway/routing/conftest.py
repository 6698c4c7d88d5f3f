"""The way through the gateway that most of these tests go."""

from collections.abc import AsyncIterator

import pytest

from tests.conftest import Start
from tests.gateway.routing.way import Way, a_way


@pytest.fixture
async def way(start: Start) -> AsyncIterator[Way]:
    async with a_way(start) as made:
        yield made
