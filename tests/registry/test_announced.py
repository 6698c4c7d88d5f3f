"""What the feed says of new facts about people and classes: whom and from which day they concern, and nothing of what they are."""

from typing import Any

from tests.conftest import Service, Start
from tests.registry import made

ACCOUNT = "6217001234567894321"


async def announced(registry: Service, kind: str) -> list[dict[str, Any]]:
    events = (await registry.as_("auditor").get("/v1/changes?limit=200")).json()["items"]
    return [{"subject": each["subject"]} | each["data"] for each in events if each["type"] == kind]


async def test_a_change_of_a_person_names_its_fields_and_the_day_from_which_a_category_differs(start: Start) -> None:
    async with start("registry") as registry:
        officer = registry.as_("officer", at=made.AFTER)
        kept, ended = {"code": "rural_worker", "since_on": "2024-01-01"}, {"code": "rural_woman", "since_on": "2024-06-01"}
        person = await made.trainee(registry, 1, categories=[kept, ended])
        for change in (
            {"categories": [kept, ended | {"until_on": "2025-03-31"}]},
            {"bank_account": ACCOUNT},
            {"categories": [kept, ended | {"until_on": "2025-03-31"}]},
        ):
            answer = await officer.patch(f"/v1/trainees/{person}", json=change, headers={"If-Match": "*"})
            assert answer.is_success, answer.text
        again = {
            "name": "杨秀英",
            "id_number": made.citizen(1),
            "phone": None,
            "region_code": "522601100",
            "categories": [{"code": "veteran", "since_on": "2023-05-01"}],
        }
        await made.posted(officer, "/v1/trainees:batch", {"items": [again]}, 207)
        told = await announced(registry, "trainee.changed")
        assert [(each["fields"], each.get("from_on")) for each in told] == [
            (["categories"], "2024-06-01"),
            (["bank_account"], None),
            (["categories"], None),
            (["categories"], "2023-05-01"),
        ]
        assert all(ACCOUNT not in str(each) for each in told)


async def test_who_has_the_account_that_another_takes_or_gives_up_is_announced(start: Start) -> None:
    async with start("registry") as registry:
        officer = registry.as_("officer", at=made.AFTER)
        first = await made.trainee(registry, 1, bank_account=ACCOUNT)
        assert await announced(registry, "trainee.account_shared") == []
        second = await made.trainee(registry, 2, bank_account=ACCOUNT)  # shared from now on
        third = await made.trainee(registry, 3)
        for account in (ACCOUNT, ACCOUNT, None):  # taken, taken again, given up
            answer = await officer.patch(f"/v1/trainees/{third}", json={"bank_account": account}, headers={"If-Match": "*"})
            assert answer.is_success, answer.text
        fourth = {"name": "杨秀英", "id_number": made.citizen(4), "phone": None, "region_code": "522601100", "categories": []}
        for account in (None, "6217001234567890016", ACCOUNT):
            await made.posted(officer, "/v1/trainees:batch", {"items": [fourth | {"bank_account": account}]}, 207)
        told = [each["subject"] for each in await announced(registry, "trainee.account_shared")]
        assert told == [first, *[first, second] * 3]


async def test_a_status_is_announced_of_whom_it_is_and_from_when_but_not_what_it_is(start: Start) -> None:
    async with start("registry") as registry:
        officer = registry.as_("officer", at=made.AFTER)
        old, stays = await made.trainee(registry, 1), await made.trainee(registry, 2)
        await made.posted(officer, f"/v1/trainees/{old}:merge", {"into": stays})
        records = [
            {"id_number": made.citizen(serial), "status": "employee_pension", "from_on": f"2025-0{serial}-01", "source": "州社保局"}
            for serial in (1, 2, 3)
        ]
        for items in (records, records, [records[1] | {"until_on": "2025-03-31"}]):
            await made.posted(officer, "/v1/status-records:batch", {"items": items}, 207)
        told = await announced(registry, "status_record.received")
        expected = [{"trainee_id": stays, "from_on": day} for day in ("2025-01-01", "2025-02-01", "2025-02-01")]
        assert [{name: value for name, value in each.items() if name != "subject"} for each in told] == expected
        assert told[1]["subject"] == told[2]["subject"]
        listed = {"status": "deceased", "source": "民政", "complete_from_on": "2025-04-01", "complete_to_on": "2025-04-30"}
        await made.posted(officer, "/v1/status-lists", listed, 201)
        [complete] = await announced(registry, "status_list.completed")
        assert (complete["from_on"], complete["until_on"]) == ("2025-04-01", "2025-04-30")


async def test_attendance_overlaps_visits_and_teachers_are_announced_with_their_day(start: Start) -> None:
    async with start("registry") as registry:
        officer, school = registry.as_("officer", at=made.LAST), await made.school(registry)
        here, there = [await made.proposed(registry, school, "in_progress") for _ in range(2)]
        person = await made.trainee(registry, 1)
        for class_id in (here, there):
            await made.posted(officer, f"/v1/classes/{class_id}/enrolments", {"trainee_id": person}, 201)
        marks = [{"trainee_id": person, "on": on, "half_day": "am", "source": "签到表"} for on in ("2025-04-09", "2025-04-08")]
        await made.posted(officer, f"/v1/classes/{here}/attendance:batch", {"items": marks}, 207)
        for atomic, status in (("each", 207), ("all", 409)):
            await made.posted(officer, f"/v1/classes/{there}/attendance:batch", {"items": marks, "atomic": atomic}, status)
        [recorded] = await announced(registry, "attendance.recorded")
        assert (recorded["subject"], recorded["from_on"]) == (here, "2025-04-08")
        overlap = {"subject": there, "other_class_ids": [here], "from_on": "2025-04-08"}
        assert await announced(registry, "attendance.overlapped") == [overlap, overlap]
        await made.posted(officer, f"/v1/classes/{here}/inspections", {"on": "2025-04-09", "headcount": 1, "found": "正常"}, 201)
        [visit] = await announced(registry, "class.inspected")
        assert (visit["subject"], visit["from_on"], visit["institution_id"]) == (here, "2025-04-09", school)
        teacher = {"name": "石老师", "id_number": made.citizen(2), "employment": "full_time", "from_on": "2024-03-01"}
        teacher_id = (await made.posted(officer, f"/v1/institutions/{school}/teachers", teacher, 201))["id"]
        assert await announced(registry, "teacher.added") == [{"subject": teacher_id, "institution_id": school, "from_on": "2024-03-01"}]
