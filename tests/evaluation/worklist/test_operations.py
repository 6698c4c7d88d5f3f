"""What waits at evaluation, by role: filings on their way, batches from the day of the exam on."""

import httpx
import pytest

from tests.conftest import Start
from tests.evaluation.made import HELD, OFFICER, WAYS, supervision, world


async def waits(client: httpx.AsyncClient) -> list[tuple[str, str, str]]:
    answer = await client.get("/v1/worklist")
    assert answer.status_code == 200, answer.text
    return [(item["kind"], item["action"], item["number"]) for item in answer.json()["items"]]


WAITS_FOR = {
    "submitted": ("officer", "check"),
    "checked": ("reviewer", "accept"),
    "returned": ("institution", "submit"),
    "draft": ("institution", "submit"),
}


@pytest.mark.parametrize("status", [status for status in WAYS if status != "expired"])
async def test_a_filing_waits_for_the_role_that_takes_its_next_step(start: Start, status: str) -> None:
    async with world(start) as made:
        paper = await made.filing(status)
        clients = {"officer": made.officer(), "reviewer": made.reviewer(), "institution": made.enterprise()}
        for role, client in clients.items():
            waiting_role, action = WAITS_FOR.get(status, ("", ""))
            assert await waits(client) == ([(f"filing_{status}", action, paper["number"])] if role == waiting_role else [])
        stranger = made.enterprise(institution_id=await made.institution())
        assert await waits(stranger) == []


async def test_a_batch_waits_for_supervision_then_locking_then_issuing(start: Start) -> None:
    async with world(start) as made:
        filed = await made.filing()
        paper = await made.batch(filed["id"], [await made.worker(1)])
        path, client = f"/v1/assessments/{paper['id']}", made.enterprise()
        assert await waits(made.enterprise("2025-06-19")) == []
        assert await waits(client) == [
            ("assessment_unsupervised", "supervision", paper["number"]),
            ("assessment_without_results", "results", paper["number"]),
        ]
        assert (await client.get("/v1/worklist")).json()["items"][0]["due_on"] == HELD
        await client.post(f"{path}/results:batch", json={"items": [{"trainee_id": paper["candidates"][0], "passed": True}]})
        await client.post(f"{path}/supervision", json=supervision())
        assert await waits(client) == [("assessment_supervised", "lock", paper["number"])]
        await client.post(f"{path}:lock")
        assert await waits(client) == [("assessment_locked", "issue", paper["number"])]
        await client.post(f"{path}:issue")
        assert await waits(client) == []


async def test_a_filing_waits_for_its_renewal_in_its_last_three_months(start: Start) -> None:
    async with world(start) as made:
        paper = await made.filing()
        assert (paper["valid_until_on"], await waits(made.reviewer("2025-09-30"))) == ("2025-12-31", [])
        assert await waits(made.reviewer("2025-10-01")) == [("filing_ending", "renew", paper["number"])]
        [item] = (await made.reviewer("2025-12-31").get("/v1/worklist")).json()["items"]
        assert (item["due_on"], item["overdue"]) == ("2025-12-31", False)
        assert await waits(made.reviewer("2026-01-01")) == []


async def test_a_filing_waits_for_another_person_than_the_one_who_checked_it(start: Start) -> None:
    async with world(start) as made:
        paper = await made.filing("checked")
        assert await waits(made.reviewer(person_id=OFFICER)) == []
        assert await waits(made.reviewer()) == [("filing_checked", "accept", paper["number"])]
