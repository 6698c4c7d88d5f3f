"""Inspections: what cannot have been seen, and what is wrong until another person has seen it put right."""

from typing import Any

from shared import db
from tests.conftest import Start
from tests.registry import made

VISIT: dict[str, Any] = {"on": "2025-04-09", "half_day": "am", "headcount": 12}
UNMET = {"item": "equipment", "met": False, "finding": "缺少实训设备"}
FAULTY: dict[str, tuple[dict[str, Any], set[str]]] = {
    "nobody says what is wrong": ({"findings": [UNMET | {"finding": None}], "due_on": "2025-04-20"}, {"/findings/0/finding"}),
    "nor until when": ({"findings": [UNMET]}, {"/due_on"}),
    "until a day before it was found": ({"findings": [UNMET], "due_on": "2025-04-08"}, {"/due_on"}),
    "nothing is wrong": ({"findings": [UNMET | {"met": True}], "due_on": "2025-04-20"}, {"/due_on"}),
    "one item twice": ({"findings": [UNMET, UNMET], "due_on": "2025-04-20"}, {"/findings/1/item"}),
    "a day to come": ({"on": "2025-04-10"}, {"/on"}),
    "a day outside the class": ({"on": "2025-04-07"}, {"/on"}),
}


async def test_what_cannot_have_been_found_is_a_422(start: Start) -> None:
    async with start("registry") as registry:
        class_id = await made.proposed(registry, await made.school(registry), "in_progress", hours=4)
        officer, path = registry.as_("officer", at="2025-04-09T18:00:00+08:00"), f"/v1/classes/{class_id}/inspections"
        for name, (values, pointers) in FAULTY.items():
            refused = await officer.post(path, json=VISIT | values)
            assert (refused.status_code, {each["pointer"] for each in refused.json()["errors"]}) == (422, pointers), name
        await made.posted(officer, path, VISIT, 201)  # no timetable says when it is held
        await made.posted(officer, f"/v1/classes/{class_id}/sessions", {"on": "2025-04-09", "half_day": "pm", "hours": 4}, 201)
        refused = await officer.post(path, json=VISIT)
        assert [each["code"] for each in refused.json()["errors"]] == ["outside_class_days"]
        await made.posted(officer, path, VISIT | {"half_day": "pm"}, 201)


async def test_what_is_wrong_is_put_right_and_closed_by_another_person(start: Start) -> None:
    async with start("registry") as registry:
        school = await made.school(registry)
        class_id = await made.proposed(registry, school, "in_progress")
        who = {"person_id": db.new_id()}
        inspector = registry.as_("officer", at=made.LAST, **who)
        own = registry.as_("institution", institution_id=school, at=made.LAST)
        visit = VISIT | {"findings": [UNMET, {"item": "teachers", "met": True}], "due_on": "2025-04-15"}
        paper = await made.posted(inspector, f"/v1/classes/{class_id}/inspections", visit, 201)
        assert (paper["status"], paper["findings"][0]["finding"]) == ("open", "缺少实训设备")
        path = f"/v1/inspections/{paper['id']}"

        async def waits(client: Any) -> list[tuple[str, str, str | None]]:
            items = (await client.get("/v1/worklist")).json()["items"]
            return [(each["kind"], each["action"], each["due_on"]) for each in items if each["subject_id"] == paper["id"]]

        assert await waits(own) == [("inspection_open", "answer", "2025-04-15")]
        late = registry.as_("officer", at="2025-04-16T09:00:00+08:00")
        assert await waits(late) == [("inspection_overdue", "close", "2025-04-15")]
        assert (await made.posted(own, f"{path}:answer", {"reply": "已补齐"}))["status"] == "answered"
        officer = registry.as_("officer", at=made.LAST)
        assert [each[0] for each in await waits(officer)] == ["inspection_answered"] and await waits(inspector) == []
        again = await made.posted(officer, f"{path}:return", {"reason": "只补了一台", "due_on": "2025-04-18"})
        assert (again["status"], again["due_on"], again["returned_reason"]) == ("open", "2025-04-18", "只补了一台")
        await made.posted(own, f"{path}:answer", {"reply": "都已补齐"})
        refused = await inspector.post(f"{path}:close")
        assert (refused.status_code, refused.json()["code"]) == (409, "same_person")
        closed = await made.posted(officer, f"{path}:close", {"comment": "属实"})
        assert (closed["status"], closed["closed_comment"], closed["findings"]) == ("closed", "属实", paper["findings"])
        assert (await own.post(f"{path}:answer", json={"reply": "再补"})).json()["code"] == "invalid_state"
        assert (await registry.as_("institution", institution_id=await made.school(registry)).get(path)).status_code == 404
        listed = (await officer.get("/v1/inspections", params={"institution_id": school, "status": "closed"})).json()["items"]
        assert [each["id"] for each in listed] == [paper["id"]]
        assert len((await officer.get(f"{path}/history")).json()["items"]) == 5
        assert (await officer.get(path, params={"as_of": "2025-04-09"})).status_code == 404
        assert (await officer.get(path, params={"as_of": "2025-04-10"})).json()["status"] == "closed"


async def test_an_inspection_is_read_as_it_stood(start: Start) -> None:
    async with start("registry") as registry:
        class_id = await made.proposed(registry, await made.school(registry), "in_progress")
        visit = VISIT | {"findings": [UNMET], "due_on": "2025-04-15"}
        path = f"/v1/classes/{class_id}/inspections"
        paper = await made.posted(registry.as_("officer", at=made.LAST, person_id=db.new_id()), path, visit, 201)
        path, officer = f"/v1/inspections/{paper['id']}", registry.as_("officer", at=made.AFTER)
        await made.posted(officer, f"{path}:close", {"comment": "属实"}, 200)
        stood = [(await officer.get(path, params={"as_of": day})).json() for day in ("2025-04-10", "2025-04-11")]
        assert [(each["status"], each["closed_comment"], each["closed_at"] is None) for each in stood] == [
            ("open", None, True),
            ("closed", "属实", False),
        ]
