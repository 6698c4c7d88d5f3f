"""What could not have happened is refused, with its code, all at once: days, people, results. What is put right after the lock takes two persons."""

import asyncio
from typing import Any

import pytest

from tests import people
from tests.conftest import Start
from tests.eastwest.neighbours import order
from tests.evaluation import made
from tests.evaluation.made import World, done, fault_codes, refused, world

WIDE = {
    "scope": [{"occupation_code": made.ELECTRICIAN, "levels": ["junior", "intermediate"]}],
    "accepted": made.acceptance(
        granted=[{"occupation_code": made.ELECTRICIAN, "level": level, "decision": "granted"} for level in ("junior", "intermediate")]
    ),
}


async def tried(w: World, body: dict[str, Any], day: str = made.HELD) -> list[tuple[str, str]]:
    answer = await w.enterprise(day).post("/v1/assessments", json=body)
    return fault_codes(answer.json()) if answer.is_error else []


@pytest.mark.parametrize(
    ("method", "held_on", "faults"),
    [
        ("modular", "2025-06-01", []),
        ("modular", "2025-05-31", [("exam_before_class_end", "/held_on")]),
        ("process", "2025-05-01", []),
        ("process", "2025-04-30", [("exam_before_class_end", "/held_on")]),
    ],
)
async def test_an_exam_follows_its_class_and_a_continuous_one_may_be_within_it(
    start: Start, method: str, held_on: str, faults: list[Any]
) -> None:
    async with world(start) as w:
        filing, worker = await w.filing(), await w.worker(1)
        class_id = await w.class_of([worker])
        body = made.assessment(filing["id"], [worker], class_id=class_id, method=method, held_on=held_on)
        assert await tried(w, body, held_on) == faults


async def test_all_that_is_wrong_with_a_batch_is_named_at_once(start: Start) -> None:
    async with world(start) as w:
        filing, inside, outside = await w.filing(), await w.worker(1), await w.worker(2)
        await done(w.officer().post("/v1/certificates", json=made.certificate(inside)))
        class_id = await w.class_of([inside])
        body = made.assessment(filing["id"], [inside, outside], class_id=class_id, held_on="2025-05-30", modules=["理论", "理论"])
        assert await tried(w, body) == [
            ("candidate_not_in_class", "/candidates/1"),
            ("exam_before_class_end", "/held_on"),
            ("level_already_held", "/candidates/0"),
            ("listed_twice", "/modules/1"),
            ("posted_after_exam", "/held_on"),
        ]
        late = made.assessment(filing["id"], [outside], held_on="2025-06-19")
        assert await tried(w, late) == [("posted_after_exam", "/held_on")]
        assert await tried(w, late | {"reason": "断网,次日补登"}) == []


async def test_an_exam_to_an_orders_standard_follows_it(start: Start) -> None:
    async with world(start) as w, start("eastwest") as eastwest:
        w.evaluation.knows(eastwest)
        filing, worker = await w.filing(), await w.worker(1)
        standard = order()["standard"] | {"set_on": "2025-06-20"}
        entered = await done(eastwest.as_("officer").post("/v1/orders", json=order(standard=standard, ordered_on="2025-06-20")))
        for order_id, held_on, faults in (
            (entered["id"], "2025-06-19", [("exam_before_standard", "/held_on")]),
            (entered["id"], "2025-06-20", []),
            (made.some_id(), "2025-06-20", [("unknown_order", "/order_id")]),
        ):
            body = made.assessment(filing["id"], [worker], order_id=order_id, held_on=held_on)
            assert await tried(w, body, held_on) == faults


async def test_a_class_that_was_cancelled_is_examined_by_nobody(start: Start) -> None:
    async with world(start) as w:
        filing, worker = await w.filing(), await w.worker(1)
        class_id = await w.class_of([worker])
        school = (await done(w.registry.as_("officer").get(f"/v1/classes/{class_id}")))["institution_id"]
        holder = w.registry.as_("institution", institution_id=school, at=made.at("2025-04-20"))
        await done(holder.post(f"/v1/classes/{class_id}:cancel", json={"reason": "人数不足"}, headers={"If-Match": "*"}))
        assert ("class_not_held", "/class_id") in await tried(w, made.assessment(filing["id"], [worker], class_id=class_id))


