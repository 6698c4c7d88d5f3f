"""Measures: against whom, on which days, and what they stop until they are taken back."""

from typing import Any

import pytest

from shared import db
from tests.conftest import Service, Start
from tests.registry import made

TODAY = "2025-03-01T09:00:00+08:00"
STOPPED: dict[str, Any] = {
    "kind": "support_stopped",
    "reason": "年度目标未完成",
    "document": "会议纪要〔2025〕3 号",
    "from_on": "2025-04-08",
}
TERM = {"from_on": "2025-01-01", "to_on": "2025-12-31", "reason": "补录"}
NOBODY: dict[str, tuple[dict[str, Any], set[str]]] = {
    "on nobody": ({}, {"/institution_id"}),
    "on two": ({"region_code": "522601100", "department": "市教育局"}, {"/department"}),
    "on an institution that is not there": ({"institution_id": str(db.new_id())}, {"/institution_id"}),
    "on no town": ({"region_code": "lubi"}, {"/region_code"}),
    "on a department that no plan names": ({"department": "市气象局"}, {"/department"}),
    "the plaque of a town": ({"region_code": "522601100", "kind": "plaque_removed"}, {"/kind"}),
    "days backwards": ({"region_code": "522601100", "until_on": "2025-04-07"}, {"/until_on"}),
}


async def test_a_measure_on_nobody_is_a_422(start: Start) -> None:
    async with start("registry") as registry:
        reviewer = registry.as_("reviewer", at=TODAY)
        for name, (values, pointers) in NOBODY.items():
            refused = await reviewer.post("/v1/measures", json=STOPPED | values)
            assert (refused.status_code, {each["pointer"] for each in refused.json()["errors"]}) == (422, pointers), name
        assert (await registry.as_("officer", at=TODAY).post("/v1/measures", json=STOPPED)).json()["code"] == "wrong_role"


async def test_a_measure_needs_no_paper_beside_its_reason(start: Start) -> None:
    """What is answered then is taken as well."""
    async with start("registry") as registry:
        reviewer = registry.as_("reviewer", at=TODAY)
        body = {name: value for name, value in STOPPED.items() if name != "document"}
        decided = await made.posted(reviewer, "/v1/measures", body | {"region_code": "522601100"}, 201)
        assert (decided["document"], decided["reason"]) == ("", STOPPED["reason"])
        again = {"region_code": "522601101", "document": decided["document"]}
        assert (await made.posted(reviewer, "/v1/measures", body | again, 201))["document"] == ""
        assert (await reviewer.post("/v1/measures", json=body | again | {"document": "文" * 201})).status_code == 422


async def test_the_same_measure_stands_once_on_a_day(start: Start) -> None:
    async with start("registry") as registry:
        reviewer, town = registry.as_("reviewer", at=TODAY), {"region_code": "522601100"}
        first = await made.posted(reviewer, "/v1/measures", STOPPED | town | {"until_on": "2025-05-31"}, 201)
        assert first["number"].startswith("KL-CS-2025-")
        again = await reviewer.post("/v1/measures", json=STOPPED | town | {"from_on": "2025-05-31"})
        assert (again.status_code, again.json()["code"], again.json()["existing_id"]) == (409, "duplicate_measure", first["id"])
        await made.posted(reviewer, "/v1/measures", STOPPED | town | {"from_on": "2025-06-01"}, 201)
        for from_on in ("2025-04-08", "2025-04-09"):  # a criticism is no state
            await made.posted(reviewer, "/v1/measures", STOPPED | town | {"kind": "criticism", "from_on": from_on}, 201)
        listed = (await reviewer.get("/v1/measures", params={"in_force_on": "2025-05-31", "kind": "support_stopped"})).json()["items"]
        assert [each["id"] for each in listed] == [first["id"]]
        own = registry.as_("town", region_code="522601100", at=TODAY)
        assert len((await own.get("/v1/measures")).json()["items"]) == 4
        assert (await registry.as_("town", region_code="522601101", at=TODAY).get(f"/v1/measures/{first['id']}")).status_code == 404


