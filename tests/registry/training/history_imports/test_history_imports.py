"""Past years told as a batch: they count where and when they were, are priors of what is paid once, are never claimed for, and are taken back as a whole."""

from typing import Any

import httpx
import pytest

from tests.conftest import Service, Start
from tests.registry import made
from tests.registry.counting.asking import ask

pytestmark = pytest.mark.jobs

NOW = "2026-01-05T10:00:00+08:00"
PATH = "/v1/history-imports"
HERE, AWAY = "522601100", "522601101"


def person(serial: int, outcome: str = "completed", **values: Any) -> dict[str, Any]:
    return {"id_number": made.citizen(serial), "name": "杨秀英", "outcome": outcome} | values


def past(school: str, **values: Any) -> dict[str, Any]:
    return {
        "number_there": "2024-NY-017",
        "name": "往年稻田养鱼班",
        "institution_id": school,
        "channel": "agricultural_short",
        "programmes": ["practical.agriculture"],
        "trade_name": "稻田养鱼",
        "starts_on": "2024-04-08",
        "ends_on": "2024-04-10",
        "hours": 300,  # more than three days can hold: kept as it was told
        "region_code": HERE,
        "people": [person(501)],
    } | values


def paid(serial: int, **values: Any) -> dict[str, Any]:
    told = {"scheme": "agricultural_short", "trade_name": "稻田养鱼", "on": "2024-04-08", "amount": "300.00", "source": "市农业农村局"}
    return {"id_number": made.citizen(serial)} | told | values


async def told(officer: httpx.AsyncClient, *items: Any, status: int = 207, **values: Any) -> Any:
    return await made.posted(officer, PATH, {"items": list(items)} | values, status)


async def counted(registry: Service) -> dict[str | None, int]:
    days = {"from_on": "2024-01-01", "to_on": "2024-12-31"}
    [count] = await ask(registry, {"measure": "person_times", "programmes": ["practical.agriculture"]} | days, by="region")
    return {group["code"]: group["numerator"] for group in count["groups"] if group["numerator"]}


def summary(answer: Any) -> dict[str, int]:
    return {outcome: number for outcome, number in answer["summary"].items() if number}


def codes(answer: Any) -> list[set[tuple[str, str]]]:
    return [{(each["code"], each["pointer"]) for each in item["errors"]} for item in answer["items"]]


async def test_a_past_class_counts_in_its_town_and_year_and_is_never_claimed_for(start: Start) -> None:
    async with start("registry") as registry:
        school, officer = await made.school(registry), registry.as_("officer", at=NOW)
        known = await made.trainee(registry, 502, region_code=AWAY)
        people = [person(501), person(502), person(503, region_code=AWAY), person(504, "absent"), person(505, certificate_no="黔-17")]
        item = past(school, people=people, payments=[paid(501)])
        tried = await told(officer, item, mode="validate")
        assert (summary(tried), tried["id"], await counted(registry)) == ({"created": 1}, None, {})
        answer = await told(officer, item, document="2024 年台账")
        assert summary(answer) == {"created": 1}
        assert await counted(registry) == {HERE: 2, AWAY: 2}
        class_id, path = answer["items"][0]["id"], f"{PATH}/{answer['id']}"
        paper = (await officer.get(path)).json()
        assert {name: paper[name] for name in ("classes", "people", "completed", "payments")} == {
            "classes": 1, "people": 5, "completed": 4, "payments": 1,
        }  # fmt: skip
        assert [each["number_there"] for each in paper["of_classes"]] == ["2024-NY-017"]
        assert (await officer.get(PATH)).json()["items"][0]["id"] == answer["id"]
        training = (await officer.get(f"/v1/classes/{class_id}")).json()
        assert (training["imported"], training["status"], training["completed_people"], training["hours"]) == (True, "completed", 4, 300)
        [entry] = (await officer.get(f"/v1/classes/{class_id}/history")).json()["items"]
        assert entry["action"] == "class.imported"
        found = {told: (await officer.get("/v1/classes", params={"imported": told})).json()["items"] for told in ("true", "false")}
        assert [each["imported"] for each in found["true"]] == [True] and found["false"] == []
        assert await made.why_not(officer, class_id, "reopen") == "invalid_state"
        actions = (await officer.get(f"/v1/classes/{class_id}")).json()["allowed_actions"]
        assert all("往年数据" in each["why_not"]["detail"] for each in actions if each["why_not"]["code"] == "invalid_state")
        claimed = await officer.get(f"/v1/classes/{class_id}/eligibility")
        assert (claimed.status_code, claimed.json()["code"]) == (409, "class_imported")
        enrolled = (await officer.get("/v1/enrolments", params={"class_id": class_id})).json()["items"]
        assert {each["imported"] for each in enrolled} == {True}
        assert known in {each["trainee_id"] for each in enrolled}
        assert [each["source"] for each in (await officer.get("/v1/outside-payments")).json()["items"]] == ["市农业农村局"]
        again = await told(officer, item)
        assert (summary(again), again["items"][0]["id"], again["id"]) == ({"unchanged": 1}, class_id, None)
        other = await told(officer, item | {"hours": 24})
        assert codes(other) == [{("history_class_differs", "/items/0/number_there")}]
        assert other["items"][0]["errors"][0]["existing_id"] == class_id


