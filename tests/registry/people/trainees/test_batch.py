"""Batches of trainees: each judged by itself, kept each alone or all together, in a constant number of statements."""

import asyncio
from typing import Any

import httpx
import pytest

from shared import db
from tests.conftest import Service, Start
from tests.registry.invented import LONG, PAN, YANG, id_number, made, trainee

SCHOOL, OTHER_SCHOOL = db.new_id(), db.new_id()


async def post(client: httpx.AsyncClient, *items: Any, **asked: str) -> dict[str, Any]:
    answer = await client.post("/v1/trainees:batch", json={"items": list(items), **asked})
    assert answer.status_code == 207, answer.text
    told: dict[str, Any] = answer.json()
    return told


def outcomes(told: dict[str, Any]) -> list[str]:
    assert [each["index"] for each in told["items"]] == list(range(len(told["items"])))
    return [each["outcome"] for each in told["items"]]


async def count(registry: Service) -> int:
    return (await registry.as_("officer").get("/v1/trainees", params={"include_total": "true"})).json()["total"]


async def test_good_items_are_kept_and_faulty_ones_say_why(start: Start) -> None:
    async with start("registry") as registry:
        officer = registry.as_("officer")
        told = await post(
            officer, trainee(YANG), trainee("110105194912310021"), trainee(PAN) | {"colour": "red"}, trainee(LONG), 7, trainee(YANG)
        )
        assert outcomes(told) == ["created", "rejected", "rejected", "created", "rejected", "rejected"]
        assert told["summary"] == {"created": 2, "updated": 0, "unchanged": 0, "rejected": 4}
        assert [[(fault["code"], fault["pointer"]) for fault in item["errors"]] for item in told["items"]] == [
            [],
            [("invalid_id_number", "/items/1/id_number")],
            [("unknown_field", "/items/2/colour")],
            [],
            [("invalid_value", "/items/4")],
            [("duplicate_item", "/items/5/id_number")],
        ]
        assert (await officer.get(f"/v1/trainees/{told['items'][0]['id']}")).json()["name"] == "杨秀英"


async def test_sent_again_everything_is_unchanged(start: Start) -> None:
    async with start("registry") as registry:
        school = registry.as_("institution", institution_id=SCHOOL)
        items = [trainee(id_number(serial), bank_account="6217001234567894321", education="初中") for serial in range(30)]
        first, again = await post(school, *items), await post(school, *items)
        assert (first["summary"]["created"], again["summary"]["unchanged"]) == (30, 30)
        assert [each["id"] for each in first["items"]] == [each["id"] for each in again["items"]]


async def test_whoever_may_change_a_person_brings_them_up_to_date(start: Start) -> None:
    async with start("registry") as registry:
        officer, school = registry.as_("officer"), registry.as_("institution", institution_id=SCHOOL)
        kept = await made(school, "/v1/trainees", trainee(education="初中"))
        new = trainee(phone="13900001111", categories=[{"code": "veteran", "since_on": "2020-01-01"}])
        assert outcomes(await post(school, new)) == ["updated"]
        person = (await officer.get(f"/v1/trainees/{kept['id']}")).json()
        assert (person["version"], person["phone"], person["education"]) == (2, "139****1111", "初中")
        assert [each["code"] for each in person["categories"]] == ["veteran", "rural_transfer_worker"]
        revealed = await officer.post(f"/v1/trainees/{kept['id']}:reveal", json={"reason": "核对"})
        assert (revealed.json()["phone"], revealed.json()["id_number"]) == ("13900001111", YANG)


async def test_a_school_does_not_change_whom_others_registered_but_sees_them(start: Start) -> None:
    async with start("registry") as registry:
        kept = await made(registry.as_("officer"), "/v1/trainees", trainee())
        school = registry.as_("institution", institution_id=OTHER_SCHOOL)
        told = await post(school, trainee(education="初中"))
        [fault] = told["items"][0]["errors"]
        assert (outcomes(told), fault["code"], fault["existing_id"]) == (["rejected"], "duplicate_trainee", kept["id"])
        assert outcomes(await post(school, trainee())) == ["unchanged"]
        assert (await school.get(f"/v1/trainees/{kept['id']}")).json()["name"] == "杨秀英"


@pytest.mark.parametrize("role", ["officer", "institution"])
async def test_a_number_of_one_with_the_name_of_another_is_told_and_changes_nobody(start: Start, role: str) -> None:
    async with start("registry") as registry:
        officer, asking = registry.as_("officer"), registry.as_(role, **({"institution_id": OTHER_SCHOOL} if role == "institution" else {}))
        kept = await made(officer, "/v1/trainees", trainee())
        told = await post(asking, trainee(name="别名", education="初中"), trainee(PAN, name="潘秀英"))
        [fault] = told["items"][0]["errors"]
        assert (outcomes(told), fault["code"], fault["pointer"]) == (["rejected", "created"], "name_differs", "/items/0/name")
        assert kept["id"] not in str(told)
        person = (await officer.get(f"/v1/trainees/{kept['id']}")).json()
        assert (person["name"], person["education"], person["version"]) == ("杨秀英", None, 1)
        if role == "institution":
            assert (await asking.get(f"/v1/trainees/{kept['id']}")).status_code == 404


