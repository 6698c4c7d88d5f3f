"""Classes over their routes: what is refused, who sees what, and the way from draft to done."""

from typing import Any
from uuid import UUID

import pytest

from services.registry.training.classes import policy
from shared import db
from tests.conftest import Start, version_of
from tests.registry import made

STATES = tuple(policy.MACHINE.states)


async def test_a_class_goes_from_draft_to_completed(start: Start) -> None:
    async with start("registry") as registry:
        institution_id = await made.school(registry)
        own = registry.as_("institution", institution_id=institution_id, at=made.BEFORE)
        answer = await own.post("/v1/classes", json=made.class_in(None))
        assert answer.status_code == 201, answer.text
        paper = answer.json()
        assert version_of(answer) == 1
        assert answer.headers["location"] == f"/v1/classes/{paper['id']}"
        assert paper["number"].startswith("KL-PX-2025-")
        assert paper["institution_id"] == institution_id
        possible = {each["action"] for each in paper["allowed_actions"] if each["allowed"]}
        assert possible == {"submit", "cancel", "reschedule", "change", "schedule"}
        path = f"/v1/classes/{paper['id']}"
        assert (await made.posted(own, f"{path}:submit"))["status"] == "submitted"
        refused = await own.post(f"{path}:approve")
        assert (refused.status_code, refused.json()["code"]) == (403, "wrong_role")
        officer = registry.as_("officer", at=made.BEFORE)
        assert (await made.posted(officer, f"{path}:approve", {"comment": "同意"}))["status"] == "approved"
        assert await made.why_not(own, paper["id"], "start") == "too_early"
        early = await own.post(f"{path}:start")
        assert (early.status_code, early.json()["code"]) == (409, "too_early")
        first = registry.as_("institution", institution_id=institution_id, at=made.FIRST)
        assert (await made.posted(first, f"{path}:start"))["status"] == "in_progress"
        last = registry.as_("institution", institution_id=institution_id, at=made.LAST)
        assert (await last.post(f"{path}:complete")).json()["code"] == "too_early"
        after = registry.as_("institution", institution_id=institution_id, at=made.AFTER)
        assert (await made.posted(after, f"{path}:complete"))["status"] == "completed"
        trail = (await registry.as_("auditor").get("/v1/audit", params={"subject": paper["id"]})).json()["items"]
        assert [each["action"] for each in reversed(trail)] == [
            "class.created",
            "class.submitted",
            "refused",  # the school would have approved its own class
            "class.approved",
            "class.started",
            "class.completed",
        ]
        feed = (await registry.as_("auditor").get("/v1/changes")).json()["items"]
        assert [each["type"] for each in feed if each["subject"] == paper["id"]][-1] == "class.completed"


WITHIN = {"change", "schedule", "inspect", "enrol", "attend"}  # of other paths


@pytest.mark.parametrize("status", STATES)
async def test_what_a_state_does_not_allow_is_a_409_that_says_what_is_possible(start: Start, status: str) -> None:
    bodies: dict[str, Any] = {"reject": {"reason": "材料不全"}, "return": {"reason": "材料不全"}, "reschedule": made.DAYS}
    async with start("registry") as registry:
        class_id = await made.proposed(registry, await made.school(registry), status)
        officer = registry.as_("officer", at=made.AFTER)
        for step in policy.MACHINE.steps:
            if status not in step.states and step.action not in WITHIN:
                refused = await officer.post(f"/v1/classes/{class_id}:{step.action}", json=bodies.get(step.action, {}))
                assert (refused.status_code, refused.json()["code"]) == (409, "invalid_state"), step.action
                assert "现在可以办理" in refused.json()["detail"]
        changed = await officer.patch(f"/v1/classes/{class_id}", json={"hours": 20})
        assert changed.status_code == (200 if status in ("draft", "returned") else 409)


