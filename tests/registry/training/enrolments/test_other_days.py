"""A class that is held on other days, or has fewer seats, keeps its people."""

import pytest

from tests.conftest import Start
from tests.registry import made


@pytest.mark.parametrize("way", ["reschedule", "change"])
@pytest.mark.parametrize(
    ("from_on", "stays"),
    [
        pytest.param("2025-04-08", True, id="the-new-first-day"),
        pytest.param("2025-04-09", True, id="the-new-last-day"),
        pytest.param("2025-04-10", False, id="a-day-after-it"),
    ],
)
async def test_nobody_is_in_a_class_from_a_day_that_it_is_not_held_on_any_more(start: Start, way: str, from_on: str, stays: bool) -> None:
    async with start("registry") as registry:
        class_id = await made.proposed(registry, await made.school(registry), "approved")
        officer, path = registry.as_("officer", at=made.BEFORE), f"/v1/classes/{class_id}"
        said = {"trainee_id": await made.trainee(registry, 1), "from_on": from_on}
        one = f"/v1/enrolments/{(await made.posted(officer, f'{path}/enrolments', said, 201))['id']}"
        days, later = {"starts_on": "2025-04-08", "ends_on": "2025-04-09"}, registry.as_("officer", at="2025-04-02T08:00:00+08:00")
        if way == "reschedule":
            await made.posted(later, f"{path}:reschedule", days)
        else:
            returned = await later.post(f"{path}:return", json={"reason": "请改日期"})
            assert (await later.patch(path, json=days, headers={"If-Match": returned.headers["etag"]})).status_code == 200
            changed = (await later.get(f"{path}/history")).json()["items"][0]["changes"]
            assert [each["field"] for each in changed] == ["ends_on"]
        now = (await later.get(one)).json()
        assert (now["from_on"], now["version"]) == (from_on if stays else "2025-04-08", 1 if stays else 2)
        assert (await later.get(one, params={"as_of": "2025-04-01"})).json()["from_on"] == from_on


async def test_a_returned_class_keeps_a_seat_for_everybody_in_it(start: Start) -> None:
    async with start("registry") as registry:
        class_id = await made.proposed(registry, await made.school(registry), "approved")
        officer, path = registry.as_("officer", at=made.BEFORE), f"/v1/classes/{class_id}"
        first, *_ = [
            await made.posted(officer, f"{path}/enrolments", {"trainee_id": await made.trainee(registry, serial)}, 201)
            for serial in (1, 2, 3)
        ]
        assert (await officer.patch(f"/v1/enrolments/{first['id']}", json={"outcome": "withdrawn"})).status_code == 200
        await made.posted(officer, f"{path}:return", {"reason": "请改人数"})
        few = await officer.patch(path, json={"seats": 1}, headers={"If-Match": "*"})
        assert (few.status_code, [(each["pointer"], each["seen"]) for each in few.json()["errors"]]) == (422, [("/seats", "1")])
        assert (await officer.patch(path, json={"seats": 2}, headers={"If-Match": "*"})).status_code == 200
