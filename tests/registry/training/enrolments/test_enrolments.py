"""Enrolling, the last seat, who may enrol whom, ending an enrolment, work found."""

import asyncio
from typing import Any

import httpx
import pytest

from shared import db
from shared.sheets import open_book
from tests.conftest import Start, version_of
from tests.registry import made


async def test_one_person_is_enrolled_once(start: Start) -> None:
    async with start("registry") as registry:
        institution_id = await made.school(registry)
        class_id = await made.proposed(registry, institution_id, "approved")
        trainee_id = await made.trainee(registry, 1)
        officer, path = registry.as_("officer", at=made.FIRST), f"/v1/classes/{class_id}/enrolments"
        enrolment = await made.posted(officer, path, {"trainee_id": trainee_id}, 201)
        assert (enrolment["outcome"], enrolment["days_attended"], enrolment["trainee_id"]) == ("enrolled", 0, trainee_id)
        assert enrolment["id_number"] == "5226**********" + made.citizen(1)[-4:]
        twice = await officer.post(path, json={"trainee_id": trainee_id})
        assert (twice.status_code, twice.json()["code"], twice.json()["existing_id"]) == (409, "duplicate_enrolment", enrolment["id"])
        assert [each["id"] for each in (await officer.get(path)).json()["items"]] == [enrolment["id"]]
        own = registry.as_("institution", institution_id=institution_id, at=made.FIRST)
        assert (await own.get(f"/v1/trainees/{trainee_id}")).status_code == 200


@pytest.mark.parametrize("status", ["draft", "submitted", "rejected", "completed", "cancelled"])
async def test_enrolment_is_open_while_approved_or_in_progress(start: Start, status: str) -> None:
    async with start("registry") as registry:
        class_id = await made.proposed(registry, await made.school(registry), status)
        refused = await registry.as_("officer", at=made.FIRST).post(
            f"/v1/classes/{class_id}/enrolments", json={"trainee_id": await made.trainee(registry, 1)}
        )
        assert (refused.status_code, refused.json()["code"]) == (409, "invalid_state")


@pytest.mark.parametrize(
    "values",
    [
        pytest.param({"id_number": made.citizen(1, "19550101")}, id="seventy-years-old"),
        pytest.param({"id_number": made.citizen(1, "20200101")}, id="five-years-old"),
        pytest.param({"categories": []}, id="no-category"),
    ],
)
async def test_nobody_is_refused_for_age_or_category(start: Start, values: dict[str, Any]) -> None:
    async with start("registry") as registry:
        class_id = await made.proposed(registry, await made.school(registry), "in_progress")
        trainee_id = await made.trainee(registry, 1, **values)
        await made.posted(registry.as_("officer", at=made.FIRST), f"/v1/classes/{class_id}/enrolments", {"trainee_id": trainee_id}, 201)


async def test_an_institution_enrols_only_whom_it_may_see(start: Start) -> None:
    async with start("registry") as registry:
        institution_id = await made.school(registry)
        class_id = await made.proposed(registry, institution_id, "approved")
        trainee_id = await made.trainee(registry, 1)
        own, path = registry.as_("institution", institution_id=institution_id, at=made.FIRST), f"/v1/classes/{class_id}/enrolments"
        assert (await own.post(path, json={"trainee_id": trainee_id})).status_code == 404
        batch = await made.posted(own, f"{path}:batch", {"items": [{"trainee_id": trainee_id}]}, 207)
        assert [each["code"] for each in batch["items"][0]["errors"]] == ["unknown_trainee"]
        presented = await made.posted(own, "/v1/trainees:lookup", {"id_numbers": [made.citizen(1)], "names": ["杨秀英"]})
        assert presented["items"][0]["id"] == trainee_id
        await made.posted(own, path, {"trainee_id": trainee_id}, 201)
        other = registry.as_("institution", institution_id=await made.school(registry), at=made.FIRST)
        assert (await other.post(path, json={"trainee_id": trainee_id})).status_code == 404


