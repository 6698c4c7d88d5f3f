"""Assessment batches over their routes: scope on the day, who must stand aside, results, supervision, lock and issue."""

import asyncio
import re
from typing import Any

import pytest

from services.evaluation.assessments import policy
from services.evaluation.codes import AssessmentStatus
from shared.access import ROLES
from tests import people
from tests.conftest import Start
from tests.evaluation import made
from tests.evaluation.made import done, fault_codes, refused, world

BODIES: dict[str, Any] = {
    "results": {"items": []},
    "supervision": made.supervision(),
    "reschedule": {"held_on": made.HELD, "reason": "设备检修"},
    "cancel": {"reason": "报名不足"},
    "amend": {"passed": False, "reason": "合分有误"},
    "reject": {"reason": "原成绩无误"},
}
OF_ONE = ("amend", "approve", "reject")
PATHS = {"results": "/results:batch", "supervision": "/supervision", **{action: f"/results/{{}}:{action}" for action in OF_ONE}}
STATES = {step.action: step.states for step in policy.STEPS}


async def test_from_filing_to_certificates(start: Start) -> None:
    async with world(start) as w:
        filing = await w.filing()
        workers = [await w.worker(n) for n in range(3)]
        answer = await w.enterprise().post("/v1/assessments", json=made.assessment(filing["id"], workers))
        assert answer.status_code == 201, answer.text
        paper = answer.json()
        path = f"/v1/assessments/{paper['id']}"
        assert answer.headers["location"] == path
        assert paper["number"].startswith("KL-PJ-2025-") and paper["status"] == "open" and sorted(paper["candidates"]) == sorted(workers)
        results = [
            {"trainee_id": workers[0], "score": 91.5, "passed": True},
            {"trainee_id": workers[1], "passed": True},
            {"trainee_id": workers[2], "passed": False},
        ]
        recorded = await w.enterprise().post(f"{path}/results:batch", json={"items": results})
        assert recorded.status_code == 207 and recorded.json()["summary"]["created"] == 3
        await refused(w.enterprise().post(f"{path}:lock"), 409, "supervision_missing")
        assert (await w.enterprise().post(f"{path}/supervision", json=made.supervision())).status_code == 201
        await refused(w.enterprise().post(f"{path}:issue"), 409, "invalid_state")
        assert (await done(w.enterprise().post(f"{path}:lock")))["status"] == "locked"
        issued = await done(w.enterprise("2025-06-25").post(f"{path}:issue"))
        assert (issued["status"], issued["issued_on"], issued["certificates_issued"]) == ("issued", "2025-06-25", 2)
        certificates = await w.certificates(assessment_id=paper["id"])
        assert sorted(each["number"] for each in certificates) == [f"{made.PREFIX}25500000{serial}" for serial in (1, 2)]
        assert all(re.fullmatch(r"[YS]\d{21}", each["number"]) for each in certificates)
        assert {each["trainee_id"] for each in certificates} == set(workers[:2])
        assert {(each["issued_on"], each["exam_held_on"], each["level"], each["kind"]) for each in certificates} == {
            ("2025-06-25", made.HELD, "junior", "skill_level")
        }
        events = (await w.evaluation.as_("auditor").get("/v1/changes")).json()["items"]
        told = [each["data"] for each in events if each["type"] == "certificate.issued"]
        assert {each["trainee_id"] for each in told} == set(workers[:2]) and told[0]["level"] == "junior"
        assert "name" not in str(told)