async def test_the_level_held_or_a_higher_one_is_not_assessed_again_and_the_level_below_is_looked_for(start: Start) -> None:
    async with world(start) as w:
        filing = await w.filing(**WIDE)
        holder, revoked, novice = [await w.worker(n) for n in range(3)]
        kept = await done(w.officer().post("/v1/certificates", json=made.certificate(holder)))
        gone = await done(w.officer("2025-06-19").post("/v1/certificates", json=made.certificate(revoked, number="S000052000009245000124")))
        await done(w.reviewer().post(f"/v1/certificates/{gone['id']}:revoke", json={"reason": "冒用"}))
        assert kept["level"] == "junior"
        body = made.assessment(filing["id"], [holder, revoked, novice])
        assert await tried(w, body) == [("level_already_held", "/candidates/0")]
        higher = body | {"level": "intermediate", "modules": ["理论", "实操"]}
        paper = await done(w.enterprise().post("/v1/assessments", json=higher))
        assert [(each["code"], each["pointer"]) for each in paper["warnings"]] == [
            ("level_below_missing", "/candidates/1"),
            ("level_below_missing", "/candidates/2"),
        ]
        proofs = [{"name": "技能竞赛获奖材料"}, {"name": "直接认定公示", "from_on": "2025-06-01", "until_on": "2025-06-10"}]
        direct = await done(w.enterprise().post("/v1/assessments", json=higher | {"method": "direct", "proofs": proofs}))
        assert direct["warnings"] == [] and [each["name"] for each in direct["proofs"]] == [each["name"] for each in proofs]


@pytest.mark.parametrize(
    ("method", "more"),
    [
        ("modular", {"modules": ["理论"]}),
        ("achievement", {"proofs": [{"name": "业绩材料"}]}),
        ("direct", {"proofs": [{"name": "业绩材料"}, {"name": "公示", "from_on": "2025-06-01", "until_on": "2025-06-10"}]}),
    ],
)
async def test_each_method_says_what_it_wants(start: Start, method: str, more: dict[str, Any]) -> None:
    async with world(start) as w:
        filing, worker = await w.filing(), await w.worker(1)
        for said, wanting in (({}, ["method_wanting"]), (more, [])):
            body = made.assessment(filing["id"], [worker], method=method, **said)
            paper = await done(w.enterprise().post("/v1/assessments", json=body))
            assert [each["code"] for each in paper["warnings"]] == wanting


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("candidate", "assessor"),
        ("candidate", "trainer"),
        ("candidate", "supervisor"),
        ("assessor", "trainer"),
        ("assessor", "supervisor"),
        ("trainer", "supervisor"),
    ],
)
async def test_the_four_roles_of_a_batch_are_four_people(start: Start, one: str, other: str) -> None:
    """Whoever has two roles is refused where the second is posted; the same batch with four people goes through."""
    person = {"name": "杨一人", "card": "ZK-007"}
    staff = made.staff()
    for team, role in (("assessors", "assessor"), ("supervisors", "supervisor")):
        if role in (one, other) and not (role == "supervisor" and one == "assessor"):  # no filing has one in two teams
            staff[team] = [person, *staff[team]]
    async with world(start) as w:
        filing = await w.filing(staff=staff)
        named = {"name": "杨一人", "id_number": people.id_number(900)} if (one, other) == ("candidate", "trainer") else {}
        worker = await w.worker(1, **named) if one != "candidate" else await w.worker(1, **{"name": "杨一人"} | named)
        class_id = await w.class_of([worker], "杨一人" if "trainer" in (one, other) else "石老师")
        body = made.assessment(filing["id"], [worker], class_id=class_id, assessors=["KP-001"])
        if "assessor" in (one, other):
            body["assessors"] = ["ZK-007"]
        if "supervisor" not in (one, other):
            await refused(w.enterprise().post("/v1/assessments", json=body), 409, "conflict_of_interest")
            return
        path = f"/v1/assessments/{(await done(w.enterprise().post('/v1/assessments', json=body)))['id']}/supervision"
        await refused(w.enterprise().post(path, json=made.supervision(supervisor="ZK-007")), 409, "conflict_of_interest")
        await done(w.enterprise().post(path, json=made.supervision()))


