"""For whom people work: from and until which day, newly hired or put to another post, told by whom; and what asks for whose worker somebody was on a day."""

from datetime import date
from typing import Any

import pytest

from services.registry.people.trainees import policy, rules
from services.registry.people.trainees.schemas import TraineeChange, TraineeIn
from shared import db
from tests.conftest import Service, Start
from tests.registry import made

HERE = str(db.new_id())
THERE = str(db.new_id())
IN_JUNE = "2025-06-10T09:00:00+08:00"


def work(employer_id: str | None, from_on: str | None = None, until_on: str | None = None, **more: Any) -> dict[str, Any]:
    return {"employer_id": employer_id, "employer": None, "from_on": from_on, "until_on": until_on, "change": None} | more


@pytest.mark.parametrize(
    ("employments", "employer_id"),
    [
        pytest.param([], None, id="none"),
        pytest.param([work(HERE, "2024-01-01", "2025-06-10")], None, id="one-that-ended"),
        pytest.param([work(HERE, "2024-01-01")], HERE, id="one-that-goes-on"),
        pytest.param([work(THERE, "2025-01-01"), work(HERE, "2024-01-01")], THERE, id="the-later-of-two"),
        pytest.param([work(HERE), work(None, "2024-01-01", employer="某厂")], None, id="with-one-who-is-not-registered"),
        pytest.param([work(HERE), work(THERE, "2024-01-01", "2024-12-31")], HERE, id="since-nobody-knows-when"),
    ],
)
def test_the_employer_of_today_is_that_of_the_latest_employment_that_goes_on(employments: Any, employer_id: str | None) -> None:
    assert policy.employer_of(employments) == employer_id


async def _seen(registry: Service, trainee_id: str, at: str = IN_JUNE) -> dict[str, Any]:
    paper: dict[str, Any] = (await registry.as_("officer", at=at).get(f"/v1/trainees/{trainee_id}")).json()
    return paper


async def test_who_only_names_an_employer_begins_and_ends_an_employment(start: Start) -> None:
    async with start("registry") as registry:
        here, there = await made.school(registry, "enterprise"), await made.school(registry, "enterprise")
        who = await made.trainee(registry, 1, employer_id=here)
        path, officer = f"/v1/trainees/{who}", registry.as_("officer", at=IN_JUNE)
        paper = await _seen(registry, who)
        assert (paper["employer_id"], [(each["employer_id"], each["from_on"]) for each in paper["employments"]]) == (here, [(here, None)])
        assert paper["employments"][0]["employer_name"] == paper["employer_name"] is not None
        same = await officer.patch(path, json={"employer_id": here})
        assert same.json()["employments"] == paper["employments"]
        for employer_id in (there, here, None):  # the second and third on the same day: what began on it is as if it had not been
            assert (await officer.patch(path, json={"employer_id": employer_id})).status_code == 200
        told = [(each["employer_id"], each["from_on"], each["until_on"]) for each in (await _seen(registry, who))["employments"]]
        assert told == [(here, None, "2025-06-09")]
        assert (await _seen(registry, who))["employer_id"] is None


async def test_employments_are_stated_with_their_days_and_keep_who_told_them(start: Start) -> None:
    async with start("registry") as registry:
        here = await made.school(registry, "enterprise")
        body = {"name": "杨秀英", "id_number": made.citizen(1), "phone": None, "region_code": "522601100"}
        path = (
            f"/v1/trainees/{(await made.posted(registry.as_('officer', at='2025-01-02T09:00:00+08:00'), '/v1/trainees', body, 201))['id']}"
        )
        first = work(None, "2024-03-01", "2024-12-31", employer="某电器有限公司", change="hired")
        second, third = work(here, "2025-01-01", "2025-06-09", change="hired"), work(here, "2025-06-10", change="transferred")
        town = registry.as_("town", at="2025-01-05T09:00:00+08:00", region_code="522601100", name="三棵树镇经办")
        assert (await town.patch(path, json={"employments": [first]})).status_code == 200
        officer = registry.as_("officer", at=IN_JUNE, name="市局经办")
        answer = await officer.patch(path, json={"employments": [third, first, second]})
        assert answer.status_code == 200, answer.text
        paper = answer.json()
        assert [(each["from_on"], each["change"], each["told_by_name"]) for each in paper["employments"]] == [
            ("2024-03-01", "hired", "三棵树镇经办"),
            ("2025-01-01", "hired", "市局经办"),
            ("2025-06-10", "transferred", "市局经办"),
        ]
        assert paper["employer_id"] == here
        then = (await officer.get(path, params={"as_of": "2025-01-05"})).json()
        assert ([each["employer"] for each in then["employments"]], then["employer_id"]) == (["某电器有限公司"], None)
        entries = (await officer.get(f"{path}/history")).json()["items"]
        changes = {change["field"]: change for entry in entries for change in entry["changes"] or ()}
        assert {"employments", "employer_id"} <= changes.keys()
        for day, status in (("1990-03-06", 422), ("1990-03-07", 200)):  # born on the second
            assert (await officer.patch(path, json={"employments": [work(None, day, employer="某厂")]})).status_code == status


