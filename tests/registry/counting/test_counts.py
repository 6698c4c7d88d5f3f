"""What the registry counts for a plan's board, on both sides of every day and month."""

from datetime import date
from typing import Any

import pytest

from shared import db
from tests.conftest import Service, Start
from tests.eastwest import neighbours
from tests.registry import made
from tests.registry.counting import registered
from tests.registry.counting.asking import PLAN, ask
from tests.registry.counting.registered import SANKESHU, ZHOUXI

MIDDLE = date(2025, 6, 30)
EMPLOYED = {"employed_within_months": 6, "employed_kinds": ["employer", "flexible", "self_employed", "farming"]}


async def person_times(registry: Service, programme: str | None, **days: str) -> int:
    [count] = await ask(registry, {"measure": "person_times", "programmes": [programme]} | days)
    return count["tallies"][0]["numerator"]


async def test_only_services_may_ask(start: Start) -> None:
    async with start("registry") as registry:
        refused = await registry.as_("officer").post("/internal/v1/counts", json={"as_of": "2025-01-01", "countings": []})
        assert refused.status_code == 403


async def test_without_classes_the_count_is_nought(start: Start) -> None:
    async with start("registry") as registry:
        assert await person_times(registry, "four.technician") == 0
        assert await ask(registry) == []


async def test_only_those_who_completed_count(start: Start) -> None:
    async with start("registry") as registry:
        school = await registered.institution(registry, "甲校")
        held = await registered.training_class(registry, school, "four.technician", ends_on=MIDDLE)
        await registered.people(registry, held, 3, counted_on=MIDDLE)
        await registered.people(registry, held, 2, counted_on=None, outcome="absent")
        await registered.people(registry, held, 1, counted_on=None, outcome="withdrawn")
        assert await person_times(registry, "four.technician") == 3
        assert await person_times(registry, "four.chef") == 0


@pytest.mark.parametrize(
    ("day", "in_2024", "in_2025"),
    [
        pytest.param(date(2023, 12, 31), 0, 0, id="the-day-before-the-plan"),
        pytest.param(date(2024, 1, 1), 1, 0, id="the-first-day"),
        pytest.param(date(2024, 12, 31), 1, 0, id="the-last-day-of-the-first-year"),
        pytest.param(date(2025, 1, 1), 0, 1, id="the-first-day-of-the-second-year"),
        pytest.param(date(2025, 12, 31), 0, 1, id="the-last-day"),
        pytest.param(date(2026, 1, 1), 0, 0, id="the-day-after-the-plan"),
    ],
)
async def test_a_person_time_counts_on_the_last_day_of_the_class(start: Start, day: date, in_2024: int, in_2025: int) -> None:
    async with start("registry") as registry:
        await registered.completed(registry, await registered.institution(registry, "甲校"), 1, "four.chef", on=day)
        assert await person_times(registry, "four.chef", from_on="2024-01-01", to_on="2024-12-31") == in_2024
        assert await person_times(registry, "four.chef", from_on="2025-01-01", to_on="2025-12-31") == in_2025
        assert await person_times(registry, "four.chef") == in_2024 + in_2025


async def test_a_class_of_two_lines_counts_in_both_and_in_the_city_once(start: Start) -> None:
    async with start("registry") as registry:
        school = await registered.institution(registry, "甲校")
        await registered.completed(registry, school, 4, "four.technician", "practical.project", on=MIDDLE)
        await registered.completed(registry, school, 2, on=MIDDLE)
        counts = await ask(
            registry,
            *({"measure": "person_times", "programmes": programmes} for programmes in ([], ["four.technician"], ["practical.project"])),
        )
        assert [count["tallies"][0]["numerator"] for count in counts] == [6, 4, 4]


async def test_classes_that_count_in_the_same_countings_are_one_set_and_those_that_count_nowhere_in_none(start: Start) -> None:
    async with start("registry") as registry:
        school = await registered.institution(registry, "甲校")
        chef, startup = [
            await registered.training_class(registry, school, "four.chef", ends_on=MIDDLE, channel=channel)
            for channel in ("project", "startup")
        ]
        for programme in ("four.technician", "brand.nanyue"):
            await registered.training_class(registry, school, programme, ends_on=MIDDLE)
        countings = [
            PLAN | {"key": key, "measure": "person_times", "programmes": [code]}
            for key, code in (("a", "four.chef"), ("b", "four.domestic"))
        ]
        asked = {"as_of": "2025-12-31", "countings": countings}
        answer = (await registry.internal("gateway").post("/internal/v1/counted-classes", json=asked)).json()
        assert [(each["keys"], set(each["class_ids"])) for each in answer["sets"]] == [(["a"], {str(chef), str(startup)})]


