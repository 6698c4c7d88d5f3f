"""What waits at the registry, by role: classes to approve, start and complete, corrections to decide."""

from typing import Any

import pytest

from tests.conftest import Service, Start
from tests.registry import made


async def waits(registry: Service, role: str, day: str = "2025-04-08", **bound: Any) -> list[tuple[str, str, str, str | None]]:
    answer = await registry.as_(role, at=f"{day}T09:00:00+08:00", **bound).get("/v1/worklist")
    assert answer.status_code == 200, answer.text
    return [(item["kind"], item["action"], item["subject_id"], item["due_on"]) for item in answer.json()["items"]]


async def test_an_officer_approves_classes_the_earliest_first(start: Start) -> None:
    async with start("registry") as registry:
        school = await made.school(registry)
        later = await made.proposed(registry, school, "submitted", starts_on="2025-05-08", ends_on="2025-05-10")
        sooner = await made.proposed(registry, school, "submitted")
        for status in ("draft", "approved", "rejected"):
            await made.proposed(registry, school, status)
        assert await waits(registry, "officer") == [
            ("class_submitted", "approve", sooner, "2025-04-08"),
            ("class_submitted", "approve", later, "2025-05-08"),
        ]


async def test_an_officer_decides_corrections_until_they_are_decided(start: Start) -> None:
    async with start("registry") as registry:
        person, officer = await made.trainee(registry, 1), registry.as_("officer")
        path = f"/v1/trainees/{person}/corrections"
        town = registry.as_("town", at=made.BEFORE, region_code="522601100")
        asked = await made.posted(town, path, {"field": "name", "proposed": "杨秀瑛", "reason": "错字"}, 201)
        item = (await officer.get("/v1/worklist")).json()["items"][0]
        assert (item["kind"], item["subject_type"], item["subject_id"], item["link"]) == (
            "correction_asked",
            "correction",
            asked["id"],
            path,
        )
        assert (item["title"], item["whom"]["trainee_id"]) == ("申请更正 · 姓名 · 错字", person)
        assert item["whom"]["trainee_name"] and item["whom"]["id_number_masked"] and item["due_on"]
        assert "杨秀瑛" not in str(item)
        await made.posted(officer, f"{path}/{asked['id']}:accept", {}, 200)
        assert await waits(registry, "officer") == []


@pytest.mark.parametrize(
    ("status", "day", "found"),
    [
        ("draft", "2025-03-07", ("class_draft", "submit", "2025-04-08")),
        ("approved", "2025-04-07", None),
        ("approved", "2025-04-08", ("class_approved", "start", "2025-04-08")),
        ("in_progress", "2025-04-10", None),
        ("in_progress", "2025-04-11", ("class_over", "complete", "2025-04-18")),
        ("completed", "2025-04-11", None),
    ],
)
async def test_a_school_starts_and_completes_its_own_classes(
    start: Start, status: str, day: str, found: tuple[str, str, str] | None
) -> None:
    async with start("registry") as registry:
        school, other = await made.school(registry), await made.school(registry)
        class_id = await made.proposed(registry, school, status)
        expected = [(found[0], found[1], class_id, found[2])] if found else []
        assert await waits(registry, "institution", day, institution_id=school) == expected
        assert await waits(registry, "town", day, region_code="522601100") == expected
        assert await waits(registry, "institution", day, institution_id=other) == []


@pytest.mark.parametrize("role", ["reviewer", "finance", "auditor", "partner", "admin", "person"])
async def test_nothing_waits_here_for_others(start: Start, role: str) -> None:
    async with start("registry") as registry:
        school = await made.school(registry)
        for status in ("submitted", "approved", "in_progress"):
            await made.proposed(registry, school, status)
        assert await waits(registry, role, "2025-04-11") == []