async def test_a_batch_answers_item_by_item_and_sent_again_is_unchanged(start: Start) -> None:
    async with start("registry") as registry:
        class_id = await made.proposed(registry, await made.school(registry), "approved", seats=2)
        people = [await made.trainee(registry, serial) for serial in (1, 2, 3)]
        officer, path = registry.as_("officer", at=made.FIRST), f"/v1/classes/{class_id}/enrolments:batch"
        items = [{"trainee_id": each} for each in (people[0], people[0], str(db.new_id()), people[1], people[2])]
        tried = await made.posted(officer, path, {"mode": "validate", "items": items}, 207)
        answer = await made.posted(officer, path, {"items": items}, 207)
        assert tried["summary"] == answer["summary"] == {"created": 2, "updated": 0, "unchanged": 1, "rejected": 2}
        assert [each["outcome"] for each in answer["items"]] == ["created", "unchanged", "rejected", "created", "rejected"]
        assert answer["items"][4]["errors"][0]["code"] == "class_full"
        again = await made.posted(officer, path, {"items": items[:2]}, 207)
        assert again["summary"] == {"created": 0, "updated": 0, "unchanged": 2, "rejected": 0}
        whole = await officer.post(path, json={"atomic": "all", "items": [items[4]]})
        assert (whole.status_code, whole.json()["code"], whole.json()["errors"][0]["pointer"]) == (409, "class_full", "/items/0/trainee_id")
        assert (await made.posted(officer, path, {"items": []}, 207))["summary"]["created"] == 0


async def test_twenty_at_once_for_the_last_seat_fill_one(start: Start) -> None:
    async with start("registry") as registry:
        class_id = await made.proposed(registry, await made.school(registry), "approved", seats=1)
        people = [await made.trainee(registry, serial) for serial in range(20)]
        officer, path = registry.as_("officer", at=made.FIRST), f"/v1/classes/{class_id}/enrolments"
        answers = await asyncio.gather(*(officer.post(path, json={"trainee_id": each}) for each in people))
        assert sorted(answer.status_code for answer in answers) == [201] + [409] * 19
        assert {answer.json()["code"] for answer in answers if answer.status_code == 409} == {"class_full"}
        assert len((await officer.get(path)).json()["items"]) == 1


async def test_a_withdrawn_person_frees_the_seat(start: Start) -> None:
    async with start("registry") as registry:
        class_id = await made.proposed(registry, await made.school(registry), "approved", seats=1)
        officer, path = registry.as_("officer", at=made.FIRST), f"/v1/classes/{class_id}/enrolments"
        enrolment = await made.posted(officer, path, {"trainee_id": await made.trainee(registry, 1)}, 201)
        one = f"/v1/enrolments/{enrolment['id']}"
        assert (await officer.patch(one, json={"outcome": "withdrawn"}, headers={"If-Match": '"9"'})).status_code == 412
        assert (await officer.patch(one, json={"outcome": "completed"})).status_code == 422
        withdrawn = await officer.patch(one, json={"outcome": "withdrawn"}, headers={"If-Match": '"1"'})
        assert (withdrawn.status_code, withdrawn.json()["outcome"], version_of(withdrawn)) == (200, "withdrawn", 2)
        assert (await officer.patch(one, json={"outcome": "withdrawn"})).json()["code"] == "invalid_state"
        await made.posted(officer, path, {"trainee_id": await made.trainee(registry, 2)}, 201)


async def _told_as_answered(town: httpx.AsyncClient, enrolment_id: str) -> None:
    """A town sees its own people in the classes of others, tells where they work and takes nobody out of a class."""
    path = f"/v1/enrolments/{enrolment_id}"
    told = {each["action"]: each for each in (await town.get(path)).json()["allowed_actions"]}
    assert told["employment"]["allowed"]
    left, back = await town.patch(path, json={"outcome": "withdrawn"}), await town.post(f"{path}:readmit", json={"reason": "误退"})
    for action, answer in (("withdraw", left), ("readmit", back)):
        said = answer.json()
        assert (answer.status_code, {"code": said["code"], "detail": said["detail"]}) == (403, told[action]["why_not"])


