"""Facts: late, repeated and out of order they end in the same state; gates, conflicts, receipts."""

import base64
from itertools import permutations
from typing import Any

import orjson
import pytest
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

from tests.conftest import Service
from tests.eastwest.neighbours import CLASS, EXAM, ISSUED, START, Neighbours, evidence, order, placed, report, update

WHOLE = evidence(START, "2025-08-29")


async def test_retention_goes_from_on_track_over_unproven_to_met(eastwest: Service, others: Neighbours) -> None:
    partner = eastwest.as_("partner")
    made = await placed(partner, others.person(1))
    assert (await report(partner, made["id"], update("s"))).status_code == 201

    async def verdict(as_of: str) -> dict[str, Any]:
        return dict((await partner.get(f"/v1/placements/{made['id']}/retention?as_of={as_of}")).json())

    assert (await verdict("2025-06-29"))["verdict"] == "on_track"
    lacking = await verdict("2025-06-30")
    assert (lacking["verdict"], lacking["due_on"]) == ("unproven", "2025-08-30")
    assert [(each["from_on"], each["to_on"]) for each in lacking["missing"]] == [(START, "2025-06-29")]
    assert {each["grade"] for each in lacking["missing"][0]["providers"]} == {"A", "B", "C", "D", "E"}
    assert (await report(partner, made["id"], update("p", "present", "2025-08-29", evidence=WHOLE))).status_code == 201
    met = await verdict("2025-08-30")
    assert (met["verdict"], met["met_on"], met["weakest_grade"], met["missing"]) == ("met", "2025-08-30", "B", [])
    assert met["intervals"] == [{"grade": "B", "from_on": START, "to_on": "2025-08-29", "external_ref": "p", "ref": None}]
    assert {each["basis_status"] for each in met["basis"]} == {"confirmed", "unconfirmed"}


async def test_known_on_looks_at_what_had_been_received(eastwest: Service, others: Neighbours) -> None:
    then, later = eastwest.as_("partner", at="2025-06-01T09:00:00+08:00"), eastwest.as_("partner", at="2025-12-01T09:00:00+08:00")
    made = await placed(then, others.person(1))
    await report(then, made["id"], update("s"))
    await report(later, made["id"], update("p", "present", "2025-08-29", evidence=WHOLE))
    one = f"/v1/placements/{made['id']}/retention?as_of=2025-08-30"
    assert (await then.get(f"{one}&known_on=2025-11-30")).json()["verdict"] == "unproven"
    assert (await then.get(f"{one}&known_on=2025-12-01")).json()["verdict"] == "met"


HISTORY = [
    update("s"),
    update("p", "present", "2025-09-02", evidence=evidence("2025-06-03", "2025-09-02")),
    update("l", "left", "2025-09-03"),
    update("c", "corrected", "2025-06-03", corrects="s"),
]


async def test_every_order_of_a_history_ends_in_the_same_state(eastwest: Service, others: Neighbours) -> None:
    partner = eastwest.as_("partner", at="2025-10-01T09:00:00+08:00")
    ends = set()
    for n, history in enumerate(permutations(HISTORY), start=1):
        made = await placed(partner, others.person(n))
        own = [
            {**body, "external_ref": f"{body['external_ref']}{n}"} | ({"corrects": f"s{n}"} if "corrects" in body else {})
            for body in history
        ]
        for body in (*own, own[0]):
            assert (await report(partner, made["id"], body)).status_code == 201
        found = (await partner.get(f"/v1/placements/{made['id']}")).json()
        proved = (await partner.get(f"/v1/placements/{made['id']}/retention?as_of=2025-09-10")).json()
        ends.add((found["status"], found["started_on"], found["left_on"], proved["verdict"], proved["met_on"], proved["due_on"]))
    assert ends == {("left", "2025-06-03", "2025-09-03", "met", "2025-09-03", "2025-09-03")}


