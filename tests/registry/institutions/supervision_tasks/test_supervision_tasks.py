"""Supervision tasks: given to one body, answered by it alone, and on somebody's worklist until they are seen done."""

from typing import Any

from shared import db
from tests.conftest import Service, Start
from tests.registry import made

TODAY, ON_THE_DAY, LATE = (f"2025-06-{day}T09:00:00+08:00" for day in ("01", "15", "16"))
TOWN, OTHER_TOWN, DEPARTMENT = "522601100", "522601101", "市教育局"
TASK: dict[str, Any] = {"to": {"region_code": TOWN}, "title": "补足班次", "reason": "进度落后", "due_on": "2025-06-15"}
PATH = "/v1/supervision-tasks"
FAULTY: dict[str, tuple[dict[str, Any], set[str]]] = {
    "nobody": ({"to": {}}, {"/to/institution_id"}),
    "two": ({"to": {"region_code": TOWN, "department": DEPARTMENT}}, {"/to/department"}),
    "no town": ({"to": {"region_code": "522601"}}, {"/to/region_code"}),
    "no department": ({"to": {"department": "市气象局"}}, {"/to/department"}),
    "no institution": ({"to": {"institution_id": str(db.new_id())}}, {"/to/institution_id"}),
    "no line": ({"line": "four.cook"}, {"/line"}),
    "no ground": ({"reason": None}, {"/reason"}),
    "a day gone by": ({"due_on": "2025-05-31"}, {"/due_on"}),
    "all at once": ({"to": {}, "line": "x", "reason": None, "due_on": "2025-05-31"}, {"/to/institution_id", "/line", "/reason", "/due_on"}),
    "beside a fault of shape": ({"title": "", "line": "x", "due_on": "2025-05-31"}, {"/title", "/line", "/due_on"}),
}


async def waits(client: Any, task: dict[str, Any]) -> list[tuple[str, str, str | None]]:
    items = (await client.get("/v1/worklist")).json()["items"]
    return [(each["kind"], each["action"], each["due_on"]) for each in items if each["subject_id"] == task["id"]]


async def test_a_task_that_cannot_be_is_a_422(start: Start) -> None:
    async with start("registry") as registry:
        officer = registry.as_("officer", at=TODAY)
        for name, (values, pointers) in FAULTY.items():
            refused = await officer.post(PATH, json=TASK | values)
            assert (refused.status_code, {each["pointer"] for each in refused.json()["errors"]}) == (422, pointers), name
        await made.posted(officer, PATH, TASK | {"due_on": "2025-06-01", "reason": None, "document": "纪要 4 号", "line": "four.chef"}, 201)
        for role in ("auditor", "finance", "town"):
            assert (await registry.as_(role, at=TODAY, region_code=TOWN).post(PATH, json=TASK)).json()["code"] == "wrong_role"


