"""What waits at the registry, by role: classes to approve, start and complete, corrections to decide."""

from typing import Any

import pytest

from tests.conftest import Service, Start
from tests.registry import made


async def waits(registry: Service, role: str, day: str = "2025-04-08", **bound: Any) -> list[tuple[str, str, str, str | None]]:
    answer = await registry.as_(role, at=f"{day}T09:00:00+08:00", **bound).get("/v1/worklist")
    assert answer.status_code == 200 and answer.json()["more"] is False, answer.text
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
        asked = await made.posted(officer, path, {"field": "name", "proposed": "杨秀瑛", "reason": "错字"}, 201)
        item = (await officer.get("/v1/worklist")).json()["items"][0]
        assert (item["kind"], item["subject_id"], item["link"], item["due_on"]) == ("correction_asked", person, path, None)
        assert "杨秀瑛" not in str(item)
        await made.posted(officer, f"{path}/{asked['id']}:accept", {}, 200)
        assert await waits(registry, "officer") == []


@pytest.mark.parametrize(
    ("status", "day", "found"),
    [
        ("approved", "2025-04-07", None),
        ("approved", "2025-04-08", ("class_approved", "start", "2025-04-08")),
        ("in_progress", "2025-04-10", None),
        ("in_progress", "2025-04-11", ("class_over", "complete", "2025-04-10")),
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


async def test_a_long_list_is_cut_and_says_so(start: Start, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("shared.worklist.MOST", 2)
    async with start("registry") as registry:
        school = await made.school(registry)
        first = [await made.proposed(registry, school, "submitted") for _ in range(3)][:2]
        answer = (await registry.as_("officer").get("/v1/worklist")).json()
        assert ([item["subject_id"] for item in answer["items"]], answer["more"]) == (first, True)