@pytest.mark.parametrize("status", AssessmentStatus)
async def test_every_state_and_role_allows_exactly_its_steps(start: Start, status: str) -> None:
    async with world(start) as w:
        filing = await w.filing()
        worker = await w.worker(1)
        paper = await w.batch(filing["id"], [worker], status)
        path = f"/v1/assessments/{paper['id']}"
        for role in ROLES:
            takes = {action for action in STATES if role == "institution" or (action in ("approve", "reject") and role in policy.APPROVERS)}
            bound = {"institution_id": w.enterprise_id} if role == "institution" else {}
            client = w.evaluation.as_(role, at=made.at(made.HELD), **bound)
            if role in ("institution", "officer"):
                shown = await done(client.get(path))
                for each in shown["allowed_actions"]:
                    possible = (
                        each["action"] in takes and status in STATES[each["action"]] and (each["action"], status) != ("issue", "issued")
                    )
                    waits = each["action"] in ("lock", "approve", "reject")  # for its supervision, or for an amendment
                    assert each["allowed"] is (possible and not waits), (role, each)
            for action, states in STATES.items():
                if action in takes and status in states and (action, status) != ("issue", "issued"):
                    continue
                expected = (409, "invalid_state") if action in takes else (403, "wrong_role")
                sent = client.post(path + PATHS.get(action, f":{action}").format(worker), json=BODIES.get(action, {}))
                await refused(sent, *expected)


@pytest.mark.parametrize(
    ("held_on", "status"),
    [
        pytest.param("2024-12-31", 409, id="the-day-before-the-first"),
        pytest.param("2025-01-01", 201, id="the-first-day"),
        pytest.param("2025-12-31", 201, id="the-last-day"),
        pytest.param("2026-01-01", 409, id="the-day-after-the-last"),
    ],
)
async def test_a_batch_is_held_within_the_validity(start: Start, held_on: str, status: int) -> None:
    async with world(start) as w:
        filing = await w.filing()
        answer = await w.enterprise(held_on).post(
            "/v1/assessments", json=made.assessment(filing["id"], [await w.worker(1)], held_on=held_on)
        )
        assert answer.status_code == status, answer.text
        assert status == 201 or answer.json()["code"] == "out_of_scope"


@pytest.mark.parametrize("changed", [{"level": "intermediate"}, {"level": "senior"}, {"occupation_code": made.WELDER}], ids=str)
async def test_what_was_refused_or_never_filed_is_out_of_scope(start: Start, changed: dict[str, str]) -> None:
    async with world(start) as w:
        filing = await w.filing()
        await refused(
            w.enterprise().post("/v1/assessments", json=made.assessment(filing["id"], [await w.worker(1)], **changed)), 409, "out_of_scope"
        )


@pytest.mark.parametrize("status", ["draft", "checked", "rejected", "suspended", "revoked"])
async def test_a_filing_that_is_not_in_force_covers_nothing(start: Start, status: str) -> None:
    async with world(start) as w:
        filing = await w.filing(status)
        await refused(w.enterprise().post("/v1/assessments", json=made.assessment(filing["id"], [await w.worker(1)])), 409, "out_of_scope")


@pytest.mark.parametrize(
    ("action", "issued_on", "status"),
    [
        pytest.param(None, "2025-12-31", 200, id="on-the-last-day"),
        pytest.param(None, "2026-01-01", 409, id="after-the-last-day"),
        pytest.param("suspend", "2025-06-21", 409, id="suspended-since"),
        pytest.param("revoke", "2025-06-21", 409, id="revoked-since"),
    ],
)
async def test_the_filing_must_still_cover_it_when_certificates_are_issued(
    start: Start, action: str | None, issued_on: str, status: int
) -> None:
    async with world(start) as w:
        filing = await w.filing()
        paper = await w.batch(filing["id"], [await w.worker(1)], "locked")
        if action:
            await w.act(filing, action, made.BODIES[action], "2025-06-21")
        told = (await done(w.enterprise(issued_on).get(f"/v1/assessments/{paper['id']}")))["warnings"]
        assert ("out_of_scope" in {each["code"] for each in told}) == (status == 409)
        answer = await w.enterprise(issued_on).post(f"/v1/assessments/{paper['id']}:issue")
        assert answer.status_code == status, answer.text
        assert len(await w.certificates()) == (status == 200)
        assert status == 200 or answer.json()["code"] == "out_of_scope"


