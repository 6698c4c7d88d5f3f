"""Deliveries while the gateway's own clock, or the database's, is wrong."""

import time
from datetime import timedelta

import pytest
from sqlalchemy import text

from gateway.webhooks.deliveries import job as sending
from shared import clock, forgetting
from tests.gateway.houses import House
from tests.gateway.webhooks.receiver import a_receiver
from tests.gateway.webhooks.test_deliveries import deliveries, listens, settled
from tests.waiting import until

pytestmark = pytest.mark.jobs


async def test_no_delivery_waits_for_as_long_as_a_clock_had_been_wrong(home: House, monkeypatch: pytest.MonkeyPatch) -> None:
    """The gateway's own clock decides no attempt; what the database's had put off beyond any delay is made due by the hourly look."""
    async with a_receiver() as receiver:
        endpoint, right = await listens(home, receiver), clock.now
        monkeypatch.setattr(clock, "now", lambda: right() + timedelta(hours=1))
        await home.happens("registry", "trainee.changed")
        await until(lambda: receiver.forged > 0)  # who verifies takes nothing that was signed an hour ahead
        monkeypatch.setattr(clock, "now", right)
        await until(lambda: settled(home, endpoint, 1))
        for hours, status in ((23, "pending"), (25, "delivered")):
            async with home.gateway.kernel.engine.begin() as connection:
                put_off = f"UPDATE webhook_deliveries SET status = 'pending', next_at = now() + interval '{hours} hours'"
                await connection.execute(text(put_off))
            await sending.purge(home.gateway.kernel, forgetting.Pace())
            if status == "delivered":
                await until(lambda: settled(home, endpoint, 1))
            assert [each["status"] for each in await deliveries(home, endpoint)] == [status]
        # Nor is what was settled forgotten by it, or by the database's while that is suddenly far ahead.
        monkeypatch.setattr(clock, "now", lambda: right() + timedelta(days=400))
        async with home.gateway.kernel.engine.begin() as connection:
            await connection.execute(text("UPDATE webhook_deliveries SET id = '01900000-0000-7000-8000-000000000000'"))  # made in June 2024
        await sending.purge(home.gateway.kernel, forgetting.Pace((time.time() - 2 * 24 * 3600, time.monotonic())))
        assert len(await deliveries(home, endpoint)) == 1
        monkeypatch.setattr(clock, "now", lambda: right() - timedelta(days=4000))
        await sending.purge(home.gateway.kernel, forgetting.Pace())
        assert await deliveries(home, endpoint) == []
