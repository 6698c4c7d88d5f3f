"""The timetable of a class: half-days, teachers and hours that fit."""

import asyncio
from datetime import date

import pytest

from services.registry.training.classes import policy
from tests.conftest import Start
from tests.registry import made
from tests.registry.training.attendance.test_attendance import in_class, mark


async def test_the_timetable_holds_each_half_day_once_and_within_the_days(start: Start) -> None:
    async with start("registry") as registry:
        class_id = await made.proposed(registry, await made.school(registry), "approved")
        officer, path = registry.as_("officer"), f"/v1/classes/{class_id}/sessions"
        await made.posted(officer, path, {"on": "2025-04-08", "half_day": "am", "hours": 4, "topic": "选种"}, 201)
        twice = await officer.post(path, json={"on": "2025-04-08", "half_day": "am", "hours": 4})
        assert (twice.status_code, twice.json()["code"]) == (409, "duplicate_session")
        outside = await officer.post(path, json={"on": "2025-04-11", "half_day": "am", "hours": 4})
        assert (outside.status_code, outside.json()["errors"][0]["code"]) == (422, "outside_class_days")
        assert [each["topic"] for each in (await officer.get(path)).json()["items"]] == ["选种"]


async def test_a_teacher_is_in_one_timetable_in_a_half_day(start: Start) -> None:
    async with start("registry") as registry:
        officer, schools = registry.as_("officer", at=made.BEFORE), [await made.school(registry), await made.school(registry)]
        paths, session = [], {"on": "2025-04-08", "half_day": "am", "hours": 4}
        for school in schools:  # one person, whom two schools employ
            teacher = {"name": "石老师", "id_number": made.citizen(1), "employment": "part_time", "from_on": "2024-01-01"}
            ids = [(await made.posted(officer, f"/v1/institutions/{school}/teachers", teacher, 201))["id"]]
            paths.append(f"/v1/classes/{await made.proposed(registry, school, teacher_ids=ids)}")
        first, second = paths
        assert (await made.posted(officer, f"{first}/sessions", session, 201))["teacher_id"]
        clash = await officer.post(f"{second}/sessions", json=session)
        assert (clash.status_code, clash.json()["code"], clash.json()["errors"][0]["pointer"]) == (422, "teacher_clash", "/teacher_id")
        await made.posted(officer, f"{second}/sessions", session | {"half_day": "pm"}, 201)
        await made.posted(officer, f"{first}:cancel")
        await made.posted(officer, f"{second}/sessions", session, 201)


async def test_a_teacher_whom_no_timetable_names_clashes_with_nobody(start: Start) -> None:
    async with start("registry") as registry:
        officer, school = registry.as_("officer", at=made.BEFORE), await made.school(registry)
        named = [
            {"name": "石老师", "id_number": made.citizen(serial), "employment": "part_time", "from_on": "2024-01-01"} for serial in (1, 2)
        ]
        ids = [(await made.posted(officer, f"/v1/institutions/{school}/teachers", each, 201))["id"] for each in named]
        classes = [await made.proposed(registry, school, teacher_ids=ids) for _ in range(2)]
        session = {"on": "2025-04-08", "half_day": "am", "hours": 4}
        for each in classes:
            assert (await made.posted(officer, f"/v1/classes/{each}/sessions", session, 201))["teacher_id"] is None
        unknown = await officer.post(f"/v1/classes/{classes[0]}/sessions", json=session | {"half_day": "pm", "teacher_id": classes[1]})
        assert (unknown.status_code, unknown.json()["errors"][0]["code"]) == (422, "unknown_teacher")


async def test_two_timetables_at_the_same_moment_do_not_both_take_the_teacher(start: Start) -> None:
    async with start("registry") as registry:
        officer, school = registry.as_("officer", at=made.BEFORE), await made.school(registry)
        teacher = {"name": "石老师", "id_number": made.citizen(1), "employment": "full_time", "from_on": "2024-01-01"}
        ids = [(await made.posted(officer, f"/v1/institutions/{school}/teachers", teacher, 201))["id"]]
        classes = [await made.proposed(registry, school, teacher_ids=ids) for _ in range(4)]
        session = {"on": "2025-04-08", "half_day": "am", "hours": 4}
        answers = await asyncio.gather(*(officer.post(f"/v1/classes/{each}/sessions", json=session) for each in classes))
        assert sorted(each.status_code for each in answers) == [201, 422, 422, 422]