async def test_completion_counts_who_attended_in_their_town(start: Start) -> None:
    async with start("registry") as registry:
        institution_id = await made.school(registry)
        class_id = await made.proposed(registry, institution_id, "in_progress")
        came = await made.trainee(registry, 1, region_code="522601101")
        stayed_away, left = await made.trainee(registry, 2), await made.trainee(registry, 3)
        officer, path = registry.as_("officer", at=made.LAST), f"/v1/classes/{class_id}"
        enrolled = {
            each: (await made.posted(officer, f"{path}/enrolments", {"trainee_id": each}, 201))["id"] for each in (came, stayed_away, left)
        }
        await officer.patch(f"/v1/enrolments/{enrolled[left]}", json={"outcome": "withdrawn"})
        await made.posted(
            officer, f"{path}/attendance", {"trainee_id": came, "on": "2025-04-08", "half_day": "am", "source": "签到表"}, 201
        )
        await made.posted(registry.as_("officer", at=made.AFTER), f"{path}:complete")
        outcomes = {
            each["trainee_id"]: each for each in (await officer.get("/v1/enrolments", params={"class_id": class_id})).json()["items"]
        }
        assert {each: outcomes[each]["outcome"] for each in outcomes} == {came: "completed", stayed_away: "absent", left: "withdrawn"}
        assert (outcomes[came]["counted_on"], outcomes[came]["counted_region_code"], outcomes[came]["days_attended"]) == (
            "2025-04-10",
            "522601101",
            0,
        )
        for query, found in {
            "outcome=completed": 1,
            "region_code=522601101": 1,
            "region_code=522601100": 2,
            "programme=practical.agriculture&outcome=completed": 1,
            "programme=four.chef": 0,
            "completed_from_on=2025-04-10&completed_to_on=2025-04-10": 1,
            "completed_from_on=2025-04-11": 0,
            "completed_to_on=2025-04-09": 0,
            f"institution_id={institution_id}": 3,
            f"trainee_id={came}": 1,
            "channel=project": 0,
        }.items():
            answer = (await officer.get(f"/v1/enrolments?include_total=true&{query}")).json()
            assert (len(answer["items"]), answer["total"]) == (found, found), query
        events = (await registry.as_("auditor").get("/v1/changes")).json()["items"]
        assert sorted(each["type"] for each in events if each["subject"] in enrolled.values() and each["type"] != "enrolment.created") == [
            "enrolment.absent",
            "enrolment.completed",
            "enrolment.withdrawn",
        ]
        person, someone = registry.as_("person", trainee_id=came), registry.as_("person", trainee_id=left)
        assert (await person.get(f"/v1/enrolments/{enrolled[came]}")).status_code == 200
        assert (await someone.get(f"/v1/enrolments/{enrolled[came]}")).status_code == 404
        town = registry.as_("town", region_code="522601101")
        [theirs] = (await town.get("/v1/enrolments")).json()["items"]
        assert theirs["trainee_id"] == came
        await _told_as_answered(town, theirs["id"])
        assert (await registry.as_("partner").get("/v1/enrolments")).status_code == 403


async def test_a_cancelled_class_withdraws_everyone(start: Start) -> None:
    async with start("registry") as registry:
        class_id = await made.proposed(registry, await made.school(registry), "approved")
        officer = registry.as_("officer", at=made.FIRST)
        enrolment = await made.posted(officer, f"/v1/classes/{class_id}/enrolments", {"trainee_id": await made.trainee(registry, 1)}, 201)
        await made.posted(officer, f"/v1/classes/{class_id}:cancel", {"reason": "汛期停办"})
        assert (await officer.get(f"/v1/enrolments/{enrolment['id']}")).json()["outcome"] == "withdrawn"