async def test_results_come_after_the_exam_and_agree_with_themselves(start: Start) -> None:
    async with world(start) as w:
        filing, workers = await w.filing(), [await w.worker(n) for n in range(6)]
        paper = await w.batch(filing["id"], workers, held_on="2025-06-20", modules=["理论", "实操"])
        path = f"/v1/assessments/{paper['id']}"

        def item(n: int, *modules: tuple[str, float, bool], **result: Any) -> dict[str, Any]:
            said = [{"name": name, "score": score, "passed": passed} for name, score, passed in modules]
            return {"trainee_id": workers[n], "modules": said, **result}

        both = (("理论", 60, True), ("实操", 60, True))
        good = item(0, *both, score=60, passed=True)
        early = await refused(w.enterprise("2025-06-19").post(f"{path}/results:batch", json={"items": [good]}), 422, "invalid")
        assert fault_codes(early) == [("results_before_exam", "")]
        problem = await refused(w.enterprise("2025-06-19").post(f"{path}/supervision", json=made.supervision()), 422, "invalid")
        assert fault_codes(problem) == [("supervision_before_exam", "")]
        items = [
            good,
            item(1, *both, score=59.9, passed=True),
            item(2, ("理论", 60, True), score=70, passed=True),
            item(3, ("理论", 60, True), ("实操", 59, False), score=60, passed=True),
            item(4, absent=True),
            item(5, absent=True, score=5),
        ]
        answer = (await w.enterprise().post(f"{path}/results:batch", json={"items": items})).json()
        assert [(each["outcome"], [fault["code"] for fault in each["errors"]]) for each in answer["items"]] == [
            ("created", []),
            ("rejected", ["passed_differs_from_score"]),
            ("rejected", ["module_missing"]),
            ("rejected", ["passed_differs_from_modules"]),
            ("created", []),
            ("rejected", ["absent_with_result"]),
        ]
        await done(w.enterprise().post(f"{path}/supervision", json=made.supervision()))
        locked = await done(w.enterprise().post(f"{path}:lock"))
        told = {each["trainee_id"]: (each["passed"], each["absent"]) for each in locked["results"]}
        assert told == {workers[0]: (True, False)} | dict.fromkeys(workers[1:], (False, True))


async def test_a_batch_is_moved_and_cancelled_before_it_is_held(start: Start) -> None:
    async with world(start) as w:
        filing, worker = await w.filing(), await w.worker(1)
        class_id = await w.class_of([worker])
        paper = await w.batch(filing["id"], [worker], class_id=class_id)
        path, why = f"/v1/assessments/{paper['id']}", {"reason": "设备检修"}
        for held_on, code in (("2026-01-01", "out_of_scope"), ("2025-05-31", "invalid")):
            answer = await w.enterprise("2025-05-30").post(f"{path}:reschedule", json=why | {"held_on": held_on})
            assert answer.json()["code"] == code, answer.text
        moved = await done(w.enterprise().post(f"{path}:reschedule", json=why | {"held_on": "2025-06-25"}))
        assert moved["held_on"] == "2025-06-25" and moved["version"] == paper["version"] + 1
        await refused(w.enterprise("2025-06-24").post(f"{path}:lock"), 409, "invalid_state")
        await refused(w.enterprise("2025-06-26").post(f"{path}:reschedule", json=why | {"held_on": "2025-06-27"}), 409, "invalid_state")
        await done(w.enterprise("2025-06-25").post(f"{path}/supervision", json=made.supervision()))
        for action, body in (("reschedule", why | {"held_on": "2025-06-27"}), ("cancel", why)):
            await refused(w.enterprise("2025-06-25").post(f"{path}:{action}", json=body), 409, "invalid_state")
        other = await w.batch(filing["id"], [worker])
        cancelled = await done(w.enterprise().post(f"/v1/assessments/{other['id']}:cancel", json=why))
        assert (cancelled["status"], cancelled["reason"]) == ("cancelled", "设备检修")


