"""What a receipt says can be computed again by whoever has nothing else: by the oracle, from facts and terms alone."""

import base64
import json
from collections import Counter
from collections.abc import Callable
from typing import Any

import pytest
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

from services.subsidy.codes import Effect, FindingCode
from tests.conftest import Start
from tests.oracle import cases
from tests.oracle.receipts import receipts
from tests.oracle.recompute import differences
from tests.subsidy.claims.world import a_person, a_world

SEEDS = 450
# Of facts that changed the receipt tells as how the line stands; that the short course's people are able to work, no terms ask yet.
NOT_PLANTED = {FindingCode.FACTS_CHANGED, FindingCode.ABILITY_NOT_STATED, FindingCode.CLASS_TOO_SHORT}

Receipt = dict[str, Any]


def test_every_line_follows_from_facts_and_terms_alone() -> None:
    lines, found = 0, Counter[str]()
    for seed in range(SEEDS):
        for each in receipts(f"receipt {seed}"):
            assert differences(each) == [], each["name"]
            lines += len(each["lines"])
            found.update(finding["code"] for line in each["lines"] for finding in line["judged"]["findings"])
    assert lines > 1_900 and found.keys() >= set(FindingCode) - NOT_PLANTED


def test_the_cases_in_the_folder_are_those_that_the_command_writes_and_the_oracle_answers_the_same() -> None:
    standing = {path.name: path.read_text() for path in cases.FOLDER.iterdir()}
    assert standing == cases.written(), "python -m tests.oracle.cases writes them anew"
    every = [*cases.read()]
    assert len(every) >= 300 and [each["name"] for each in every if differences(each)] == []
    found = Counter(
        (finding["code"], finding["effect"]) for each in every for line in each["lines"] for finding in line["judged"]["findings"]
    )
    assert {code for code, _ in found} >= set(FindingCode) - NOT_PLANTED and {effect for _, effect in found} == set(Effect)
    verdicts = Counter(line["judged"]["verdict"] for each in every for line in each["lines"])
    assert min(verdicts[each] for each in ("eligible", "held", "refused")) >= 30


def _amount(receipt: Receipt) -> None:
    receipt["lines"][0]["judged"]["amount"] = "179.99"


def _verdict(receipt: Receipt) -> None:
    receipt["lines"][0]["judged"]["verdict"] = "held"


def _finding(receipt: Receipt) -> None:
    receipt["lines"][0]["judged"]["findings"].append({"code": "duplicate_line", "effect": "note"})


def _day(receipt: Receipt) -> None:
    receipt["facts"]["lines"][0]["attendance"].pop()


def _rate(receipt: Receipt) -> None:
    receipt["terms"]["block"]["yuan_per_person_day"] = "61.00"


@pytest.mark.parametrize("change", [_amount, _verdict, _finding, _day, _rate])
async def test_a_claims_receipt_is_signed_and_a_change_of_it_is_found(start: Start, change: Callable[[Receipt], None]) -> None:
    async with a_world(start) as world:
        overlap = [{"class_number": "KL-PX-2025-000009", "on": "2025-04-08", "half_day": "am"}]
        people = [a_person(), a_person(attended_other_class=overlap)]
        claim = await world.bring_to("submitted", world.open_class(people))
        claim = await world.step("officer", "review", claim)
        outcome = {"trainee_id": people[1]["trainee_id"], "outcome": "accept", "reason": "已核对签到原件。"}
        claim = await world.step("reviewer", "resolve", claim, outcome)
        answer = await world.as_("auditor").get(f"/v1/claims/{claim['id']}/receipt")
        assert answer.status_code == 200, answer.text
        receipt = answer.json()
        key = (await world.subsidy.as_("public").get("/v1/claim-receipts/key")).json()
        _check(receipt, key)
        assert differences(receipt) == []
        assert (receipt["facts_hash"], receipt["version"], receipt["amount"], receipt["judged_amount"]) == (
            claim["facts_hash"],
            claim["version"],
            "360.00",
            "180.00",
        )
        stands = [(each["stands"]["verdict"], each["stands"]["otherwise_because"]) for each in receipt["lines"]]
        assert stands == [("eligible", None), ("eligible", "resolved")]
        assert "杨秀英" not in answer.text and "5226*" not in answer.text
        again = (await world.as_("officer").get(f"/v1/claims/{claim['id']}/receipt")).json()
        assert again == receipt
        change(receipt)
        assert differences(receipt)
        with pytest.raises(InvalidSignature):
            _check(receipt, key)
        read = await world.as_("auditor").get("/v1/audit", params={"subject": claim["id"], "action": "claim.receipt_read"})
        assert len(read.json()["items"]) == 2
        assert (await world.as_("institution").get(f"/v1/claims/{claim['id']}/receipt")).json()["code"] == "wrong_role"


def _check(receipt: Receipt, key: dict[str, str]) -> None:
    said = json.dumps(
        {name: each for name, each in receipt.items() if name != "signature"}, sort_keys=True, separators=(",", ":"), ensure_ascii=False
    )
    public = Ed25519PublicKey.from_public_bytes(base64.urlsafe_b64decode(key["x"] + "=="))
    public.verify(base64.b64decode(receipt["signature"]), said.encode())
    assert receipt["key_id"] == key["kid"]
