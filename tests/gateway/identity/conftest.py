"""A gateway beside a real registry, which knows the institutions and people that accounts are bound to."""

import contextlib
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass
from typing import Any

import pytest

from tests.conftest import Service, Start


@dataclass
class City:
    gateway: Service
    registry: Service


Settled = Callable[..., AbstractAsyncContextManager[City]]


@pytest.fixture
def city(start: Start) -> Settled:
    """`async with city(confirm_accounts=True) as both:`"""

    @contextlib.asynccontextmanager
    async def settled(**changed: Any) -> AsyncIterator[City]:
        async with start("gateway", **changed) as gateway, start("registry") as registry:
            gateway.knows(registry)
            yield City(gateway, registry)

    return settled