@pytest.mark.parametrize(
    ("asked", "expected"),
    [
        pytest.param({}, 15, id="every-class"),
        pytest.param({"programmes": ["four.chef"]}, 1, id="those-that-name-it"),
        pytest.param({"programmes": ["four.chef", "brand.nanyue"]}, 3, id="those-that-name-either"),
        pytest.param({"programmes": ["four.chef"], "channels": ["startup"]}, 5, id="and-a-channel-that-need-not"),
        pytest.param({"programmes": ["four.chef"], "occupations": ["4-10-01-06"]}, 9, id="and-an-occupation-that-need-not"),
        pytest.param({"programmes": ["brand.nanyue"], "channels": ["startup"], "occupations": ["4-10-01-06"]}, 14, id="each-class-once"),
    ],
)
async def test_a_class_counts_that_names_the_line_or_is_of_its_channel_or_occupation(
    start: Start, asked: dict[str, Any], expected: int
) -> None:
    async with start("registry") as registry:
        school = await registered.institution(registry, "甲校")
        await registered.completed(registry, school, 1, "four.chef", on=MIDDLE)
        await registered.completed(registry, school, 2, "brand.nanyue", on=MIDDLE)
        await registered.completed(
            registry, school, 4, on=MIDDLE, channel="startup", occupation_code=None, trade_name="电商", trade_filing_no="3"
        )
        await registered.completed(registry, school, 8, "brand.yueqian", on=MIDDLE, occupation_code="4-10-01-06")
        [count] = await ask(registry, {"measure": "person_times"} | asked)
        assert count["tallies"][0]["numerator"] == expected
        renamed = {"programmes": "programme", "channels": "or_channel", "occupations": "or_occupation_code"}
        params = [(renamed[name], code) for name, codes in asked.items() for code in codes]
        listed = await registry.as_("officer").get("/v1/enrolments", params=[*params, ("outcome", "completed"), ("limit", "200")])
        assert len(listed.json()["items"]) == expected
        classes = (await registry.as_("officer").get("/v1/classes", params=[*params, ("limit", "200")])).json()["items"]
        assert len(classes) == {15: 4, 1: 1, 3: 2, 5: 2, 9: 2, 14: 3}[expected]


async def test_a_count_is_divided_by_town_zone_department_and_institution(start: Start) -> None:
    async with start("registry") as registry:
        first, second = [await registered.institution(registry, name) for name in ("甲校", "乙校")]
        await registered.completed(registry, first, 3, "four.chef", on=MIDDLE, of_region=ZHOUXI, department="市教育局")
        await registered.completed(registry, second, 1, "four.chef", on=MIDDLE, region_code="lubi")
        await registered.completed(registry, second, 1, "four.chef", on=MIDDLE, zone_code="lubi")  # beside its town

        async def groups(by: str) -> tuple[dict[str | None, int], dict[str, str]]:
            [count] = await ask(registry, {"measure": "person_times", "programmes": ["four.chef"]}, by=by)
            assert count["tallies"][0]["numerator"] == 5
            return {group["code"]: group["numerator"] for group in count["groups"]}, {name["code"]: name["name"] for name in count["names"]}

        towns, names = await groups("region")
        assert towns == {ZHOUXI: 3, SANKESHU: 2}
        assert (len(names), names[ZHOUXI]) == (20, "舟溪镇")
        zones, names = await groups("zone")
        assert zones == {"lubi": 2, None: 3}
        assert names == {"qiandongnan_hi_tech": "黔东南高新区", "lubi": "炉碧经开区"}
        assert (await groups("department"))[0] == {"市教育局": 3, None: 2}
        institutions, names = await groups("institution")
        assert institutions == {str(first): 3, str(second): 2}
        assert names == {str(first): "甲校", str(second): "乙校"}


# Employed: within six months of a class that ended on 31 August 2024, that is until 28 February 2025.

ENDED = date(2024, 8, 31)