async def test_it_is_answered_by_whom_it_was_given_to_and_closed_by_the_office(start: Start) -> None:
    async with start("registry") as registry:
        officer, reviewer = registry.as_("officer", at=TODAY), registry.as_("reviewer", at=TODAY)
        town, other = (registry.as_("town", region_code=each, at=TODAY) for each in (TOWN, OTHER_TOWN))
        task = await made.posted(officer, PATH, TASK | {"line": "four.chef"}, 201)
        one = f"{PATH}/{task['id']}"
        assert (task["status"], task["line_title"], task["overdue"], task["to"]["region_code"]) == ("open", "黔菜师傅", False, TOWN)
        assert task["to"]["region_name"]
        assert await waits(town, task) == [("supervision_task_open", "answer", "2025-06-15")]
        assert await waits(other, task) == await waits(officer, task) == []
        assert (await other.get(one)).status_code == (await other.post(f"{one}:answer", json={"text": "已办"})).status_code == 404
        assert (await officer.post(f"{one}:answer", json={"text": "已办"})).json()["code"] == "wrong_role"
        assert (await officer.post(f"{one}:close")).json()["code"] == "invalid_state"

        theirs = (await officer.post("/v1/files", files={"file": ("计划.pdf", b"%PDF-1.7", "application/pdf")})).json()["id"]
        file = (await town.post("/v1/files", files={"file": ("计划.pdf", b"%PDF-1.7", "application/pdf")})).json()["id"]
        refused = await town.post(f"{one}:answer", json={"text": "已报名", "file_ids": [file, theirs]})
        assert [each["pointer"] for each in refused.json()["errors"]] == ["/file_ids/1"]
        answered = await made.posted(town, f"{one}:answer", {"text": "已报名", "file_ids": [file, file]})
        assert (answered["status"], answered["answer"], answered["file_ids"]) == ("answered", "已报名", [file])
        assert await waits(town, task) == []
        for each in (officer, reviewer):
            assert await waits(each, task) == [("supervision_task_answered", "close", "2025-06-15")]

        again = await made.posted(reviewer, f"{one}:reopen", {"reason": "只报了一期", "due_on": "2025-06-20"})
        assert (again["status"], again["due_on"], again["comment"], again["answer"]) == ("open", "2025-06-20", "只报了一期", "已报名")
        await made.posted(town, f"{one}:answer", {"text": "两期都已报名", "file_ids": None})
        closed = await made.posted(officer, f"{one}:close", {"comment": "属实"})
        assert (closed["status"], closed["comment"], closed["file_ids"]) == ("closed", "属实", [])
        assert await waits(officer, task) == await waits(town, task) == []
        history = [each["action"] for each in (await town.get(f"{one}/history")).json()["items"]]
        assert (history[0], history[-1], history.count("supervision_task.answered")) == (
            "supervision_task.closed",
            "supervision_task.asked",
            2,
        )
        feed = (await town.get("/v1/changes", params={"limit": 50})).json()["items"]
        assert [each["type"] for each in feed if each["subject"] == task["id"]] == [
            f"supervision_task.{what}" for what in ("asked", "answered", "reopened", "answered", "closed")
        ]
        assert [
            each for each in (await other.get("/v1/changes", params={"limit": 50})).json()["items"] if each["subject"] == task["id"]
        ] == []


async def test_whoever_sees_the_task_reads_the_files_of_its_answer(start: Start) -> None:
    async with start("registry") as registry:
        school = await made.school(registry)
        owner = registry.as_("institution", institution_id=school, at=TODAY)
        task = await made.posted(registry.as_("officer", at=TODAY), PATH, TASK | {"to": {"institution_id": school}}, 201)
        file = (await owner.post("/v1/files", files={"file": ("a.pdf", b"%PDF-1.7", "application/pdf")})).json()["id"]
        await made.posted(owner, f"{PATH}/{task['id']}:answer", {"text": "见附件", "file_ids": [file]})
        assert (await owner.get(f"{PATH}/{task['id']}")).json()["to"]["institution_name"]
        assert (await registry.as_("auditor", at=TODAY).get(f"/v1/files/{file}")).status_code == 200
        assert (await registry.as_("department", department=DEPARTMENT, at=TODAY).get(f"/v1/files/{file}")).status_code == 404


async def test_what_is_not_answered_in_its_day_is_overdue_from_the_next(start: Start) -> None:
    async with start("registry") as registry:
        task = await made.posted(registry.as_("officer", at=TODAY), PATH, TASK | {"to": {"department": DEPARTMENT}}, 201)
        one, on_the_day, late = f"{PATH}/{task['id']}", registry.as_("officer", at=ON_THE_DAY), registry.as_("officer", at=LATE)

        async def listed(client: Any, overdue: bool) -> list[bool]:
            items = (await client.get(PATH, params={"overdue": overdue, "department": DEPARTMENT})).json()["items"]
            return [each["overdue"] for each in items]

        assert (await listed(on_the_day, True), await listed(on_the_day, False)) == ([], [False])
        assert (await listed(late, True), await listed(late, False)) == ([True], [])
        assert await waits(on_the_day, task) == []
        assert await waits(late, task) == [("supervision_task_overdue", "extend", "2025-06-15")]
        refused = await late.post(f"{one}:extend", json={"reason": "汛期", "due_on": "2025-06-15"})
        assert [each["pointer"] for each in refused.json()["errors"]] == ["/due_on"]
        sooner = await on_the_day.post(f"{one}:extend", json={"reason": "汛期", "due_on": "2025-06-15"})
        assert [(each["pointer"], each["allowed"]) for each in sooner.json()["errors"]] == [("/due_on", "晚于原期限 2025-06-15")]
        assert (await made.posted(late, f"{one}:extend", {"reason": "汛期", "due_on": "2025-06-16"}))["overdue"] is False
        assert await waits(late, task) == []
        assert (await made.posted(late, f"{one}:cancel", {"reason": "不再需要"}))["status"] == "cancelled"
        own = registry.as_("department", department=DEPARTMENT, at=LATE)
        assert [each["reason"] for each in (await own.get(f"{one}/history")).json()["items"]] == ["不再需要", "汛期", "进度落后"]
        assert (await late.get(PATH, params={"department": "无此部门"})).status_code == 400
        assert (await own.post(f"{one}:answer", json={"text": "已办"})).json()["code"] == "invalid_state"
        assert (await late.post(f"{one}:reopen", json={"reason": "误取消"})).json()["code"] == "invalid_state"