async def test_pages_of_one_make_the_whole_list_of_several_kinds_and_the_counts_count_it(start: Start) -> None:
    async with start("registry") as registry:
        school, officer = await made.school(registry), registry.as_("officer", at="2025-04-28T09:00:00+08:00")
        for day in ("2025-05-06", "2025-04-21", "2025-05-12"):
            await made.proposed(registry, school, "submitted", starts_on=day, ends_on=day)
        for number, day in enumerate(("2025-04-08", "2025-04-11", "2025-04-22", "2025-04-22")):
            asking = registry.as_("officer", at=f"{day}T09:00:00+08:00")
            trainee_id = await made.trainee(registry, number, name="杨秀" + "甲乙丙丁"[number])
            path = f"/v1/trainees/{trainee_id}/corrections"
            await made.posted(asking, path, {"field": "name", "proposed": "杨秀瑛", "reason": "错字"}, 201)
        whole = (await officer.get("/v1/worklist?include_total=true")).json()
        days = [(item["due_on"], item["kind"]) for item in whole["items"]]
        assert days == sorted(days, key=lambda each: each[0]) and len({kind for _, kind in days}) == 2
        assert [item["overdue"] for item in whole["items"]] == [item["due_on"] < "2025-04-28" for item in whole["items"]]
        assert (whole["total"], whole["next_cursor"]) == (7, None)
        assert whole["counts"] == [
            {"kind": "class_submitted", "count": 3, "overdue": 1},
            {"kind": "correction_asked", "count": 4, "overdue": 2},
        ]
        for query in (
            "",
            "&overdue=true",
            "&overdue=false",
            "&kind=correction_asked",
            "&kind=class_submitted&kind=correction_asked&overdue=true",
        ):
            want = (await officer.get(f"/v1/worklist?include_total=true{query}")).json()
            found, cursor = [], ""
            while cursor is not None:
                page = (await officer.get(f"/v1/worklist?limit=1{query}" + (f"&cursor={cursor}" if cursor else ""))).json()
                found += page["items"]
                cursor = page["next_cursor"]
            assert [item["subject_id"] for item in found] == [item["subject_id"] for item in want["items"]], query
            assert want["total"] == len(found)
        assert (await officer.get("/v1/worklist?kind=claim_submitted")).json()["items"] == []  # another service's
        refused = await officer.get("/v1/worklist?kind=class_submited")
        assert (refused.status_code, refused.json()["parameter"]) == (400, "kind")


async def test_what_waits_since_the_first_moment_of_a_day_follows_what_is_due_the_day_before(start: Start) -> None:
    async with start("registry") as registry:
        school = await made.school(registry)
        begins = await made.proposed(registry, school, "approved", starts_on="2025-04-28", ends_on="2025-04-28")
        over = await made.proposed(registry, school, "in_progress", starts_on="2025-04-21", ends_on="2025-04-22")
        client = registry.as_("institution", at="2025-04-28T09:00:00+08:00", institution_id=school)
        first = (await client.get("/v1/worklist?limit=1")).json()
        second = (await client.get(f"/v1/worklist?limit=1&cursor={first['next_cursor']}")).json()
        found = [(item["subject_id"], item["due_on"]) for page in (first, second) for item in page["items"]]
        assert found == [(begins, "2025-04-28"), (over, "2025-04-29")]


@pytest.mark.parametrize(
    ("action", "body", "touched"),
    [
        pytest.param("blacklist", {"from_on": "2025-04-10", "reason": "虚报"}, True, id="listed-on-its-last-day"),
        pytest.param("blacklist", {"from_on": "2025-04-11", "reason": "虚报"}, False, id="listed-the-day-after"),
        pytest.param("suspend", {"from_on": "2025-04-08", "reason": "整顿"}, True, id="suspended-on-its-first-day"),
        pytest.param("suspend", {"from_on": "2025-04-09", "reason": "整顿"}, False, id="suspended-on-its-second"),
        pytest.param("exit", {"on": "2025-04-08", "reason": "停办"}, True, id="gone-on-its-first-day"),
    ],
)
async def test_the_classes_that_an_institution_may_hold_no_longer_wait_for_an_officer(
    start: Start, action: str, body: dict[str, str], touched: bool
) -> None:
    """They are shown beforehand, with the claims, and wait afterwards until they are cancelled or over."""
    async with start("registry") as registry, start("subsidy") as subsidy:
        registry.knows(subsidy)
        school = await made.school(registry)
        class_id = await made.proposed(registry, school, "approved")
        await made.proposed(registry, school, "cancelled")
        by = registry.as_("reviewer" if action == "blacklist" else "officer", at="2025-04-02T09:00:00+08:00")
        path = f"/v1/institutions/{school}:{action}"
        shown = await made.posted(by, f"{path}?preview=true", body, 200)
        assert ([each["id"] for each in shown["classes"]], shown["claims"]) == ([class_id] if touched else [], [])
        await made.posted(by, path, body, 200)
        found = [each for each in await waits(registry, "officer", "2025-04-08") if each[0] == "class_barred"]
        assert [each[1:3] for each in found] == ([("cancel", class_id)] if touched else [])
        assert not [each for each in await waits(registry, "officer", "2025-04-11") if each[0] == "class_barred"]
