"""Teachers, standing, ratings and yearly reports of an institution."""

import asyncio
from typing import Any

import pytest

from shared import db
from tests.conftest import Start
from tests.registry.invented import LONG, PAN, YANG, credit_code, id_number, institution, made

AT = "2025-04-08T09:00:00+08:00"
WHY = {"reason": "核对账册后更正"}


def teacher(number: str = YANG, **changed: Any) -> dict[str, Any]:
    return {"name": "龙老师", "id_number": number, "employment": "full_time", "from_on": "2024-09-01"} | changed


async def test_a_school_keeps_its_own_teachers_masked(start: Start) -> None:
    async with start("registry") as registry:
        kept = await made(registry.as_("officer"), "/v1/institutions", institution())
        school, path = registry.as_("institution", institution_id=kept["id"]), f"/v1/institutions/{kept['id']}/teachers"
        one = await made(school, path, teacher(qualification="讲师"))
        assert (one["id_number"], one["institution_id"], one["to_on"], one["version"]) == ("5226**********0017", kept["id"], None, 1)
        assert [each["id"] for each in (await school.get(path)).json()["items"]] == [one["id"]]
        other = registry.as_("institution", institution_id=db.new_id())
        assert (await other.post(path, json=teacher(PAN))).status_code == 404
        assert (await other.get(path)).status_code == 404


async def test_a_teacher_still_there_is_not_added_twice_also_at_once(start: Start) -> None:
    async with start("registry") as registry:
        officer = registry.as_("officer")
        path = f"/v1/institutions/{(await made(officer, '/v1/institutions', institution()))['id']}/teachers"
        answers = await asyncio.gather(*(officer.post(path, json=teacher(from_on=f"2024-09-{day:02}")) for day in range(1, 11)))
        assert sorted(answer.status_code for answer in answers) == [201] + [409] * 9
        [one] = [answer.json() for answer in answers if answer.status_code == 201]
        assert {(answer.json()["code"], answer.json()["existing_id"]) for answer in answers if answer.status_code == 409} == {
            ("duplicate_teacher", one["id"])
        }
        ended = await officer.patch(f"{path}/{one['id']}", json={"to_on": "2025-01-31"}, headers={"If-Match": '"1"'})
        assert (ended.json()["to_on"], ended.json()["version"]) == ("2025-01-31", 2)
        assert (await officer.post(path, json=teacher(from_on="2025-02-01"))).status_code == 201
        assert (await officer.patch(f"{path}/{one['id']}", json={"to_on": "2020-01-01"}, headers={"If-Match": '"2"'})).status_code == 422
        assert (await officer.patch(f"{path}/{db.new_id()}", json={}, headers={"If-Match": '"2"'})).status_code == 404


async def test_a_faulty_teacher_is_refused_with_every_fault(start: Start) -> None:
    async with start("registry") as registry:
        officer = registry.as_("officer")
        path = f"/v1/institutions/{(await made(officer, '/v1/institutions', institution()))['id']}/teachers"
        answer = await officer.post(path, json=teacher("110105194912310021", name=" ", to_on="2024-08-31"))
        assert [(fault["code"], fault["pointer"]) for fault in answer.json()["errors"]] == [
            ("name_missing", "/name"),
            ("invalid_id_number", "/id_number"),
            ("invalid_period", "/to_on"),
        ]


async def test_a_batch_of_teachers_sent_again_is_unchanged(start: Start) -> None:
    async with start("registry") as registry:
        officer = registry.as_("officer")
        path = f"/v1/institutions/{(await made(officer, '/v1/institutions', institution()))['id']}/teachers"
        items = [teacher(id_number(serial)) for serial in range(20)]
        first = (await officer.post(f"{path}:batch", json={"items": items})).json()
        again = (await officer.post(f"{path}:batch", json={"items": items})).json()
        assert (first["summary"]["created"], again["summary"]["unchanged"]) == (20, 20)
        assert [each["id"] for each in first["items"]] == [each["id"] for each in again["items"]]
        items = [
            teacher(id_number(0), to_on="2025-01-31"),
            teacher(id_number(1), from_on="2025-01-01"),
            teacher(id_number(0), to_on="2025-01-31"),
            teacher("1"),
        ]
        third = (await officer.post(f"{path}:batch", json={"items": items})).json()
        assert [each["outcome"] for each in third["items"]] == ["updated", "rejected", "rejected", "rejected"]
        assert [each["errors"][0]["code"] for each in third["items"][1:]] == ["duplicate_teacher", "duplicate_item", "invalid_id_number"]


