"""An assessor who was excluded after the batch had been announced: who is told, and until when."""

from tests.conftest import Start
from tests.evaluation import made
from tests.evaluation.made import done, world


async def test_an_assessor_excluded_since_the_batch_was_announced_is_told_of(start: Start) -> None:
    async with world(start) as w:
        filing = await w.filing()
        batches = [
            await done(
                w.enterprise("2025-06-01").post("/v1/assessments", json=made.assessment(filing["id"], [await w.worker(n)], held_on=day))
            )
            for n, day in enumerate(("2025-06-09", "2025-06-10"), 1)
        ]
        cards = {each["card"]: each["id"] for each in (await done(w.officer().get("/v1/examiners")))["items"]}
        officer = w.officer("2025-06-10")

        async def told() -> list[list[tuple[str, str]]]:
            papers = [await done(officer.get(f"/v1/assessments/{each['id']}")) for each in batches]
            return [[(each["code"], each["pointer"]) for each in paper["warnings"] if each["code"] == "card_invalid"] for paper in papers]

        excluded = f"/v1/examiners/{cards[batches[0]['assessors'][0]]}"
        assert await told() == [[], []]
        await done(officer.post(f"{excluded}:exclude", json={"reason": "参与舞弊"}))
        assert await told() == [[], [("card_invalid", "/assessors/0")]]  # what was held before stays as it was
        await done(officer.post(f"{excluded}:reinstate", json={"reason": "查无实据"}))
        assert await told() == [[], []]
