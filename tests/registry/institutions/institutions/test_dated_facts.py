"""What an institution is from day to day: above scale, bound to file or exempt, marked, licensed; its teachers' recognition and its yearly figures."""

from typing import Any

import pytest

from tests.conftest import Start
from tests.registry import made

DAY = "2025-04-08"


async def test_scale_is_asked_of_the_day_and_says_who_must_file(start: Start) -> None:
    async with start("registry") as registry:
        officer = registry.as_("officer", at=made.FIRST)
        periods = [{"from_on": "2023-01-01", "until_on": "2024-12-31"}, {"from_on": DAY}]
        dated = await made.school(registry, "enterprise", scale_periods=periods)
        always = await made.school(registry, "enterprise", above_scale=True)
        exempt = [{"from_on": "2025-01-01", "until_on": "2025-04-08", "reason": "停产,没有技术工人"}]
        idle = await made.school(registry, "enterprise", above_scale=True, filing_exemptions=exempt)
        farm = await made.school(registry, above_scale=True)

        async def on(day: str) -> dict[str, tuple[bool, Any]]:
            reader = registry.as_("officer", at=f"{day}T09:00:00+08:00")
            found = (await reader.get("/v1/institutions")).json()["items"]
            return {each["id"]: (each["above_scale"], each["filing_eligible"]["reason"]) for each in found}

        not_above, out = (False, "当日不在规模以上期间"), (True, "停产,没有技术工人")
        for day, of_dated, of_idle in (
            ("2024-12-31", (True, None), (True, None)),
            ("2025-01-01", not_above, out),
            ("2025-04-07", not_above, out),
            (DAY, (True, None), out),
            ("2025-04-09", (True, None), (True, None)),
        ):
            assert await on(day) == {dated: of_dated, always: (True, None), idle: of_idle, farm: (True, "不是企业")}, day
            must = await registry.internal("evaluation").get("/internal/v1/above-scale-enterprises", params={"on": day})
            due = {dated} if of_dated == (True, None) else set()
            due |= {idle} if of_idle == (True, None) else set()
            assert {each["id"] for each in must.json()["institutions"]} == {always} | due, day
        asked = await officer.get("/v1/institutions", params={"above_scale_on": "2025-02-01", "kind": "enterprise"})
        assert {each["id"] for each in asked.json()["items"]} == {always, idle}
        assert [each["id"] for each in (await officer.get("/v1/institutions", params={"above_scale": "false"})).json()["items"]] == []


async def test_scale_said_of_today_begins_and_ends_a_period(start: Start) -> None:
    async with start("registry") as registry:
        path = f"/v1/institutions/{await made.school(registry, 'enterprise')}"

        async def said(day: str, **body: Any) -> Any:
            answer = await registry.as_("officer", at=f"{day}T09:00:00+08:00").patch(path, json=body)
            assert answer.status_code == 200, answer.text
            return answer.json()["scale_periods"]

        first = {"from_on": "2025-04-08", "until_on": None}
        assert await said("2025-04-08", above_scale=True) == [first]
        assert await said("2025-04-09", above_scale=True) == [first]
        ended = {"from_on": "2025-04-08", "until_on": "2025-06-30"}
        assert await said("2025-07-01", above_scale=False) == [ended]
        assert await said("2025-07-02", above_scale=True) == [ended, {"from_on": "2025-07-02", "until_on": None}]
        assert await said("2025-07-02", above_scale=False) == [ended]  # it never was
        told = (await registry.as_("officer").get(f"{path}/history")).json()["items"]
        fields = {change["field"] for entry in told for change in entry["changes"]}
        assert {"above_scale", "scale_periods"} <= fields


@pytest.mark.parametrize(
    ("body", "faults"),
    [
        pytest.param(
            {"scale_periods": [{"from_on": None, "until_on": "2024-12-31"}, {"from_on": "2024-12-31"}]},
            [("overlapping_periods", "/scale_periods/1")],
            id="two-periods-share-a-day",
        ),
        pytest.param({"scale_periods": [{"until_on": "2024-12-31"}, {"from_on": "2025-01-01"}]}, [], id="the-day-after-is-free"),
        pytest.param(
            {"marks": [{"code": "star", "from_on": "2025-01-01", "until_on": "2024-01-01"}]},
            [("invalid_period", "/marks/0/until_on")],
            id="ends-before-it-begins",
        ),
        pytest.param({"marks": [{"code": "star"}, {"code": "leading"}]}, [], id="two-marks-at-once"),
        pytest.param({"marks": [{"code": "star"}, {"code": "star"}]}, [("overlapping_periods", "/marks/1")], id="one-mark-twice"),
        pytest.param(
            {"licences": [{"number": "许 1", "trades": ["9-99-99-99", "苗绣"]}]},
            [("unknown_occupation", "/licences/0/trades/0")],
            id="a-code-of-no-occupation",
        ),
        pytest.param(
            {"above_scale": True, "scale_periods": [{"until_on": "2024-12-31"}]}, [("invalid_value", "/above_scale")], id="contradicted"
        ),
    ],
)
async def test_dated_facts_make_sense(start: Start, body: dict[str, Any], faults: list[tuple[str, str]]) -> None:
    async with start("registry") as registry:
        path = f"/v1/institutions/{await made.school(registry, 'enterprise')}"
        answer = await registry.as_("officer", at=made.FIRST).patch(path, json=body)
        assert answer.status_code == (422 if faults else 200), answer.text
        assert [(each["code"], each["pointer"]) for each in answer.json().get("errors", [])] == faults


