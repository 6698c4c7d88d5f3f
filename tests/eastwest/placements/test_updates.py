"""Facts: late, repeated and out of order they end in the same state; gates, conflicts, receipts, batches, reconciling."""

import base64
from itertools import permutations
from typing import Any

import orjson
import pytest
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from sqlalchemy import event, text

from shared import db
from tests import people
from tests.conftest import Service
from tests.eastwest.neighbours import CLASS, EXAM, ISSUED, START, Neighbours, evidence, key, order, placed, report, update

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


async def post(client: Any, items: list[dict[str, Any]], **more: Any) -> Any:
    return await client.post("/v1/placement-updates:batch", json={"items": items} | more, headers=key())


async def test_a_batch_keeps_the_good_items_and_sent_again_all_are_unchanged(eastwest: Service, others: Neighbours) -> None:
    partner = eastwest.as_("partner")
    made = await placed(partner, others.person(1))
    await placed(partner, others.person(2, certified=False))
    items = [
        update("s1") | {"placement_id": made["id"]},
        update("s2") | {"id_number": people.id_number(2), "number": "FS-2025-0017"},
        update("p1", "present", "2025-06-30", evidence=evidence(START, "2025-06-30"))
        | {"id_number": people.id_number(1), "number": "FS-2025-0017"},
        update("s1") | {"placement_id": made["id"]},
        update("s1", on="2025-06-01") | {"placement_id": made["id"]},
        update("x1") | {"placement_id": str(db.new_id())},
        update("x2") | {"id_number": people.id_number(9), "number": "FS-2025-0017"},
        update("x3") | {"id_number": people.id_number(1), "number": "FS-2025-9999"},
        update("x4"),
        update("x5", "fired") | {"placement_id": made["id"]},
    ]
    outcomes = ["created", "rejected", "created", "unchanged", *["rejected"] * 6]
    codes = [
        None,
        "certificate_missing",
        None,
        None,
        "external_ref_reused",
        "unknown_placement",
        "unknown_placement",
        "unknown_placement",
        "one_of_two",
        "invalid_value",
    ]
    first = await post(partner, items)
    assert first.status_code == 207
    assert [item["outcome"] for item in first.json()["items"]] == outcomes
    assert [item["errors"][0]["code"] if item["errors"] else None for item in first.json()["items"]] == codes
    assert first.json()["items"][1]["errors"][0]["basis"]["document"] == "凯府发〔2024〕9号"
    assert first.json()["items"][9]["errors"][0]["pointer"] == "/items/9/kind"
    assert first.json()["summary"] == {"created": 2, "updated": 0, "unchanged": 1, "rejected": 7}
    assert people.id_number(9) not in first.text
    again = await post(partner, items[:1] + items[2:4])
    assert again.json()["summary"] == {"created": 0, "updated": 0, "unchanged": 3, "rejected": 0}
    assert again.json()["items"][0]["receipt"] == first.json()["items"][0]["receipt"]


async def test_all_or_nothing_keeps_nothing_and_validate_keeps_nothing(eastwest: Service, others: Neighbours) -> None:
    partner = eastwest.as_("partner")
    made = await placed(partner, others.person(1))
    good, twice = update("s") | {"placement_id": made["id"]}, update("s", on="2025-06-01") | {"placement_id": made["id"]}
    conflict = await post(partner, [good, twice], atomic="all")
    assert (conflict.status_code, [(fault["pointer"], fault["code"]) for fault in conflict.json()["errors"]]) == (
        409,
        [("/items/1", "external_ref_reused")],
    )
    bad = await post(partner, [good, update("x")], atomic="all")
    assert (bad.status_code, [fault["pointer"] for fault in bad.json()["errors"]]) == (422, ["/items/1/placement_id"])
    tried = await post(partner, [good], mode="validate")
    assert tried.json()["summary"]["created"] == 1
    assert (tried.json()["items"][0]["id"], tried.json()["items"][0]["receipt"]) == (None, None)
    assert (await partner.get(f"/v1/placements/{made['id']}/updates")).json()["items"] == []
    empty = await post(partner, [])
    assert (empty.status_code, empty.json()) == (207, {"summary": {"created": 0, "updated": 0, "unchanged": 0, "rejected": 0}, "items": []})