@pytest.mark.parametrize(
    ("values", "code", "pointers"),
    [
        pytest.param(
            {"occupation_code": None, "trade_name": None, "trade_filing_no": None},
            "invalid",
            {"/occupation_code"},
            id="neither-occupation-nor-trade",
        ),
        pytest.param({"trade_filing_no": None}, "invalid", {"/trade_filing_no"}, id="a-trade-without-its-filing"),
        pytest.param({"occupation_code": "9-99-99-99"}, "invalid", {"/occupation_code"}, id="an-unknown-occupation"),
        pytest.param(
            {"occupation_code": "4-10-01-06", "level": "senior_technician"}, "invalid", {"/level"}, id="a-level-the-occupation-lacks"
        ),
        pytest.param({"ends_on": "2025-04-07"}, "invalid", {"/ends_on"}, id="ends-before-it-starts"),
        pytest.param({"ends_on": "2025-04-11"}, "class_too_long", {"/ends_on"}, id="a-short-course-of-four-days"),
        pytest.param({"hours": 0, "seats": 0}, "invalid", {"/hours", "/seats"}, id="no-hours-and-no-seats"),
        pytest.param({"programmes": ["four.chef", "four.chef"]}, "invalid", {"/programmes"}, id="a-programme-twice"),
        pytest.param({"programmes": ["practical.nothing"]}, "invalid", {"/programmes/0"}, id="an-unknown-programme"),
        pytest.param({"hours": 25}, "class_hours_impossible", {"/hours"}, id="more-hours-than-three-days-hold"),
        pytest.param({"programmes": ["Four"]}, "invalid", {"/programmes/0"}, id="no-programme-code"),
        pytest.param({"region_code": "522601999"}, "invalid", {"/region_code"}, id="an-unknown-town"),
        pytest.param({"teacher_ids": ["01932f6e-7c1a-7000-8000-000000000001"]}, "invalid", {"/teacher_ids/0"}, id="someone-else-s-teacher"),
        pytest.param(
            {"ends_on": "2025-04-11", "region_code": "1"}, "class_too_long", {"/ends_on", "/region_code"}, id="all-faults-at-once"
        ),
        pytest.param({"colour": 1}, "invalid", {"/colour"}, id="an-unknown-field"),
    ],
)
async def test_a_faulty_class_is_a_422(start: Start, values: dict[str, Any], code: str, pointers: set[str]) -> None:
    async with start("registry") as registry:
        refused = await registry.as_("officer").post("/v1/classes", json=made.class_in(await made.school(registry), **values))
        assert (refused.status_code, refused.json()["code"]) == (422, code), refused.text
        assert {each["pointer"] for each in refused.json()["errors"]} == pointers


async def test_null_in_an_optional_field_is_the_field_left_out(start: Start) -> None:
    async with start("registry") as registry:
        empty = dict.fromkeys(("programmes", "level", "teacher_ids", "order_id", "fund_source", "demonstration", "external_refs"))
        paper = await made.posted(registry.as_("officer"), "/v1/classes", made.class_in(await made.school(registry), **empty), 201)
        assert {name: paper[name] for name in empty} == empty | {
            "programmes": [],
            "teacher_ids": [],
            "demonstration": False,
            "external_refs": [],
        }


async def test_three_days_are_a_short_course_and_other_channels_may_be_longer(start: Start) -> None:
    async with start("registry") as registry:
        officer, institution_id = registry.as_("officer"), await made.school(registry)
        short = await made.posted(officer, "/v1/classes", made.class_in(institution_id, ends_on="2025-04-10"), 201)
        await made.posted(officer, "/v1/classes", made.class_in(institution_id, channel="project", ends_on="2025-06-30"), 201)
        refused = await officer.patch(f"/v1/classes/{short['id']}", json={"ends_on": "2025-04-11"})
        assert (refused.status_code, refused.json()["code"]) == (422, "class_too_long")
        refused = await officer.post(f"/v1/classes/{short['id']}:reschedule", json={"starts_on": "2025-05-06", "ends_on": "2025-05-09"})
        assert (refused.status_code, refused.json()["code"]) == (422, "class_too_long")
        moved = await made.posted(officer, f"/v1/classes/{short['id']}:reschedule", {"starts_on": "2025-05-06", "ends_on": "2025-05-08"})
        assert (moved["starts_on"], moved["number"]) == ("2025-05-06", short["number"])


async def test_an_unknown_or_foreign_institution_is_refused(start: Start) -> None:
    async with start("registry") as registry:
        own, other = await made.school(registry), await made.school(registry)
        unknown = await registry.as_("officer").post("/v1/classes", json=made.class_in("01932f6e-7c1a-7000-8000-000000000001"))
        assert (unknown.status_code, unknown.json()["errors"][0]["code"]) == (422, "unknown_institution")
        foreign = await registry.as_("institution", institution_id=own).post("/v1/classes", json=made.class_in(other))
        assert (foreign.status_code, foreign.json()["code"]) == (403, "forbidden")
        elsewhere = await registry.as_("town", region_code="522601101").post("/v1/classes", json=made.class_in(own))
        assert (elsewhere.status_code, elsewhere.json()["code"]) == (403, "forbidden")