@pytest.mark.parametrize(
    ("body", "status", "pointer"),
    [
        pytest.param(
            {"kind": "employer", "employer": "凯里某电子厂", "from_on": "2025-05-01", "grade": "A"},
            201,
            None,
            id="an-employer-with-insurance",
        ),
        pytest.param(
            {"kind": "farming", "from_on": "2025-05-01", "until_on": "2025-05-01", "grade": "E"}, 201, None, id="one-day-of-farming"
        ),
        pytest.param(
            {"kind": "farming", "from_on": "2025-05-02", "until_on": "2025-05-01", "grade": "E"},
            422,
            "/until_on",
            id="ends-before-it-begins",
        ),
        pytest.param({"kind": "employer", "from_on": "2025-05-01", "grade": "A"}, 422, "/employer", id="no-employer-named"),
        pytest.param({"kind": "farming", "from_on": "2025-05-01", "grade": "F"}, 422, "/grade", id="no-such-grade"),
    ],
)
async def test_work_is_kept_with_its_grade(start: Start, body: dict[str, Any], status: int, pointer: str | None) -> None:
    async with start("registry") as registry:
        class_id = await made.proposed(registry, await made.school(registry), "approved")
        officer = registry.as_("officer", at=made.FIRST)
        enrolment = await made.posted(officer, f"/v1/classes/{class_id}/enrolments", {"trainee_id": await made.trainee(registry, 1)}, 201)
        path = f"/v1/enrolments/{enrolment['id']}/employment"
        answer = await registry.as_("officer").post(path, json=body)
        assert answer.status_code == status, answer.text
        assert [each["pointer"] for each in answer.json().get("errors", [])] == ([pointer] if pointer else [])
        assert len((await officer.get(path)).json()["items"]) == (status == 201)


async def test_the_roster_goes_out_masked_and_the_export_is_on_the_trail(start: Start) -> None:
    async with start("registry") as registry:
        class_id = await made.proposed(registry, await made.school(registry), "approved")
        officer = registry.as_("officer", at=made.FIRST)
        trainee_id = await made.trainee(registry, 1, categories=[{"code": "rural_woman", "since_on": "2024-01-01"}])
        await made.posted(officer, f"/v1/classes/{class_id}/enrolments", {"trainee_id": trainee_id}, 201)
        answer = await officer.get(f"/v1/classes/{class_id}/roster")
        assert answer.status_code == 200, answer.text
        [sheet] = open_book(answer.content, "roster.xlsx").sheets
        assert sheet.rows[1].values[1:7] == ("杨秀英", "男", "5226**********" + made.citizen(1)[-4:], "三棵树镇", None, "农村妇女")
        trail = (await registry.as_("auditor").get("/v1/audit", params={"action": "class.roster_exported"})).json()["items"]
        assert [each["subject"] for each in trail] == [class_id]


