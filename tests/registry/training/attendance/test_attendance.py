"""Attendance: facts taken in once, refused outside the class, and the conflict of one person in two classes."""

import asyncio
from typing import Any

import pytest

from shared import db
from tests.conftest import Service, Start
from tests.registry import made


async def in_class(registry: Service, *people: str, **values: Any) -> str:
    class_id = await made.proposed(registry, await made.school(registry), "in_progress", **values)
    officer = registry.as_("officer", at=made.FIRST)
    await made.posted(officer, f"/v1/classes/{class_id}/enrolments:batch", {"items": [{"trainee_id": each} for each in people]}, 207)
    return class_id


def mark(trainee_id: str, on: str = "2025-04-08", half_day: str = "am", **values: Any) -> dict[str, Any]:
    return {"trainee_id": trainee_id, "on": on, "half_day": half_day, "source": "签到表"} | values


async def facts(registry: Service, class_id: str) -> Any:
    return await made.posted(registry.internal(), "/internal/v1/claim-facts", {"class_id": class_id, "trainee_ids": None}, 200)


async def test_half_days_are_taken_in_and_sent_again_change_nothing(start: Start) -> None:
    async with start("registry") as registry:
        person = await made.trainee(registry, 1)
        class_id = await in_class(registry, person)
        officer, path = registry.as_("officer", at=made.LAST), f"/v1/classes/{class_id}/attendance:batch"
        items = [mark(person), mark(person), mark(person, half_day="pm"), mark(person, "2025-04-10", signed_at="2025-04-10T08:31:00+08:00")]
        first = await made.posted(officer, path, {"items": items}, 207)
        assert [each["outcome"] for each in first["items"]] == ["created", "unchanged", "created", "created"]
        again = await made.posted(officer, path, {"items": items}, 207)
        assert again["summary"] == {"created": 0, "updated": 0, "unchanged": 4, "rejected": 0}
        assert [each["id"] for each in again["items"]] == [each["id"] for each in first["items"]]
        [enrolment] = (await officer.get(f"/v1/classes/{class_id}/enrolments")).json()["items"]
        assert (enrolment["days_attended"], enrolment["half_days_attended"]) == (1, 3)
        listed = await officer.get(f"/v1/classes/{class_id}/attendance", params={"trainee_id": person, "on": "2025-04-08"})
        assert sorted(each["half_day"] for each in listed.json()["items"]) == ["am", "pm"]
        tried = await made.posted(officer, path, {"mode": "validate", "items": [mark(person, "2025-04-09")]}, 207)
        assert tried["summary"]["created"] == 1
        assert len((await officer.get(f"/v1/classes/{class_id}/attendance")).json()["items"]) == 3


@pytest.mark.parametrize(
    ("on", "code"),
    [
        pytest.param("2025-04-07", "outside_class_days", id="the-day-before"),
        pytest.param("2025-04-08", None, id="the-first-day"),
        pytest.param("2025-04-10", None, id="the-last-day"),
        pytest.param("2025-04-11", "outside_class_days", id="the-day-after"),
    ],
)
async def test_only_the_class_s_days_count(start: Start, on: str, code: str | None) -> None:
    async with start("registry") as registry:
        person = await made.trainee(registry, 1)
        class_id = await in_class(registry, person)
        answer = await made.posted(
            registry.as_("officer", at=made.LAST), f"/v1/classes/{class_id}/attendance:batch", {"items": [mark(person, on)]}, 207
        )
        assert [each["code"] for each in answer["items"][0]["errors"]] == ([code] if code else [])


async def test_nobody_has_attended_a_day_to_come(start: Start) -> None:
    async with start("registry") as registry:
        person = await made.trainee(registry, 1)
        class_id = await in_class(registry, person)
        officer, path = registry.as_("officer", at=made.FIRST), f"/v1/classes/{class_id}/attendance"
        refused = await officer.post(path, json=mark(person, "2025-04-09"))
        assert (refused.status_code, refused.json()["code"]) == (422, "attendance_in_future")
        items = [mark(person, "2025-04-09"), mark(person, signed_at="2025-04-09T03:00:00+08:00")]
        answer = await made.posted(officer, f"{path}:batch", {"items": items}, 207)
        assert [[fault["code"] for fault in each["errors"]] for each in answer["items"]] == [["attendance_in_future"], []]


async def test_who_is_not_enrolled_is_not_on_the_roster(start: Start) -> None:
    async with start("registry") as registry:
        person, stranger = await made.trainee(registry, 1), await made.trainee(registry, 2)
        class_id = await in_class(registry, person)
        officer, path = registry.as_("officer", at=made.LAST), f"/v1/classes/{class_id}/attendance:batch"
        answer = await made.posted(
            officer, path, {"items": [mark(stranger), mark(str(db.new_id())), mark(person), {"on": "2025-04-08"}]}, 207
        )
        assert [[fault["code"] for fault in each["errors"]] for each in answer["items"][:3]] == [["not_on_roster"], ["not_on_roster"], []]
        assert answer["items"][3]["errors"][0]["pointer"].startswith("/items/3/")
        whole = await officer.post(path, json={"atomic": "all", "items": [mark(person, half_day="pm"), mark(stranger)]})
        assert (whole.status_code, whole.json()["errors"][0]["pointer"]) == (422, "/items/1/trainee_id")
        assert len((await officer.get(f"/v1/classes/{class_id}/attendance")).json()["items"]) == 1


