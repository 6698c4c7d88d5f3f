"""Every paper of a class says what became of it, from what to what and by whom, and how it stood on a day."""

from typing import Any

import httpx

from tests.conftest import Service, Start
from tests.registry import made
from tests.registry.invented import id_number

ON = {day: f"2025-04-{day:02}T18:00:00+08:00" for day in range(1, 31)}


async def history(client: httpx.AsyncClient, path: str) -> list[tuple[str, list[tuple[str, Any, Any]]]]:
    """Each deed, the latest first, with what it changed."""
    answer = await client.get(f"{path}/history")
    assert answer.status_code == 200, answer.text
    return [
        (each["action"], [(change["field"], change["old"], change["new"]) for change in each["changes"]]) for each in answer.json()["items"]
    ]


async def as_of(client: httpx.AsyncClient, path: str, day: int) -> Any:
    answer = await client.get(path, params={"as_of": ON[day][:10]})
    assert answer.status_code in (200, 404), answer.text
    return answer.json() if answer.status_code == 200 else answer.status_code


async def _class(registry: Service, school: str) -> str:
    """Filed on 1 April, approved on 2 April by another officer, moved by a day and approved again on 3 April, begun on 9 April."""
    path = f"/v1/classes/{(await made.posted(registry.as_('officer', at=ON[1]), '/v1/classes', made.class_in(school), 201))['id']}"
    await registry.as_("officer", at=ON[1]).patch(path, json={"name": "稻田养鱼一班", "teacher_ids": []})
    await made.posted(registry.as_("officer", at=ON[1]), f"{path}:submit")
    await made.posted(registry.as_("officer", at=ON[2]), f"{path}:approve")
    moved = {"starts_on": "2025-04-09", "ends_on": "2025-04-11"}
    await made.posted(registry.as_("officer", at=ON[3]), f"{path}:reschedule", moved)
    await made.posted(registry.as_("officer", at=ON[3]), f"{path}:approve")
    return path


async def test_a_class_and_those_in_it_are_told_as_they_stood_on_a_day(start: Start) -> None:
    async with start("registry") as registry:
        reader = registry.as_("officer")
        path = await _class(registry, await made.school(registry))
        person = await made.trainee(registry, 1)
        enrolled = await made.posted(registry.as_("officer", at=ON[4]), f"{path}/enrolments", {"trainee_id": person}, 201)
        enrolment = f"/v1/enrolments/{enrolled['id']}"
        await registry.as_("officer", at=ON[5]).patch(enrolment, json={"outcome": "withdrawn"})
        await made.posted(registry.as_("officer", at=ON[6]), f"{enrolment}:readmit", {"reason": "回来上课"})
        await made.posted(registry.as_("officer", at=ON[9]), f"{path}:start")
        half = {"trainee_id": person, "on": "2025-04-09", "source": "签到表"}
        am, pm = [
            await made.posted(registry.as_("officer", at=ON[9]), f"{path}/attendance", half | {"half_day": half_day}, 201)
            for half_day in ("am", "pm")
        ]
        await made.posted(registry.as_("officer", at=ON[12]), f"{path}:complete")
        for wrong in (am, pm):
            await made.posted(registry.as_("officer", at=ON[14]), f"/v1/attendance/{wrong['id']}:correct", {"reason": "代签"})

        assert (await as_of(reader, path, 1))["status"] == "submitted"
        second, third, now = [await as_of(reader, path, day) for day in (2, 3, 14)]
        assert (second["status"], second["starts_on"], second["approved_at"][:10]) == ("approved", "2025-04-08", "2025-04-02")
        assert (third["starts_on"], third["name"]) == ("2025-04-09", "稻田养鱼一班")
        assert [(await as_of(reader, path, day))["completed_people"] for day in (11, 12)] == [None, 1]
        assert now["completed_people"] == 0
        assert now | {"allowed_actions": []} == (await reader.get(path)).json() | {"allowed_actions": []}
        told = await history(reader, path)
        assert ("class.changed", [("name", "稻田养鱼班", "稻田养鱼一班")]) in told
        assert ("class.completed", [("status", "in_progress", "completed"), ("completed_people", None, 1)]) in [
            (action, sorted(changes, reverse=True)) for action, changes in told
        ]

        outcomes = [(await as_of(reader, enrolment, day))["outcome"] for day in (4, 5, 6, 12, 14)]
        assert outcomes == ["enrolled", "withdrawn", "enrolled", "completed", "absent"]
        counted = [(await as_of(reader, enrolment, day))["half_days_attended"] for day in (8, 9, 13, 14)]
        assert (counted, (await as_of(reader, enrolment, 9))["days_attended"]) == ([0, 2, 2, 0], 1)
        assert await as_of(reader, enrolment, 3) == 404
        back, absent = ("enrolment.readmitted", [("outcome", "withdrawn", "enrolled")]), (await history(reader, enrolment))[0]
        assert back in await history(reader, enrolment)
        assert (absent[0], ("outcome", "completed", "absent") in absent[1]) == ("enrolment.absent", True)

        record = f"/v1/attendance/{am['id']}"
        stood = [await as_of(reader, record, day) for day in (8, 13, 14)]
        assert (stood[0], stood[1]["voided_at"], stood[2]["void_reason"]) == (404, None, "代签")
        assert [action for action, _ in await history(reader, record)] == [
            "attendance.corrected",
            *["attendance.recorded"] * 2,  # both half-days were told in the same instant
        ]
        trainee = registry.as_("person", trainee_id=person)
        assert (await trainee.get(enrolment)).status_code == (await trainee.get(path)).status_code == 200
        assert (await trainee.get(f"{path}/history")).status_code == 403  # it tells of others
        assert (await trainee.get(record)).status_code == 200


