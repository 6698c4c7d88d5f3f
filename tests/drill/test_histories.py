"""The same as `tests/oracle/test_histories.py`, for ten thousand histories of two hundred settings."""

import time

import pytest

from tests.conftest import Start
from tests.oracle.arrival import paid_otherwise

pytestmark = pytest.mark.drill

AT_ONCE = 4  # settings in one service


@pytest.mark.parametrize("first", range(0, 200, AT_ONCE))
async def test_money_does_not_depend_on_the_order_of_arrival(start: Start, first: int) -> None:
    began = time.monotonic()
    assert await paid_otherwise(start, [str(first + number) for number in range(AT_ONCE)], histories=50, orders=20) == []
    print(f"{AT_ONCE * 50} histories in twenty orders each: {time.monotonic() - began:.0f} s")