async def test_a_patch_honours_if_match(start: Start) -> None:
    async with start("registry") as registry:
        officer, class_id = registry.as_("officer"), await made.proposed(registry, await made.school(registry))
        stale = await officer.patch(f"/v1/classes/{class_id}", json={"hours": 20}, headers={"If-Match": '"7"'})
        assert (stale.status_code, stale.json()["code"]) == (412, "stale_version")
        changed = await officer.patch(f"/v1/classes/{class_id}", json={"hours": 20}, headers={"If-Match": '"1"'})
        assert (changed.status_code, version_of(changed), changed.json()["hours"]) == (200, 2, 20)
        emptied = await officer.patch(f"/v1/classes/{class_id}", json={"hours": None})
        assert (emptied.status_code, emptied.json()["errors"][0]["pointer"]) == (422, "/hours")


@pytest.mark.parametrize(
    ("kind", "period", "code"),
    [
        pytest.param("private_school", None, "institution_not_designated", id="a-school-without-designation"),
        pytest.param(
            "private_school", ("2025-04-08", "2025-04-09"), "institution_not_designated", id="designation-ends-a-day-before-the-class"
        ),
        pytest.param("private_school", ("2025-04-08", "2025-04-10"), None, id="designated-on-every-day"),
        pytest.param("cooperative", None, None, id="a-cooperative-needs-none"),
    ],
)
async def test_designation_is_asked_at_submit(start: Start, kind: str, period: tuple[str, str] | None, code: str | None) -> None:
    async with start("registry") as registry:
        officer, institution_id = registry.as_("officer", at=made.BEFORE), await made.school(registry, kind)
        if period:
            await made.posted(officer, f"/v1/institutions/{institution_id}:designate", {"from_on": period[0], "to_on": period[1]})
        class_id = await made.proposed(registry, institution_id)
        assert await made.why_not(officer, class_id, "submit") == code
        answer = await officer.post(f"/v1/classes/{class_id}:submit")
        assert (answer.status_code, answer.json().get("code")) == ((409, code) if code else (200, None))


@pytest.mark.parametrize(
    ("from_on", "refused"),
    [pytest.param("2025-04-10", True, id="blacklisted-on-the-last-day"), pytest.param("2025-04-11", False, id="blacklisted-the-day-after")],
)
async def test_a_blacklisted_institution_submits_no_class(start: Start, from_on: str, refused: bool) -> None:
    async with start("registry") as registry:
        institution_id = await made.school(registry)
        reviewer = registry.as_("reviewer")
        await made.posted(reviewer, f"/v1/institutions/{institution_id}:blacklist", {"from_on": from_on, "reason": "虚报学员"})
        class_id = await made.proposed(registry, institution_id)
        code, officer = "institution_blacklisted" if refused else None, registry.as_("officer", at=made.BEFORE)
        assert await made.why_not(officer, class_id, "submit") == code
        answer = await officer.post(f"/v1/classes/{class_id}:submit")
        assert answer.json().get("code") == code


async def test_everyone_sees_their_own_classes(start: Start) -> None:
    async with start("registry") as registry:
        own, other = await made.school(registry), await made.school(registry)
        class_id = await made.proposed(registry, own, "approved")
        seeing = {
            "own": registry.as_("institution", institution_id=own),
            "town": registry.as_("town", region_code="522601100"),
            "officer": registry.as_("officer"),
            "department": registry.as_("department", department="市农业农村局"),
            "system": registry.as_("system", scopes={"classes.read"}),
        }
        blind = {
            "other": registry.as_("institution", institution_id=other),
            "town": registry.as_("town", region_code="522601101"),
            "department": registry.as_("department", department="市妇联"),
            "person": registry.as_("person", trainee_id=db.new_id()),
        }
        for name, client in seeing.items():
            assert (await client.get(f"/v1/classes/{class_id}")).status_code == 200, name
            assert len((await client.get("/v1/classes")).json()["items"]) == 1, name
        for name, client in blind.items():
            assert (await client.get(f"/v1/classes/{class_id}")).status_code == 404, name
            assert (await client.get("/v1/classes")).json()["items"] == [], name
        for role in ("partner", "finance", "admin"):
            assert (await registry.as_(role).get(f"/v1/classes/{class_id}")).status_code == 403
        assert (await blind["other"].post(f"/v1/classes/{class_id}:cancel")).status_code == 404


async def test_a_department_sees_the_classes_it_proposed(start: Start) -> None:
    async with start("registry") as registry:
        department = registry.as_("department", department="市农业农村局")
        paper = await made.posted(department, "/v1/classes", made.class_in(await made.school(registry)), 201)
        assert paper["department"] == "市农业农村局"
        assert (await department.get(f"/v1/classes/{paper['id']}")).status_code == 200


