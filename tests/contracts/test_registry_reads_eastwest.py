"""The placements behind eastwest's events, answered by the real eastwest and parsed with the registry's own model."""

from datetime import date
from uuid import UUID

from services.registry.following import clients, operations
from shared import changes, following
from tests.conftest import Start
from tests.eastwest.neighbours import evidence, update
from tests.registry.following.city import BEGAN, a_city


async def test_the_events_bring_the_placements_they_are_about(start: Start) -> None:
    async with a_city(start) as city:
        [enrolment] = await city.trained(1)
        trainee_id, order_id = await city.trainee_of(enrolment), await city.order()
        await city.certificate(trainee_id)
        facts = (
            update("s"),
            update("p", "present", "2025-06-30", evidence=evidence(BEGAN, "2025-06-30")),
            update("l", "left", "2025-07-15"),
        )
        placement_id = await city.placement(order_id, trainee_id, *facts)
        city.registry.knows(city.eastwest)
        kernel, eastwest = city.registry.kernel, city.registry.kernel.neighbours["eastwest"]
        fetch = operations.with_placements(following.feed_of(eastwest, kernel.own_call), eastwest, kernel.own_call)
        feed = changes.Feed.model_validate(await fetch(None, 200, 0))
        told = [each for each in feed.items if each.subject == UUID(placement_id)]
        assert [each.type for each in told] == ["placement.entered", "placement.started", "placement.updated", "placement.left"]
        for each in told:
            read = clients.PlacementRead.model_validate(each.data["placement"])
            assert (read.placement_id, read.written_as, read.order_id) == (UUID(placement_id), UUID(trainee_id), UUID(order_id))
            assert (read.started_on, read.left_on, read.weakest_grade) == (date.fromisoformat(BEGAN), date(2025, 7, 15), "B")
            assert (read.class_id, read.order_number) == (None, "FS-2025-0017")
        assert ["placement" in each.data for each in feed.items if each.subject == UUID(order_id)] == [False]


async def test_a_placement_that_has_not_begun_is_read(start: Start) -> None:
    async with a_city(start) as city:
        [enrolment] = await city.trained(1)
        placement_id = await city.arranged(await city.order(), await city.trainee_of(enrolment))
        city.registry.knows(city.eastwest)
        kernel = city.registry.kernel
        [read] = await clients.placements(kernel.neighbours["eastwest"], kernel.own_call(), [UUID(placement_id)])
        assert (read.started_on, read.left_on, read.weakest_grade) == (None, None, None)