@pytest.mark.parametrize(
    ("ordered", "standard", "class_starts", "certificate", "started", "code"),
    [
        pytest.param("2025-03-10", "2025-03-05", CLASS, {}, START, None, id="ordered-on-the-classs-first-day"),
        pytest.param("2025-03-11", "2025-03-05", CLASS, {}, START, "order_after_class", id="ordered-after-it"),
        pytest.param("2025-03-11", "2025-03-05", None, {}, START, None, id="no-class"),
        pytest.param("2025-03-01", EXAM, CLASS, {}, START, None, id="standard-on-the-exams-day"),
        pytest.param("2025-03-01", "2025-04-21", CLASS, {}, START, "standard_after_exam", id="standard-after-it"),
        pytest.param("2025-03-01", "2025-04-21", CLASS, {"exam_held_on": None}, START, None, id="no-exam"),
        pytest.param("2025-03-01", ISSUED, CLASS, {"exam_held_on": None, "outside": True}, START, None, id="outside-date-for-the-exam"),
        pytest.param(
            "2025-03-01",
            "2025-04-26",
            CLASS,
            {"exam_held_on": None, "outside": True},
            START,
            "standard_after_exam",
            id="standard-after-outside-date",
        ),
        pytest.param("2025-03-01", "2025-03-05", CLASS, {}, ISSUED, None, id="issued-on-the-first-day-at-work"),
        pytest.param("2025-03-01", "2025-03-05", CLASS, {}, "2025-04-24", "certificate_after_start", id="issued-after-it"),
        pytest.param("2025-03-01", "2025-03-05", CLASS, None, START, "certificate_missing", id="no-certificate"),
        pytest.param("2025-03-01", "2025-03-05", None, None, START, "certificate_missing", id="neither-class-nor-certificate"),
    ],
)
async def test_gates_at_the_first_day_at_work(
    eastwest: Service,
    others: Neighbours,
    ordered: str,
    standard: str,
    class_starts: str | None,
    certificate: dict[str, Any] | None,
    started: str,
    code: str | None,
) -> None:
    partner, trainee_id = eastwest.as_("partner"), others.person(1, certified=False)
    if certificate is not None:
        others.certificate(trainee_id, **certificate)
    wanted = order(ordered_on=ordered)
    wanted["standard"]["set_on"] = standard
    assert (await partner.post("/v1/orders", json=wanted)).status_code == 201
    made = await placed(partner, trainee_id, **({"class_id": str(others.training_class(class_starts))} if class_starts else {}))
    answer = await report(partner, made["id"], update("s", on=started))
    assert (answer.status_code, answer.json().get("code")) == (409 if code else 201, code)


async def test_a_refused_start_is_not_kept_and_frees_its_reference(eastwest: Service, others: Neighbours) -> None:
    partner, trainee_id = eastwest.as_("partner"), others.person(1, certified=False)
    made = await placed(partner, trainee_id)
    assert (await report(partner, made["id"], update("s"))).json()["code"] == "certificate_missing"
    assert (await partner.get(f"/v1/placements/{made['id']}/updates")).json()["items"] == []
    others.certificate(trainee_id)
    kept = await report(partner, made["id"], update("s", on="2025-06-02"))
    assert (kept.status_code, kept.json()["receipt"]["sequence"]) == (201, 1)


async def test_a_correction_cannot_carry_a_start_around_its_gate(eastwest: Service, others: Neighbours) -> None:
    partner = eastwest.as_("partner")
    made = await placed(partner, others.person(1))
    await report(partner, made["id"], update("s"))
    refused = await report(partner, made["id"], update("c", "corrected", "2025-04-24", corrects="s"))
    assert refused.json()["code"] == "certificate_after_start"
    early = await placed(partner, others.person(2))
    assert (await report(partner, early["id"], update("c2", "corrected", "2025-04-24", corrects="s2"))).status_code == 201
    assert (await report(partner, early["id"], update("s2"))).json()["code"] == "certificate_after_start"


async def test_a_reference_used_for_something_else_is_a_conflict_and_the_same_again_is_not(eastwest: Service, others: Neighbours) -> None:
    partner, officer = eastwest.as_("partner"), eastwest.as_("officer")
    made, other = await placed(partner, others.person(1)), await placed(partner, others.person(2))
    first = await report(partner, made["id"], update("s"))
    again = await report(partner, made["id"], update("s"))
    assert (first.json()["outcome"], again.json()["outcome"]) == ("created", "unchanged")
    assert (again.json()["id"], again.json()["receipt"]) == (first.json()["id"], first.json()["receipt"])
    for placement, body in ((made, update("s", on="2025-06-01")), (other, update("s"))):
        refused = await report(partner, placement["id"], body)
        assert (refused.status_code, refused.json()["code"], refused.json()["existing_id"]) == (
            409,
            "external_ref_reused",
            first.json()["id"],
        )
    assert (await report(officer, other["id"], update("s"))).status_code == 201