async def test_a_result_is_amended_after_the_lock_by_two_persons(start: Start) -> None:
    async with world(start) as w:
        filing, (first, second) = await w.filing(), [await w.worker(n) for n in range(2)]
        paper = await w.batch(filing["id"], [first, second], "issued", passed=[True, False])
        path = f"/v1/assessments/{paper['id']}/results"
        one, another = (
            w.evaluation.as_("institution", institution_id=w.enterprise_id, person_id=made.some_id(), at=made.at("2025-06-23"))
            for _ in range(2)
        )
        failed, passed = {"score": 50, "passed": False, "reason": "合分错误"}, {"score": 66, "passed": True, "reason": "合分错误"}
        assert fault_codes(await refused(one.post(f"{path}/{first}:amend", json=failed | {"passed": True}), 422, "invalid")) == [
            ("passed_differs_from_score", "/passed")
        ]
        await refused(another.post(f"{path}/{first}:approve"), 409, "invalid_state")
        proposed = await done(one.post(f"{path}/{first}:amend", json=failed))
        assert [each["status"] for each in proposed["amendments"]] == ["proposed"]
        assert {each["trainee_id"]: each["passed"] for each in proposed["results"]} == {first: True, second: False}
        await refused(one.post(f"{path}/{first}:approve"), 409, "same_person")
        await done(another.post(f"{path}/{first}:approve"))
        await done(one.post(f"{path}/{second}:amend", json=passed | {"score": 61}))
        await done(one.post(f"{path}/{second}:amend", json=passed))
        amended = await done(w.reviewer("2025-06-23").post(f"{path}/{second}:approve"))
        assert [each["status"] for each in amended["amendments"]] == ["approved", "replaced", "approved"]
        assert {each["trainee_id"]: (each["score"], each["passed"]) for each in amended["results"]} == {
            first: (50, False),
            second: (66, True),
        }
        [certificate] = await w.certificates(trainee_id=first)
        assert [each["certificate_id"] for each in amended["amendments"]] == [certificate["id"], None, None]
        again = await done(w.enterprise("2025-06-24").post(f"/v1/assessments/{paper['id']}:issue"))
        assert again["issued_on"] == made.HELD and [each["issued_on"] for each in await w.certificates(trainee_id=second)] == ["2025-06-24"]
        await refused(w.enterprise("2025-06-24").post(f"/v1/assessments/{paper['id']}:issue"), 409, "invalid_state")
        await refused(one.post(f"{path}/{made.some_id()}:amend", json=passed), 404, "not_found")


async def test_nothing_is_issued_while_an_amendment_waits_and_one_may_be_rejected(start: Start) -> None:
    async with world(start) as w:
        filing, worker = await w.filing(), await w.worker(1)
        batch = await w.batch(filing["id"], [worker], "locked", passed=[False])
        at = f"/v1/assessments/{batch['id']}"
        path = f"{at}/results/{worker}"

        async def allowed(client: Any) -> set[str]:
            return {each["action"] for each in (await done(client.get(at)))["allowed_actions"] if each["allowed"]}

        one, passed = w.enterprise(), {"score": 66, "passed": True, "reason": "合分错误"}
        assert await allowed(one) == {"amend", "issue"} and await allowed(w.officer()) == set()
        await refused(w.officer().post(f"{path}:reject", json={"reason": "不实"}), 409, "invalid_state")
        await done(one.post(f"{path}:amend", json=passed))
        assert await allowed(one) == {"amend", "reject"} and await allowed(w.officer()) == {"approve", "reject"}
        await refused(one.post(f"{at}:issue"), 409, "invalid_state")
        rejected = await done(w.officer().post(f"{path}:reject", json={"reason": "原卷无误"}))
        assert [each["status"] for each in rejected["amendments"]] == ["rejected"]
        assert [each["passed"] for each in rejected["results"]] == [False] and await allowed(one) == {"amend", "issue"}
        await done(one.post(f"{path}:amend", json=passed))
        await done(one.post(f"{path}:reject", json={"reason": "提错了"}))
        await done(one.post(f"{at}:issue"))