async def test_standing_shows_the_five_rules_as_of_a_day(start: Start) -> None:
    async with start("registry") as registry:
        officer = registry.as_("officer", at=AT)
        kept = await made(officer, "/v1/institutions", institution())
        path = f"/v1/institutions/{kept['id']}"
        await officer.post(f"{path}:designate", json={"from_on": "2025-01-01", "to_on": "2025-12-31"})
        await made(officer, f"{path}/teachers", teacher(YANG))
        for number in (PAN, LONG):
            await made(officer, f"{path}/teachers", teacher(number, employment="part_time"))
        await made(officer, f"{path}/ratings", {"year": 2023, "result": "excellent"})
        standing = (await officer.get(f"{path}/standing")).json()
        assert standing["on"] == "2025-04-08"
        assert {rule["code"]: rule["met"] for rule in standing["rules"]} == {
            "designation": True,
            "blacklist": True,
            "teacher_ratio": True,
            "part_time_limit": True,
            "rating_due": True,
        }
        assert all(rule["seen"] and rule["needed"] and rule["basis"]["document"] for rule in standing["rules"])
        assert "优秀" in standing["rules"][4]["seen"]
        await made(officer, f"{path}/teachers", teacher(id_number(9), employment="part_time"))
        later = {rule["code"]: rule["met"] for rule in (await officer.get(f"{path}/standing", params={"on": "2027-01-01"})).json()["rules"]}
        assert later == {"designation": False, "blacklist": True, "teacher_ratio": False, "part_time_limit": True, "rating_due": False}
        assert (await officer.get(f"{path}/standing?on=2025-02-29")).json()["parameter"] == "on"


@pytest.mark.parametrize(("elsewhere", "met"), [pytest.param(2, True, id="three-in-all"), pytest.param(3, False, id="four-in-all")])
async def test_a_part_time_teacher_is_counted_at_every_institution(start: Start, elsewhere: int, met: bool) -> None:
    async with start("registry") as registry:
        officer = registry.as_("officer", at=AT)
        ids = [(await made(officer, "/v1/institutions", institution(credit_code(serial))))["id"] for serial in range(elsewhere + 1)]
        for each in ids:
            await made(officer, f"/v1/institutions/{each}/teachers", teacher(employment="part_time"))
        rules = (await officer.get(f"/v1/institutions/{ids[0]}/standing")).json()["rules"]
        assert {rule["code"]: rule["met"] for rule in rules}["part_time_limit"] is met


async def test_one_rating_a_year(start: Start) -> None:
    async with start("registry") as registry:
        officer = registry.as_("officer")
        path = f"/v1/institutions/{(await made(officer, '/v1/institutions', institution()))['id']}/ratings"
        await made(officer, path, {"year": 2024, "result": "qualified"})
        assert (await officer.post(path, json={"year": 2024, "result": "excellent"})).json()["code"] == "duplicate_rating"
        assert (await officer.post(path, json={"year": 2025, "result": "优"})).status_code == 422
        assert [each["year"] for each in (await officer.get(path)).json()["items"]] == [2024]
        college = await made(officer, "/v1/institutions", institution(credit_code(7), kind="vocational_college"))  # nobody assesses one
        refused = await officer.post(f"/v1/institutions/{college['id']}/ratings", json={"year": 2100, "result": "excellent"})
        assert [each["pointer"] for each in refused.json()["errors"]] == ["/year", "/result"]


