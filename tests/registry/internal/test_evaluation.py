"""What evaluation learns of an assessment's people: as of the day, for the institution that asks, in one answer."""

from typing import Any

import pytest

from tests import people
from tests.conftest import Service, Start
from tests.registry import made


async def _asked(registry: Service, **body: Any) -> dict[str, Any]:
    answer: dict[str, Any] = await made.posted(registry.internal("evaluation"), "/internal/v1/assessment-facts", body, 200)
    return answer


@pytest.mark.parametrize(("on", "held"), [("2024-12-31", []), ("2025-01-01", ["veteran"]), ("2025-06-30", ["veteran"]), ("2025-07-01", [])])
async def test_categories_are_those_of_the_day(start: Start, on: str, held: list[str]) -> None:
    async with start("registry") as registry:
        enterprise, other = await made.school(registry, "enterprise"), await made.school(registry, "enterprise")
        own = registry.as_("institution", institution_id=enterprise)
        category = {"code": "veteran", "since_on": "2025-01-01", "until_on": "2025-06-30"}
        trainee = await made.posted(own, "/v1/trainees", people.trainee(1, categories=[category], employer_id=other), 201)
        facts = await _asked(registry, institution_id=enterprise, trainee_ids=[trainee["id"], enterprise], on=on)
        assert facts["class"] is None
        assert [(each["id"], each["employed_here"], each["registered_here"], each["categories"]) for each in facts["trainees"]] == [
            (trainee["id"], False, True, held)
        ]
        elsewhere = await _asked(registry, institution_id=other, trainee_ids=[trainee["id"]], on=on)
        assert [(each["employed_here"], each["registered_here"]) for each in elsewhere["trainees"]] == [(True, False)]


async def test_only_enterprises_above_scale_are_eligible(start: Start) -> None:
    async with start("registry") as registry:
        big = await made.school(registry, "enterprise", above_scale=True)
        await made.school(registry, "enterprise")
        await made.school(registry, "cooperative", above_scale=True)
        answer = await registry.internal("evaluation").get("/internal/v1/above-scale-enterprises")
        assert [each["id"] for each in answer.json()["institutions"]] == [big]
