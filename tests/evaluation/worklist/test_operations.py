"""What waits at evaluation, by role: filings on their way, batches from the day of the exam on."""

import httpx
import pytest

from tests.conftest import Start
from tests.evaluation import made
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
    async with world(start) as w:
        paper = await w.filing(status)
        clients = {"officer": w.officer(), "reviewer": w.reviewer(), "institution": w.enterprise()}
        for role, client in clients.items():
            waiting_role, action = WAITS_FOR.get(status, ("", ""))
            assert await waits(client) == ([(f"filing_{status}", action, paper["number"])] if role == waiting_role else [])
        stranger = w.enterprise(institution_id=await w.institution())
        assert await waits(stranger) == []


async def test_a_batch_waits_for_supervision_then_locking_then_issuing(start: Start) -> None:
    async with world(start) as w:
        filed = await w.filing()
        paper = await w.batch(filed["id"], [await w.worker(1)])
        path, client = f"/v1/assessments/{paper['id']}", w.enterprise()
        assert await waits(w.enterprise("2025-06-19")) == []
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
    async with world(start) as w:
        paper = await w.filing()
        assert (paper["valid_until_on"], await waits(w.reviewer("2025-09-30"))) == ("2025-12-31", [])
        assert await waits(w.reviewer("2025-10-01")) == [("filing_ending", "renew", paper["number"])]
        [item] = (await w.reviewer("2025-12-31").get("/v1/worklist")).json()["items"]
        assert (item["due_on"], item["overdue"]) == ("2025-12-31", False)
        assert await waits(w.reviewer("2026-01-01")) == []


async def test_the_body_is_reminded_to_ask_for_its_renewal_until_it_did(start: Start) -> None:
    async with world(start) as w:
        paper = await w.filing()
        path, ask = f"/v1/filings/{paper['id']}:ask-renewal", {"headers": {"If-Match": "*"}}
        assert await waits(w.enterprise("2025-09-30")) == []
        assert (await w.enterprise("2025-09-30").post(path, **ask)).json()["code"] == "renewal_too_early"
        assert await waits(w.enterprise("2025-10-01")) == [("filing_renewable", "ask-renewal", paper["number"])]
        asked = await made.done(w.enterprise("2025-10-01").post(path, **ask))
        assert asked["renewal_asked_on"] == "2025-10-01" and await waits(w.enterprise("2025-10-02")) == []
        assert (await w.enterprise("2025-10-02").post(path, **ask)).json()["code"] == "invalid_state"
        renewed = await w.act(asked, "renew", {"valid_until_on": "2026-12-15"}, "2025-10-02")
        told = [each["data"] for each in (await w.officer().get("/v1/changes")).json()["items"] if "message" in each["data"]]
        assert [(each["valid_until_on"], each["renewable_from_on"]) for each in told] == [
            ("2025-12-31", "2025-10-01"),
            ("2026-12-15", "2026-09-16"),
        ]
        assert told[1]["message"]["text"] == f"备案 {paper['number']} 有效期至 2026-12-15,请自 2026-09-16 起申请续期。"
        assert renewed["renewal_asked_on"] is None and await waits(w.enterprise("2025-10-02")) == []
        assert await waits(w.enterprise("2026-09-15")) == []
        assert await waits(w.enterprise("2026-09-16")) == [("filing_renewable", "ask-renewal", paper["number"])]


async def test_a_filing_waits_for_another_person_than_the_one_who_checked_it(start: Start) -> None:
    async with world(start) as w:
        paper = await w.filing("checked")
        assert await waits(w.reviewer(person_id=OFFICER)) == []
        assert await waits(w.reviewer()) == [("filing_checked", "accept", paper["number"])]


async def test_a_filing_without_a_batch_for_a_year_is_told_to_the_reviewer(start: Start) -> None:
    async with world(start) as w:
        wide = made.acceptance(valid_until_on="2027-12-31")
        paper = await w.filing(accepted=wide)
        assert await waits(w.reviewer("2026-01-01")) == []
        assert await waits(w.reviewer("2026-01-02")) == [("filing_idle", "suspend", paper["number"])]
        [item] = (await w.reviewer("2026-01-02").get("/v1/worklist")).json()["items"]
        assert (item["since_at"][:10], item["due_on"], item["overdue"]) == ("2026-01-02", "2026-01-29", False)
        await w.batch(paper["id"], [await w.worker(1)], held_on="2025-06-20")
        assert await waits(w.reviewer("2026-06-20")) == []
        assert await waits(w.reviewer("2026-06-21")) == [("filing_idle", "suspend", paper["number"])]


async def test_an_amendment_waits_for_a_second_person_and_a_certificate_without_ground_for_the_reviewer(start: Start) -> None:
    async with world(start) as w:
        filing, worker = await w.filing(), await w.worker(1)
        batch = await w.batch(filing["id"], [worker], "issued")
        path = f"/v1/assessments/{batch['id']}/results/{worker}"
        client = w.enterprise()
        proposed = await client.post(f"{path}:amend", json={"score": 50, "passed": False, "reason": "合分错误"})
        assert proposed.status_code == 200, proposed.text
        assert await waits(client) == []
        assert await waits(w.officer()) == [("amendment_proposed", "approve", batch["number"])]
        assert [each[:2] for each in await waits(w.reviewer())] == [("amendment_proposed", "approve")]
        assert (await w.officer().post(f"{path}:approve")).status_code == 200
        [certificate] = await w.certificates()
        assert await waits(w.reviewer()) == [("certificate_unearned", "revoke", certificate["number"])]
        revoked = await w.reviewer().post(f"/v1/certificates/{certificate['id']}:revoke", json={"reason": "成绩更正为不合格"})
        assert revoked.status_code == 200 and await waits(w.reviewer()) == []