async def test_a_department_reads_the_classes_of_its_programmes_and_acts_on_those_it_proposed(start: Start) -> None:
    async with start("registry") as registry:
        department, school = registry.as_("department", department="市农业农村局"), await made.school(registry)
        own = (await made.posted(department, "/v1/classes", made.class_in(school), 201))["id"]
        led, elsewhere = await made.proposed(registry, school), await made.proposed(registry, school, channel="startup", programmes=[])
        assert {each["id"] for each in (await department.get("/v1/classes")).json()["items"]} == {own, led}
        assert (await department.get(f"/v1/classes/{elsewhere}")).status_code == 404
        told = {each["action"]: each["why_not"] for each in (await department.get(f"/v1/classes/{led}")).json()["allowed_actions"]}
        assert told["cancel"]["code"] == told["change"]["code"] == "forbidden" and told["approve"]["code"] == "wrong_role"
        for path, body in ((":cancel", {}), (":submit", {}), ("/sessions", {"on": "2025-04-08", "half_day": "am", "hours": 4})):
            answer = await department.post(f"/v1/classes/{led}{path}", json=body)
            assert (answer.status_code, answer.json()["code"]) == (403, "forbidden"), path
        assert (await department.post(f"/v1/classes/{own}:cancel", json={})).status_code == 200


async def test_a_trainee_reads_the_class_attended_and_nobody_else_in_it(start: Start) -> None:
    async with start("registry") as registry:
        school, officer = await made.school(registry), registry.as_("officer", at=made.BEFORE)
        attended, other = await made.proposed(registry, school, "approved"), await made.proposed(registry, school, "approved")
        people = [await made.trainee(registry, serial) for serial in (1, 2)]
        for person in people:
            await made.posted(officer, f"/v1/classes/{attended}/enrolments", {"trainee_id": person}, 201)
        person = registry.as_("person", trainee_id=UUID(people[0]))
        assert [each["id"] for each in (await person.get("/v1/classes")).json()["items"]] == [attended]
        assert (
            (await person.get(f"/v1/classes/{attended}")).status_code
            == (await person.get(f"/v1/classes/{attended}/sessions")).status_code
            == 200
        )
        assert (await person.get(f"/v1/classes/{other}")).status_code == 404
        assert (await person.get(f"/v1/classes/{attended}/attendance")).json()["items"] == []
        for below in ("enrolments", "roster", "inspections", "eligibility"):
            assert (await person.get(f"/v1/classes/{attended}/{below}")).status_code == 403, below


async def test_the_filters_find_what_fits(start: Start) -> None:
    async with start("registry") as registry:
        institution_id = await made.school(registry)
        refs = [{"system": "省平台", "number": "GZ-7"}]
        later = await made.proposed(
            registry,
            institution_id,
            channel="project",
            programmes=["four.technician", "practical.project"],
            starts_on="2025-05-01",
            ends_on="2025-06-30",
            region_code="522601101",
            demonstration=True,
        )
        earlier = await made.proposed(registry, institution_id, "approved", external_refs=refs)
        officer = registry.as_("officer")
        number = (await officer.get(f"/v1/classes/{later}")).json()["number"][-6:]
        for query, found in {
            "": [earlier, later],
            "status=approved": [earlier],
            "channel=project": [later],
            "name=养鱼": [earlier, later],
            "name=种植": [],
            f"number={number}": [later],
            "number=养鱼": [],
            f"number=养鱼&number={number}": [later],
            "programme=practical.project": [later],
            f"institution_id={institution_id}": [earlier, later],
            "region_code=522601101": [later],
            "from_on=2025-04-11": [later],
            "to_on=2025-04-30": [earlier],
            "from_on=2025-04-10&to_on=2025-05-01": [later, earlier],
            "demonstration=true": [later],
            "external_number=GZ-7": [earlier],
            "status=rejected": [],
        }.items():
            answer = await officer.get(f"/v1/classes?{query}")
            assert [each["id"] for each in answer.json()["items"]] == found, query
        for query in ("stat=approved", "status=open", "channel=none", "programme=X", "region_code=522601999"):
            assert (await officer.get(f"/v1/classes?{query}")).status_code == 400, query


async def test_inspections_are_the_officer_s_and_the_town_s(start: Start) -> None:
    async with start("registry") as registry:
        institution_id = await made.school(registry)
        class_id = await made.proposed(registry, institution_id, "in_progress")
        path, body = f"/v1/classes/{class_id}/inspections", {"on": "2025-04-08", "headcount": 28, "found": "按课表上课"}
        await made.posted(registry.as_("town", region_code="522601100", at=made.FIRST), path, body, 201)
        own = registry.as_("institution", institution_id=institution_id)
        assert (await own.post(path, json=body)).status_code == 403
        assert [each["headcount"] for each in (await own.get(path)).json()["items"]] == [28]
