"""Who looks up more numbers than work asks for is on the auditor's list, from the number on that the county says."""

from typing import Any

import httpx
import pytest

from services.registry.people.harvests import policy
from shared import db
from tests.conftest import Service, Start
from tests.registry import made
from tests.registry.invented import YANG, id_number, trainee

ON = "2025-04-08T09:00:00+08:00"


async def alarms(registry: Service, **asked: Any) -> list[dict[str, Any]]:
    answer = await registry.as_("auditor", at=ON).get("/v1/harvest-alarms", params=asked)
    assert answer.status_code == 200, answer.text
    found: list[dict[str, Any]] = answer.json()["items"]
    return found


async def look_up(client: httpx.AsyncClient, numbers: list[str]) -> int:
    body = {"id_numbers": numbers, "names": ["杨秀英"] * len(numbers)}
    return (await client.post("/v1/trainees:lookup", json=body)).status_code


def nobodys(count: int, born: str = "19850612") -> list[str]:
    return [id_number(serial, born) for serial in range(1, count + 1)]


async def test_a_harvest_by_lookup_is_told_to_the_auditor_who_looks_into_it(start: Start) -> None:
    async with start("registry") as registry:
        school = str(db.new_id())
        one = str(db.new_id())
        harvester = registry.as_("institution", institution_id=school, person_id=one, name="某学校教务", at=ON)
        assert await look_up(harvester, nobodys(60)) == 200
        assert await alarms(registry) == []
        assert await look_up(harvester, nobodys(39, "19860612")) == 200
        assert await alarms(registry) == []
        assert await look_up(harvester, nobodys(1, "19870612")) == 200
        [alarm] = await alarms(registry)
        assert {
            name: alarm[name] for name in ("on", "actor_name", "role", "institution_id", "looked_up", "unknown", "revealed", "status")
        } == {
            "on": "2025-04-08",
            "actor_name": "某学校教务",
            "role": "institution",
            "institution_id": school,
            "looked_up": 100,
            "unknown": 100,
            "revealed": 0,
            "status": "alarmed",
        }
        auditor = registry.as_("auditor", name="赵审计", at=ON)
        [waiting] = (await auditor.get("/v1/worklist")).json()["items"]
        assert (waiting["kind"], waiting["action"], waiting["whom"]["institution_id"]) == ("harvest_suspected", "acknowledge", school)
        assert "某学校教务" in waiting["title"] and "100" in waiting["title"]
        assert await look_up(harvester, nobodys(150, "19880612")) == 429  # beyond the day's quota, and counted all the same
        assert [each["looked_up"] for each in await alarms(registry)] == [250]
        path = f"/v1/harvest-alarms/{alarm['id']}"
        assert (await auditor.post(f"{path}:acknowledge", json={})).status_code == 422  # no reason
        for role in ("officer", "reviewer", "admin"):
            assert (await registry.as_(role).get("/v1/harvest-alarms")).status_code == 403
        done = await made.posted(auditor, f"{path}:acknowledge", {"reason": "已约谈学校"}, 200)
        assert (done["status"], done["reason"], done["acknowledged_by_name"]) == ("acknowledged", "已约谈学校", "赵审计")
        assert (await made.posted(auditor, f"{path}:acknowledge", {"reason": "x"}, 409))["code"] == "invalid_state"
        assert (await auditor.get("/v1/worklist")).json()["items"] == []
        assert await look_up(harvester, nobodys(100, "19890612")) == 429
        assert [each["looked_up"] for each in await alarms(registry, acknowledged="false")] == [100]  # what comes after counts anew
        trail = (await registry.as_("auditor").get("/v1/audit", params={"subject": alarm["id"]})).json()["items"]
        assert [(each["action"], each["details"]["looked_up"]) for each in trail] == [("harvest_alarm.acknowledged", 250)]
        assert nobodys(1)[0] not in str(trail)


async def test_who_looks_up_those_who_are_registered_raises_no_alarm_and_neither_does_another_day(start: Start) -> None:
    async with start("registry") as registry:
        officer = registry.as_("officer", person_id=str(db.new_id()), at=ON)
        people = nobodys(51)
        told = {"items": [trainee(number) for number in people]}
        assert (await officer.post("/v1/trainees:batch", json=told)).json()["summary"]["created"] == 51
        assert await look_up(officer, people + nobodys(49, "19860612")) == 200  # less than half of them are nobody's
        assert await alarms(registry) == []
        system = registry.as_("system", scopes={"trainees.read"}, at=ON)
        assert await look_up(system, nobodys(200)) == 200  # compares whole lists, as it was granted
        assert await look_up(registry.as_("officer", person_id=str(db.new_id()), at="2025-04-09T09:00:00+08:00"), nobodys(99)) == 200
        assert await alarms(registry) == []


async def test_a_harvest_by_reveal_is_told_to_the_auditor(start: Start) -> None:
    async with start("registry") as registry:
        officer = registry.as_("officer", name="王经办", at=ON)
        path = f"/v1/trainees/{(await made.posted(officer, '/v1/trainees', trainee(YANG), 201))['id']}:reveal"
        for _ in range(49):
            assert (await officer.post(path, json={"reason": "核对"})).status_code == 200
        assert await alarms(registry) == []
        assert (await officer.post(path, json={"reason": "核对"})).status_code == 200
        assert [(each["revealed"], each["actor_name"]) for each in await alarms(registry)] == [(50, "王经办")]


@pytest.mark.parametrize(
    ("looked_up", "unknown", "revealed", "alarmed"),
    [
        pytest.param(100, 50, 0, True, id="a-hundred-and-half-of-them-nobodys"),
        pytest.param(99, 99, 0, False, id="ninety-nine"),
        pytest.param(100, 49, 0, False, id="less-than-half"),
        pytest.param(0, 0, 50, True, id="fifty-shown"),
        pytest.param(0, 0, 49, False, id="forty-nine-shown"),
    ],
)
def test_the_countys_figures_are_the_limit(looked_up: int, unknown: int, revealed: int, alarmed: bool) -> None:
    assert policy.looks_like_one(looked_up, unknown, revealed) is alarmed
