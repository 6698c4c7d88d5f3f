"""The model of money for minutes: other histories each time, each three times as long as in the checks."""

import asyncio

import pytest
from hypothesis import HealthCheck, settings
from hypothesis.stateful import run_state_machine_as_test

from tests.conftest import Start
from tests.subsidy.payments.money_model import Money

pytestmark = pytest.mark.drill

MANY = settings(
    max_examples=100,
    stateful_step_count=60,
    deadline=None,
    database=None,
    derandomize=False,  # the tests' profile draws the same ones for every piece and each time
    print_blob=True,
    suppress_health_check=list(HealthCheck),
)


@pytest.mark.parametrize("part", range(4))
async def test_money_stays_where_it_belongs_in_a_hundred_long_histories(start: Start, part: int) -> None:
    async with start("subsidy") as subsidy:
        model = type("Here", (Money,), {"service": subsidy, "loop": asyncio.get_running_loop()})
        await asyncio.to_thread(run_state_machine_as_test, model, settings=MANY)
