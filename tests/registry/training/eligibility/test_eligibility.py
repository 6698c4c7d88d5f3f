"""What a claim for a class would be judged to be, asked of subsidy over its real routes."""

import pytest

from services.registry.training.eligibility import operations
from tests.conftest import Start
from tests.registry import made


async def test_the_school_sees_beforehand_who_would_be_refused_and_why(start: Start, monkeypatch: pytest.MonkeyPatch) -> None:
    async with start("registry") as registry, start("subsidy") as subsidy:
        registry.knows(subsidy)
        institution_id = await made.school(registry)
        class_id = await made.proposed(registry, institution_id, "in_progress")
        category = [{"code": "rural_transfer_worker", "since_on": "2024-01-01"}]
        numbers = {"old": made.citizen(1, "19590407"), "just": made.citizen(2, "19590409")}
        people = {who: await made.trainee(registry, 1, id_number=number, categories=category) for who, number in numbers.items()}
        items = [{"trainee_id": each} for each in people.values()]
        await made.posted(registry.as_("officer", at=made.FIRST), f"/v1/classes/{class_id}/enrolments:batch", {"items": items}, 207)
        own = registry.as_("institution", institution_id=institution_id, at=made.FIRST)
        answer = await own.get(f"/v1/classes/{class_id}/eligibility", params={"scheme": "agricultural_short"})
        assert answer.status_code == 200, answer.text
        assert all(line["trainee_name"] and line["id_number_masked"].startswith("5226") for line in answer.json()["lines"])
        refused = {
            line["trainee_id"]: {finding["code"] for finding in line["findings"] if finding["effect"] == "refuse"}
            for line in answer.json()["lines"]
            if line["verdict"] == "refused"
        }
        assert refused == {people["old"]: {"age_above_limit"}}
        monkeypatch.setattr(operations, "PEOPLE_AT_A_TIME", 1)
        one_by_one = await own.get(f"/v1/classes/{class_id}/eligibility", params={"scheme": "agricultural_short"})
        assert [line["trainee_id"] for line in one_by_one.json()["lines"]] == [line["trainee_id"] for line in answer.json()["lines"]]
        by_channel = await own.get(f"/v1/classes/{class_id}/eligibility")
        assert by_channel.json()["scheme"] == "agricultural_short"
        assert (await own.get(f"/v1/classes/{class_id}/eligibility", params={"scheme": "cats"})).status_code == 400
        other = registry.as_("institution", institution_id=await made.school(registry))
        assert (await other.get(f"/v1/classes/{class_id}/eligibility")).status_code == 404


async def test_a_stopped_subsidy_is_a_problem_not_a_hang(start: Start) -> None:
    async with start("registry", subsidy_url="http://127.0.0.1:9") as registry:
        class_id = await made.proposed(registry, await made.school(registry), "in_progress")
        answer = await registry.as_("officer").get(f"/v1/classes/{class_id}/eligibility")
        assert (answer.status_code, answer.json()["code"]) == (503, "unavailable")