async def test_a_slip_is_taken_out_of_the_timetable_and_its_teacher_is_free_again(start: Start) -> None:
    async with start("registry") as registry:
        officer, school = registry.as_("officer", at=made.BEFORE), await made.school(registry)
        teacher = {"name": "石老师", "id_number": made.citizen(1), "employment": "part_time", "from_on": "2024-01-01"}
        ids = [(await made.posted(officer, f"/v1/institutions/{school}/teachers", teacher, 201))["id"]]
        slip, other = [f"/v1/classes/{await made.proposed(registry, school, teacher_ids=ids)}/sessions" for _ in range(2)]
        session = {"on": "2025-04-08", "half_day": "am", "hours": 4}
        kept = await made.posted(officer, slip, session, 201)
        assert (await officer.post(other, json=session)).json()["code"] == "teacher_clash"
        assert (await officer.post(f"{slip}/{kept['id']}:remove", json={})).status_code == 422
        assert (await officer.post(f"{other}/{kept['id']}:remove", json={"reason": "排错"})).status_code == 404
        assert await made.posted(officer, f"{slip}/{kept['id']}:remove", {"reason": "排错"}, 200) == kept
        assert (await officer.get(slip)).json()["items"] == []
        assert (await officer.post(f"{slip}/{kept['id']}:remove", json={"reason": "排错"})).status_code == 404
        await made.posted(officer, other, session, 201)
        [told, _] = (await officer.get(f"{slip.removesuffix('/sessions')}/history")).json()["items"][:2]
        assert (told["action"], told["reason"]) == ("class.unscheduled", "排错")


@pytest.mark.parametrize(
    ("role", "today", "signed", "stays"),
    [
        ("institution", "2025-04-07", False, False),
        ("institution", "2025-04-08", False, True),
        ("officer", "2025-04-08", False, False),
        ("officer", "2025-04-09", False, False),
        ("officer", "2025-04-07", True, True),
    ],
)
def test_what_was_given_stays_in_the_timetable(role: str, today: str, signed: bool, stays: bool) -> None:
    on = date.fromisoformat("2025-04-08")
    assert bool(policy.stays(role, on, date.fromisoformat(today), signed=signed)) is stays


async def test_a_lesson_that_somebody_signed_stays(start: Start) -> None:
    async with start("registry") as registry:
        person = await made.trainee(registry, 1)
        one = f"/v1/classes/{await in_class(registry, person)}"
        officer, path = registry.as_("officer", at=made.LAST), f"{one}/sessions"
        held, not_held = [
            await made.posted(officer, path, {"on": "2025-04-08", "half_day": each, "hours": 4}, 201) for each in ("am", "pm")
        ]
        [said] = (await made.posted(officer, f"{one}/attendance:batch", {"items": [mark(person)]}, 207))["items"]
        refused = await officer.post(f"{path}/{held['id']}:remove", json={"reason": "排错"})
        assert (refused.status_code, refused.json()["code"]) == (409, "invalid_state")
        await made.posted(officer, f"{path}/{not_held['id']}:remove", {"reason": "停电"}, 200)
        await made.posted(officer, f"/v1/attendance/{said['id']}:correct", {"reason": "签错了人"}, 200)
        await made.posted(officer, f"{path}/{held['id']}:remove", {"reason": "排错"}, 200)


async def test_a_day_of_the_timetable_holds_eight_class_hours(start: Start) -> None:
    async with start("registry") as registry:
        officer, path = registry.as_("officer"), f"/v1/classes/{await made.proposed(registry, await made.school(registry))}/sessions"
        await made.posted(officer, path, {"on": "2025-04-08", "half_day": "am", "hours": 4}, 201)
        refused = await officer.post(path, json={"on": "2025-04-08", "half_day": "pm", "hours": 5})
        assert (refused.status_code, refused.json()["code"]) == (422, "class_hours_impossible")
        await made.posted(officer, path, {"on": "2025-04-08", "half_day": "pm", "hours": 4}, 201)