async def test_after_the_last_day_an_officer_enrols_with_reason_and_proof_and_the_claim_is_told(start: Start) -> None:
    async with start("registry") as registry:
        school = await made.school(registry)
        class_id = await made.proposed(registry, school, "in_progress")
        path, late = f"/v1/classes/{class_id}/enrolments", {"reason": "漏录花名册", "proof": "签到表原件"}
        in_time, forgotten = [await made.trainee(registry, serial) for serial in (1, 2)]
        await made.posted(registry.as_("institution", institution_id=school, at=made.LAST), f"{path}:batch", {"items": []}, 207)
        await made.posted(registry.as_("officer", at=made.LAST), path, {"trainee_id": in_time, "from_on": "2025-04-10"}, 201)
        own, officer = registry.as_("institution", institution_id=school, at=made.AFTER), registry.as_("officer", at=made.AFTER)
        for refused in (await own.post(path, json={"trainee_id": forgotten} | late), await own.post(f"{path}:batch", json={"items": []})):
            assert (refused.status_code, refused.json()["code"]) == (409, "too_late")
        bare = await officer.post(path, json={"trainee_id": forgotten})
        assert (bare.status_code, {each["pointer"] for each in bare.json()["errors"]}) == (422, {"/reason", "/proof"})
        items = [{"trainee_id": forgotten}, {"trainee_id": forgotten} | late]
        batch = await made.posted(officer, f"{path}:batch", {"items": items[:1]}, 207)
        assert [each["code"] for each in batch["items"][0]["errors"]] == ["missing_field", "missing_field"]
        shown = await made.posted(officer, path, items[1], 201)
        assert {name: shown[name] for name in ("from_on", *late)} == {"from_on": "2025-04-08"} | late
        asked = {"class_id": class_id, "trainee_ids": None}
        told = {
            each["trainee_id"]: each for each in (await made.posted(registry.internal(), "/internal/v1/claim-facts", asked))["enrolments"]
        }
        assert (told[in_time]["from_on"], told[in_time]["late_reason"]) == ("2025-04-10", None)
        assert (told[forgotten]["from_on"], told[forgotten]["late_reason"]) == (None, "漏录花名册")


async def test_an_enrolment_begins_on_a_day_of_the_class(start: Start) -> None:
    async with start("registry") as registry:
        class_id = await made.proposed(registry, await made.school(registry), "approved")
        body = {"trainee_id": await made.trainee(registry, 1), "from_on": "2025-04-07"}
        refused = await registry.as_("officer", at=made.BEFORE).post(f"/v1/classes/{class_id}/enrolments", json=body)
        assert (refused.status_code, refused.json()["errors"][0]["code"]) == (422, "outside_class_days")


async def test_who_left_comes_back_where_there_is_a_seat(start: Start) -> None:
    async with start("registry") as registry:
        class_id = await made.proposed(registry, await made.school(registry), "approved", seats=1)
        officer, path = registry.as_("officer", at=made.FIRST), f"/v1/classes/{class_id}/enrolments"
        first, second = [await made.trainee(registry, serial) for serial in (1, 2)]
        one = f"/v1/enrolments/{(await made.posted(officer, path, {'trainee_id': first}, 201))['id']}"
        still = await officer.post(f"{one}:readmit", json={"reason": "本人要求"})
        assert (still.status_code, still.json()["code"]) == (409, "invalid_state")
        await officer.patch(one, json={"outcome": "withdrawn"})
        other = f"/v1/enrolments/{(await made.posted(officer, path, {'trainee_id': second}, 201))['id']}"
        assert await readmission(officer, one) == "class_full"
        full = await officer.post(f"{one}:readmit", json={"reason": "本人要求"})
        assert (full.status_code, full.json()["code"]) == (409, "class_full")
        await officer.patch(other, json={"outcome": "withdrawn"})
        assert await readmission(officer, one) is None
        assert (await officer.post(f"{one}:readmit")).status_code == 422
        assert (await made.posted(officer, f"{one}:readmit", {"reason": "本人要求"}))["outcome"] == "enrolled"


async def readmission(client: httpx.AsyncClient, enrolment: str) -> str | None:
    [found] = [each for each in (await client.get(enrolment)).json()["allowed_actions"] if each["action"] == "readmit"]
    return found["why_not"] and str(found["why_not"]["code"])