async def test_a_yearly_report_is_posted_once_and_then_corrected(start: Start) -> None:
    async with start("registry") as registry:
        kept = await made(registry.as_("officer"), "/v1/institutions", institution())
        school, path = registry.as_("institution", institution_id=kept["id"]), f"/v1/institutions/{kept['id']}/yearly-reports"
        figures = {"training_funds": "100000.00", "training_funds_frontline": "60000.00"}
        one = await made(school, path, {"year": 2024, **figures})
        assert (one["training_funds_frontline"], one["enrolled_students"]) == ("60000.00", None)
        assert (await school.post(path, json={"year": 2024, **figures})).json()["code"] == "duplicate_yearly_report"
        too_much = await school.put(f"{path}/2024", json=figures | WHY | {"training_funds_frontline": "100000.01"})
        assert too_much.json()["errors"][0]["pointer"] == "/training_funds_frontline"
        assert (await school.put(f"{path}/2024", json=figures | WHY | {"training_funds_frontline": "100000.00"})).status_code == 200
        assert (await school.put(f"{path}/2023", json=figures | WHY)).status_code == 404
        assert [each["training_funds_frontline"] for each in (await school.get(path)).json()["items"]] == ["100000.00"]
        assert (await registry.as_("institution", institution_id=db.new_id()).get(path)).status_code == 404


@pytest.mark.parametrize(
    ("born", "days", "wrong"),
    [
        pytest.param("20060901", {}, [], id="eighteen-that-day"),
        pytest.param("20060902", {}, ["/from_on"], id="a-day-short-of-eighteen"),
        pytest.param("20150401", {}, ["/from_on"], id="nine"),
        pytest.param("19440902", {"from_on": "2025-09-01"}, [], id="eighty-on-its-last-day"),
        pytest.param("19440901", {"from_on": "2025-09-01"}, ["/from_on"], id="eighty-one"),
        pytest.param("19850612", {"to_on": "2099-12-31"}, ["/to_on"], id="until-no-one-lives"),
        pytest.param("19850612", {"recognised_from_on": "2003-06-12"}, [], id="recognised-at-eighteen"),
        pytest.param("19850612", {"recognised_from_on": "2003-06-11"}, ["/recognised_from_on"], id="recognised-a-day-before"),
        pytest.param("19850612", {"recognised_from_on": "1985-06-11"}, ["/recognised_from_on"], id="recognised-before-birth"),
        pytest.param("19850612", {"from_on": "2099-01-01"}, ["/from_on"], id="from-when-no-one-lives"),
    ],
)
async def test_a_teacher_is_of_an_age_at_which_people_teach(start: Start, born: str, days: dict[str, str], wrong: list[str]) -> None:
    async with start("registry") as registry:
        officer = registry.as_("officer", at="2025-10-01T09:00:00+08:00")
        path = f"/v1/institutions/{(await made(officer, '/v1/institutions', institution()))['id']}/teachers"
        answer = await officer.post(path, json=teacher(id_number(1, born), **days))
        faults = [(each["code"], each["pointer"]) for each in answer.json().get("errors", [])]
        assert (answer.status_code, faults) == (422 if wrong else 201, [("implausible_age", each) for each in wrong])


async def test_the_days_of_a_teacher_are_corrected_with_a_reason_and_stay_in_the_history(start: Start) -> None:
    async with start("registry") as registry:
        officer = registry.as_("officer", at=AT)
        path = f"/v1/institutions/{(await made(officer, '/v1/institutions', institution()))['id']}/teachers"
        one = f"{path}/{(await made(officer, path, teacher()))['id']}"
        ended = await officer.patch(one, json={"to_on": "2025-01-31"})
        assert ended.status_code == 200, "an open end is closed without a reason"
        for said in ({"from_on": "2024-03-01"}, {"to_on": "2025-02-28"}):
            assert (await officer.patch(one, json=said)).json()["errors"][0]["pointer"] == "/reason"
            assert (await officer.patch(one, json=said | WHY)).status_code == 200
        assert (await officer.patch(one, json={"from_on": "2007-01-01"} | WHY)).json()["errors"][0]["code"] == "implausible_age"
        unborn = (await officer.patch(one, json={"recognised_from_on": "1980-01-01"})).json()
        assert [(each["code"], each["pointer"]) for each in unborn["errors"]] == [("implausible_age", "/recognised_from_on")]
        entries = (await officer.get(f"{one}/history")).json()["items"]
        assert [each["changes"] for each in entries[:2]] == [
            [{"field": "to_on", "old": "2025-01-31", "new": "2025-02-28"}],
            [{"field": "from_on", "old": "2024-09-01", "new": "2024-03-01"}],
        ]
        assert {each["reason"] for each in entries[:2]} == {WHY["reason"]} and entries[-1]["action"] == "teacher.added"


