"""What a body did is counted from its batches, shown with its filing and beside the others', and told to who judges its certificates."""

from tests.conftest import Start
from tests.evaluation import made
from tests.evaluation.made import done, world


async def test_a_body_is_counted_by_its_batches_and_its_flags_are_told_wherever_it_counts(start: Start) -> None:
    async with world(start) as w:
        filed, workers = await w.filing(), [await w.worker(n) for n in range(4)]
        await w.batch(filed["id"], workers[:3], "issued", passed=[True, True, False])
        open_one = await w.batch(filed["id"], workers[2:3], held_on="2025-06-21")
        await w.batch(filed["id"], workers[3:], "cancelled", held_on="2025-06-21")
        other = w.enterprise_id
        w.enterprise_id = await w.institution()
        theirs = await w.filing(number_prefix="Y000052000777")
        await w.batch(theirs["id"], [await w.worker(9)], "issued", passed=[False])
        another, w.enterprise_id = w.enterprise_id, other

        found = await done(w.officer("2025-06-22").get("/v1/statistics/bodies"))
        assert (found["from_on"], found["to_on"]) == ("2024-07-01", "2025-06-30")
        bodies = {each["institution_id"]: each for each in found["bodies"]}
        assert bodies.keys() == {other, another}
        names = ("held", "supervised", "sat", "passed", "pass_rate", "pass_rate_of_others", "most_in_a_day", "most_on")
        assert [bodies[other][name] for name in names] == [2, 1, 3, 2, 2 / 3, 0.0, 2, made.HELD]
        assert [each["code"] for each in bodies[other]["flags"]] == ["unsupervised"]
        assert [each["institution_id"] for each in (await done(w.enterprise("2025-06-22").get("/v1/statistics/bodies")))["bodies"]] == [
            other
        ]

        shown = await done(w.officer("2025-06-22").get(f"/v1/filings/{filed['id']}"))
        assert [each["code"] for each in shown["warnings"]] == ["unsupervised"]
        today = await done(w.officer("2025-06-21").get(f"/v1/filings/{filed['id']}"))
        assert today["warnings"] == [], "the exam of the day is not over"
        client = w.evaluation.internal()
        client.headers["X-Server-Date"] = made.at("2025-06-22")
        asked = {"trainee_ids": workers[:1]}
        [fact] = (await done(client.post("/internal/v1/certificate-facts", json=asked)))["certificates"]
        assert [each["code"] for each in fact["body_flags"]] == ["unsupervised"] and fact["issued_that_day"] == 2
        await done(w.enterprise("2025-06-22").post(f"/v1/assessments/{open_one['id']}/supervision", json=made.supervision()))
        assert (await done(w.officer("2025-06-22").get(f"/v1/filings/{filed['id']}")))["warnings"] == []


async def test_an_approved_amendment_is_counted_and_a_rejected_one_is_not(start: Start) -> None:
    async with world(start) as w:
        filed, (first, second) = await w.filing(), [await w.worker(n) for n in range(2)]
        batch = await w.batch(filed["id"], [first, second], "locked", passed=[True, False])
        assert (batch["sat"], batch["passed"]) == (2, 1)
        path = f"/v1/assessments/{batch['id']}/results"
        await done(w.enterprise().post(f"{path}/{second}:amend", json={"score": 70, "passed": True, "reason": "漏计一题"}))
        await done(w.officer().post(f"{path}/{second}:reject", json={"reason": "原卷无误"}))
        await done(w.enterprise().post(f"{path}/{first}:amend", json={"absent": True, "passed": False, "reason": "冒名"}))
        amended = await done(w.officer().post(f"{path}/{first}:approve"))
        assert (amended["sat"], amended["passed"]) == (1, 0)
