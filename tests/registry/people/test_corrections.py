"""What a class that has begun was held on is changed by a correction alone, which another person accepts."""

from typing import Any

import httpx
import pytest

from services.registry.people.corrections import policy
from shared import db
from tests.conftest import Service, Start
from tests.registry import made

ACCOUNT, OTHER_ACCOUNT = "6217001234567894321", "6217001234567890000"
CATEGORY = {"code": "rural_transfer_worker", "since_on": "2025-04-08"}
EARLIER = [CATEGORY | {"since_on": "2024-01-01"}]
LATER = [CATEGORY, {"code": "veteran", "since_on": "2025-04-09"}]


async def in_a_class(registry: Service, status: str, **values: Any) -> str:
    class_id = await made.proposed(registry, await made.school(registry), status)
    trainee_id = await made.trainee(registry, 1, categories=[CATEGORY], **values)
    await made.posted(registry.as_("officer", at=made.BEFORE), f"/v1/classes/{class_id}/enrolments", {"trainee_id": trainee_id}, 201)
    return trainee_id


@pytest.mark.parametrize(
    ("status", "at", "before", "change", "refused"),
    [
        pytest.param("in_progress", made.FIRST, {}, {"categories": EARLIER}, True, id="a-category-moved-back"),
        pytest.param("in_progress", made.FIRST, {}, {"categories": []}, True, id="a-category-taken-away"),
        pytest.param("in_progress", made.FIRST, {}, {"categories": LATER}, False, id="a-category-of-the-day-after-the-first"),
        pytest.param("in_progress", made.FIRST, {}, {"categories": [CATEGORY | {"proof": "社字1号"}]}, False, id="its-proof"),
        pytest.param("in_progress", made.FIRST, {"bank_account": ACCOUNT}, {"bank_account": OTHER_ACCOUNT}, True, id="another-account"),
        pytest.param("in_progress", made.FIRST, {"bank_account": ACCOUNT}, {"bank_account": ACCOUNT}, False, id="the-same-account"),
        pytest.param("in_progress", made.FIRST, {}, {"bank_account": ACCOUNT}, False, id="the-first-account"),
        pytest.param("in_progress", made.FIRST, {}, {"phone": "13885509999"}, False, id="a-phone"),
        pytest.param("approved", made.FIRST, {}, {"categories": EARLIER}, True, id="approved-on-its-first-day"),
        pytest.param("approved", made.BEFORE, {}, {"categories": EARLIER}, False, id="approved-before-its-first-day"),
    ],
)
async def test_what_a_class_that_has_begun_counts_on_is_not_changed_at_will(
    start: Start, status: str, at: str, before: dict[str, Any], change: dict[str, Any], refused: bool
) -> None:
    async with start("registry") as registry:
        trainee_id, officer = await in_a_class(registry, status, **before), registry.as_("officer", at=at)
        answer = await officer.patch(f"/v1/trainees/{trainee_id}", json=change)
        assert (answer.status_code, answer.json().get("code")) == ((409, "correction_needed") if refused else (200, None)), answer.text
        again = {"name": "杨秀英", "id_number": made.citizen(1), "phone": None, "region_code": "522601100"} | change
        if refused and change != {"categories": []}:
            batch = (await officer.post("/v1/trainees:batch", json={"items": [again]})).json()
            assert [each["code"] for each in batch["items"][0]["errors"]] == ["correction_needed"]


async def asked(client: httpx.AsyncClient, trainee_id: str, field: str, proposed: Any) -> dict[str, Any]:
    body = {"field": field, "proposed": proposed, "reason": "登记时抄错"}
    answer: dict[str, Any] = await made.posted(client, f"/v1/trainees/{trainee_id}/corrections", body, 201)
    return answer


async def test_categories_are_corrected_by_an_officer_who_did_not_ask(start: Start) -> None:
    async with start("registry") as registry:
        trainee_id = await in_a_class(registry, "in_progress")
        one, other = (registry.as_("officer", name=name, person_id=db.new_id()) for name in ("王经办", "李经办"))
        correction = await asked(one, trainee_id, "categories", EARLIER)
        assert [each["since_on"] for each in correction["proposed"]] == ["2024-01-01"]
        beside = await asked(one, trainee_id, "categories", LATER)
        path = f"/v1/trainees/{trainee_id}/corrections/{correction['id']}:accept"
        refused = await one.post(path, json={})
        assert (refused.status_code, refused.json()["code"]) == (409, "same_person")
        actions = {each["action"]: each["why_not"] and each["why_not"]["code"] for each in correction["allowed_actions"]}
        assert actions == {"accept": "same_person", "reject": None}
        assert (await other.post(path, json={})).json()["status"] == "accepted"
        [told, *_] = [
            each for each in (await other.get(f"/v1/trainees/{trainee_id}/history")).json()["items"] if each["action"] == "trainee.changed"
        ]
        assert (told["actor_name"], told["source"], told["reason"]) == ("李经办", f"更正申请 {correction['id']}", "登记时抄错")
        [change] = told["changes"]
        assert (change["old"][0]["since_on"], change["new"][0]["since_on"]) == ("2025-04-08", "2024-01-01")
        await made.posted(other, f"/v1/trainees/{trainee_id}/corrections/{beside['id']}:accept", {}, 200)
        kept = (await other.get(f"/v1/trainees/{trainee_id}")).json()["categories"]
        assert {(each["code"], each["since_on"]) for each in kept} == {("rural_transfer_worker", "2024-01-01"), ("veteran", "2025-04-09")}


