"""eastwest in process, its neighbours as plain functions."""

from collections.abc import AsyncIterator

import pytest

from tests.conftest import Service, Start
from tests.eastwest.neighbours import Neighbours, introduce


@pytest.fixture
async def eastwest(start: Start) -> AsyncIterator[Service]:
    async with start("eastwest") as service:
        yield service


@pytest.fixture
def others(eastwest: Service) -> Neighbours:
    return introduce(eastwest)