async def test_an_import_is_taken_back_whole_until_something_is_built_on_it(start: Start) -> None:
    async with start("registry") as registry:
        school, officer = await made.school(registry), registry.as_("officer", at=NOW)
        item = past(school, people=[person(501), person(502)], payments=[paid(501)])
        answer = await told(officer, item)
        path, class_id = f"{PATH}/{answer['id']}", answer["items"][0]["id"]
        enrolment = (await officer.get("/v1/enrolments", params={"class_id": class_id})).json()["items"][0]["id"]
        work = {"kind": "farming", "from_on": "2024-05-01", "grade": "E"}
        kept = await made.posted(officer, f"/v1/enrolments/{enrolment}/employment", work, 201)
        refused = await officer.post(f"{path}:void", json={"reason": "台账重复"})
        assert (refused.status_code, refused.json()["code"]) == (409, "history_built_on")
        await made.posted(officer, f"/v1/enrolments/{enrolment}/employment/{kept['id']}:correct", {"reason": "误录"}, 200)
        next_day = registry.as_("officer", at=NOW.replace("01-05", "01-06"))
        gone = await made.posted(next_day, f"{path}:void", {"reason": "台账重复"}, 200)
        stood = [await next_day.get(path, params={"as_of": f"2026-01-0{day}"}) for day in (4, 5, 6)]
        assert [(each.status_code, each.json().get("void_reason")) for each in stood] == [(404, None), (200, None), (200, "台账重复")]
        assert (gone["void_reason"], [each["why_not"]["code"] for each in gone["allowed_actions"]]) == ("台账重复", ["invalid_state"])
        assert (await officer.post(f"{path}:void", json={"reason": "台账重复"})).status_code == 409
        assert await counted(registry) == {}
        training = (await officer.get(f"/v1/classes/{class_id}")).json()
        assert (training["status"], training["completed_people"], training["status_reason"]) == ("cancelled", None, "台账重复")
        assert [each["void_reason"] for each in (await officer.get("/v1/outside-payments")).json()["items"]] == ["台账重复"]
        actions = [each["action"] for each in (await officer.get(f"{path}/history")).json()["items"]]
        assert actions == ["history_import.voided", "history_import.imported"]
        assert summary(await told(officer, item)) == {"created": 1}
        assert await counted(registry) == {HERE: 2}


async def test_a_payment_that_was_told_otherwise_as_well_outlives_the_import(start: Start) -> None:
    """Two ledgers name it, or an office does by itself: it goes with the last that says it."""
    async with start("registry") as registry:
        school, officer = await made.school(registry), registry.as_("officer", at=NOW)
        both, direct, alone = paid(501), paid(502), paid(503)
        first = await told(officer, past(school, people=[person(501), person(502), person(503)], payments=[both, direct, alone]))
        later = {"number_there": "2024-NY-018", "starts_on": "2024-05-08", "ends_on": "2024-05-10"}
        second = await told(officer, past(school, payments=[both], **later))
        again = await made.posted(officer, "/v1/outside-payments:batch", {"items": [direct]}, 207)
        assert again["summary"]["unchanged"] == 1

        async def standing() -> set[str]:
            listed = (await officer.get("/v1/outside-payments")).json()["items"]
            return {each["id"] for each in listed if each["voided_at"] is None}

        three = await standing()
        await made.posted(officer, f"{PATH}/{first['id']}:void", {"reason": "台账重复"}, 200)
        two = await standing()
        assert (len(three), len(two), again["items"][0]["id"] in two) == (3, 2, True)
        await made.posted(officer, f"{PATH}/{second['id']}:void", {"reason": "台账重复"}, 200)
        assert await standing() == {again["items"][0]["id"]}


async def test_what_cannot_be_is_refused_with_every_fault_and_leaves_nothing(start: Start) -> None:
    async with start("registry") as registry:
        school, officer = await made.school(registry), registry.as_("officer", at=NOW)
        await made.trainee(registry, 502)
        nowhere = "018f0000-0000-7000-8000-000000000000"
        bad = past(
            nowhere,
            ends_on="2026-01-06",
            trade_name=None,
            programmes=["no.such"],
            region_code="1",
            people=[person(501), person(501), person(503) | {"id_number": "522601199003070011"}],
            payments=[paid(501, on="2026-01-06")],
        )
        other_name = past(school, number_there="2", people=[person(502, name="吴小妹"), person(504)], payments=[paid(504)])
        good = past(school, number_there="3", people=[person(503)], ends_on="2026-01-05")
        answer = await told(officer, bad, other_name, good, good)
        assert summary(answer) == {"created": 1, "rejected": 3}
        first, second, _, last = codes(answer)
        assert {pointer.removeprefix("/items/0") for _, pointer in first} == {
            "/institution_id", "/ends_on", "/occupation_code", "/programmes/0", "/region_code",
            "/people/1/id_number", "/people/2/id_number", "/payments/0/on",
        }  # fmt: skip
        assert (second, last) == ({("name_differs", "/items/1/people/0/name")}, {("duplicate_item", "/items/3/number_there")})
        assert (await officer.get("/v1/outside-payments")).json()["items"] == []
        found = await officer.post("/v1/trainees:lookup", json={"id_numbers": [made.citizen(504)]})
        assert found.json()["items"][0]["id"] is None  # whoever came with a class that was refused
        assert (await officer.get("/v1/classes", params={"limit": 10})).json()["items"][0]["number"] is not None
        whole = await officer.post(PATH, json={"items": [past(school, number_there="4"), other_name], "atomic": "all"})
        assert whole.status_code == 409
        assert len((await officer.get("/v1/classes")).json()["items"]) == 1


@pytest.mark.parametrize("role", ["institution", "town", "reviewer", "auditor"])
async def test_officers_alone_import(start: Start, role: str) -> None:
    async with start("registry") as registry:
        bound: dict[str, Any] = {"institution": {"institution_id": await made.school(registry)}, "town": {"region_code": HERE}}.get(
            role, {}
        )
        refused = await registry.as_(role, at=NOW, **bound).post(PATH, json={"items": []})
        assert refused.status_code == 403