@pytest.mark.parametrize(
    ("seen", "proposed", "now", "left"),
    [
        pytest.param("a", "b", "a", "b", id="one-for-another"),
        pytest.param("a", "ab", "ac", "acb", id="added-beside-what-came-since"),
        pytest.param("ab", "b", "abc", "bc", id="taken-away-beside-what-came-since"),
        pytest.param("ab", "a", "a", "a", id="taken-away-already"),
        pytest.param("ab", "ab", "a", "a", id="nothing-said-of-what-has-gone-since"),
        pytest.param("a", "ab", "aB", "ab", id="another-word-on-the-same-days"),
        pytest.param("a", "ab", "ab", "ab", id="added-already"),
    ],
)
def test_a_correction_changes_of_the_list_what_its_asker_saw(seen: str, proposed: str, now: str, left: str) -> None:
    assert policy.corrected(seen, proposed, now, lambda one, other: one.lower() == other.lower()) == list(left)


@pytest.mark.parametrize(
    ("field", "proposed", "pointer"),
    [
        pytest.param("categories", "rural_worker", "/proposed", id="categories-as-text"),
        pytest.param("phone", EARLIER, "/proposed", id="a-phone-as-categories"),
        pytest.param("name", "杨" * 150, "/proposed", id="too-long-a-name"),
        pytest.param(
            "categories", [CATEGORY | {"until_on": "2020-01-01"}], "/proposed/0/until_on", id="a-period-that-ends-before-it-begins"
        ),
    ],
)
async def test_a_correction_of_another_shape_is_refused(start: Start, field: str, proposed: Any, pointer: str) -> None:
    async with start("registry") as registry:
        trainee_id = await made.trainee(registry, 1)
        body = {"field": field, "proposed": proposed, "reason": "错"}
        answer = await registry.as_("officer").post(f"/v1/trainees/{trainee_id}/corrections", json=body)
        assert (answer.status_code, answer.json()["errors"][0]["pointer"]) == (422, pointer), answer.text


async def test_an_office_asks_on_behalf_of_a_person_with_what_that_person_signed(start: Start) -> None:
    async with start("registry") as registry:
        trainee_id = await in_a_class(registry, "in_progress")
        path, body = f"/v1/trainees/{trainee_id}/corrections", {"field": "name", "proposed": "杨秀瑛", "reason": "登记时抄错"}
        town = registry.as_("town", region_code="522601100", subject="clerk-of-the-town", person_id=db.new_id())
        officer, school = registry.as_("officer", person_id=db.new_id()), registry.as_("institution", institution_id=db.new_id())
        signed, others = [
            (await client.post("/v1/files", files={"file": ("委托书.pdf", b"%PDF-1.7")})).json()["id"] for client in (town, school)
        ]

        async def refused(client: httpx.AsyncClient, **said: Any) -> list[tuple[str, str]]:
            answer = await client.post(path, json=body | said)
            assert answer.status_code == 422, answer.text
            return [(fault["code"], fault["pointer"]) for fault in answer.json()["errors"]]

        assert await refused(town, on_behalf=True) == [("authorisation_missing", "/attachments")]
        assert await refused(officer, on_behalf=True, attachments=[]) == [("authorisation_missing", "/attachments")]
        unknown = {"on_behalf": True, "attachments": [signed, others], "proposed": []}
        assert await refused(town, **unknown) == [("unknown_file", "/attachments/1"), ("invalid_value", "/proposed")]
        person = registry.as_("person", trainee_id=trainee_id)
        assert await refused(person, on_behalf=True) == [("invalid_value", "/on_behalf")]
        elsewhere = registry.as_("town", region_code="522601101")
        assert (await elsewhere.post(path, json=body | {"on_behalf": True, "attachments": [signed]})).status_code == 404
        correction = await made.posted(town, path, body | {"on_behalf": True, "attachments": [signed]}, 201)
        assert (correction["on_behalf"], correction["attachments"]) == (True, [signed])
        plain = await asked(officer, trainee_id, "phone", "13885500000")
        assert (plain["on_behalf"], plain["attachments"]) == (False, [])
        assert (await officer.get(f"/v1/files/{signed}")).status_code == 200
        assert (await person.get(f"/v1/files/{signed}")).status_code == 404, "what was handed in stays with the offices"
        accepted = await officer.post(f"{path}/{correction['id']}:accept", json={})
        assert (accepted.status_code, accepted.json()["status"], accepted.json()["on_behalf"]) == (200, "accepted", True)
