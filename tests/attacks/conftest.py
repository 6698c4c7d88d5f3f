"""A whole system to attack: five processes, real sockets, a real database, and the keys to forge with."""

from collections.abc import Iterator

import pytest

from deploy.postgres import FAST_SETTINGS
from deploy.stack import Stack
from tests.attacks.tokens import Forge


@pytest.fixture(scope="session")
def stack() -> Iterator[Stack]:
    with Stack(database_settings=FAST_SETTINGS) as running:
        yield running


@pytest.fixture(scope="session")
def forge(stack: Stack) -> Forge:
    return Forge(stack)