async def test_nothing_is_issued_before_the_exam(start: Start) -> None:
    async with world(start) as w:
        paper = await w.batch((await w.filing())["id"], [await w.worker(1)], "locked", held_on="2025-06-21")
        await refused(w.enterprise("2025-06-20").post(f"/v1/assessments/{paper['id']}:issue"), 409, "invalid_state")
        await done(w.enterprise("2025-06-21").post(f"/v1/assessments/{paper['id']}:issue"))


async def test_every_fault_of_a_batch_comes_at_once(start: Start) -> None:
    async with world(start) as w:
        filing = await w.filing()
        own, stranger, nobody = await w.worker(1), await w.worker(2, employer_id=None), made.some_id()
        body = made.assessment(filing["id"], [own, stranger, nobody, own], assessors=["KP-001", "KP-999"], class_id=nobody)
        problem = await refused(w.enterprise().post("/v1/assessments", json=body), 422, "invalid")
        assert fault_codes(problem) == [
            ("listed_twice", "/candidates/3"),
            ("not_a_filed_assessor", "/assessors/1"),
            ("not_own_worker", "/candidates/1"),
            ("unknown_batch_class", "/class_id"),
            ("unknown_candidate", "/candidates/2"),
        ]
        elsewhere = w.enterprise(institution_id=await w.institution())
        problem = await refused(elsewhere.post("/v1/assessments", json=made.assessment(filing["id"], [own])), 422, "invalid")
        assert fault_codes(problem) == [("unknown_filing", "/filing_id")]


async def test_a_worker_registered_by_the_enterprise_as_its_employee_is_its_own(start: Start) -> None:
    async with world(start) as w:
        filing = await w.filing()
        own = w.registry.as_("institution", institution_id=w.enterprise_id)
        for n, since, status in ((1, made.HELD, 201), (2, "2025-06-21", 422)):
            body = people.trainee(n, categories=[{"code": "enterprise_employee", "since_on": since}])
            worker = await done(own.post("/v1/trainees", json=body))
            answer = await w.enterprise().post("/v1/assessments", json=made.assessment(filing["id"], [worker["id"]]))
            assert answer.status_code == status, answer.text


async def test_a_social_organisation_assesses_anyone(start: Start) -> None:
    async with world(start) as w:
        stranger = await w.worker(1, employer_id=None)
        w.enterprise_id = await w.institution("assessment_organisation")
        filing = await w.filing(number_prefix="S000052000009")
        await w.batch(filing["id"], [stranger], "issued")
        assert [each["number"][0] for each in await w.certificates()] == ["S"]


async def test_a_candidate_does_not_assess(start: Start) -> None:
    async with world(start) as w:
        assessor = await w.worker(1, name="吴考评")
        filing = await w.filing()
        body = made.assessment(filing["id"], [assessor], assessors=["KP-001", "KP-404"])
        await refused(w.enterprise().post("/v1/assessments", json=body), 409, "conflict_of_interest")
        unknown_card = made.assessment(filing["id"], [assessor], assessors=[people.id_number(1)])
        problem = await refused(w.enterprise().post("/v1/assessments", json=unknown_card), 409, "conflict_of_interest")
        assert people.id_number(1) not in str(problem)
        await done(w.enterprise().post("/v1/assessments", json=body | {"assessors": ["KP-002"]}))


async def test_namesakes_are_told_apart_by_trainee_id(start: Start) -> None:
    async with world(start) as w:
        assessor, namesake = await w.worker(1, name="吴考评"), await w.worker(2, name="吴考评")
        filing = await w.filing(staff=made.staff(assessors=[{"name": "吴考评", "card": "KP-001", "trainee_id": assessor}]))
        await done(w.enterprise().post("/v1/assessments", json=made.assessment(filing["id"], [namesake])))
        await refused(w.enterprise().post("/v1/assessments", json=made.assessment(filing["id"], [assessor])), 409, "conflict_of_interest")


