"""The filters by which a list shows exactly those counted."""

from datetime import date

import pytest

from tests.conftest import Service, Start
from tests.registry.counting import registered

EMPLOYED = {"employed_as_of": "2025-06-30", "employed_within_months": "6", "employed_kinds": "employer,farming"}


async def listed(registry: Service, path: str, **filters: str) -> int:
    answer = await registry.as_("officer").get(path, params=filters)
    assert answer.status_code == 200, answer.text
    return len(answer.json()["items"])


async def test_enrolments_are_listed_by_the_work_that_followed(start: Start) -> None:
    async with start("registry") as registry:
        first, second, *_ = await registered.completed(registry, await registered.institution(registry, "甲校"), 3, on=date(2024, 8, 31))
        await registered.work(registry, first, date(2024, 9, 1))
        await registered.work(registry, second, date(2024, 9, 1), kind="flexible")
        assert await listed(registry, "/v1/enrolments", **EMPLOYED) == 1
        assert await listed(registry, "/v1/enrolments", **EMPLOYED | {"employed_kinds": "employer,flexible"}) == 2
        assert await listed(registry, "/v1/enrolments", **EMPLOYED | {"employed_as_of": "2024-08-31"}) == 0


@pytest.mark.parametrize("missing", list(EMPLOYED))
async def test_the_three_parameters_of_work_are_given_together(start: Start, missing: str) -> None:
    async with start("registry") as registry:
        given = {name: value for name, value in EMPLOYED.items() if name != missing}
        answer = await registry.as_("officer").get("/v1/enrolments", params=given)
        assert (answer.status_code, answer.json()["parameter"]) == (400, missing)


@pytest.mark.parametrize("kinds", ["", "employer,", "none", "employer;farming"])
async def test_an_unknown_kind_of_work_is_refused(start: Start, kinds: str) -> None:
    async with start("registry") as registry:
        answer = await registry.as_("officer").get("/v1/enrolments", params=EMPLOYED | {"employed_kinds": kinds})
        assert (answer.status_code, answer.json()["parameter"]) == (400, "employed_kinds")


@pytest.mark.parametrize(
    ("from_on", "to_on", "number"),
    [
        pytest.param("2024-12-31", "2024-12-31", 1, id="the-day-itself"),
        pytest.param("2025-01-01", "2025-12-31", 0, id="from-the-day-after"),
        pytest.param("2024-01-01", "2024-12-30", 0, id="to-the-day-before"),
    ],
)
async def test_classes_and_brands_are_listed_by_their_last_day(start: Start, from_on: str, to_on: str, number: int) -> None:
    async with start("registry") as registry:
        last = date(2024, 12, 31)
        await registered.training_class(registry, await registered.institution(registry, "甲校"), "four.chef", ends_on=last)
        await registered.brand(
            registry, "玻璃工", creation_plan_on=last, training_video_on=last, experience_summary_on=last, employment_ledger_on=last
        )
        await registered.brand(registry, "银匠", creation_plan_on=last)
        assert await listed(registry, "/v1/classes", ended_from_on=from_on, ended_to_on=to_on) == number
        assert await listed(registry, "/v1/brands", complete_from_on=from_on, complete_to_on=to_on) == number