async def test_facts_for_another_partners_person_are_unknown(eastwest: Service, others: Neighbours) -> None:
    a, b = eastwest.as_("partner", subject="foshan-a"), eastwest.as_("partner", subject="foshan-b")
    made = await placed(b, others.person(1))
    answer = await post(
        a, [update("s") | {"placement_id": made["id"]}, update("t") | {"id_number": people.id_number(1), "number": "FS-2025-0017"}]
    )
    assert [item["errors"][0]["code"] for item in answer.json()["items"]] == ["unknown_placement", "unknown_placement"]


async def test_a_batch_takes_as_many_statements_and_calls_whatever_its_size(eastwest: Service, others: Neighbours) -> None:
    partner = eastwest.as_("partner")
    placements = [await placed(partner, others.person(n)) for n in range(1, 41)]
    statements: list[str] = []

    def note(*told: Any) -> None:
        if any(
            table in told[2]
            for table in ("placements", "placement_updates", "placement_offices", "INSERT INTO audit (", "INSERT INTO changes")
        ):
            statements.append(told[2])  # the background jobs' statements are not the batch's

    event.listen(eastwest.kernel.engine.sync_engine, "before_cursor_execute", note)

    async def cost(items: list[dict[str, Any]]) -> tuple[int, int]:
        before, calls = len(statements), len(others.asked)
        assert (await post(partner, items)).json()["summary"]["created"] == len(items)
        return len(statements) - before, len(others.asked) - calls

    def items(part: list[dict[str, Any]], month: int) -> list[dict[str, Any]]:
        return [update(f"{each['id']}-{month}", "started", f"2025-{month:02d}-01") | {"placement_id": each["id"]} for each in part]

    one = await cost(items(placements[:1], 5))
    many = await cost(items(placements[1:], 5) + items(placements, 6))
    assert one == many == (9, 1)
    monthly = [update(f"{each['id']}-p", "present", "2025-06-30") | {"placement_id": each["id"]} for each in placements]
    assert await cost(monthly) == (8, 0)


async def test_a_batch_repeated_at_once_takes_effect_once(eastwest: Service, others: Neighbours) -> None:
    import asyncio

    partner = eastwest.as_("partner")
    made = await placed(partner, others.person(1))
    items = [update(f"p{n}", "present", f"2025-06-{n:02d}") | {"placement_id": made["id"]} for n in range(1, 11)]
    answers = await asyncio.gather(*(post(partner, items) for _ in range(4)))
    assert sorted(answer.json()["summary"]["created"] for answer in answers) == [0, 0, 0, 10]
    async with eastwest.kernel.reading() as session:
        sequences = (await session.execute(text("SELECT sequence FROM placement_updates ORDER BY sequence"))).scalars().all()
    assert list(sequences) == list(range(1, 11))


async def test_reconciling_names_what_differs_either_way(eastwest: Service, others: Neighbours) -> None:
    partner = eastwest.as_("partner")
    made = await placed(partner, others.person(1))
    await post(partner, [update(ref, "present", "2025-06-01") | {"placement_id": made["id"]} for ref in ("a", "b", "c")])
    answer = await partner.post("/v1/placement-updates:reconcile", json={"refs": ["a", "c", "z"], "through": 2})
    assert answer.json() == {
        "through": 2,
        "last_sequence": 3,
        "missing_here": ["z"],
        "missing_there": [{"external_ref": "b", "sequence": 2}],
        "later": [{"external_ref": "c", "sequence": 3}],
    }
    other = await eastwest.as_("partner", subject="foshan-b").post("/v1/placement-updates:reconcile", json={"refs": ["a"], "through": 2})
    assert (other.json()["missing_here"], other.json()["missing_there"]) == (["a"], [])


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
