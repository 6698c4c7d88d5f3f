"""What people wish to learn: their own or entered by the town, answered with a class, withdrawn."""

from typing import Any

from tests.conftest import Service, Start
from tests.registry import made

HERE, THERE = "522601100", "522601101"


async def waits(registry: Service, region_code: str) -> list[tuple[str, str]]:
    items = (await registry.as_("town", at=made.FIRST, region_code=region_code).get("/v1/worklist")).json()["items"]
    return [(each["subject_id"], each["title"]) for each in items if each["kind"] == "training_wish_open"]


async def test_a_wish_is_asked_by_the_person_and_answered_by_the_town(start: Start) -> None:
    async with start("registry") as registry:
        person_id, other_id = await made.trainee(registry, 1), await made.trainee(registry, 2)
        person = registry.as_("person", at=made.FIRST, trainee_id=person_id)
        town, stranger = (registry.as_("town", at=made.FIRST, region_code=code) for code in (HERE, THERE))
        wish = await made.posted(person, "/v1/training-wishes", {"occupation_code": "6-31-01-03", "note": "晚上有空"}, 201)
        assert (wish["status"], wish["region_code"], wish["trainee_id"], wish["occupation_name"]) == ("open", HERE, person_id, "电工")
        again = await person.post("/v1/training-wishes", json={"occupation_code": "6-31-01-03"})
        assert (again.status_code, again.json()["code"], again.json()["existing_id"]) == (409, "duplicate_training_wish", wish["id"])
        for_another = await person.post("/v1/training-wishes", json={"trainee_id": other_id, "trade_name": "刺绣"})
        assert [each["code"] for each in for_another.json()["errors"]] == ["unknown_trainee"]
        path = f"/v1/training-wishes/{wish['id']}"
        assert [(await each.get(path)).status_code for each in (person, town, stranger)] == [200, 200, 404]
        assert await waits(registry, HERE) == [(wish["id"], "培训意愿 · 杨秀英 · 电工")]
        assert await waits(registry, THERE) == []

        class_id = await made.proposed(registry, await made.school(registry), "approved", ends_on="2025-04-09")
        draft = await made.proposed(registry, await made.school(registry), "draft")
        refused = await town.post(f"{path}:answer", json={"answer": "可以参加", "class_id": draft})
        assert [(each["code"], each["pointer"]) for each in refused.json()["errors"]] == [("unknown_class", "/class_id")]
        assert (await person.post(f"{path}:answer", json={"answer": "好"})).status_code == 403
        answered = await made.posted(town, f"{path}:answer", {"answer": "可以参加", "class_id": class_id}, 200)
        assert (answered["status"], answered["class_id"], answered["class_name"]) == ("answered", class_id, "稻田养鱼班")
        assert (await person.post(f"{path}:withdraw")).json()["code"] == "invalid_state"
        assert await waits(registry, HERE) == []
        entry = (await person.get(f"{path}/history")).json()["items"][0]
        assert ("status", "open", "answered") in [(each["field"], each["old"], each["new"]) for each in entry["changes"]]
        assert (await person.get(path, params={"as_of": "2025-04-07"})).status_code == 404
        # once it is settled the same may be wished again
        await made.posted(person, "/v1/training-wishes", {"occupation_code": "6-31-01-03"}, 201)
        found = await town.get("/v1/training-wishes", params={"status": "answered", "occupation_code": "6-31-01-03"})
        assert [each["id"] for each in found.json()["items"]] == [wish["id"]]


async def test_every_fault_of_a_wish_is_told_and_a_batch_is_kept_once(start: Start) -> None:
    async with start("registry") as registry:
        town = registry.as_("town", at=made.FIRST, region_code=HERE)
        trainee_id = await made.trainee(registry, 1)
        wrong: dict[str, Any] = {"region_code": "440604", "from_on": "2025-04-09", "until_on": "2025-04-07"}
        answer = await town.post("/v1/training-wishes", json=wrong)
        assert answer.status_code == 422
        assert sorted((each["code"], each["pointer"]) for each in answer.json()["errors"]) == [
            ("invalid_period", "/until_on"),
            ("invalid_value", "/until_on"),
            ("missing_field", "/trainee_id"),
            ("trade_missing", "/occupation_code"),
            ("unknown_region", "/region_code"),
        ]
        last_day = {"trainee_id": trainee_id, "trade_name": "苗绣", "until_on": "2025-04-08"}
        items = [last_day, last_day | {"trade_name": "银饰", "until_on": "2025-04-07"}]
        for outcome in ("created", "unchanged"):
            answered = (await made.posted(town, "/v1/training-wishes:batch", {"items": items}, 207))["items"]
            assert [each["outcome"] for each in answered] == [outcome, "rejected"]


async def test_a_wish_follows_who_was_merged(start: Start) -> None:
    async with start("registry") as registry:
        officer = registry.as_("officer", at=made.FIRST)
        old, kept = await made.trainee(registry, 1), await made.trainee(registry, 2)
        wish = await made.posted(officer, "/v1/training-wishes", {"trainee_id": old, "trade_name": "苗绣"}, 201)
        await made.posted(officer, f"/v1/trainees/{old}:merge", {"into": kept})
        found = (await officer.get("/v1/training-wishes", params={"trainee_id": kept})).json()["items"]
        assert [(each["id"], each["trainee_id"]) for each in found] == [(wish["id"], kept)]
        assert (await registry.as_("person", trainee_id=kept).get(f"/v1/training-wishes/{wish['id']}")).status_code == 200