@pytest.mark.parametrize("status", ["approved", "completed"])
async def test_attendance_is_taken_while_the_class_is_in_progress(start: Start, status: str) -> None:
    async with start("registry") as registry:
        class_id = await made.proposed(registry, await made.school(registry), status)
        refused = await registry.as_("officer").post(f"/v1/classes/{class_id}/attendance:batch", json={"items": []})
        assert (refused.status_code, refused.json()["code"]) == (409, "invalid_state")


@pytest.mark.parametrize("atomic", ["each", "all"])
async def test_two_classes_in_one_half_day_is_a_conflict_both_see(start: Start, atomic: str) -> None:
    async with start("registry") as registry:
        person = await made.trainee(registry, 1)
        first, second = await in_class(registry, person), await in_class(registry, person)
        officer = registry.as_("officer", at=made.LAST)
        await made.posted(officer, f"/v1/classes/{first}/attendance:batch", {"items": [mark(person)]}, 207)
        refused = await officer.post(f"/v1/classes/{second}/attendance:batch", json={"atomic": atomic, "items": [mark(person)]})
        if atomic == "all":
            assert (refused.status_code, refused.json()["code"]) == (409, "overlapping_attendance")
        else:
            assert refused.json()["items"][0]["errors"][0]["code"] == "overlapping_attendance"
        numbers = {each: (await officer.get(f"/v1/classes/{each}")).json()["number"] for each in (first, second)}
        for here, other in ((first, second), (second, first)):
            [line] = (await facts(registry, here))["enrolments"]
            assert line["attended_other_class"] == [{"class_number": numbers[other], "on": "2025-04-08", "half_day": "am"}]
        assert (await facts(registry, second))["enrolments"][0]["half_days"] == []
        assert (await facts(registry, first))["enrolments"][0]["half_days"] == [{"on": "2025-04-08", "half_days": 1}]


async def test_a_single_record_is_a_201_or_a_409(start: Start) -> None:
    async with start("registry") as registry:
        person = await made.trainee(registry, 1)
        first, second = await in_class(registry, person), await in_class(registry, person)
        officer = registry.as_("officer", at=made.LAST)
        kept = await made.posted(officer, f"/v1/classes/{first}/attendance", mark(person), 201)
        assert (await made.posted(officer, f"/v1/classes/{first}/attendance", mark(person), 201))["id"] == kept["id"]
        refused = await officer.post(f"/v1/classes/{second}/attendance", json=mark(person))
        assert (refused.status_code, refused.json()["code"]) == (409, "overlapping_attendance")
        assert (await facts(registry, second))["enrolments"][0]["attended_other_class"]


async def test_two_classes_at_the_same_moment_keep_one_half_day(start: Start) -> None:
    async with start("registry") as registry:
        people = [await made.trainee(registry, serial) for serial in range(10)]
        classes = [await in_class(registry, *people), await in_class(registry, *people)]
        officer, items = registry.as_("officer", at=made.LAST), [mark(each) for each in people]
        orders = (items, items[::-1])
        answers = await asyncio.gather(
            *(
                made.posted(officer, f"/v1/classes/{each}/attendance:batch", {"items": order}, 207)
                for each, order in zip(classes, orders, strict=True)
            )
        )
        assert sum(answer["summary"]["created"] for answer in answers) == 10
        assert sum(answer["summary"]["rejected"] for answer in answers) == 10
        seen = [line["attended_other_class"] for each in classes for line in (await facts(registry, each))["enrolments"]]
        assert all(len(each) == 1 for each in seen)


async def test_another_institution_finds_no_such_class(start: Start) -> None:
    async with start("registry") as registry:
        class_id = await in_class(registry, await made.trainee(registry, 1))
        other = registry.as_("institution", institution_id=await made.school(registry))
        assert (await other.post(f"/v1/classes/{class_id}/attendance:batch", json={"items": []})).status_code == 404
        assert (await other.get(f"/v1/classes/{class_id}/attendance")).status_code == 404


async def test_a_person_reads_their_own_half_days_and_nobody_else_s(start: Start) -> None:
    async with start("registry") as registry:
        people = [await made.trainee(registry, number) for number in (1, 2)]
        path = f"/v1/classes/{await in_class(registry, *people)}/attendance"
        officer = registry.as_("officer", at=made.LAST)
        signed = await made.posted(officer, f"{path}:batch", {"items": [mark(each) for each in people]}, 207)
        own, other = [each["id"] for each in signed["items"]]
        person, stranger = [registry.as_("person", trainee_id=each) for each in (people[0], await made.trainee(registry, 3))]
        assert [each["id"] for each in (await person.get(path)).json()["items"]] == [own]
        assert [(await person.get(f"/v1/attendance/{each}")).status_code for each in (own, other)] == [200, 404]
        assert (await stranger.get(path)).status_code == 404


