"""Subtargets: what a town, a zone or a department is to bring, held against the city's target and shown beside what it brought."""

from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from gateway.plans.policy import allotting
from tests.conftest import Start
from tests.gateway.plans.test_policy import PLAN
from tests.registry.counting import registered
from tests.registry.counting.registered import SANKESHU, ZHOUXI

ALL = "/v1/plans/kaili-2024/subtargets"


def said(**changed: Any) -> dict[str, Any]:
    return {"line": "four.chef", "town": SANKESHU, "period": "total", "value": 60} | changed


@pytest.mark.parametrize(
    ("code", "period", "allotted", "said"),
    [
        ("four.chef", "total", "100", None),
        ("four.chef", "total", "99", ("subtargets_below_target", "还差 1 ")),
        ("four.chef", "total", "101", ("subtargets_above_target", "多 1 ")),
        ("four.chef", "2024", "1", None),  # of which the plan asks for nothing
        ("enterprise.workers", "2025", "599", ("subtargets_below_target", "全市目标 600 ")),
        ("enterprise.filings", "total", "0.5", None),  # shares of a ratio do not add up
    ],
)
def test_shares_that_do_not_make_the_citys_target_are_told(code: str, period: str, allotted: str, said: tuple[str, str] | None) -> None:
    found = allotting.differing(PLAN.line(code), period, Decimal(allotted))
    assert [each.code for each in found] == ([said[0]] if said else [])
    assert said is None or said[1] in found[0].detail


async def test_the_shares_are_held_against_the_citys_target_and_more_or_less_is_no_fault(start: Start) -> None:
    async with start("gateway") as gateway:
        officer = gateway.as_("officer")
        first = (await officer.post(ALL, json=said())).json()
        assert (first["city_target"], first["allotted"], first["town_name"]) == (100, 60, "三棵树镇")
        assert [each["code"] for each in first["warnings"]] == ["subtargets_below_target"]
        again = await officer.post(ALL, json=said(value=10))
        assert (again.status_code, again.json()["code"]) == (409, "duplicate_subtarget")
        second = (await officer.post(ALL, json=said(town=ZHOUXI, value=40))).json()
        assert (second["allotted"], second["warnings"]) == (100, [])
        path = f"{ALL}/{second['id']}"
        assert (await officer.patch(path, json={"value": 41})).status_code == 422, "no reason"
        half = await officer.patch(path, json={"value": 40.5, "reason": "联席会议纪要第3号"})
        assert [(each["pointer"], each["seen"]) for each in half.json()["errors"]] == [("/value", "40.5")], "nobody is half trained"
        changed = (await officer.patch(path, json={"value": 41, "reason": "联席会议纪要第3号"})).json()
        assert (changed["value"], [each["code"] for each in changed["warnings"]]) == (41, ["subtargets_above_target"])
        of_department = (await officer.post(ALL, json=said(town=None, department="市商务局", value=5))).json()
        assert of_department["allotted"] == 5, "departments are added up by themselves"
        [entry, _] = (await officer.get(f"{path}/history")).json()["items"]
        assert [(each["field"], each["old"], each["new"]) for each in entry["changes"]] == [("value", 40.0, 41.0)]
        listed = (await officer.get(f"{ALL}?town={SANKESHU}&town={ZHOUXI}&include_total=true")).json()
        assert (listed["total"], listed["items"][0]["id"]) == (2, second["id"])
        assert (await gateway.as_("town", region_code=SANKESHU).post(ALL, json=said(period="x"))).status_code == 403


@pytest.mark.parametrize(
    ("changed", "faults"),
    [
        pytest.param({"line": "four.none"}, {"/line"}, id="no-such-line"),
        pytest.param({"town": "522602100"}, {"/town"}, id="a-town-of-another-county"),
        pytest.param({"town": "522601"}, {"/town"}, id="the-city-itself"),
        pytest.param({"department": "市商务局"}, {"/town"}, id="two-at-once"),
        pytest.param({"town": None}, {"/town"}, id="nobody"),
        pytest.param({"town": None, "department": "市无此局"}, {"/department"}, id="no-such-department"),
        pytest.param({"period": "2024"}, {"/period"}, id="a-period-without-target"),
        pytest.param({"line": "four.technician.certified", "value": 90}, {"/value"}, id="a-ratio-as-percent"),
        pytest.param({"line": "four.none", "town": "1", "department": "市商务局"}, {"/line", "/town"}, id="all-at-once"),
    ],
)
async def test_what_cannot_be_a_subtarget(start: Start, changed: dict[str, Any], faults: set[str]) -> None:
    async with start("gateway") as gateway:
        refused = await gateway.as_("officer").post(ALL, json=said(**changed))
        assert (refused.status_code, {each["pointer"] for each in refused.json()["errors"]}) == (422, faults)


@pytest.mark.parametrize(
    ("name", "known", "unknown"),
    [
        ("town", SANKESHU, "lubi"),
        ("zone", "lubi", SANKESHU),
        ("department", "市商务局", "市商务"),
        ("period", "2025", "2099"),
        ("period", "total", "2"),
    ],
)
async def test_a_filter_that_names_nothing_is_no_empty_list(start: Start, name: str, known: str, unknown: str) -> None:
    async with start("gateway") as gateway:
        officer = gateway.as_("officer")
        assert (await officer.get(ALL, params={name: known})).status_code == 200
        refused = await officer.get(ALL, params={name: [known, unknown]})
        assert (refused.status_code, refused.json()["errors"][0]["parameter"]) == (400, name)


async def test_the_board_shows_a_towns_target_beside_what_it_brought(start: Start) -> None:
    async with start("registry") as registry, start("gateway") as gateway:
        gateway.knows(registry)
        await registered.completed(registry, await registered.institution(registry, "甲校"), 3, "four.chef", on=date(2025, 6, 30))
        await gateway.as_("officer").post(ALL, json=said(value=4))
        answer = await gateway.as_("officer").get("/v1/plans/kaili-2024/progress?as_of=2025-06-30&by=region")
        line = next(each for each in answer.json()["lines"] if each["code"] == "four.chef")
        rows = {row["code"]: (row["target"], row["actual"], row["rate"]) for row in line["breakdown"]}
        assert (rows[SANKESHU], rows[ZHOUXI]) == ((4, 3, 0.75), (None, 0, None))


async def test_a_plan_without_targets_counts_and_has_no_pace(start: Start) -> None:
    async with start("registry") as registry, start("gateway") as gateway:
        gateway.knows(registry)
        await registered.completed(registry, await registered.institution(registry, "甲校"), 3, "four.chef", on=date(2026, 3, 1))
        officer = gateway.as_("officer")
        lines = {each["code"]: each for each in (await officer.get("/v1/plans/kaili-2026/progress?as_of=2026-06-30")).json()["lines"]}
        of = lines["four.chef"]
        assert (of["actual"], of["target"], of["status"], of["rate"], of["needed_per_week"]) == (3, None, "unknown", None, None)
        assert lines["city.total"]["actual"] == 3 and {each["status"] for each in lines.values()} == {"unknown"}
        before = {each["code"]: each for each in (await officer.get("/v1/plans/kaili-2024/progress?as_of=2026-06-30")).json()["lines"]}
        assert before["four.chef"]["actual"] == 0, "a class serves the plan of its days"
        assert (await officer.get("/v1/plans/kaili-2026/check")).json()["consistent"]
        assert [each["code"] for each in (await officer.get("/v1/plans")).json()["items"]] == ["kaili-2024", "kaili-2026"]