async def test_marks_industry_and_designation_are_kept_and_found(start: Start) -> None:
    async with start("registry") as registry:
        officer = registry.as_("officer", at=made.FIRST)
        marks = [{"code": "star", "from_on": "2025-01-01", "until_on": "2025-04-08", "document": "州商务局〔2025〕1号"}]
        star = await made.school(registry, "enterprise", marks=marks, industry_code="C3825")
        await made.school(registry, "enterprise")
        assert [each["id"] for each in (await officer.get("/v1/institutions", params={"mark": "star"})).json()["items"]] == [star]
        later = registry.as_("officer", at="2025-04-09T09:00:00+08:00")
        assert (await later.get("/v1/institutions", params={"mark": "star"})).json()["items"] == []
        assert [each["id"] for each in (await officer.get("/v1/institutions", params={"industry_code": "C3825"})).json()["items"]] == [star]
        wrong = await officer.patch(f"/v1/institutions/{star}", json={"industry_code": "Z1"})
        assert [each["pointer"] for each in wrong.json()["errors"]] == ["/industry_code"]
        term = {"from_on": "2025-04-08", "to_on": "2025-12-31", "decision_no": "凯人社通〔2025〕8号", "tender_no": "KLZB-2025-012"}
        paper = await made.posted(officer, f"/v1/institutions/{star}:designate", term, 200)
        assert [(each["decision_no"], each["tender_no"]) for each in paper["designations"]] == [("凯人社通〔2025〕8号", "KLZB-2025-012")]


async def test_recognised_and_dual_qualified_teachers_are_counted_on_the_day(start: Start) -> None:
    async with start("registry") as registry:
        officer = registry.as_("officer", at=made.FIRST)
        path = f"/v1/institutions/{await made.school(registry, 'private_school')}"
        teacher = {"name": "龙成", "employment": "full_time", "from_on": "2025-01-01"}
        recognised = {"recognised_from_on": "2025-01-01", "recognised_until_on": "2025-04-08", "dual_qualified": True}
        await made.posted(officer, f"{path}/teachers", teacher | {"id_number": made.citizen(1)} | recognised, 201)
        await made.posted(officer, f"{path}/teachers", teacher | {"id_number": made.citizen(2), "employment": "part_time"}, 201)
        endless = {"id_number": made.citizen(3), "recognised_until_on": "2025-04-08"}
        refused = await officer.post(f"{path}/teachers", json=teacher | endless)
        assert [(each["code"], each["pointer"]) for each in refused.json()["errors"]] == [("missing_field", "/recognised_from_on")]
        for day, count in (("2025-04-08", 1), ("2025-04-09", 0)):
            told = (await officer.get(f"{path}/standing", params={"on": day})).json()["teachers"]
            assert told == {"total": 2, "full_time": 1, "recognised": count, "dual_qualified": 1, "dual_qualified_share": 0.5}


async def test_yearly_reports_of_all_institutions_are_listed_with_their_sums_checked(start: Start) -> None:
    async with start("registry") as registry:
        officer = registry.as_("officer", at=made.FIRST)
        factory, college = await made.school(registry, "enterprise"), await made.school(registry, "vocational_college")
        funds = {"year": 2024, "wages": "1000.00", "extracted": "80.00", "training_funds": "80.00", "training_funds_frontline": "48.00"}
        too_much = await officer.post(f"/v1/institutions/{factory}/yearly-reports", json=funds | {"extracted": "1000.01"})
        assert [each["pointer"] for each in too_much.json()["errors"]] == ["/extracted"]
        await made.posted(officer, f"/v1/institutions/{factory}/yearly-reports", funds, 201)
        earned = {"year": 2024, "partner_enterprises": 2, "social_training_income": "5000.00"}
        await made.posted(officer, f"/v1/institutions/{college}/yearly-reports", earned, 201)

        async def those(role: str = "officer", bound: Any = None, **asked: str) -> list[str]:
            answer = await registry.as_(role, **(bound or {})).get("/v1/yearly-reports", params=asked)
            assert answer.status_code == 200, answer.text
            return [each["institution_id"] for each in answer.json()["items"]]

        assert await those(year="2024") == [college, factory]
        assert (await those(has="training_funds"), await those(has="partner_enterprises")) == ([factory], [college])
        assert (await those(institution_kind="enterprise"), await those(year="2023")) == ([factory], [])
        assert await those("institution", {"institution_id": college}) == [college]