@pytest.mark.parametrize(
    ("employments", "code", "at"),
    [
        pytest.param([work(None)], "invalid_value", "/employments/0/employer_id", id="nobody"),
        pytest.param([work(HERE, employer="某厂")], "invalid_value", "/employments/0/employer_id", id="two-employers-in-one"),
        pytest.param([work(HERE, "2025-06-11")], "in_the_future", "/employments/0/from_on", id="begins-tomorrow"),
        pytest.param([work(HERE, None, "2025-06-11")], "in_the_future", "/employments/0/until_on", id="ends-tomorrow"),
        pytest.param([work(HERE, "2025-02-02", "2025-02-01")], "invalid_period", "/employments/0/until_on", id="backwards"),
        pytest.param(
            [work(HERE, None, "2025-02-01"), work(HERE, "2025-02-01")], "overlapping_periods", "/employments/1", id="shares-a-day"
        ),
        pytest.param([work(HERE, "2025-06-10")], "unknown_employer", "/employments/0/employer_id", id="nobody-known"),
        pytest.param([work(HERE, "1990-03-06")], "invalid_value", "/employments/0/from_on", id="before-birth"),
    ],
)
async def test_employments_that_cannot_be_are_refused(start: Start, employments: Any, code: str, at: str) -> None:
    async with start("registry") as registry:
        officer = registry.as_("officer", at=IN_JUNE)
        body = {"name": "杨秀英", "id_number": made.citizen(1), "phone": None, "region_code": "522601100", "employments": employments}
        answer = await officer.post("/v1/trainees", json=body)
        assert answer.status_code == 422 and (code, at) in [(each["code"], each["pointer"]) for each in answer.json()["errors"]]
        fine = work(None, "2025-06-10", "2025-06-10", employer="某厂")
        contradicted = await officer.post("/v1/trainees", json=body | {"employments": [fine], "employer_id": HERE})
        assert ("invalid_value", "/employer_id") in [(each["code"], each["pointer"]) for each in contradicted.json()["errors"]]
        assert (await officer.post("/v1/trainees", json=body | {"employments": [fine]})).status_code == 201


async def test_a_batch_states_employments_anew_and_says_so_only_where_they_differ(start: Start) -> None:
    async with start("registry") as registry:
        here = await made.school(registry, "enterprise")
        officer = registry.as_("officer", at=IN_JUNE)
        body = {"name": "杨秀英", "id_number": made.citizen(1), "phone": None, "region_code": "522601100"}
        for item, outcome, ended in (
            (body | {"employer_id": here}, "created", None),
            (body | {"employer_id": here}, "unchanged", None),
            (body | {"employments": [work(here, None, "2025-06-01")]}, "updated", "2025-06-01"),
            (body | {"employments": [work(here, None, "2025-06-01")]}, "unchanged", "2025-06-01"),
        ):
            [told] = (await made.posted(officer, "/v1/trainees:batch", {"items": [item]}, 207))["items"]
            assert told["outcome"] == outcome
            paper = await _seen(registry, told["id"])
            assert [each["until_on"] for each in paper["employments"]] == [ended]
            assert paper["employer_id"] == (here if ended is None else None)


@pytest.mark.parametrize(("on", "employed"), [("2024-12-31", False), ("2025-01-01", True), ("2025-06-09", True), ("2025-06-10", False)])
async def test_whose_worker_somebody_was_is_asked_for_a_day(start: Start, on: str, employed: bool) -> None:
    async with start("registry") as registry:
        here = await made.school(registry, "enterprise", scale_periods=[{"from_on": "2020-01-01"}])
        who = await made.trainee(registry, 1, employments=[work(here, "2025-01-01", "2025-06-09")])
        asked = {"institution_id": here, "trainee_ids": [who], "on": on}
        facts = await made.posted(registry.internal("evaluation"), "/internal/v1/assessment-facts", asked, 200)
        assert facts["trainees"][0]["employed_here"] is employed
        talent = (await registry.as_("officer").get("/v1/statistics/talent", params={"on": on})).json()
        assert [each["workers"] for each in talent["enterprises"] if each["institution_id"] == here] == [int(employed)]


BORN = "1990-03-07"


@pytest.mark.parametrize(
    ("body", "pointers"),
    [
        pytest.param({"categories": [{"code": "rural_worker", "since_on": BORN}]}, [], id="a-category-from-birth-on"),
        pytest.param(
            {"categories": [{"code": "rural_worker", "since_on": "1990-03-06"}]}, ["/categories/0/since_on"], id="of-a-category-before"
        ),
        pytest.param({"employments": [{"employer": "甲厂", "from_on": BORN}]}, [], id="work-from-birth-on"),
        pytest.param({"employments": [{"employer": "甲厂", "from_on": "1990-03-06"}]}, ["/employments/0/from_on"], id="at-work-before"),
    ],
)
def test_nothing_is_told_of_a_person_from_before_birth(body: dict[str, Any], pointers: list[str]) -> None:
    today = date(2025, 4, 8)
    new = TraineeIn.model_validate({"name": "杨秀英", "id_number": "522601199003070017", "phone": None, "region_code": "522601100", **body})
    changed = rules.changes(TraineeChange.model_validate(body), today, date.fromisoformat(BORN))
    for read in (rules.person(new, today), changed):
        assert [each.pointer for each in (read if isinstance(read, tuple) else ())] == pointers
