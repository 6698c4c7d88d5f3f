"""What enterprises say of their technical workers: one a year, its parts within the whole, its plan beside what was trained."""

from typing import Any

import pytest

from tests.conftest import Start
from tests.registry import made

TOLD = {
    "year": 2025,
    "surveyed_on": "2025-04-08",
    "technical_workers": 40,
    "certified_workers": 30,
    "willingness": "willing",
    "needs": [{"occupation_code": "6-18-02-04", "people": 5}],
    "plan": [{"occupation_code": "6-31-01-03", "people": 20}, {"trade_name": "苗银锻制", "people": 3}],
}


async def test_a_survey_is_told_once_a_year_and_corrected_by_a_new_one(start: Start) -> None:
    async with start("registry") as registry:
        factory, other = await made.school(registry, "enterprise"), await made.school(registry, "enterprise")
        own = registry.as_("institution", at=made.FIRST, institution_id=factory)
        first = await made.posted(own, "/v1/enterprise-surveys", TOLD, 201)
        assert (first["institution_id"], first["certified_share"], first["needs"][0]["occupation_name"]) == (factory, 0.75, "焊工")
        assert [each["trained"] for each in (*first["needs"], *first["plan"])] == [
            0,
            0,
            None,
        ]  # a trade outside the dictionary is not counted
        again = await own.post("/v1/enterprise-surveys", json=TOLD)
        assert (again.status_code, again.json()["code"]) == (409, "duplicate_survey")
        assert (await own.post("/v1/enterprise-surveys", json=TOLD | {"institution_id": other, "year": 2024})).status_code == 404
        college = TOLD | {"institution_id": await made.school(registry, "vocational_college")}
        refused = await registry.as_("officer", at=made.FIRST).post("/v1/enterprise-surveys", json=college)
        assert [(each["pointer"], each["seen"]) for each in refused.json()["errors"]] == [("/institution_id", "职业院校")]
        path = f"/v1/enterprise-surveys/{first['id']}"
        right = {name: value for name, value in TOLD.items() if name != "year"} | {"certified_workers": 40, "reason": "漏计十人"}
        later = registry.as_("institution", at="2025-04-09T09:00:00+08:00", institution_id=factory)
        long_ago = await later.post(f"{path}:correct", json=right | {"surveyed_on": "2023-12-31"})
        assert [each["pointer"] for each in long_ago.json()["errors"]] == ["/surveyed_on"]
        second = await made.posted(later, f"{path}:correct", right, 200)
        assert (second["year"], second["certified_share"], second["corrects"]) == (2025, 1.0, first["id"])
        assert (await later.post(f"{path}:correct", json=right)).json()["code"] == "invalid_state"
        assert [(await later.get(path, params={"as_of": f"2025-04-0{day}"})).json().get("voided_at") is None for day in (8, 9)] == [
            True,
            False,
        ]
        listed = (await registry.as_("officer").get("/v1/enterprise-surveys", params={"year": "2025"})).json()["items"]
        assert [each["id"] for each in listed] == [second["id"]]
        [told] = (await later.get(f"/v1/enterprise-surveys/{second['id']}/history")).json()["items"]
        assert (told["reason"], ("certified_workers", 30, 40)) == (
            "漏计十人",
            next((each["field"], each["old"], each["new"]) for each in told["changes"] if each["field"] == "certified_workers"),
        )
        town = registry.as_("town", region_code="522601101")
        assert (await town.get(path)).status_code == 404


@pytest.mark.parametrize(
    ("changed", "faults"),
    [
        pytest.param({"certified_workers": 40}, [], id="all-are-certified"),
        pytest.param({"certified_workers": 41}, [("invalid_value", "/certified_workers")], id="more-than-there-are"),
        pytest.param({"surveyed_on": "2025-04-09"}, [("in_the_future", "/surveyed_on")], id="tomorrow"),
        pytest.param({"year": 2026}, [], id="next-years-plan"),
        pytest.param({"year": 2027}, [("in_the_future", "/year")], id="a-year-to-come"),
        pytest.param({"surveyed_on": "2024-01-01"}, [], id="asked-in-the-year-before"),
        pytest.param({"surveyed_on": "2023-12-31"}, [("invalid_value", "/surveyed_on")], id="asked-two-years-before"),
        pytest.param({"plan": [{"people": 3}]}, [("trade_missing", "/plan/0/occupation_code")], id="of-no-trade"),
        pytest.param(
            {"needs": [{"occupation_code": "9-99-99-99", "people": 1}]}, [("unknown_occupation", "/needs/0/occupation_code")], id="unknown"
        ),
    ],
)
async def test_a_survey_makes_sense(start: Start, changed: dict[str, Any], faults: list[tuple[str, str]]) -> None:
    async with start("registry") as registry:
        factory = await made.school(registry, "enterprise")
        answer = await registry.as_("officer", at=made.FIRST).post(
            "/v1/enterprise-surveys", json=TOLD | changed | {"institution_id": factory}
        )
        assert answer.status_code == (422 if faults else 201), answer.text
        assert [(each["code"], each["pointer"]) for each in answer.json().get("errors", [])] == faults