async def test_a_cancelled_class_tells_what_its_people_were(start: Start) -> None:
    async with start("registry") as registry:
        reader = registry.as_("officer")
        path = await _class(registry, await made.school(registry))
        enrolled = await made.posted(
            registry.as_("officer", at=ON[4]), f"{path}/enrolments", {"trainee_id": await made.trainee(registry, 1)}, 201
        )
        await made.posted(registry.as_("officer", at=ON[9]), f"{path}:start")
        await made.posted(registry.as_("officer", at=ON[10]), f"{path}:cancel", {"reason": "停办"})
        assert (await history(reader, f"/v1/enrolments/{enrolled['id']}"))[0] == (
            "enrolment.withdrawn",
            [("outcome", "enrolled", "withdrawn")],
        )
        assert [(await as_of(reader, f"/v1/enrolments/{enrolled['id']}", day))["outcome"] for day in (9, 10)] == ["enrolled", "withdrawn"]


async def test_work_teachers_and_corrections_are_told_as_they_stood_on_a_day(start: Start) -> None:
    async with start("registry") as registry:
        reader = registry.as_("officer")
        school = await made.school(registry)
        path, person = await _class(registry, school), await made.trainee(registry, 1)
        enrolled = await made.posted(registry.as_("officer", at=ON[4]), f"{path}/enrolments", {"trainee_id": person}, 201)
        work = f"/v1/enrolments/{enrolled['id']}/employment"
        told = {"kind": "farming", "from_on": "2025-04-11", "grade": "D"}
        wrong = await made.posted(registry.as_("officer", at=ON[12]), work, told, 201)
        right = await made.posted(
            registry.as_("officer", at=ON[14]), f"{work}/{wrong['id']}:correct", {"from_on": "2025-04-12", "reason": "日期写错"}
        )
        assert [(await as_of(reader, f"{work}/{wrong['id']}", day))["voided_at"] is None for day in (12, 13, 14)] == [True, True, False]
        assert [await as_of(reader, f"{work}/{right['id']}", day) for day in (13,)] == [404]
        corrected = ("employment.corrected", [("from_on", "2025-04-11", "2025-04-12")])
        assert await history(reader, f"{work}/{wrong['id']}") == [corrected, ("employment.recorded", [])]
        assert await history(reader, f"{work}/{right['id']}") == [corrected]
        assert (await as_of(reader, f"/v1/enrolments/{enrolled['id']}", 13))["from_on"] == "2025-04-09"  # of the enrolment, not of the work

        teachers = f"/v1/institutions/{school}/teachers"
        body = {"name": "龙老师", "id_number": id_number(7), "employment": "part_time", "from_on": "2025-01-01"}
        teacher = f"{teachers}/{(await made.posted(registry.as_('officer', at=ON[2]), teachers, body, 201))['id']}"
        newer = {"items": [body | {"employment": "full_time"}]}
        assert (await registry.as_("officer", at=ON[5]).post(f"{teachers}:batch", json=newer)).json()["summary"]["updated"] == 1
        assert [(await as_of(reader, teacher, day))["employment"] for day in (4, 5)] == ["part_time", "full_time"]
        assert await as_of(reader, teacher, 1) == 404
        assert (await history(reader, teacher))[0] == ("teacher.changed", [("employment", "part_time", "full_time")])

        asked = f"/v1/trainees/{person}/corrections"
        change = {"field": "phone", "proposed": "13800001234", "reason": "换号"}
        correction = f"{asked}/{(await made.posted(registry.as_('town', at=ON[7], region_code='522601100'), asked, change, 201))['id']}"
        await made.posted(registry.as_("officer", at=ON[8]), f"{correction}:accept")
        assert [(await as_of(reader, correction, day))["status"] for day in (7, 8)] == ["open", "accepted"]
        assert [action for action, _ in await history(reader, correction)] == ["trainee.correction_accepted", "trainee.correction_asked"]