@pytest.mark.parametrize(
    ("from_on", "until_on", "as_of", "employed", "pending", "already"),
    [
        pytest.param(None, None, "2025-02-28", 0, 1, 0, id="none-and-the-last-day-to-find-one"),
        pytest.param(None, None, "2025-03-01", 0, 0, 0, id="none-and-the-time-is-over"),
        pytest.param(date(2025, 2, 28), None, "2025-03-01", 1, 0, 0, id="begun-on-the-last-day"),
        pytest.param(date(2025, 3, 1), None, "2025-03-01", 0, 0, 0, id="begun-a-day-too-late"),
        pytest.param(date(2024, 9, 1), None, "2024-09-01", 1, 0, 0, id="begun-the-day-after-the-class"),
        pytest.param(date(2024, 9, 2), None, "2024-09-01", 0, 1, 0, id="beginning-tomorrow"),
        pytest.param(date(2024, 8, 2), date(2024, 8, 31), "2025-03-01", 0, 0, 0, id="ended-with-the-class"),
        pytest.param(date(2024, 8, 2), date(2024, 9, 1), "2025-03-01", 1, 0, 0, id="went-on-a-day-after-the-class"),
        pytest.param(date(2024, 8, 1), None, "2025-03-01", 1, 0, 1, id="had-it-on-the-first-day"),
    ],
)
async def test_employed_is_work_that_begins_or_goes_on_within_six_months(
    start: Start, from_on: date | None, until_on: date | None, as_of: str, employed: int, pending: int, already: int
) -> None:
    async with start("registry") as registry:
        [enrolment] = await registered.completed(registry, await registered.institution(registry, "甲校"), 1, "four.technician", on=ENDED)
        if from_on:
            await registered.work(registry, enrolment, from_on, until_on)
        [count] = await ask(registry, {"measure": "employed_share", "programmes": ["four.technician"]} | EMPLOYED, as_of=as_of)
        tally = count["tallies"][0]
        assert (tally["numerator"], tally["pending"], tally["already_employed"]) == (employed, pending, already)
        assert (tally["denominator"], tally["denominator_enrolled"]) == (1 - pending, 1 - pending)


async def test_employed_is_divided_by_completed_and_shown_by_enrolled(start: Start) -> None:
    async with start("registry") as registry:
        school = await registered.institution(registry, "甲校")
        held = await registered.training_class(registry, school, "four.technician", ends_on=ENDED)
        first, *_ = await registered.people(registry, held, 3, counted_on=ENDED)
        second, *_ = await registered.people(registry, held, 1, counted_on=ENDED, region_code=ZHOUXI)
        await registered.people(registry, held, 2, counted_on=None, outcome="absent")
        await registered.completed(registry, school, 5, "four.chef", on=ENDED)
        await registered.work(registry, first, date(2024, 9, 1))
        await registered.work(registry, first, date(2024, 10, 1), kind="farming")
        await registered.work(registry, second, date(2024, 9, 1), kind="flexible")
        [count, without_flexible] = await ask(
            registry,
            {"measure": "employed_share", "programmes": ["four.technician"]} | EMPLOYED,
            {"measure": "employed_share", "programmes": ["four.technician"]} | EMPLOYED | {"employed_kinds": ["employer"]},
            by="region",
        )
        tally = count["tallies"][0]
        assert (tally["numerator"], tally["denominator"], tally["denominator_enrolled"]) == (2, 4, 6)
        assert {group["code"]: (group["numerator"], group["denominator"]) for group in count["groups"]} == {
            SANKESHU: (1, 3),
            ZHOUXI: (1, 1),
        }
        assert without_flexible["tallies"][0]["numerator"] == 1


# Classes, brands, reports.


async def test_a_demonstration_class_is_held_once_completed(start: Start) -> None:
    async with start("registry") as registry:
        school = await registered.institution(registry, "甲校")
        for fields in ({"demonstration": True}, {"demonstration": False}, {"demonstration": True, "status": "in_progress"}):
            await registered.training_class(registry, school, "four.technician", ends_on=date(2024, 12, 31), **fields)
        await registered.training_class(registry, school, "four.chef", ends_on=date(2024, 12, 31), demonstration=True)
        counts = await ask(
            registry,
            {"measure": "demonstration_classes", "programmes": ["four.technician"], "to_on": "2024-12-31"},
            {"measure": "demonstration_classes", "programmes": ["four.technician"], "from_on": "2025-01-01"},
        )
        assert [count["tallies"][0]["numerator"] for count in counts] == [1, 0]


