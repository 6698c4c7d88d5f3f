"""A thousand claims of one institution judged anew at once cost each what one of a hundred costs: nothing in the story grows with how many there are."""

import time

import pytest

from services.subsidy.reassessments.job import run_due
from tests.conftest import Start
from tests.subsidy.claims.world import a_person, a_world
from tests.subsidy.reassessments.story import PENSION, Told

pytestmark = pytest.mark.drill

DEARER_AT_MOST = 1.5


async def test_a_thousand_claims_cost_each_what_one_of_a_hundred_costs(start: Start) -> None:
    cost = {}
    for many in (100, 1000):
        async with a_world(start) as world:
            at = Told(world)
            classes = [world.open_class([a_person(), a_person()]) for _ in range(many)]
            claims = [await world.bring_to("submitted", each) for each in classes]
            for each in classes:
                world.classes[each][1][0]["statuses"] = [PENSION]
            await at.event("institution.suspended", from_on="2025-01-01")
            began, at_first = time.monotonic(), time.process_time()
            while await at.due():
                await run_due(world.subsidy.kernel)
            cost[many] = (time.process_time() - at_first) / many
            print(f"{many} claims: {time.monotonic() - began:.1f} s, {cost[many] * 1000:.1f} ms of processor time each")
            assert (await at.seen(claims[-1]))["hold"]["code"] == "facts_changed"
            assert await at.kept("held") == many
    assert cost[1000] <= DEARER_AT_MOST * cost[100]