async def test_a_merge_says_what_it_changed_of_the_person_who_stays(start: Start) -> None:
    async with start("registry") as registry:
        officer = registry.as_("officer")
        old = await made.trainee(registry, 1, name="杨秀瑛", categories=[{"code": "veteran", "since_on": "2020-01-01"}])
        kept = await made.trainee(registry, 2)
        await made.posted(officer, f"/v1/trainees/{old}:merge", {"into": kept})
        fields = {field: (was, now) for _, changes in (await history(officer, f"/v1/trainees/{kept}"))[:1] for field, was, now in changes}
        assert fields["earlier_names"] == ([], ["杨秀瑛"])
        assert [each["code"] for each in fields["categories"][1]] == ["veteran"]


WITHOUT = {  # each is one deed, or is told by what it belongs to
    "/v1/exports/{export_id}",
    "/v1/files/{file_id}",
    "/v1/harvest-alarms/{alarm_id}",
    "/v1/imports/{import_id}",
    "/v1/trainees/{trainee_id}/erasure-requests/{erasure_id}",
}


async def test_every_paper_says_what_became_of_it_and_how_it_stood(start: Start) -> None:
    async with start("registry") as registry:
        paths = (await registry.as_("officer").get("/openapi.json")).json()["paths"]
    papers = {path: of["get"] for path, of in paths.items() if path.endswith("_id}") and "get" in of}
    lacking = {
        path
        for path, get in papers.items()
        if f"{path}/history" not in paths or "as_of" not in {each["name"] for each in get.get("parameters", [])}
    }
    assert lacking == WITHOUT and len(papers) > 20


async def _known_elsewhere(registry: Service) -> dict[str, str]:
    """What other offices told on 2 April of someone who is registered and of someone who is not, renewed on 5 April and voided on 9 April."""
    await made.trainee(registry, 1)
    fact = {"status": "employee_pension", "from_on": "2025-01-01", "source": "社保局"}
    told = {"items": [fact | {"id_number": id_number(number)} for number in (1, 9)]}
    renewed = {"items": [each | {"until_on": "2025-04-30"} for each in told["items"]]}
    first, again = [
        (await registry.as_("officer", at=ON[day]).post("/v1/status-records:batch", json=body)).json()["items"]
        for day, body in ((2, told), (5, renewed))
    ]
    assert [each["outcome"] for each in first + again] == ["created", "created", "updated", "updated"]
    paid = {"id_number": id_number(9), "scheme": "upskill", "occupation_code": "6-31-01-03", "level": "junior", "on": "2025-03-01"}
    paid |= {"amount": "1000.00", "source": "州失业保险", "document": "凭证1"}
    payment = (await registry.as_("officer", at=ON[2]).post("/v1/outside-payments:batch", json={"items": [paid]})).json()["items"][0]
    listed = {"status": "deceased", "source": "民政局", "complete_from_on": "2025-01-01", "complete_to_on": "2025-12-31"}
    named = await made.posted(registry.as_("officer", at=ON[2]), "/v1/status-lists", listed, 201)
    of_known, of_unknown = [f"/v1/status-records/{each['id']}" for each in first]
    papers = {"record": of_known, "of nobody": of_unknown, "list": f"/v1/status-lists/{named['id']}"}
    papers["payment"] = f"/v1/outside-payments/{payment['id']}"
    for path in papers.values():
        shown = await made.posted(registry.as_("officer", at=ON[9]), f"{path}:void", {"reason": "报错"})
        assert [each["why_not"]["code"] for each in shown["allowed_actions"]] == ["invalid_state"]
    return papers