async def test_neither_assessor_nor_trainer_supervises_whatever_their_card_says(start: Start) -> None:
    async with world(start) as w:
        team = [{"name": "龙督导", "card": "DD-001"}, {"name": "石老师", "card": "DD-003"}]
        filing = await w.filing(staff=made.staff(supervisors=team))
        worker = await w.worker(1)
        class_id = await w.class_of([worker], "石老师")
        paper = await w.batch(filing["id"], [worker], assessors=["KP-002"], class_id=class_id)
        path = f"/v1/assessments/{paper['id']}/supervision"
        for card in ("KP-002", "DD-003", people.id_number(900)):
            problem = await refused(w.enterprise().post(path, json=made.supervision(supervisor=card)), 409, "conflict_of_interest")
            assert people.id_number(900) not in str(problem)
        for card in ("KP-001", "JB-001", "XX-001"):
            problem = await refused(w.enterprise().post(path, json=made.supervision(supervisor=card)), 422, "invalid")
            assert fault_codes(problem) == [("not_a_filed_supervisor", "/supervisor")]
        recorded = await done(w.enterprise().post(path, json=made.supervision(mode="online")))
        assert recorded["mode"] == "online"
        shown = await done(w.officer().get(f"/v1/assessments/{paper['id']}"))
        assert [each["supervisor"] for each in shown["supervision"]] == ["DD-001"] and shown["version"] == paper["version"] + 1


async def test_results_are_entered_again_until_they_are_locked(start: Start) -> None:
    async with world(start) as w:
        filing = await w.filing()
        first, second = await w.worker(1), await w.worker(2)
        paper = await w.batch(filing["id"], [first, second])
        path = f"/v1/assessments/{paper['id']}/results:batch"

        async def sent(items: list[dict[str, Any]], **how: str) -> list[str]:
            answer = await w.enterprise().post(path, json={"items": items, **how})
            assert answer.status_code == 207, answer.text
            return [each["outcome"] for each in answer.json()["items"]]

        one = {"trainee_id": first, "score": 59.5, "passed": False}
        assert await sent([]) == []
        assert await sent([one], mode="validate") == ["created"]
        assert await sent([one]) == ["created"]
        assert await sent([one]) == ["unchanged"]
        stranger = {"trainee_id": made.some_id(), "passed": True}
        assert await sent([one | {"passed": True}, stranger, one]) == ["rejected", "rejected", "unchanged"]
        assert await sent([one | {"score": 60, "passed": True}]) == ["updated"]
        answer = await w.enterprise().post(path, json={"items": [{"trainee_id": second, "passed": True}, stranger], "atomic": "all"})
        assert answer.status_code == 422 and fault_codes(answer.json()) == [("not_a_candidate", "/items/1/trainee_id")]
        shown = await done(w.enterprise().get(f"/v1/assessments/{paper['id']}"))
        assert [(each["trainee_id"], each["score"], each["passed"]) for each in shown["results"]] == [(first, 60, True)]
        await done(w.enterprise().post(f"/v1/assessments/{paper['id']}/supervision", json=made.supervision()))
        await done(w.enterprise().post(f"/v1/assessments/{paper['id']}:lock"))
        await refused(w.enterprise().post(path, json={"items": [one]}), 409, "invalid_state")