async def test_a_wrong_half_day_is_taken_back_or_put_right_and_stays_in_the_trail(start: Start) -> None:
    async with start("registry") as registry:
        person = await made.trainee(registry, 1)
        class_id = await in_class(registry, person)
        officer, path = registry.as_("officer", at=made.LAST), f"/v1/classes/{class_id}/attendance"
        am, pm = [await made.posted(officer, path, mark(person, half_day=half), 201) for half in ("am", "pm")]
        assert (await officer.post(f"/v1/attendance/{am['id']}:correct")).status_code == 422  # no reason
        voided = await made.posted(officer, f"/v1/attendance/{am['id']}:correct", {"reason": "代签,本人未到"})
        assert (voided["id"], voided["void_reason"]) == (am["id"], "代签,本人未到")
        assert (await officer.post(f"/v1/attendance/{am['id']}:correct", json={"reason": "再来"})).status_code == 404
        moved = await made.posted(officer, f"/v1/attendance/{pm['id']}:correct", {"reason": "日期写错", "on": "2025-04-09"})
        assert (moved["on"], moved["half_day"], moved["corrects"]) == ("2025-04-09", "pm", pm["id"])
        wrong_day = {"reason": "日期写错", "on": "2025-04-10"}
        ahead = await registry.as_("officer", at=made.FIRST).post(f"/v1/attendance/{moved['id']}:correct", json=wrong_day)
        assert (ahead.status_code, ahead.json()["code"]) == (422, "attendance_in_future")
        for on, code in (("2025-04-11", "outside_class_days"), ("2025-04-10", None)):
            answer = await officer.post(f"/v1/attendance/{moved['id']}:correct", json={"reason": "日期写错", "on": on})
            assert (answer.status_code, [each["code"] for each in answer.json().get("errors", [])]) == (
                (422, [code]) if code else (200, [])
            )
        assert [(each["on"], each["half_day"]) for each in (await officer.get(path)).json()["items"]] == [("2025-04-10", "pm")]
        assert (await facts(registry, class_id))["enrolments"][0]["half_days"] == [{"on": "2025-04-10", "half_days": 1}]
        [enrolment] = (await officer.get(f"/v1/classes/{class_id}/enrolments")).json()["items"]
        assert enrolment["half_days_attended"] == 1
        await made.posted(officer, path, mark(person), 201)  # who was there after all
        told = [
            each for each in (await registry.as_("auditor").get("/v1/changes")).json()["items"] if each["type"] == "attendance.corrected"
        ]
        assert [(each["subject"], each["data"]["from_on"]) for each in told] == [
            (class_id, "2025-04-08"),
            (class_id, "2025-04-08"),
            (class_id, "2025-04-09"),
        ]


async def test_after_the_class_only_an_officer_corrects_and_who_completed_it_is_settled_again(start: Start) -> None:
    async with start("registry") as registry:
        person, school = await made.trainee(registry, 1), await made.school(registry)
        class_id = await made.proposed(registry, school, "in_progress")
        officer, path = registry.as_("officer", at=made.LAST), f"/v1/classes/{class_id}"
        await made.posted(officer, f"{path}/enrolments", {"trainee_id": person}, 201)
        kept = await made.posted(officer, f"{path}/attendance", mark(person), 201)
        after, one = registry.as_("officer", at=made.AFTER), f"/v1/attendance/{kept['id']}:correct"
        assert (await made.posted(after, f"{path}:complete"))["completed_people"] == 1
        own = registry.as_("institution", institution_id=school, at=made.AFTER)
        refused = await own.post(one, json={"reason": "代签"})
        assert (refused.status_code, refused.json()["code"]) == (409, "invalid_state")
        other = registry.as_("institution", institution_id=await made.school(registry), at=made.AFTER)
        assert (await other.post(one, json={"reason": "代签"})).status_code == 404
        await made.posted(after, one, {"reason": "代签,本人未到"})
        [enrolment] = (await after.get(f"{path}/enrolments")).json()["items"]
        assert (enrolment["outcome"], enrolment["counted_on"], enrolment["half_days_attended"]) == ("absent", None, 0)
        assert (await registry.as_("auditor").get(path)).json()["completed_people"] == 0


async def test_a_conflict_is_over_when_what_stood_in_its_way_is_taken_back(start: Start) -> None:
    async with start("registry") as registry:
        person = await made.trainee(registry, 1)
        first, second = await in_class(registry, person), await in_class(registry, person)
        officer = registry.as_("officer", at=made.LAST)
        kept = await made.posted(officer, f"/v1/classes/{first}/attendance", mark(person), 201)
        assert (await officer.post(f"/v1/classes/{second}/attendance", json=mark(person))).status_code == 409
        assert (await facts(registry, second))["enrolments"][0]["attended_other_class"]
        await made.posted(officer, f"/v1/attendance/{kept['id']}:correct", {"reason": "录入串班"})
        await made.posted(officer, f"/v1/classes/{second}/attendance", mark(person), 201)
        for each in (first, second):
            assert (await facts(registry, each))["enrolments"][0]["attended_other_class"] == []