async def test_a_completion_by_mistake_is_taken_back_while_no_claim_rests_on_it(start: Start) -> None:
    async with start("registry") as registry, start("subsidy") as subsidy:
        registry.knows(subsidy)
        class_id = await made.proposed(registry, await made.school(registry), "in_progress")
        came, away = [await made.trainee(registry, serial) for serial in (1, 2)]
        officer, after, path = registry.as_("officer", at=made.LAST), registry.as_("officer", at=made.AFTER), f"/v1/classes/{class_id}"
        await made.posted(officer, f"{path}/enrolments:batch", {"items": [{"trainee_id": each} for each in (came, away)]}, 207)
        await made.posted(
            officer, f"{path}/attendance", {"trainee_id": came, "on": "2025-04-08", "half_day": "am", "source": "签到表"}, 201
        )
        await made.posted(after, f"{path}:complete")
        assert (await after.post(f"{path}:reopen")).status_code == 422
        assert (await registry.as_("town", region_code="522601100").post(f"{path}:reopen", json={"reason": "误办"})).status_code == 403
        reopened = await made.posted(after, f"{path}:reopen", {"reason": "误办结班"})
        assert (reopened["status"], reopened["completed_people"]) == ("in_progress", None)
        listed = (await after.get(f"{path}/enrolments")).json()["items"]
        assert {(each["outcome"], each["counted_on"]) for each in listed} == {("enrolled", None)}
        assert (await made.posted(after, f"{path}:complete"))["completed_people"] == 1


async def test_a_class_is_not_reopened_while_nobody_knows_of_its_claims(start: Start) -> None:
    async with start("registry", subsidy_url="http://127.0.0.1:9") as registry:
        class_id = await made.proposed(registry, await made.school(registry), "completed")
        officer, path = registry.as_("officer"), f"/v1/classes/{class_id}"
        [told] = [each for each in (await officer.get(path)).json()["allowed_actions"] if each["action"] == "reopen"]
        refused = await officer.post(f"{path}:reopen", json={"reason": "误办"})
        assert (refused.status_code, refused.json()["code"], told["why_not"]["code"]) == (503, "unavailable", "unavailable")
        assert (await registry.as_("auditor").get(path)).status_code == 200


async def test_work_is_told_once_has_begun_and_is_corrected_by_a_new_record(start: Start) -> None:
    async with start("registry") as registry:
        class_id = await made.proposed(registry, await made.school(registry), "approved")
        officer = registry.as_("officer", at=made.FIRST)
        enrolment = await made.posted(officer, f"/v1/classes/{class_id}/enrolments", {"trainee_id": await made.trainee(registry, 1)}, 201)
        path, body = f"/v1/enrolments/{enrolment['id']}/employment", {"kind": "farming", "from_on": "2025-04-08", "grade": "E"}
        ahead = await officer.post(path, json=body | {"from_on": "2025-04-09"})
        assert (ahead.status_code, ahead.json()["errors"][0]["code"]) == (422, "in_the_future")
        wrong = await made.posted(officer, path, body, 201)
        twice = await officer.post(path, json=body)
        assert (twice.status_code, twice.json()["code"], twice.json()["existing_id"]) == (409, "duplicate_employment", wrong["id"])
        assert (await officer.post(f"{path}/{wrong['id']}:correct", json={"from_on": "2025-04-07"})).status_code == 422  # no reason
        right = await made.posted(officer, f"{path}/{wrong['id']}:correct", {"from_on": "2025-04-07", "reason": "日期写错"})
        assert (right["from_on"], right["kind"], right["corrects"]) == ("2025-04-07", "farming", wrong["id"])
        assert [each["id"] for each in (await officer.get(path)).json()["items"]] == [right["id"]]
        gone = await made.posted(officer, f"{path}/{right['id']}:correct", {"reason": "并未就业"})
        assert (gone["id"], gone["void_reason"]) == (right["id"], "并未就业")
        assert (await officer.get(path)).json()["items"] == []
        assert (await officer.post(f"{path}/{right['id']}:correct", json={"reason": "再来"})).status_code == 404
        await made.posted(officer, path, body, 201)
        trail = (await registry.as_("auditor").get("/v1/audit", params={"subject": enrolment["id"]})).json()["items"]
        changes = [each["details"]["changes"] for each in trail if each["action"] == "employment.corrected"][-1]
        assert changes == [{"field": "from_on", "old": "2025-04-08", "new": "2025-04-07"}]
