"""Who is certified on a day: the highest level of each once, their town, and how many of an enterprise's workers."""

from typing import Any

from tests.conftest import Service, Start
from tests.registry.following.city import a_city
from tests.registry.made import citizen, credit, posted

SENIOR, WELDER = "senior", "6-18-02-04"


async def _counted(registry: Service, on: str) -> dict[str, Any]:
    answer = await registry.as_("officer").get("/v1/statistics/talent", params={"on": on})
    assert answer.status_code == 200, answer.text
    said: dict[str, Any] = answer.json()
    return said


async def test_talent_is_counted_by_person_and_day(start: Start) -> None:
    async with a_city(start) as city:
        officer = city.registry.as_("officer")
        works = {"name": "机械厂", "uscc": credit(990_001), "kind": "enterprise", "region_code": "522601100"}
        works |= {"scale_periods": [{"from_on": "2025-01-01", "until_on": "2025-11-30"}]}
        enterprise = (await posted(officer, "/v1/institutions", works, 201))["id"]
        workers = []
        for serial in (811, 812, 813):
            person = {"name": "杨秀英", "id_number": citizen(serial), "phone": None, "region_code": "522601100", "employer_id": enterprise}
            workers.append((await posted(officer, "/v1/trainees", person, 201))["id"])
        await city.certificate(workers[0])
        await city.certificate(workers[0], level=SENIOR, number="S000052000009253000901", issued_on="2025-06-10")
        await city.certificate(workers[1], occupation_code=WELDER)
        await city.certificate(workers[2], kind="completion", level=None, number="KL-2025-17")
        revoked = await city.certificate(workers[2])
        await city.revoke(revoked, "2025-07-01T09:00:00+08:00")
        await city.catch_up()
        said = await _counted(city.registry, "2025-06-30")
        assert (said["people"], said["senior_and_above"], said["senior_and_above_rate"]) == (3, 1, 1 / 3)
        assert [(each["level"], each["people"]) for each in said["by_level"]] == [("junior", 2), (SENIOR, 1)]
        assert {each["occupation_code"]: each["people"] for each in said["by_occupation"]} == {"6-31-01-03": 2, WELDER: 1}
        assert [(each["region_code"], each["people"]) for each in said["by_town"]] == [("522601100", 3)]
        [of_works] = [each for each in said["enterprises"] if each["institution_id"] == enterprise]
        assert (of_works["workers"], of_works["certified"], of_works["rate"]) == (3, 3, 1.0) and said["enterprises_all_certified"] == 1
        after = await _counted(city.registry, "2025-07-01")
        assert (after["people"], after["enterprises_all_certified"]) == (2, 0)
        before = await _counted(city.registry, "2025-06-09")
        assert (before["people"], before["senior_and_above"]) == (3, 0)
        assert (await _counted(city.registry, "2025-12-01"))["enterprises"] == []
        none = await _counted(city.registry, "2025-05-09")
        assert (none["people"], none["senior_and_above_rate"], none["by_level"]) == (0, None, [])
        assert (await city.registry.as_("institution", institution_id=enterprise).get("/v1/statistics/talent")).status_code == 403
