"""Money does not depend on the order of arrival: histories of facts, each in eight orders (twenty in the drill), end with the payments that the oracle finds due."""

from tests.conftest import Start
from tests.oracle.arrival import paid_otherwise

SETTINGS = (
    "j 0",
    "m 0",
)  # an upskilling class and a short course, suspended and not after all; two short courses of one trade at the same time


async def test_money_does_not_depend_on_the_order_of_arrival(start: Start) -> None:
    assert await paid_otherwise(start, SETTINGS, histories=100, orders=8) == []
