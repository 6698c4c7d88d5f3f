"""Whatever the bureau, the registry and the bank do in whatever order: no line is paid twice, no fund falls below zero, nothing held or changed goes to the
bank, the books balance."""

import asyncio

from hypothesis import HealthCheck, Phase, settings
from hypothesis.stateful import run_state_machine_as_test

from services.subsidy.claims import counts
from services.subsidy.statistics.tables import MONEY
from shared import tallies
from tests.conftest import Start
from tests.subsidy.payments.money_model import Money

FEW = settings(  # the same histories each time; the drill looks for others, and for the shortest that fails
    max_examples=15,
    stateful_step_count=20,
    deadline=None,
    derandomize=True,
    database=None,
    phases=[Phase.generate],
    suppress_health_check=list(HealthCheck),
)


async def test_money_stays_where_it_belongs_whatever_happens_in_whatever_order(start: Start) -> None:
    async with start("subsidy") as subsidy:
        model = type("Here", (Money,), {"service": subsidy, "loop": asyncio.get_running_loop()})
        await asyncio.to_thread(run_state_machine_as_test, model, settings=FEW)
        async with subsidy.kernel.engine.connect() as connection:
            assert await tallies.differing(connection, MONEY.info["tallies"][0]) == [], "what statistics keep is what a recount finds"
            assert await counts.differing(connection) == [], "what claims keep of their lines is what these say"