@pytest.mark.parametrize("score", [-0.5, 100.5])
async def test_a_score_is_between_0_and_100_and_another_keeps_its_neighbours_from_nothing(start: Start, score: float) -> None:
    async with world(start) as w:
        workers = [await w.worker(n) for n in (1, 2)]
        paper = await w.batch((await w.filing())["id"], workers)
        items = [{"trainee_id": each, "score": said, "passed": True} for each, said in zip(workers, (score, 80), strict=True)]
        path = f"/v1/assessments/{paper['id']}/results:batch"
        answer = await done(w.enterprise().post(path, json={"items": items}))
        assert [each["outcome"] for each in answer["items"]] == ["rejected", "created"]
        assert [fault["pointer"] for fault in answer["items"][0]["errors"]] == ["/items/0/score"]
        assert answer["summary"] == {"created": 1, "updated": 0, "unchanged": 0, "rejected": 1}
        await refused(w.enterprise().post(path, json={"items": items, "atomic": "all"}), 422, "invalid")


async def test_issuing_twice_at_once_mints_once(start: Start) -> None:
    async with world(start) as w:
        paper = await w.batch((await w.filing())["id"], [await w.worker(n) for n in range(4)], "locked")
        path = f"/v1/assessments/{paper['id']}:issue"
        answers = await asyncio.gather(*(w.enterprise().post(path) for _ in range(4)))
        assert sorted(answer.status_code for answer in answers) == [200, 409, 409, 409]
        assert len(await w.certificates()) == 4


async def test_serials_have_no_gaps_when_batches_are_issued_at_once(start: Start) -> None:
    async with world(start) as w:
        filing = await w.filing()
        papers = [await w.batch(filing["id"], [await w.worker(10 * batch + n) for n in range(3)], "locked") for batch in range(4)]
        answers = await asyncio.gather(*(w.enterprise().post(f"/v1/assessments/{paper['id']}:issue") for paper in papers))
        assert [answer.status_code for answer in answers] == [200] * 4
        assert sorted(int(each["number"][-6:]) for each in await w.certificates()) == list(range(1, 13))


async def test_serials_begin_anew_each_year_and_go_on_under_a_new_filing(start: Start) -> None:
    async with world(start) as w:
        wide = made.acceptance(valid_until_on="2027-12-31")
        for day in ("2025-06-20", "2025-06-20", "2026-06-20"):
            filing = await w.filing(accepted=wide)
            paper = await w.batch(filing["id"], [await w.worker(len(await w.certificates()))], "locked")
            await done(w.enterprise(day).post(f"/v1/assessments/{paper['id']}:issue"))
            await w.act(filing, "revoke", made.BODIES["revoke"], "2026-06-21")
        assert sorted(each["number"][13:] for each in await w.certificates()) == ["255000001", "255000002", "265000001"]


async def test_a_batch_is_seen_by_its_institution_and_by_staff(start: Start) -> None:
    async with world(start) as w:
        paper = await w.batch((await w.filing())["id"], [await w.worker(1)])
        other = w.enterprise(institution_id=await w.institution())
        await refused(other.get(f"/v1/assessments/{paper['id']}"), 404, "not_found")
        await refused(other.post(f"/v1/assessments/{paper['id']}:lock"), 404, "not_found")
        assert (await done(other.get("/v1/assessments")))["items"] == []
        for role in ("officer", "reviewer", "auditor"):
            assert len((await done(w.evaluation.as_(role).get("/v1/assessments", params={"status": "open"})))["items"]) == 1
        await refused(w.evaluation.as_("partner").get("/v1/assessments"), 403, "wrong_role")
        stale = await w.enterprise().post(f"/v1/assessments/{paper['id']}:lock", headers={"If-Match": '"9"'})
        assert (stale.status_code, stale.json()["code"]) == (412, "stale_version")


async def test_exams_are_told_to_the_other_services(start: Start) -> None:
    async with world(start) as w:
        worker = await w.worker(1)
        class_id = await w.class_of([worker])
        await w.batch((await w.filing())["id"], [worker], "locked", [False], class_id=class_id)
        exams = await done(w.evaluation.internal("eastwest").get("/internal/v1/exams", params={"class_id": class_id, "trainee_id": worker}))
        assert [(each["held_on"], each["passed"], each["status"]) for each in exams["items"]] == [(made.HELD, False, "locked")]
