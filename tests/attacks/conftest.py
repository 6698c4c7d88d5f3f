"""A whole system to attack, which ends with the last attack: five processes, real sockets, a real database, and the keys to forge with."""

from collections.abc import Iterator

import pytest

from deploy.stack import Stack
from tests.attacks import papers
from tests.attacks import world as worlds
from tests.attacks.papers import Papers
from tests.attacks.tokens import Forge
from tests.attacks.world import World
from tests.stacks import forked


@pytest.fixture(scope="package")
def stack() -> Iterator[Stack]:
    with forked(PUBLIC_BOARD="1") as running:
        yield running


@pytest.fixture(scope="package")
def forge(stack: Stack) -> Forge:
    return Forge(stack)


@pytest.fixture(scope="package")
def world(stack: Stack, forge: Forge) -> World:
    return worlds.build(stack, forge)


@pytest.fixture(scope="package")
def seen(world: World) -> Papers:
    """After which a claim has been paid, and something of it recovered."""
    return papers.seen(world)
