"""The counts behind the board, answered by each real service for every window of the plan and parsed with the gateway's own model."""

from datetime import date

import pytest

from gateway.plans import clients, reading
from gateway.plans.clients import Source
from gateway.plans.policy import board
from shared import access, clock, county
from tests.conftest import Start

AS_OF = date(2025, 12, 31)
CALL = access.Call(access.Actor("test", "officer"), clock.read("2025-12-31T09:00:00+08:00"), request_id="test")


@pytest.mark.parametrize("by", ["none", "region", "zone", "department", "institution"])
@pytest.mark.parametrize("source", ["registry", "evaluation", "eastwest"])
async def test_a_service_answers_every_window_that_is_its_own(start: Start, source: Source, by: str) -> None:
    plan = reading.load(county.folder() / "plans" / "kaili-2024.toml")
    windows = {f"{each.line.code} {each.period}": each for each in board.windows(plan, AS_OF) if each.line.source == source}
    async with start(source) as service, start("gateway") as gateway, start("registry") as registry:
        gateway.knows(service)
        if source != "registry":
            service.knows(registry)
        answer = await clients.counts(gateway.kernel, CALL, source, plan, windows, AS_OF, by)
        assert [each.key for each in answer.counts] == list(windows)