@pytest.mark.parametrize("atomic", ["each", "all"])
async def test_validating_says_the_same_and_keeps_nothing(start: Start, atomic: str) -> None:
    async with start("registry") as registry:
        told = await post(registry.as_("officer"), trainee(YANG), trainee(PAN), mode="validate", atomic=atomic)
        assert (outcomes(told), [each["id"] for each in told["items"]]) == (["created", "created"], [None, None])
        assert await count(registry) == 0


async def test_all_or_nothing_keeps_nothing_with_any_fault(start: Start) -> None:
    async with start("registry") as registry:
        officer = registry.as_("officer")
        body = {"atomic": "all", "items": [trainee(YANG), trainee("110105194912310021"), trainee(PAN, phone="1")]}
        refused = await officer.post("/v1/trainees:batch", json=body)
        assert refused.status_code == 422
        assert [fault["pointer"] for fault in refused.json()["errors"]] == ["/items/1/id_number", "/items/2/phone"]
        assert await count(registry) == 0
        assert outcomes(await post(officer, trainee(YANG), trainee(PAN), atomic="all")) == ["created", "created"]


async def test_all_or_nothing_is_a_409_where_only_conflicts_stand_in_the_way(start: Start) -> None:
    async with start("registry") as registry:
        await made(registry.as_("officer"), "/v1/trainees", trainee(YANG))
        school = registry.as_("institution", institution_id=SCHOOL)
        refused = await school.post("/v1/trainees:batch", json={"atomic": "all", "items": [trainee(PAN), trainee(YANG, education="初中")]})
        assert (refused.status_code, refused.json()["code"]) == (409, "duplicate_trainee")
        assert [fault["pointer"] for fault in refused.json()["errors"]] == ["/items/1/id_number"]
        assert await count(registry) == 1


async def test_an_empty_batch_is_zeros_and_501_items_are_too_many(start: Start) -> None:
    async with start("registry") as registry:
        officer = registry.as_("officer")
        assert await post(officer) == {"summary": {"created": 0, "updated": 0, "unchanged": 0, "rejected": 0}, "items": []}
        items = [trainee(id_number(serial % 1000, f"19{50 + serial // 1000}0101")) for serial in range(501)]
        refused = await officer.post("/v1/trainees:batch", json={"items": items})
        assert (refused.status_code, refused.json()["errors"][0]["pointer"]) == (422, "/items")
        assert (await post(officer, *items[:500]))["summary"]["created"] == 500


async def test_the_number_of_statements_does_not_grow_with_the_batch(start: Start) -> None:
    async with start("registry") as registry:
        school = registry.as_("institution", institution_id=SCHOOL)
        counts = []
        for size, birth in ((2, "19800101"), (200, "19810101")):
            for changed in ({}, {}, {"education": "高中"}):
                with registry.statements() as ran:
                    await post(school, *(trainee(id_number(serial, birth), **changed) for serial in range(size)))
                counts.append(
                    sum(statement.startswith(("INSERT INTO audit (", "INSERT INTO changes")) or "trainee" in statement for statement in ran)
                )
        assert counts[:3] == counts[3:]


async def test_two_batches_of_the_same_people_at_once_make_each_of_them_once(start: Start) -> None:
    async with start("registry") as registry:
        officer = registry.as_("officer")
        items = [trainee(id_number(serial)) for serial in range(40)]
        told = await asyncio.gather(post(officer, *items), post(officer, *items[::-1]))
        assert sum(each["summary"]["created"] for each in told) == 40
        assert sum(each["summary"]["unchanged"] for each in told) == 40
        assert await count(registry) == 40


async def test_who_asks_without_keeping_anything_is_in_the_trail(start: Start) -> None:
    async with start("registry") as registry:
        school = registry.as_("institution", institution_id=SCHOOL)
        await post(school, trainee(YANG), trainee(PAN), mode="validate")
        body = {"atomic": "all", "items": [trainee(YANG), trainee("110105194912310021")]}
        assert (await school.post("/v1/trainees:batch", json=body)).status_code == 422
        await post(school, trainee(YANG))
        trail = (await registry.as_("auditor").get("/v1/audit", params={"action": "trainee.checked"})).json()["items"]
        assert [(entry["role"], entry["details"]) for entry in trail] == [("institution", {"asked": 2})] * 2