@pytest.mark.parametrize(
    ("whom", "stopped"),
    [
        pytest.param("school", True, id="its-institution"),
        pytest.param("town", True, id="its-town"),
        pytest.param("department", True, id="the-department-that-proposed-it"),
        pytest.param("another-town", False, id="another-town"),
    ],
)
async def test_support_that_is_stopped_bars_new_classes_until_it_is_voided(start: Start, whom: str, stopped: bool) -> None:
    async with start("registry") as registry:
        school = await made.school(registry)
        proposer = registry.as_("department", department="市教育局", at=made.BEFORE)
        path = f"/v1/classes/{(await made.posted(proposer, '/v1/classes', made.class_in(school), 201))['id']}"
        bodies = {"school": {"institution_id": school}, "town": {"region_code": "522601100"}, "department": {"department": "市教育局"}}
        against = bodies.get(whom, {"region_code": "522601101"})
        reviewer = registry.as_("reviewer", at=TODAY)
        measure = await made.posted(reviewer, "/v1/measures", STOPPED | against, 201)
        asked = {"trainee_ids": [], "institution_id": school}  # what it claims without a class
        told = await made.posted(registry.internal(), "/internal/v1/people-facts", asked, 200)
        bar = {"why": "support_stopped", "from_on": "2025-04-08", "until_on": None}
        assert told["institution"]["barred"] == ([bar] if whom == "school" else [])
        expected = "support_stopped" if stopped else None
        assert await made.why_not(proposer, path.rpartition("/")[2], "submit") == expected
        answer = await proposer.post(f"{path}:submit")
        assert (answer.status_code, answer.json().get("code")) == ((409, expected) if stopped else (200, None))
        if stopped:
            voided = await made.posted(reviewer, f"/v1/measures/{measure['id']}:void", {"reason": "已整改"})
            assert voided["voided_at"] and voided["allowed_actions"][0]["allowed"] is False
            await made.posted(proposer, f"{path}:submit", {}, 200)
            assert (await made.posted(registry.internal(), "/internal/v1/people-facts", asked, 200))["institution"]["barred"] == []
            again = await reviewer.post(f"/v1/measures/{measure['id']}:void", json={"reason": "再撤"})
            assert (again.status_code, again.json()["code"]) == (409, "invalid_state")
            one = f"/v1/measures/{measure['id']}"
            later = registry.as_("reviewer", at="2025-05-01T09:00:00+08:00")
            other = await made.posted(reviewer, "/v1/measures", STOPPED | against, 201)
            await made.posted(later, f"/v1/measures/{other['id']}:void", {"reason": "已整改"})
            stood = [(await later.get(f"/v1/measures/{other['id']}", params={"as_of": day})).json() for day in ("2025-04-30", "2025-05-01")]
            assert [each["void_reason"] for each in stood] == [None, "已整改"]
            assert (await later.get(one, params={"as_of": "2025-01-01"})).status_code == 404


async def test_a_class_before_the_first_day_and_one_that_is_not_subsidised_go_on(start: Start) -> None:
    async with start("registry") as registry:
        school, reviewer = await made.school(registry), registry.as_("reviewer", at=TODAY)
        for other in ({"institution_id": await made.school(registry)}, {"region_code": "522601101"}, {"department": "市教育局"}):
            await made.posted(reviewer, "/v1/measures", STOPPED | other, 201)
        await made.proposed(registry, await made.school(registry), "approved")  # no department proposed it
        await made.posted(reviewer, "/v1/measures", STOPPED | {"institution_id": school, "from_on": "2025-04-09"}, 201)
        await made.proposed(registry, school, "approved")
        await made.posted(reviewer, "/v1/measures", STOPPED | {"institution_id": school, "until_on": "2025-04-08"}, 201)
        await made.proposed(registry, school, "approved", channel="social")
        officer = registry.as_("officer", at="2025-04-05T09:00:00+08:00")
        barred = [each for each in (await officer.get("/v1/worklist")).json()["items"] if each["kind"] == "class_barred"]
        assert len(barred) == 1


