"""After a merge both numbers and both ids lead to the person who was kept, in whatever the registry does; and a merge can be taken back."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import httpx
import pytest

from shared.sheets import Table, write_book
from tests.conftest import Service, Start
from tests.registry import made
from tests.registry.imports.sending import imported, person, roster

DAYS = ("2025-04-08", "2025-04-09", "2025-04-10")


def paid(yuan: str) -> httpx.MockTransport:
    """A subsidy service that says what went out since the merge."""
    return httpx.MockTransport(lambda _: httpx.Response(200, json={"amount": yuan}))


@asynccontextmanager
async def two(start: Start, **of_old: Any) -> AsyncIterator[tuple[Service, str, str]]:
    """The registry, and two trainees who are one person; nothing was paid."""
    async with start("registry") as registry:
        registry.kernel.neighbours["subsidy"].transport = paid("0.00")
        yield registry, await made.trainee(registry, 1, **of_old), await made.trainee(registry, 2)


async def merge(registry: Service, old: str, into: str) -> None:
    await made.posted(registry.as_("officer", at=made.FIRST), f"/v1/trainees/{old}:merge", {"into": into}, 200)


async def unmerge(registry: Service, old: str) -> httpx.Response:
    return await registry.as_("officer", at=made.FIRST).post(f"/v1/trainees/{old}:unmerge", json={"reason": "经核对是两个人"})


async def enrolled(registry: Service, class_id: str) -> list[str]:
    return [
        each["trainee_id"]
        for each in (await registry.as_("officer", at=made.FIRST).get(f"/v1/classes/{class_id}/enrolments")).json()["items"]
    ]


def marks(trainee_id: str, *on: str) -> dict[str, Any]:
    return {"items": [{"trainee_id": trainee_id, "on": day, "half_day": "am", "source": "签到表"} for day in on]}


async def test_the_old_number_finds_whom_it_was_merged_into(start: Start) -> None:
    async with two(start) as (registry, old, stays):
        officer, school = registry.as_("officer", at=made.FIRST), registry.as_("institution", institution_id=await made.school(registry))
        await merge(registry, old, stays)
        body = {"name": "杨秀英", "id_number": made.citizen(1), "phone": None, "region_code": "522601100"}
        again = await officer.post("/v1/trainees", json=body)
        assert (again.status_code, again.json()["code"], again.json()["existing_id"]) == (409, "duplicate_trainee", stays)
        both = [made.citizen(1), made.citizen(2)]
        for asks in (officer, school):
            found = await made.posted(asks, "/v1/trainees:lookup", {"id_numbers": both, "names": ["杨秀英"] * 2}, 200)
            assert [each["id"] for each in found["items"]] == [stays, stays]
        batch = await made.posted(school, "/v1/trainees:batch", {"items": [body]}, 207)
        assert (batch["items"][0]["outcome"], batch["items"][0]["id"]) == ("unchanged", stays)
        assert [each["id"] for each in (await officer.get("/v1/trainees")).json()["items"]] == [stays]


async def test_employments_are_one_persons_while_they_are_merged(start: Start) -> None:
    async with two(start) as (registry, old, stays):
        officer, works = registry.as_("officer", at=made.FIRST), await made.school(registry, "enterprise")
        assert (await officer.patch(f"/v1/trainees/{old}", json={"employer_id": works})).status_code == 200
        await merge(registry, old, stays)
        paper = (await officer.get(f"/v1/trainees/{stays}")).json()
        assert (paper["employer_id"], [each["employer_id"] for each in paper["employments"]]) == (works, [works])
        assert (await unmerge(registry, old)).status_code == 200
        of_both = [(await officer.get(f"/v1/trainees/{each}")).json() for each in (old, stays)]
        assert [(each["employer_id"], len(each["employments"])) for each in of_both] == [(works, 1), (None, 0)]


async def test_a_number_that_is_handed_over_is_whoevers_has_it_now(start: Start) -> None:
    async with two(start) as (registry, old, stays):
        officer = registry.as_("officer", at=made.FIRST)
        await merge(registry, old, stays)
        taken = await officer.patch(f"/v1/trainees/{stays}", json={"id_number": made.citizen(1)}, headers={"If-Match": "*"})
        assert taken.status_code == 200, taken.text
        found = await made.posted(officer, "/v1/trainees:lookup", {"id_numbers": [made.citizen(1), made.citizen(2)]}, 200)
        assert [each["id"] for each in found["items"]] == [stays, None]
        refused = await unmerge(registry, old)  # as long as the other has its number
        assert (refused.status_code, refused.json()["code"]) == (409, "duplicate_trainee")
        other = await made.trainee(registry, 3)
        wrong = await officer.patch(f"/v1/trainees/{other}", json={"id_number": made.citizen(1)}, headers={"If-Match": "*"})
        assert (wrong.status_code, wrong.json()["existing_id"]) == (409, stays)


async def test_whoever_is_enrolled_by_either_id_is_enrolled_once(start: Start) -> None:
    async with two(start) as (registry, old, stays):
        school, officer = await made.school(registry), registry.as_("officer", at=made.FIRST)
        before, after = [await made.proposed(registry, school, "approved", seats=2) for _ in range(2)]
        await made.posted(officer, f"/v1/classes/{before}/enrolments", {"trainee_id": old}, 201)
        await merge(registry, old, stays)
        for each in (old, stays):
            again = await officer.post(f"/v1/classes/{before}/enrolments", json={"trainee_id": each})
            assert (again.status_code, again.json()["code"]) == (409, "duplicate_enrolment")
        first = await made.posted(officer, f"/v1/classes/{after}/enrolments:batch", {"items": [{"trainee_id": old}, {"trainee_id": stays}]})
        assert [each["outcome"] for each in first["items"]] == ["created", "unchanged"]
        assert [await enrolled(registry, each) for each in (before, after)] == [[stays], [stays]]


async def test_attendance_by_either_id_is_one_persons(start: Start) -> None:
    async with two(start) as (registry, old, stays):
        school, officer = await made.school(registry), registry.as_("officer", at=made.LAST)
        here, elsewhere = [await made.proposed(registry, school, "in_progress") for _ in range(2)]
        await made.posted(officer, f"/v1/classes/{here}/enrolments", {"trainee_id": old}, 201)
        await made.posted(officer, f"/v1/classes/{elsewhere}/enrolments", {"trainee_id": stays}, 201)
        await made.posted(officer, f"/v1/classes/{here}/attendance:batch", marks(old, DAYS[0]), 207)
        await merge(registry, old, stays)
        for each, outcome in ((old, "unchanged"), (stays, "unchanged")):
            [item] = (await made.posted(officer, f"/v1/classes/{here}/attendance:batch", marks(each, DAYS[0]), 207))["items"]
            assert item["outcome"] == outcome
        counted = await made.posted(officer, f"/v1/classes/{here}/attendance:batch", marks(stays, DAYS[1]) | {"mode": "commit"}, 207)
        assert counted["summary"]["created"] == 1
        [enrolment] = (await officer.get("/v1/enrolments", params={"trainee_id": old, "class_id": here})).json()["items"]
        assert (enrolment["trainee_id"], enrolment["half_days_attended"]) == (stays, 2)
        [refused] = (await made.posted(officer, f"/v1/classes/{elsewhere}/attendance:batch", marks(old, DAYS[1]), 207))["items"]
        assert refused["errors"][0]["code"] == "overlapping_attendance"
        listed = [
            (await officer.get(f"/v1/classes/{here}/attendance", params={"trainee_id": each})).json()["items"] for each in (old, stays)
        ]
        assert listed[0] == listed[1] and {each["trainee_id"] for each in listed[0]} == {stays}


async def test_what_both_attended_in_one_half_day_is_an_overlap_of_both_classes(start: Start) -> None:
    async with two(start) as (registry, old, stays):
        school, officer = await made.school(registry), registry.as_("officer", at=made.LAST)
        classes = [await made.proposed(registry, school, "in_progress") for _ in range(2)]
        for class_id, each in zip(classes, (old, stays), strict=True):
            await made.posted(officer, f"/v1/classes/{class_id}/enrolments", {"trainee_id": each}, 201)
            await made.posted(officer, f"/v1/classes/{class_id}/attendance:batch", marks(each, DAYS[0]), 207)
        await merge(registry, old, stays)
        for class_id in classes:
            told = await made.posted(registry.internal(), "/internal/v1/claim-facts", {"class_id": class_id, "trainee_ids": [old]}, 200)
            [person] = told["enrolments"]
            assert (person["trainee_id"], person["former_ids"], told["unknown_trainee_ids"]) == (stays, [old], [])
            assert [(each["on"], each["half_day"]) for each in person["attended_other_class"]] == [(DAYS[0], "am")]


async def test_a_person_account_of_either_id_sees_all_that_is_theirs(start: Start) -> None:
    async with two(start) as (registry, old, stays):
        school, officer = await made.school(registry), registry.as_("officer", at=made.FIRST)
        for each in (old, stays):
            class_id = await made.proposed(registry, school, "approved")
            await made.posted(officer, f"/v1/classes/{class_id}/enrolments", {"trainee_id": each}, 201)
        await merge(registry, old, stays)
        for each in (old, stays):
            own = registry.as_("person", trainee_id=each)
            assert len((await own.get("/v1/enrolments")).json()["items"]) == 2
            assert (await own.get(f"/v1/trainees/{stays}")).status_code == 200


async def test_of_a_chain_each_leads_to_the_last_and_goes_back_with_whom_it_was_merged_into(start: Start) -> None:
    async with two(start, categories=[{"code": "veteran", "since_on": "2020-01-01"}]) as (registry, first, second):
        third, officer = await made.trainee(registry, 3), registry.as_("officer", at=made.FIRST)
        class_id = await made.proposed(registry, await made.school(registry), "approved")
        await made.posted(officer, f"/v1/classes/{class_id}/enrolments", {"trainee_id": first}, 201)
        await merge(registry, first, second)
        await merge(registry, second, third)
        for each in (first, second, third):
            assert [row["trainee_id"] for row in (await officer.get("/v1/enrolments", params={"trainee_id": each})).json()["items"]] == [
                third
            ]
        numbers = [made.citizen(serial) for serial in (1, 2, 3)]
        found = await made.posted(officer, "/v1/trainees:lookup", {"id_numbers": numbers}, 200)
        assert {each["id"] for each in found["items"]} == {third}

        assert (await unmerge(registry, second)).status_code == 200
        assert (await officer.get(f"/v1/trainees/{first}")).json()["merged_into"] == second
        found = await made.posted(officer, "/v1/trainees:lookup", {"id_numbers": numbers}, 200)
        assert [each["id"] for each in found["items"]] == [second, second, third]
        categories = [[each["code"] for each in (await officer.get(f"/v1/trainees/{who}")).json()["categories"]] for who in (second, third)]
        assert categories == [["veteran"], []]
        assert (await officer.get("/v1/enrolments", params={"trainee_id": third})).json()["items"] == []
        assert await enrolled(registry, class_id) == [second]


async def test_a_merge_taken_back_leaves_two_people_as_they_were(start: Start) -> None:
    async with two(start, categories=[{"code": "veteran", "since_on": "2020-01-01"}]) as (registry, old, stays):
        school, officer = await made.school(registry), registry.as_("officer", at=made.FIRST)
        seen_by = registry.as_("institution", institution_id=school)
        await made.posted(seen_by, "/v1/trainees:lookup", {"id_numbers": [made.citizen(1)], "names": ["杨秀英"]}, 200)

        async def listed() -> tuple[list[str], int]:
            answer = (await seen_by.get("/v1/trainees?include_total=true")).json()
            return [each["id"] for each in answer["items"]], answer["total"]

        assert await listed() == ([old], 1)
        await merge(registry, old, stays)
        assert (await seen_by.get(f"/v1/trainees/{stays}")).status_code == 200
        assert await listed() == ([stays], 1)  # whoever was merged is not counted beside whom they go on as
        again = await unmerge(registry, old)
        assert (again.status_code, again.json()["id"], [each["code"] for each in again.json()["categories"]]) == (200, old, ["veteran"])
        assert (await officer.get(f"/v1/trainees/{stays}")).json()["categories"] == []
        assert [(await seen_by.get(f"/v1/trainees/{each}")).status_code for each in (old, stays)] == [200, 404]
        feed = (await registry.as_("auditor").get("/v1/changes")).json()["items"]
        [told] = [each for each in feed if each["type"] == "trainee.unmerged"]
        assert (told["subject"], told["data"]["from_id"], told["data"]["trainee_ids"]) == (old, stays, [old])
        twice = await unmerge(registry, old)
        assert (twice.status_code, twice.json()["code"]) == (409, "invalid_state")
        await merge(registry, old, stays)  # and it may be merged again


@pytest.mark.parametrize(("yuan", "status"), [("0.00", 200), ("0.01", 409)])
async def test_a_merge_is_taken_back_only_while_nothing_was_paid_since(start: Start, yuan: str, status: int) -> None:
    async with two(start) as (registry, old, stays):
        await merge(registry, old, stays)
        registry.kernel.neighbours["subsidy"].transport = paid(yuan)
        answer = await unmerge(registry, old)
        assert (answer.status_code, answer.json().get("code")) == (status, "paid_since_merge" if status == 409 else None)
        assert (
            await registry.as_("institution", institution_id=old).post(f"/v1/trainees/{old}:unmerge", json={"reason": "x"})
        ).status_code == 403


async def test_a_merge_races_with_those_who_name_its_numbers(start: Start) -> None:
    """Whatever comes first, nobody new is made and nobody is enrolled twice."""
    async with two(start) as (registry, old, stays):
        officer = registry.as_("officer", at=made.FIRST)
        class_id = await made.proposed(registry, await made.school(registry), "approved")
        body = {"name": "杨秀英", "id_number": made.citizen(1), "phone": None, "region_code": "522601100"}

        async def enrol(trainee_id: str) -> None:
            await officer.post(f"/v1/classes/{class_id}/enrolments", json={"trainee_id": trainee_id})

        registering = [officer.post("/v1/trainees:batch", json={"items": [body]}) for _ in range(6)]
        answers = await asyncio.gather(*registering[:3], merge(registry, old, stays), *registering[3:], *map(enrol, (old, stays, old)))
        assert {answer.status_code for answer in answers if isinstance(answer, httpx.Response)} == {207}
        assert [each["id"] for each in (await officer.get("/v1/trainees")).json()["items"]] == [stays]
        assert set(await enrolled(registry, class_id)) == {stays}
        told = await made.posted(registry.internal(), "/internal/v1/claim-facts", {"class_id": class_id, "trainee_ids": None}, 200)
        assert [each["trainee_id"] for each in told["enrolments"]] == [stays]


@pytest.mark.jobs
async def test_a_roster_and_a_sign_in_sheet_find_the_person_by_either_number_and_name(start: Start) -> None:
    async with start("registry") as registry:
        old, stays = await made.trainee(registry, 1), await made.trainee(registry, 2, name="杨秀瑛")
        school, officer = await made.school(registry), registry.as_("officer", at=made.LAST)
        await merge(registry, old, stays)
        class_id = await made.proposed(registry, school, "in_progress")
        both = person(1, "杨秀英"), person(2, "杨秀瑛")
        found = await imported(officer, roster(*both), kind="roster", class_id=class_id)
        assert (found["errors"], found["summary"]["created"], found["summary"]["unchanged"]) == ([], 1, 1)
        assert await enrolled(registry, class_id) == [stays]
        assert [each["id"] for each in (await officer.get("/v1/trainees")).json()["items"]] == [stays]
        for (name, number, *_), outcome in zip(both, ("created", "unchanged"), strict=True):
            sheet = write_book([Table("签到表", ("姓名", "身份证号码", "4月8日上午"), [(name, number, "√")])])
            signed = await imported(officer, sheet, kind="sign_in", class_id=class_id)
            assert (signed["errors"], signed["summary"][outcome]) == ([], 1), name
        [found] = (await officer.get("/v1/trainees", params={"name": "杨秀英"})).json()["items"]
        registry.kernel.neighbours["subsidy"].transport = paid("0.00")
        assert (await unmerge(registry, old)).status_code == 200
        again = [(await officer.get(f"/v1/trainees/{each}")).json() for each in (stays, old)]
        assert (found["id"], found["earlier_names"], [each["earlier_names"] for each in again]) == (stays, ["杨秀英"], [[], []])


@pytest.mark.parametrize("before", [True, False], ids=["merged-before-it-is-closed", "merged-after"])
async def test_two_who_are_one_completed_a_class_once(start: Start, before: bool) -> None:
    async with two(start) as (registry, old, stays):
        class_id = await made.proposed(registry, await made.school(registry), "in_progress")
        path, during, after = f"/v1/classes/{class_id}", registry.as_("officer", at=made.LAST), registry.as_("officer", at=made.AFTER)
        for on, who in zip(DAYS, (old, stays, await made.trainee(registry, 3)), strict=True):
            await made.posted(during, f"{path}/enrolments", {"trainee_id": who}, 201)
            mark = {"trainee_id": who, "on": on, "half_day": "am", "source": "签到表"}
            await made.posted(during, f"{path}/attendance:batch", {"items": [mark]}, 207)
        if before:
            await merge(registry, old, stays)
        closed = await made.posted(after, f"{path}:complete")
        assert closed["completed_people"] == (2 if before else 3)
        if not before:
            await merge(registry, old, stays)
        assert (await after.get(path)).json()["completed_people"] == 2
        assert (await unmerge(registry, old)).status_code == 200
        assert (await after.get(path)).json()["completed_people"] == 3
