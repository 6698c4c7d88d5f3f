"""Placements of before the school was kept learn it, also where the registry is away at first; what the registry does not know stays as it is."""

from typing import Any

import pytest
from sqlalchemy import text

from services.eastwest.following import job
from tests.conftest import Service
from tests.eastwest.neighbours import Neighbours, placed, report, update


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


async def test_a_placement_that_names_no_class_is_of_the_school_that_the_chain_goes_back_to(eastwest: Service, others: Neighbours) -> None:
    """Placed before the class was held, and reported after it; named another class, it is that one's school's, and the first's again without."""
    partner, who = eastwest.as_("partner", at="2025-09-10T09:00:00+08:00"), others.person(1)
    made = await placed(partner, who)
    path = f"/v1/placements/{made['id']}"
    held, another = others.attends(who, occupation_code="6-31-01-03"), others.training_class()
    school, elsewhere = (others.classes[str(each)]["institution_id"] for each in (held, another))

    async def sees(institution_id: str) -> int:
        graduates = eastwest.as_("institution", institution_id=institution_id)
        return (await graduates.get(path)).status_code

    assert await sees(school) == 404
    await report(partner, made["id"], update("s1"))
    assert await sees(school) == 200
    chain = (await partner.get(f"{path}/chain")).json()
    assert (chain["class_id"], chain["institution_id"]) == (str(held), school)
    version = (await partner.get(path)).headers["etag"]
    changed = await partner.patch(path, json={"class_id": str(another)}, headers={"If-Match": version})
    assert changed.status_code == 200 and [await sees(school), await sees(elsewhere)] == [404, 200]
    back = await partner.patch(path, json={"class_id": None}, headers={"If-Match": changed.headers["etag"]})
    assert back.status_code == 200 and [await sees(school), await sees(elsewhere)] == [200, 404]