async def test_one_class_leads_to_two_exams_and_two_certificates(start: Start) -> None:
    """一培双考: of two occupations, one class; the second exam of the first occupation is refused."""
    both = [{"occupation_code": code, "level": "junior", "decision": "granted"} for code in (made.ELECTRICIAN, made.WELDER)]
    async with world(start) as w:
        scope = [{"occupation_code": each["occupation_code"], "levels": ["junior"]} for each in both]
        filing, worker = await w.filing(scope=scope, accepted=made.acceptance(granted=both)), await w.worker(1)
        class_id = await w.class_of([worker])
        for code in (made.ELECTRICIAN, made.WELDER):
            await w.batch(filing["id"], [worker], "issued", class_id=class_id, occupation_code=code)
        held = await w.certificates(class_id=class_id)
        assert {(each["occupation_code"], each["trainee_id"]) for each in held} == {(made.ELECTRICIAN, worker), (made.WELDER, worker)}
        again = made.assessment(filing["id"], [worker], class_id=class_id)
        assert await tried(w, again) == [("level_already_held", "/candidates/0")]


async def test_of_two_batches_at_once_one_person_comes_by_one_certificate_of_a_level(start: Start) -> None:
    """Both were announced while they held none. Who is left out is told; once the first certificate is revoked the second batch may issue theirs."""
    async with world(start) as w:
        filing, (first, second) = await w.filing(), [await w.worker(n) for n in range(2)]
        batches = [await w.batch(filing["id"], people, "locked") for people in ([first], [first, second])]
        await asyncio.gather(*(done(w.enterprise().post(f"/v1/assessments/{each['id']}:issue")) for each in batches))
        held = await w.certificates()
        assert sorted(each["trainee_id"] for each in held) == sorted([first, second])
        of_first = next(each for each in held if each["trainee_id"] == first)
        left_out = next(each["id"] for each in batches if each["id"] != of_first["assessment_id"])
        path = f"/v1/assessments/{left_out}"
        paper = await done(w.enterprise().get(path))
        assert [each["code"] for each in paper["warnings"] if each["code"] == "not_certified"] == ["not_certified"]
        assert [each["allowed"] for each in paper["allowed_actions"] if each["action"] == "issue"] == [False]
        await refused(w.enterprise().post(f"{path}:issue"), 409, "invalid_state")
        await done(w.reviewer().post(f"/v1/certificates/{of_first['id']}:revoke", json={"reason": "考核记录不实"}))
        assert [each["allowed"] for each in (await done(w.enterprise().get(path)))["allowed_actions"] if each["action"] == "issue"] == [
            True
        ]
        await done(w.enterprise().post(f"{path}:issue"))
        assert [each["assessment_id"] for each in await w.certificates(trainee_id=first, status="valid")] == [left_out]


async def test_no_certificate_leaves_a_direct_recognition_while_it_hangs_out(start: Start) -> None:
    async with world(start) as w:
        filing, worker = await w.filing(), await w.worker(1)
        notice = {"name": "直接认定公示", "from_on": "2025-06-20", "until_on": "2025-06-19"}
        body = made.assessment(filing["id"], [worker], method="direct", proofs=[{"name": "业绩材料"}, notice])
        assert await tried(w, body) == [("invalid_period", "/proofs/1/until_on")]
        proofs = [{"name": "业绩材料"}, notice | {"from_on": "2025-06-24", "until_on": "2025-06-24"}]  # a single day
        locked = await w.batch(filing["id"], [worker], "locked", method="direct", proofs=proofs)
        path = f"/v1/assessments/{locked['id']}"
        for day, allowed in (("2025-06-24", False), ("2025-06-25", True)):
            shown = await done(w.enterprise(day).get(path))
            assert {each["action"]: each["allowed"] for each in shown["allowed_actions"]}["issue"] is allowed
            answer = await w.enterprise(day).post(f"{path}:issue")
            assert (answer.status_code, answer.json().get("code")) == ((200, None) if allowed else (409, "invalid_state"))


async def test_a_batch_takes_a_thousand_candidates_and_no_more(start: Start) -> None:
    async with world(start) as w:
        filing, some = await w.filing(), [made.some_id() for _ in range(1_001)]
        answer = await w.enterprise().post("/v1/assessments", json=made.assessment(filing["id"], some))
        assert [each["pointer"] for each in answer.json()["errors"]] == ["/candidates"]
        answer = await w.enterprise().post("/v1/assessments", json=made.assessment(filing["id"], some[:1_000]))
        assert {each["code"] for each in answer.json()["errors"]} == {"unknown_candidate"}