async def test_everybody_lists_their_own(start: Start) -> None:
    async with start("registry") as registry:
        officer, school = registry.as_("officer", at=TODAY), await made.school(registry)
        whom: dict[str, dict[str, Any]] = {
            "town": {"region_code": TOWN},
            "department": {"department": DEPARTMENT},
            "institution": {"institution_id": school},
        }
        given = {role: await made.posted(officer, PATH, TASK | {"to": to, "line": "four.chef"}, 201) for role, to in whom.items()}

        async def ids(client: Any, **params: Any) -> set[str]:
            return {each["id"] for each in (await client.get(PATH, params=params)).json()["items"]}

        for role, to in whom.items():
            assert await ids(registry.as_(role, at=TODAY, **to)) == await ids(officer, **to) == {given[role]["id"]}
        assert await ids(registry.as_("auditor", at=TODAY), line="four.chef", status="open") == {each["id"] for each in given.values()}
        assert await ids(officer, line="four.domestic") == await ids(officer, status="closed") == set()
        assert (await officer.get(PATH, params={"line": "four.cook"})).status_code == 400
        assert (await registry.as_("person", trainee_id=str(db.new_id()), at=TODAY).get(PATH)).status_code == 403


async def facts(registry: Service, as_of: str, department: str | None = None) -> dict[str, Any]:
    asked = {"as_of": as_of, "department": department}
    return dict(await made.posted(registry.internal("gateway"), "/internal/v1/supervision-facts", asked))


async def test_a_briefing_is_told_how_tasks_and_measures_stood_on_the_day(start: Start) -> None:
    async with start("registry") as registry:
        officer, town = registry.as_("officer", at=TODAY), registry.as_("town", region_code=TOWN, at=LATE)
        task = await made.posted(officer, PATH, TASK | {"line": "four.chef"}, 201)
        await made.posted(officer, PATH, TASK, 201)  # for no line
        measure = {"kind": "criticism", "reason": "落后", "document": "纪要 5 号", "from_on": "2025-06-01", "until_on": "2025-06-30"}
        reviewer = registry.as_("reviewer", at=TODAY)
        await made.posted(reviewer, "/v1/measures", measure | {"region_code": TOWN}, 201)
        await made.posted(reviewer, "/v1/measures", measure | {"department": DEPARTMENT}, 201)

        async def counted(as_of: str) -> list[tuple[int, int]]:
            return [(each["open"], each["overdue"]) for each in (await facts(registry, as_of))["lines"] if each["line"] == "four.chef"]

        await made.posted(town, f"{PATH}/{task['id']}:answer", {"text": "已办"})
        await made.posted(registry.as_("officer", at="2025-06-18T09:00:00+08:00"), f"{PATH}/{task['id']}:close")
        days = ("2025-05-31", "2025-06-15", "2025-06-16", "2025-06-17", "2025-06-18")
        assert [await counted(day) for day in days] == [[], [(1, 0)], [(1, 0)], [(1, 0)], []]
        late = await made.posted(officer, PATH, TASK | {"line": "four.chef"}, 201)
        assert [await counted(day) for day in ("2025-06-15", "2025-06-16")] == [[(2, 0)], [(2, 1)]]
        assert late["status"] == "open"
        assert {each["whom"] for each in (await facts(registry, "2025-06-30"))["measures"]} == {"三棵树镇", DEPARTMENT}
        assert [each["whom"] for each in (await facts(registry, "2025-06-30", DEPARTMENT))["measures"]] == [DEPARTMENT]
        assert (await facts(registry, "2025-07-01"))["measures"] == []
