"""Placements of before the school was kept learn it, also where the registry is away at first; what the registry does not know stays as it is."""

from typing import Any

import pytest
from sqlalchemy import text

from services.eastwest.following import job
from tests.conftest import Service
from tests.eastwest.neighbours import Neighbours, placed


async def test_a_placement_learns_which_school_held_its_class(
    eastwest: Service, others: Neighbours, monkeypatch: pytest.MonkeyPatch
) -> None:
    partner = eastwest.as_("partner", at="2025-09-10T09:00:00+08:00")
    class_ids = [others.attends(person) for person in map(others.person, range(3))]
    made = [await placed(partner, person, class_id=str(class_id)) for person, class_id in zip(others.ids.values(), class_ids, strict=True)]
    async with eastwest.kernel.writing.begin() as session:
        await session.execute(text("UPDATE placements SET institution_id = NULL"))
    schools = [others.classes[str(each)]["institution_id"] for each in class_ids]
    del others.classes[str(class_ids[2])]
    monkeypatch.setattr(job, "SECONDS_UNTIL_ASKED_AGAIN", 0)
    monkeypatch.setattr(job, "AT_A_TIME", 2)
    others.away.add("registry")
    waited = job.asyncio.sleep

    async def back(seconds: float) -> None:
        others.away.clear()
        await waited(seconds)

    monkeypatch.setattr(job.asyncio, "sleep", back)
    await job.schools(eastwest.kernel)
    async with eastwest.kernel.reading() as session:
        found: Any = await session.execute(text("SELECT id, institution_id FROM placements"))
        kept = {str(row.id): row.institution_id and str(row.institution_id) for row in found}
    assert [kept[each["id"]] for each in made] == [*schools[:2], None]