@pytest.mark.parametrize(
    ("body", "pointer", "code"),
    [
        pytest.param(update("x", "corrected"), "/corrects", "missing_field", id="a-correction-of-nothing"),
        pytest.param(update("x", "corrected", corrects="x"), "/corrects", "invalid_value", id="a-correction-of-itself"),
        pytest.param(update("x", "left", corrects="y"), "/corrects", "invalid_value", id="corrects-without-being-a-correction"),
        pytest.param(update("x", "employer_changed"), "/employer", "missing_field", id="no-new-employer"),
        pytest.param(
            update("x", "present", evidence=evidence("2025-06-02", "2025-06-01")),
            "/evidence/0/covers_to_on",
            "invalid_period",
            id="upside-down",
        ),
        pytest.param(
            update("x", "present", evidence=evidence("2025-06-01", "2025-06-02", "F")),
            "/evidence/0/grade",
            "invalid_value",
            id="no-such-grade",
        ),
        pytest.param(update("x", "fired"), "/kind", "invalid_value", id="no-such-kind"),
        pytest.param(update("x", on="2025-02-30"), "/effective_on", "invalid_value", id="no-such-day"),
        pytest.param(update("x") | {"verdict": "met"}, "/verdict", "unknown_field", id="unknown-field"),
    ],
)
async def test_a_faulty_fact_is_told_where(eastwest: Service, others: Neighbours, body: dict[str, Any], pointer: str, code: str) -> None:
    partner = eastwest.as_("partner")
    made = await placed(partner, others.person(1))
    answer = await report(partner, made["id"], body)
    assert answer.status_code == 422
    assert [(fault["pointer"], fault["code"]) for fault in answer.json()["errors"]] == [(pointer, code)]


async def test_receipts_are_signed_and_a_changed_one_is_found(eastwest: Service, others: Neighbours) -> None:
    partner = eastwest.as_("partner")
    made = await placed(partner, others.person(1))
    receipts = [
        (await report(partner, made["id"], update(ref, kind))).json()["receipt"] for ref, kind in (("s", "started"), ("p", "present"))
    ]
    assert [each["sequence"] for each in receipts] == [1, 2]
    jwk = (await eastwest.as_("public").get("/v1/placement-receipts/key")).json()
    public = Ed25519PublicKey.from_public_bytes(base64.urlsafe_b64decode(jwk["x"] + "=="))
    for receipt in receipts:
        assert receipt["key_id"] == jwk["kid"]
        signature = base64.b64decode(receipt.pop("signature"))
        public.verify(signature, orjson.dumps(receipt, option=orjson.OPT_SORT_KEYS))
        with pytest.raises(InvalidSignature):
            public.verify(signature, orjson.dumps(receipt | {"sequence": 9}, option=orjson.OPT_SORT_KEYS))


async def test_the_feed_tells_what_happened_without_personal_data(eastwest: Service, others: Neighbours) -> None:
    partner = eastwest.as_("partner", at="2025-10-01T09:00:00+08:00")
    made = await placed(partner, others.person(1))
    for body in (
        update("s"),
        update("p", "present", "2025-08-29", evidence=WHOLE),
        update("l", "left", "2025-09-20"),
        update("q", "present", "2025-09-19"),
    ):
        await report(partner, made["id"], body)
    events = (await eastwest.internal("registry").get("/v1/changes")).json()["items"]
    about = [each for each in events if each["subject"] == made["id"]]
    assert [each["type"] for each in about] == [
        "placement.entered",
        "placement.started",
        "placement.retained",
        "placement.left",
        "placement.updated",
    ]
    assert [each["data"]["status"] for each in about] == ["arranged", "working", "working", "left", "left"]
    assert set(about[1]["data"]) == {"trainee_id", "order_id", "class_id", "status", "version", "file_ids"}
    trail = (await eastwest.as_("auditor").get(f"/v1/audit?subject={made['id']}")).json()["items"]
    assert [each["action"] for each in trail][::-1] == ["placement.entered", *["placement.updated"] * 4]


async def test_without_evaluation_a_start_is_not_taken_and_may_be_tried_again(eastwest: Service, others: Neighbours) -> None:
    partner = eastwest.as_("partner")
    made = await placed(partner, others.person(1))
    others.away.add("evaluation")
    answer = await report(partner, made["id"], update("s"))
    assert (answer.status_code, answer.json()["retryable"]) == (503, True)
    assert (await report(partner, made["id"], update("p", "present"))).status_code == 201
