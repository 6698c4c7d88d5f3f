"""The timetable of a class: half-days, teachers and hours that fit."""

import asyncio

from tests.conftest import Start
from tests.registry import made


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


async def test_a_day_of_the_timetable_holds_eight_class_hours(start: Start) -> None:
    async with start("registry") as registry:
        officer, path = registry.as_("officer"), f"/v1/classes/{await made.proposed(registry, await made.school(registry))}/sessions"
        await made.posted(officer, path, {"on": "2025-04-08", "half_day": "am", "hours": 4}, 201)
        refused = await officer.post(path, json={"on": "2025-04-08", "half_day": "pm", "hours": 5})
        assert (refused.status_code, refused.json()["code"]) == (422, "class_hours_impossible")
        await made.posted(officer, path, {"on": "2025-04-08", "half_day": "pm", "hours": 4}, 201)