async def test_what_other_offices_told_is_shown_as_it_stood_on_a_day(start: Start) -> None:
    async with start("registry") as registry:
        reader = registry.as_("auditor")
        papers = await _known_elsewhere(registry)
        for path in papers.values():
            assert [await as_of(reader, path, 1), *[(await as_of(reader, path, day))["void_reason"] for day in (8, 9)]] == [
                404,
                None,
                "报错",
            ]
            assert ("void_reason", None, "报错") in (await history(reader, path))[0][1]
        for name in ("record", "of nobody"):
            days = [await as_of(reader, papers[name], day) for day in (4, 5, 8)]
            assert [each["until_on"] for each in days] == [None, "2025-04-30", "2025-04-30"]
            assert [each["received_at"][:10] for each in days] == ["2025-04-02", "2025-04-05", "2025-04-05"]
            deeds = await history(reader, papers[name])
            assert [action for action, _ in deeds] == ["status_record.voided", *["status_record.received"] * 2]
            assert ("until_on", None, "2025-04-30") in deeds[1][1] and deeds[2][1] == []
        assert (await registry.as_("institution").get(papers["record"])).status_code == 403


async def test_brands_filed_trades_and_tasks_are_told_as_they_stood_on_a_day(start: Start) -> None:
    async with start("registry") as registry:
        reader = registry.as_("officer")
        brand = await made.posted(registry.as_("officer", at=ON[2]), "/v1/brands", {"name": "凯里玻璃工", "kind": "brand"}, 201)
        filed = {"number": "州备〔2025〕1号", "trade_name": "蜡染", "from_on": "2025-01-01", "document": "通知"}
        filing = await made.posted(registry.as_("officer", at=ON[2]), "/v1/trade-filings", filed, 201)
        given = {"to": {"region_code": "522601100"}, "title": "补报花名册", "reason": "缺页", "due_on": "2025-04-08"}
        task = await made.posted(registry.as_("officer", at=ON[2]), "/v1/supervision-tasks", given, 201)
        brand, filing, task = f"/v1/brands/{brand['id']}", f"/v1/trade-filings/{filing['id']}", f"/v1/supervision-tasks/{task['id']}"
        await registry.as_("officer", at=ON[5]).patch(brand, json={"training_video_on": "2025-04-05"})
        await made.posted(registry.as_("officer", at=ON[5]), f"{filing}:withdraw", {"reason": "重复"})
        await made.posted(registry.as_("town", at=ON[9], region_code="522601100"), f"{task}:answer", {"text": "已补报"})

        assert [(await as_of(reader, brand, day))["training_video_on"] for day in (4, 5)] == [None, "2025-04-05"]
        assert ("brand.changed", [("training_video_on", None, "2025-04-05")]) in await history(reader, brand)
        assert [(await as_of(reader, filing, day))["withdrawn_reason"] for day in (4, 5)] == [None, "重复"]
        assert ("withdrawn_on", None, "2025-04-05") in (await history(reader, filing))[0][1]
        stood = [await as_of(reader, task, day) for day in (8, 9)]
        assert [(each["status"], each["answered_at"] is None) for each in stood] == [("open", True), ("answered", False)]
        assert [await as_of(reader, path, 1) for path in (brand, filing, task)] == [404] * 3