async def test_who_was_enrolled_twice_and_is_one_is_one_person_time(start: Start) -> None:
    """Two of the three who completed are one person; of another one the second enrolment was not attended. Apart again, each counts."""
    async with start("registry") as registry:
        school = await registered.institution(registry, "甲校", "vocational_college")
        held = await registered.training_class(registry, school, "brand.rongwan", ends_on=MIDDLE, kind="order", order_id=db.new_id())
        twice = await registered.people(registry, held, 3, counted_on=MIDDLE)
        absent = await registered.people(registry, held, 1, counted_on=None, outcome="absent")
        await registered.report(registry, school, 2025, enrolled_students=10)
        year = {"from_on": "2025-01-01", "to_on": "2025-12-31"}
        asked: list[dict[str, Any]] = [
            {"measure": "person_times", "programmes": ["brand.rongwan"]},
            {"measure": "certified_share", "programmes": ["brand.rongwan"], "certified_kinds": ["skill_level"]},
            {"measure": "employed_share", "programmes": ["brand.rongwan"], **EMPLOYED},
            {"measure": "placed_share", "programmes": ["brand.rongwan"]},
            {"measure": "training_share", "programmes": [], "institution_kinds": ["vocational_college"], **year},
        ]

        async def people() -> tuple[list[Any], int, int]:
            [by_town, *others] = [count["tallies"][0] for count in await ask(registry, *asked, by="region")]
            [times, *_] = [count["tallies"][0] for count in await ask(registry, *asked)]
            assert times == by_town  # the class says as many as its enrolments
            certified, work, placed, share = others
            found = [times["numerator"], certified["denominator"], work["denominator"], placed["denominator"], share["numerator"]]
            days = {"outcome": "completed", "completed_from_on": "2024-01-01", "include_total": True}
            rows = (await registry.as_("officer").get("/v1/enrolments", params=days)).json()["total"]
            return found, certified["denominator_enrolled"], rows

        assert await people() == ([3, 3, 3, 3, 3], 4, 3)
        stays, *others = [await registered.trainee_of(registry, each) for each in (twice[1], twice[0], *absent)]
        await registered.merge(registry, stays, *others)
        assert await people() == ([2, 2, 2, 2, 2], 2, 2)
        await registered.merge(registry, None, *others)
        assert await people() == ([3, 3, 3, 3, 3], 4, 3)


@pytest.mark.parametrize(
    ("of_second", "counts"),
    [
        pytest.param({}, True, id="in-it-to-the-end"),
        pytest.param({"left": "2025-04-07T23:59:59+08:00"}, False, id="left-the-day-before"),
        pytest.param({"left": "2025-04-08T23:59:59+08:00"}, False, id="left-on-the-first-day"),
        pytest.param({"left": "2025-04-09T00:00:00+08:00"}, True, id="left-the-day-after"),
        pytest.param({"from_on": "2025-04-09"}, False, id="came-the-day-after"),
    ],
)
async def test_an_order_class_counts_by_who_was_in_it_on_its_first_day(start: Start, of_second: dict[str, str], counts: bool) -> None:
    async with start("registry") as registry, start("eastwest") as eastwest:
        registry.knows(eastwest)
        order = await made.posted(eastwest.as_("partner"), "/v1/orders", neighbours.order("FS-9"), 201)
        class_id = await made.proposed(registry, await made.school(registry), "approved", order_id=order["id"])
        officer, path = registry.as_("officer", at=of_second.get("left", made.FIRST)), f"/v1/classes/{class_id}"
        for serial, said in enumerate(({}, {"from_on": of_second["from_on"]} if "from_on" in of_second else {}), 1):
            body = {"trainee_id": await made.trainee(registry, serial), **said}
            second = await made.posted(registry.as_("officer", at=made.BEFORE), f"{path}/enrolments", body, 201)
        if of_second.get("left"):
            assert (await officer.patch(f"/v1/enrolments/{second['id']}", json={"outcome": "withdrawn"})).status_code == 200
        await made.posted(registry.as_("officer", at=made.FIRST), f"{path}:start", {}, 200)
        await made.posted(registry.as_("officer", at=made.AFTER), f"{path}:complete", {}, 200)
        two, one = await ask(
            registry, {"measure": "order_classes", "class_trainees_at_least": 2}, {"measure": "order_classes", "class_trainees_at_least": 1}
        )
        assert [each["tallies"][0]["numerator"] if each["tallies"] else 0 for each in (two, one)] == [int(counts), 1]
        found = (await registry.as_("officer").get("/v1/classes", params={"ordered_begun_at_least": 2})).json()["items"]
        assert len(found) == int(counts)
        assert (await registry.as_("officer").get("/v1/classes", params={"ordered_completed_at_least": 1})).json()["items"] == []
