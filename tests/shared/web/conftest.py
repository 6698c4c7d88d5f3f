"""The papers' service, for the tests of each stage."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from tests.conftest import Databases, Service
from tests.shared.web.papers import serving


@pytest.fixture
async def papers(databases: Databases, tmp_path: Path) -> AsyncIterator[Service]:
    async with serving(databases, tmp_path) as service:
        yield service