async def designations(registry: Service, school: str) -> list[tuple[str, str]]:
    paper = (await registry.as_("officer", at=TODAY).get(f"/v1/institutions/{school}")).json()
    return [(each["from_on"], each["to_on"]) for each in paper["designations"]]


async def test_a_removed_plaque_ends_the_designation_and_gives_it_back_when_voided(start: Start) -> None:
    async with start("registry") as registry:
        school = await made.school(registry, "private_school")
        officer, reviewer = registry.as_("officer", at=TODAY), registry.as_("reviewer", at=TODAY)
        removed = STOPPED | {"kind": "plaque_removed", "institution_id": school}
        refused = await reviewer.post("/v1/measures", json=removed)
        assert (refused.status_code, refused.json()["errors"][0]["pointer"]) == (422, "/from_on")  # it has no plaque
        for term in (TERM, {"from_on": "2026-01-01", "to_on": "2026-12-31"}):
            await made.posted(officer, f"/v1/institutions/{school}:designate", term, 200)
        measure = await made.posted(reviewer, "/v1/measures", removed, 201)
        assert await designations(registry, school) == [("2025-01-01", "2025-04-07")]
        standing = (await officer.get(f"/v1/institutions/{school}/standing", params={"on": "2025-04-08"})).json()
        assert [each["kind"] for each in standing["measures"]] == ["plaque_removed"]
        assert {each["code"]: each["met"] for each in standing["rules"]}["designation"] is False
        feed = (await registry.as_("auditor").get("/v1/changes")).json()["items"]
        assert [each["type"] for each in feed][-2:] == ["institution.designation_voided", "measure.decided"]
        await made.posted(reviewer, f"/v1/measures/{measure['id']}:void", {"reason": "复议撤销"}, 200)
        assert await designations(registry, school) == [("2025-01-01", "2025-12-31"), ("2026-01-01", "2026-12-31")]


async def test_one_plaque_is_removed_after_another_and_given_back_before_it(start: Start) -> None:
    async with start("registry") as registry:
        school = await made.school(registry, "private_school")
        officer, reviewer = registry.as_("officer", at=TODAY), registry.as_("reviewer", at=TODAY)
        anew = {"from_on": "2025-06-01", "to_on": "2025-12-31"}
        measures = []
        for term, from_on in ((TERM, "2025-04-08"), (anew, "2025-06-01")):
            await made.posted(officer, f"/v1/institutions/{school}:designate", term, 200)
            removed = STOPPED | {"kind": "plaque_removed", "institution_id": school, "from_on": from_on}
            measures.append((await made.posted(reviewer, "/v1/measures", removed, 201))["id"])
        earlier = await reviewer.post("/v1/measures", json=removed | {"from_on": "2025-05-31"})
        assert (earlier.status_code, earlier.json()["code"], earlier.json()["existing_id"]) == (409, "duplicate_measure", measures[1])
        [foreseen] = (await reviewer.get(f"/v1/measures/{measures[0]}")).json()["allowed_actions"]
        refused = await reviewer.post(f"/v1/measures/{measures[0]}:void", json={"reason": "复议撤销"})
        assert (refused.status_code, refused.json()["code"]) == (409, "designation_overlaps")
        assert foreseen["why_not"] == {name: refused.json()[name] for name in ("code", "detail")}
        assert await designations(registry, school) == [("2025-01-01", "2025-04-07")]
        await made.posted(reviewer, f"/v1/measures/{measures[1]}:void", {"reason": "复议撤销"}, 200)
        assert await designations(registry, school) == [("2025-01-01", "2025-04-07"), ("2025-06-01", "2025-12-31")]
        [foreseen] = (await reviewer.get(f"/v1/measures/{measures[0]}")).json()["allowed_actions"]
        assert foreseen["why_not"]["code"] == "designation_overlaps"  # by the term that began since
