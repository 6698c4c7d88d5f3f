"""A directory that PostgreSQL's account can enter (pytest's own is closed to it when root runs the tests)."""

import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest


@pytest.fixture
def workplace() -> Iterator[Path]:
    with tempfile.TemporaryDirectory(prefix="kaili-test-", ignore_cleanup_errors=True) as place:
        Path(place).chmod(0o755)
        yield Path(place)