async def test_nothing_is_rated_or_reported_before_its_year(start: Start) -> None:
    async with start("registry") as registry:
        officer = registry.as_("officer", at=AT)
        path = f"/v1/institutions/{(await made(officer, '/v1/institutions', institution()))['id']}"
        for noun, said in (("ratings", {"result": "qualified"}), ("yearly-reports", {"enrolled_students": 1})):
            ahead = await officer.post(f"{path}/{noun}", json={"year": 2026, **said})
            assert [(each["code"], each["pointer"]) for each in ahead.json()["errors"]] == [("in_the_future", "/year")]
            assert (await officer.post(f"{path}/{noun}", json={"year": 2025, **said})).status_code == 201
        empty = await officer.post(f"{path}/yearly-reports", json={"year": 2024})
        assert (empty.status_code, empty.json()["errors"][0]["code"]) == (422, "missing_field")


async def test_a_rating_is_corrected_by_a_new_one_with_a_reason(start: Start) -> None:
    async with start("registry") as registry:
        officer = registry.as_("officer", at=AT)
        paper = f"/v1/institutions/{(await made(officer, '/v1/institutions', institution()))['id']}"
        one = await made(officer, f"{paper}/ratings", {"year": 2023, "result": "excellent"})
        await made(officer, f"{paper}/ratings", {"year": 2024, "result": "qualified"})
        correct = f"{paper}/ratings/{one['id']}:correct"
        assert (await officer.post(correct, json={"result": "unqualified"})).json()["errors"][0]["pointer"] == "/reason"
        assert (await officer.post(correct, json={"year": 2026} | WHY)).json()["errors"][0]["code"] == "in_the_future"
        assert (await officer.post(correct, json={"year": 2024} | WHY)).json()["code"] == "duplicate_rating"
        right = (await officer.post(correct, json={"year": 2025} | WHY)).json()
        assert (right["corrects"], right["year"], right["result"]) == (one["id"], 2025, "excellent")
        assert (await officer.post(correct, json=WHY)).status_code == 404, "what was corrected stands no longer"
        assert {each["year"] for each in (await officer.get(f"{paper}/ratings")).json()["items"]} == {2024, 2025}
        assert ((await officer.get(paper)).json()["rating"], (await officer.get(paper)).json()["rating_year"]) == ("excellent", 2025)
        told = (await officer.get(f"{paper}/history")).json()["items"][0]
        assert (told["reason"], told["changes"]) == (
            WHY["reason"],
            [{"field": "ratings/2023", "old": "excellent", "new": None}, {"field": "ratings/2025", "old": None, "new": "excellent"}],
        )


async def test_a_report_is_corrected_with_a_reason_and_both_figures_stay(start: Start) -> None:
    async with start("registry") as registry:
        officer = registry.as_("officer", at=AT)
        paper = f"/v1/institutions/{(await made(officer, '/v1/institutions', institution()))['id']}"
        await made(officer, f"{paper}/yearly-reports", {"year": 2024, "enrolled_students": 300})
        assert (await officer.put(f"{paper}/yearly-reports/2024", json={"enrolled_students": 200})).status_code == 422
        assert (await officer.put(f"{paper}/yearly-reports/2024", json=WHY)).json()["errors"][0]["code"] == "missing_field"
        assert (await officer.put(f"{paper}/yearly-reports/2024", json={"enrolled_students": 200} | WHY)).status_code == 200
        entries = (await officer.get(f"{paper}/history")).json()["items"]
        field = "yearly_reports/2024/enrolled_students"
        assert [each["changes"] for each in entries[:2]] == [
            [{"field": field, "old": 300, "new": 200}],
            [{"field": field, "old": None, "new": 300}],
        ]
