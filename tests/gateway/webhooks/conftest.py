"""A gateway in front of two services; the other two are away. The accounts of the roles that have endpoints of their own exist."""

import contextlib
from collections.abc import AsyncIterator
from typing import Any

import pytest

from gateway.identity.tables import Client
from shared import db
from tests.conftest import Service, Start
from tests.gateway.houses import NOBODY, House

NAMES = ("registry", "subsidy")


@pytest.fixture
async def home(start: Start) -> AsyncIterator[House]:
    async with contextlib.AsyncExitStack() as stack:
        services = {}
        for name in NAMES:
            services[name] = await stack.enter_async_context(start(name))
        urls: dict[str, Any] = {f"{name}_url": NOBODY for name in ("registry", "subsidy", "evaluation", "eastwest")}
        gateway = await stack.enter_async_context(start("gateway", **urls))
        for service in services.values():
            gateway.knows(service)
        await account(gateway, "admin"), await account(gateway, "system")
        yield House(gateway, services)


async def account(gateway: Service, role: str, **bound: Any) -> None:
    """The account of `gateway.as_(role)`."""
    client = Client(client_id=f"test-{role}", name=role, role=role, person_id=db.new_id(), secret=b"-", **bound)
    async with gateway.kernel.writing.begin() as session:
        session.add(client)
