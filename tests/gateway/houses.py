"""A gateway with four services behind it, each with its own database and nothing but what every service has."""

import contextlib
from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path

from shared import db, deeds, web
from tests.conftest import Databases, Service, Start, running, settings

NAMES = ("registry", "subsidy", "evaluation", "eastwest")
NOBODY = "http://127.0.0.1:9"


@dataclass
class House:
    gateway: Service
    services: dict[str, Service]

    async def happens(self, name: str, *types: str) -> list[str]:
        """Something happens at a service: on its feed and its trail. The subjects' ids, in order."""
        service = self.gateway if name == "gateway" else self.services[name]
        subjects = []
        for type_ in types:
            async with service.kernel.writing.begin() as session:
                subject, call = db.new_id(), service.kernel.own_call()
                await deeds.record(session, call, type_, subject, subject_type="paper", version=1)
                subjects.append(str(subject))
        return subjects

    async def stop(self, name: str) -> None:
        """From now on the gateway finds nobody there."""
        self.gateway.kernel.neighbours[name].transport = None

    async def start_again(self, name: str) -> None:
        self.gateway.kernel.neighbours[name].breaker.failures = 0
        self.gateway.knows(self.services[name])


@contextlib.asynccontextmanager
async def house(start: Start, databases: Databases, tmp_path: Path) -> AsyncIterator[House]:
    async with contextlib.AsyncExitStack() as stack:
        gateway = await stack.enter_async_context(start("gateway", **{f"{name}_url": NOBODY for name in NAMES}))
        services = {}
        for name in NAMES:
            codes = {f"{name}_kinds": [{"code": "a", "label": "甲", "label_en": "A"}]}
            app = web.create_app(web.Part(name, name, (), codes=codes), settings(await databases.lend("evaluation"), tmp_path / name))
            services[name] = await stack.enter_async_context(running(app))
            gateway.knows(services[name])
            services[name].knows(gateway)
            await services[name].kernel.tokens.learn_ended()  # without which it is not ready
        yield House(gateway, services)
