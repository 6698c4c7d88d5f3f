"""Any list of numbers, and every payment that ever touched one of these people."""

import json
from typing import Any

import httpx

from tests.conftest import Start
from tests.subsidy.claims.world import AFTER_NOTICE, World, a_person, a_world, key

REASON = "与社保待遇领取名单比对。"


async def paid_through(world: World, claim: dict[str, Any], result: str) -> None:
    finance = world.as_("finance", at=AFTER_NOTICE)
    made = await finance.post("/v1/payment-batches", json={"fund_id": world.fund_id, "claim_ids": [claim["id"]]}, headers=key())
    batch = (await finance.post(f"/v1/payment-batches/{made.json()['id']}:export", headers=key() | {"If-Match": "*"})).json()
    results = [{"payment_id": each["id"], "result": result, "voucher_no": "V-1", "reason": "测试"} for each in batch["payments"]]
    done = await finance.post(f"/v1/payment-batches/{batch['id']}:confirm", json={"results": results}, headers=key() | {"If-Match": "*"})
    assert done.status_code == 200, done.text


def numbers(world: World, known: dict[str, str]) -> None:
    """A registry that knows who is behind these numbers."""
    others = world.subsidy.kernel.neighbours["registry"].transport

    async def registry(request: httpx.Request) -> httpx.Response:
        if request.url.path != "/internal/v1/trainees-numbered":
            return await others.handle_async_request(request)
        asked = json.loads(request.content)["id_numbers"]
        return httpx.Response(200, json={"trainee_ids": [known.get(each) for each in asked]})

    world.subsidy.kernel.neighbours["registry"].transport = httpx.MockTransport(registry)


async def test_every_payment_of_whoever_is_on_the_list_is_told(start: Start) -> None:
    async with a_world(start) as world:
        person, other, unpaid = a_person(), a_person(), a_person()
        failed = await world.bring_to("approved", world.open_class([person, other]))
        await paid_through(world, failed, "failed")
        await paid_through(world, failed, "paid")
        await world.bring_to("submitted", world.open_class([unpaid]))
        known = {"A": person["trainee_id"], "B": unpaid["trainee_id"], "A, as it was before a merge": person["trainee_id"]}
        numbers(world, known)
        auditor = world.as_("auditor", at=AFTER_NOTICE)
        body = {"id_numbers": ["nobody's", *known], "reason": REASON}
        said = (await auditor.post("/v1/audit-lists", json=body)).json()
        assert (said["registered"], said["people_paid"], said["paid_amount"]) == (2, 1, "180.00")
        assert [(each["trainee_id"], len(each["payments"]), each["paid_amount"]) for each in said["items"]] == [
            (None, 0, "0.00"),
            (person["trainee_id"], 2, "180.00"),
            (unpaid["trainee_id"], 0, "0.00"),
            (person["trainee_id"], 0, "0.00"),
        ]
        first, second = said["items"][1]["payments"]
        assert (first["status"], first["paid_on"], second["status"], second["paid_on"], second["voucher_no"]) == (
            "failed",
            None,
            "paid",
            AFTER_NOTICE[:10],
            "V-1",
        )
        assert (second["amount"], second["judged_on"], second["verdict"], second["claim_number"]) == (
            "180.00",
            "2025-04-08",
            "eligible",
            failed["number"],
        )
        for days, count in (({"to_on": "2025-04-07"}, 0), ({"from_on": "2025-04-08"}, 2), ({"from_on": "2025-04-09"}, 0)):
            narrowed = (await auditor.post("/v1/audit-lists", json=body | days)).json()
            assert len(narrowed["items"][1]["payments"]) == count, days
        [told, *_] = (await auditor.get("/v1/audit", params={"action": "audit_list.checked"})).json()["items"]
        assert (told["details"]["reason"], told["details"]["numbers"]) == (REASON, 4) and "id_numbers" not in told["details"]


async def test_auditors_alone_ask_with_a_reason_and_a_list_of_bounded_length(start: Start) -> None:
    async with a_world(start) as world:
        for role in ("officer", "finance", "institution"):
            answer = await world.as_(role).post("/v1/audit-lists", json={"id_numbers": [], "reason": REASON})
            assert answer.json()["code"] == "wrong_role", role
        auditor = world.as_("auditor")
        assert (await auditor.post("/v1/audit-lists", json={"id_numbers": [], "reason": REASON})).json()["items"] == []
        for wrong in ({"id_numbers": []}, {"id_numbers": ["1"] * 5_001, "reason": REASON}, {"id_numbers": [1], "reason": REASON}):
            assert (await auditor.post("/v1/audit-lists", json=wrong)).status_code == 422
