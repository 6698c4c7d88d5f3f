"""Quoting, creating, changing and submitting claims: what is taken, what is computed, what is refused."""

from typing import Any

import httpx
import pytest
from sqlalchemy import text

from shared import db, errors
from tests.conftest import Start, version_of
from tests.subsidy.claims.world import PERSONS, World, a_person, a_world, codes, key


async def test_sixty_yuan_a_day_for_everyone_who_completed_the_class(start: Start) -> None:
    async with a_world(start) as world:
        two_days = a_person(
            half_days=[{"on": "2025-04-08", "half_days": 2}, {"on": "2025-04-09", "half_days": 2}, {"on": "2025-04-10", "half_days": 1}]
        )
        class_id = world.open_class([a_person(), two_days, a_person(outcome="absent", half_days=[])])
        claim = await world.draft(class_id)
        assert (claim["status"], claim["amount"], len(claim["lines"])) == ("draft", "300.00", 2)
        assert {line["amount"]: line["calculation"] for line in claim["lines"]} == {
            "180.00": "3 天 × 60.00 元 = 180.00 元",
            "120.00": "2 天 × 60.00 元 = 120.00 元",
        }
        assert claim["number"].startswith("KL-SQ-2025-0000")
        assert claim["terms"]["document"] == "凯府发〔2024〕9号" and len(claim["facts_hash"]) == 64
        read = await world.as_("officer").get(f"/v1/claims/{claim['id']}")
        assert version_of(read) == 1
        shown = read.json()
        assert {name: shown[name] for name in claim if name != "allowed_actions"} == {
            name: claim[name] for name in claim if name != "allowed_actions"
        }


@pytest.mark.parametrize(
    ("birth_on", "verdict", "amount"),
    [
        pytest.param("1960-04-08", "eligible", "180.00", id="65-on-the-first-day-is-paid"),
        pytest.param("1959-04-09", "eligible", "180.00", id="66-tomorrow-is-paid"),
        pytest.param("1959-04-08", "refused", "0.00", id="66-on-the-first-day-is-too-old"),
    ],
)
async def test_the_age_on_the_first_day_decides(start: Start, birth_on: str, verdict: str, amount: str) -> None:
    async with a_world(start) as world:
        claim = await world.draft(world.open_class([a_person(birth_on=birth_on)]))
        [line] = claim["lines"]
        assert (line["verdict"], line["amount"], claim["amount"], claim["eligible"]) == (verdict, amount, amount, verdict == "eligible")
        if verdict == "refused":
            [finding] = line["findings"]
            assert (finding["code"], finding["effect"], finding["basis"]["document"]) == ("age_above_limit", "refuse", "凯府发〔2024〕9号")
            assert finding["fix"] and finding["basis"]["clause"] == "附件4 二(二)"


async def test_null_in_an_optional_field_is_the_field_left_out(start: Start) -> None:
    async with a_world(start) as world:
        class_id, empty = world.open_class([a_person()]), dict.fromkeys(("lines", "attachments", "external_refs", "on_behalf"))
        named, left_out = await world.draft(class_id, **empty), await world.draft(class_id)
        for name in ("lines", "attachments", "external_refs", "on_behalf", "amount"):
            assert named[name] == left_out[name], name


async def test_a_claim_is_kept_and_submitted_even_when_every_line_is_refused(start: Start) -> None:
    async with a_world(start) as world:
        claim = await world.draft(world.open_class([a_person(birth_on="1950-01-01")]))
        submitted = await world.step("institution", "submit", claim)
        assert (submitted["status"], submitted["amount"], submitted["eligible"]) == ("submitted", "0.00", False)


async def test_a_quote_says_the_same_and_keeps_nothing(start: Start) -> None:
    async with a_world(start) as world:
        class_id = world.open_class([a_person(), a_person(birth_on="1950-01-01")])
        quoted = await world.as_("institution").post("/v1/claims:quote", json=world.body(class_id))
        assert quoted.status_code == 200, quoted.text
        claim = await world.draft(class_id)
        assert {name: quoted.json()[name] for name in ("eligible", "amount", "lines", "terms", "facts_hash")} == {
            name: claim[name] for name in ("eligible", "amount", "lines", "terms", "facts_hash")
        }
        assert len((await world.as_("officer").get("/v1/claims")).json()["items"]) == 1


async def test_an_open_class_is_quoted_and_everyone_refused_until_it_is_completed(start: Start) -> None:
    async with a_world(start) as world:
        class_id = world.open_class([a_person(outcome="enrolled")], status="in_progress")
        quoted = (await world.as_("institution").post("/v1/claims:quote", json=world.body(class_id))).json()
        assert (quoted["eligible"], codes(quoted["lines"][0])) == (False, ["class_not_completed"])
        assert quoted["lines"][0]["findings"][0]["passes_from"] == "2025-04-11"


@pytest.mark.parametrize("outcome", ["absent", "withdrawn"])
async def test_who_is_named_but_did_not_complete_is_refused_not_unknown(start: Start, outcome: str) -> None:
    async with a_world(start) as world:
        person = a_person(outcome=outcome)
        claim = await world.draft(world.open_class([a_person(), person]), lines=[{"trainee_id": person["trainee_id"]}])
        assert [(line["verdict"], codes(line)) for line in claim["lines"]] == [("refused", ["class_not_completed"])]


async def test_the_expected_amount_is_compared_and_never_taken(start: Start) -> None:
    async with a_world(start) as world:
        person = a_person()
        line = {"trainee_id": person["trainee_id"], "enrolment_id": person["enrolment_id"], "expected_amount": "500.00"}
        claim = await world.draft(world.open_class([person]), lines=[line])
        assert (claim["amount"], claim["lines"][0]["expected_amount"], codes(claim["lines"][0])) == ("180.00", "500.00", ["amount_differs"])


@pytest.mark.parametrize(
    ("changed", "code", "pointer"),
    [
        pytest.param({"amount": "9999.00"}, "unknown_field", "/amount", id="an-amount-is-never-taken"),
        pytest.param({"scheme": "nothing"}, "invalid_value", "/scheme", id="unknown-scheme"),
        pytest.param({"kind": "certificate"}, "kind_differs_from_scheme", "/kind", id="kind-differs"),
        pytest.param({"kind": "certificate", "scheme": "certificate_direct"}, "kind_not_open", "/kind", id="kind-not-open"),
        pytest.param(
            {
                "kind": "certificate",
                "scheme": "certificate_direct",
                "lines": [{"trainee_id": str(db.new_id()), "certificate_id": str(db.new_id())}],
            },
            "kind_not_open",
            "/kind",
            id="kind-not-open-with-its-paper",
        ),
        pytest.param({"scheme": "project"}, "scheme_differs_from_channel", "/scheme", id="a-short-course-is-no-project"),
        pytest.param({"class_id": None}, "missing_field", "/class_id", id="no-class"),
        pytest.param({"class_id": str(db.new_id())}, "unknown_class", "/class_id", id="unknown-class"),
        pytest.param({"fund_id": str(db.new_id())}, "unknown_fund", "/fund_id", id="unknown-fund"),
        pytest.param({"lines": [{"trainee_id": str(db.new_id())}]}, "unknown_trainee", "/lines/0/trainee_id", id="not-on-the-roster"),
        pytest.param({"on_behalf": True}, "invalid_value", "/on_behalf", id="only-a-town-acts-on-behalf"),
        pytest.param(
            {"lines": [{"trainee_id": str(db.new_id()), "certificate_id": str(db.new_id())}]},
            "paper_not_of_this_kind",
            "/lines/0/certificate_id",
            id="no-certificate-here",
        ),
        pytest.param({"applicant": {}}, "invalid_value", "/applicant", id="no-applicant"),
    ],
)
async def test_a_faulty_application_is_a_422_with_a_pointer(start: Start, changed: dict[str, Any], code: str, pointer: str) -> None:
    async with a_world(start) as world:
        class_id = world.open_class([a_person()])
        for path in ("/v1/claims", "/v1/claims:quote"):
            answer = await world.as_("institution").post(path, json=world.body(class_id) | changed, headers=key())
            assert (answer.status_code, [(fault["code"], fault.get("pointer")) for fault in answer.json()["errors"]]) == (
                422,
                [(code, pointer)],
            )
            assert code in errors.CATALOGUE
        assert (await world.as_("officer").get("/v1/claims")).json()["items"] == []


async def test_an_enrolment_of_someone_else_is_refused_with_every_other_fault(start: Start) -> None:
    async with a_world(start) as world:
        one, two = a_person(), a_person()
        lines = [{"trainee_id": one["trainee_id"], "enrolment_id": two["enrolment_id"]}, {"trainee_id": str(db.new_id())}]
        body = world.body(world.open_class([one, two]), lines=lines, fund_id=str(db.new_id()))
        answer = await world.as_("institution").post("/v1/claims", json=body, headers=key())
        assert [fault["code"] for fault in answer.json()["errors"]] == ["unknown_fund", "unknown_enrolment", "unknown_trainee"]


async def test_a_class_without_anyone_cannot_be_claimed(start: Start) -> None:
    async with a_world(start) as world:
        answer = await world.as_("institution").post("/v1/claims", json=world.body(world.open_class([])), headers=key())
        assert [fault["code"] for fault in answer.json()["errors"]] == ["nobody_to_claim_for"]


async def test_a_class_of_before_the_first_terms_has_none(start: Start) -> None:
    async with a_world(start) as world:
        class_id = world.open_class([a_person()], starts_on="2024-09-22", ends_on="2024-09-24")
        answer = await world.as_("institution").post("/v1/claims", json=world.body(class_id), headers=key())
        assert (answer.status_code, answer.json()["code"]) == (422, "terms_missing")
        assert (
            await world.as_("institution").post(
                "/v1/claims", json=world.body(world.open_class([a_person()], starts_on="2024-09-23")), headers=key()
            )
        ).status_code == 201


async def test_an_institution_applies_for_itself_and_its_own_classes_only(start: Start) -> None:
    async with a_world(start) as world:
        own, other_school = world.open_class([a_person()]), str(db.new_id())
        other = world.open_class([a_person()], school_id=other_school)
        answer = await world.as_("institution").post("/v1/claims", json=world.body(other), headers=key())
        assert [fault["code"] for fault in answer.json()["errors"]] == ["not_your_class"]
        answer = await world.as_("institution").post(
            "/v1/claims", json=world.body(own, applicant={"institution_id": other_school}), headers=key()
        )
        assert (answer.status_code, answer.json()["code"]) == (403, "not_your_claim")


async def test_what_is_paid_to_the_organiser_is_not_a_persons_to_claim(start: Start) -> None:
    async with a_world(start) as world:
        person = a_person()
        body = world.body(world.open_class([person]), applicant={"trainee_id": person["trainee_id"]})
        for role, bound in (("person", {"trainee_id": person["trainee_id"]}), ("town", {"region_code": "522601100"})):
            answer = await world.as_(role, **bound).post("/v1/claims", json=body, headers=key())
            assert [fault["code"] for fault in answer.json()["errors"]] == ["applicant_not_payee"], role
        answer = await world.as_("person", trainee_id=str(db.new_id())).post("/v1/claims", json=body, headers=key())
        assert (answer.status_code, answer.json()["code"]) == (403, "not_your_claim")


async def test_a_town_claims_on_behalf_of_its_own_people(start: Start) -> None:
    async with a_world(start) as world:
        await _publish_terms_paying_the_trainee(world)
        person, class_ = a_person(), {"starts_on": "2025-06-03", "ends_on": "2025-06-05"}
        person["half_days"] = [{"on": f"2025-06-0{day}", "half_days": 2} for day in (3, 4, 5)]
        person["categories"][0]["since_on"] = "2025-06-03"
        body = world.body(world.open_class([a_person(), person], **class_), applicant={"trainee_id": person["trainee_id"]})
        at = "2025-07-01T09:00:00+08:00"
        town = world.as_("town", at=at, region_code="522601100")
        made = await town.post("/v1/claims", json=body | {"on_behalf": True}, headers=key())
        assert made.status_code == 201, made.text
        claim = made.json()
        assert (claim["on_behalf"], claim["amount"], [line["trainee_id"] for line in claim["lines"]]) == (
            True,
            "180.00",
            [person["trainee_id"]],
        )
        assert (await world.act("town", "submit", claim, at=at, region_code="522601100")).status_code == 200
        elsewhere = world.as_("town", at=at, region_code="522601101")
        assert [fault["code"] for fault in (await elsewhere.post("/v1/claims", json=body, headers=key())).json()["errors"]] == [
            "not_your_town"
        ]
        assert (await elsewhere.get(f"/v1/claims/{claim['id']}")).status_code == 404
        assert (await world.as_("person", trainee_id=person["trainee_id"]).get(f"/v1/claims/{claim['id']}")).status_code == 200


async def _publish_terms_paying_the_trainee(world: World) -> None:
    block = (await world.as_("auditor").get("/v1/schemes/agricultural_short", params={"on": "2025-05-01"})).json()["terms"]
    terms = {figure["name"]: figure["value"] for figure in block["figures"] if figure["value"] is not None}
    terms |= {"in_force_from": "2025-06-01", "document": "示例〔2025〕1号", "clause": "一", "basis_status": "confirmed", "payee": "trainee"}
    proposed = await world.as_("admin", person_id=str(db.new_id())).post("/v1/schemes/agricultural_short/terms", json=terms)
    assert proposed.status_code == 201, proposed.text
    published = await world.as_("admin", person_id=str(db.new_id())).post(
        f"/v1/schemes/agricultural_short/terms/{proposed.json()['id']}:approve"
    )
    assert published.status_code == 200, published.text


async def test_a_change_is_judged_again_and_a_submit_sees_the_newest_facts(start: Start) -> None:
    async with a_world(start) as world:
        one, two = a_person(), a_person()
        class_id = world.open_class([one, two])
        claim = await world.draft(class_id, lines=[{"trainee_id": one["trainee_id"]}, {"trainee_id": two["trainee_id"]}])
        school, path = world.as_("institution"), f"/v1/claims/{claim['id']}"
        changed = await school.patch(path, json={"lines": [{"trainee_id": two["trainee_id"]}]}, headers={"If-Match": '"1"'})
        assert (changed.status_code, changed.json()["amount"], version_of(changed)) == (200, "180.00", 2)
        two["half_days"] = two["half_days"][:1]
        submitted = await world.step("institution", "submit", changed.json())
        assert (submitted["amount"], len(submitted["lines"]), submitted["version"]) == ("60.00", 1, 3)
        assert submitted["facts_hash"] != changed.json()["facts_hash"]
        everyone = await world.draft(class_id)
        assert [codes(line) for line in everyone["lines"] if line["trainee_id"] == two["trainee_id"]] == [
            ["already_subsidised", "yearly_limit_reached"]
        ]


@pytest.mark.parametrize("taken", ["submit", "edit"])
async def test_a_claim_that_changed_while_registry_was_asked_is_stale_and_nothing_of_the_step_is_kept(start: Start, taken: str) -> None:
    async with a_world(start) as world:
        claim = await world.draft(world.open_class([a_person()]))
        registry = world.subsidy.kernel.neighbours["registry"]
        telling, path = registry.transport, f"/v1/claims/{claim['id']}"

        async def meanwhile(request: httpx.Request) -> httpx.Response:
            registry.transport = telling
            changed = await world.as_("institution").patch(path, json={"external_refs": []}, headers={"If-Match": "*"})
            assert changed.status_code == 200, changed.text
            return await telling.handle_async_request(request)

        registry.transport = httpx.MockTransport(meanwhile)
        school, headers = world.as_("institution"), key() | {"If-Match": "*"}
        sent = school.post(f"{path}:submit", headers=headers) if taken == "submit" else school.patch(path, json={}, headers=headers)
        answer = await sent
        assert (answer.status_code, answer.json()["code"]) == (412, "stale_version"), answer.text
        kept = (await world.as_("officer").get(path)).json()
        assert (kept["status"], kept["version"], [step["action"] for step in kept["decisions"]]) == ("draft", 2, ["edit"])
        async with world.subsidy.kernel.reading() as session:
            assert (await session.scalar(text("SELECT count(*) FROM entitlements"))) == 0
        assert (await world.act("institution", "submit", kept)).status_code == 200


async def test_a_line_that_stays_as_it_was_is_not_written_again_and_one_that_changed_is(start: Start) -> None:
    async with a_world(start) as world:
        same, changed = a_person(), a_person()
        claim = await world.draft(world.open_class([same, changed]))

        async def written() -> dict[str, str]:
            async with world.subsidy.kernel.reading() as session:
                rows = await session.execute(
                    text("SELECT trainee_id::text, xmin::text FROM claim_lines WHERE claim_id = :id"), {"id": claim["id"]}
                )
                return {row.trainee_id: row.xmin for row in rows}

        before = await written()
        changed["half_days"] = changed["half_days"][:2]
        submitted = await world.step("institution", "submit", claim)
        after = await written()
        assert after[same["trainee_id"]] == before[same["trainee_id"]] and after[changed["trainee_id"]] != before[changed["trainee_id"]]
        assert {line["trainee_id"]: line["amount"] for line in submitted["lines"]} == {
            same["trainee_id"]: "180.00",
            changed["trainee_id"]: "120.00",
        }


async def test_a_thousand_lines_are_judged_as_twenty_times_fifty(start: Start) -> None:
    async with a_world(start) as world:
        kinds: list[dict[str, Any]] = [
            {},
            {"birth_on": "1950-01-01"},
            {"half_days": [{"on": "2025-04-08", "half_days": 1}]},
            {"teaches_class": True},
            {"categories": []},
            {"attended_other_class": [{"on": "2025-04-09", "half_day": "am", "class_number": "KL-PX-2025-000777"}]},
        ]
        people = [a_person(**kinds[n % len(kinds)]) for n in range(1000)]
        class_id, school = world.open_class(people), world.as_("institution")

        async def quoted(members: list[dict[str, Any]]) -> dict[str, Any]:
            body = world.body(class_id, lines=[{"trainee_id": each["trainee_id"]} for each in members])
            answer = await school.post("/v1/claims:quote", json=body)
            assert answer.status_code == 200, answer.text
            return dict(answer.json())

        whole, parts = await quoted(people), [await quoted(people[at : at + 50]) for at in range(0, 1000, 50)]
        assert whole["lines"] == [line for part in parts for line in part["lines"]]
        assert len({line["verdict"] for line in whole["lines"]}) > 1
        submitted = await world.step("institution", "submit", await world.draft(class_id))
        by_person = {line["trainee_id"]: line for line in submitted["lines"]}
        assert [by_person[line["trainee_id"]] | {"enrolment_id": line["enrolment_id"]} for line in whole["lines"]] == whole["lines"]


async def test_a_null_in_a_change_is_a_fault(start: Start) -> None:
    async with a_world(start) as world:
        claim = await world.draft(world.open_class([a_person()]))
        unmatched = await world.as_("institution").patch(f"/v1/claims/{claim['id']}", json={})
        assert (unmatched.status_code, unmatched.json()["code"]) == (428, "if_match_required")
        answer = await world.as_("institution").patch(f"/v1/claims/{claim['id']}", json={"fund_id": None}, headers={"If-Match": '"1"'})
        assert [(fault["code"], fault["pointer"]) for fault in answer.json()["errors"]] == [("invalid_value", "/fund_id")]


async def test_a_registry_that_is_down_is_a_503_and_nothing_is_kept(start: Start) -> None:
    async with a_world(start) as world:
        claim = await world.draft(world.open_class([a_person()]))

        def down(request: httpx.Request) -> httpx.Response:
            raise httpx.ConnectError("refused", request=request)

        registry = world.subsidy.kernel.neighbours["registry"]
        await registry.close()
        registry.transport = httpx.MockTransport(down)
        created = await world.as_("institution").post("/v1/claims", json=world.body(claim["class_id"]), headers=key())
        submitted = await world.act("institution", "submit", claim)
        assert [(each.status_code, each.json()["code"]) for each in (created, submitted)] == [(503, "unavailable")] * 2
        items = (await world.as_("officer").get("/v1/claims")).json()["items"]
        assert [(each["status"], each["version"]) for each in items] == [("draft", 1)]


@pytest.mark.parametrize(
    ("changed", "place"),
    [
        ({"categories": [{"code": "unheard_of", "since_on": "2025-04-08"}]}, "categories.0.code"),
        ({"categories": [{"code": "registered_unemployed"}]}, "categories.0.since_on"),
        ({"half_days": [{"on": "2025-04-08", "half_days": 2}, {"on": "2025-04-09", "half_days": 3}]}, "half_days.1.half_days"),
        ({"attended_other_class": [{"on": "2025-04-31", "half_day": "am", "class_number": "7"}]}, "attended_other_class.0.on"),
        ({"statuses": "none"}, "statuses"),
        ({"birth_on": None}, "birth_on"),
    ],
    ids=str,
)
async def test_an_answer_of_registry_that_breaks_the_agreement_is_a_502_that_names_the_place(
    start: Start, changed: dict[str, Any], place: str
) -> None:
    async with a_world(start) as world:
        class_id = world.open_class([a_person(), a_person(**changed)])
        answer = await world.as_("institution").post("/v1/claims", json=world.body(class_id), headers=key())
        assert (answer.status_code, answer.json()["code"]) == (502, "upstream_failed")
        assert f":enrolments.1.{place}。" in answer.json()["detail"]


async def test_the_same_key_makes_one_claim(start: Start) -> None:
    async with a_world(start) as world:
        body, headers, school = world.body(world.open_class([a_person()])), key(), world.as_("institution")
        first, again = [await school.post("/v1/claims", json=body, headers=headers) for _ in range(2)]
        assert (again.json(), again.headers["idempotent-replayed"]) == (first.json(), "true")
        assert (await school.post("/v1/claims", json=body)).json()["code"] == "idempotency_key_required"
        assert len((await school.get("/v1/claims")).json()["items"]) == 1


async def test_names_that_came_with_the_facts_are_not_asked_for_again_and_not_kept_with_the_answer(start: Start) -> None:
    async with a_world(start) as world:
        body, headers, school = world.body(world.open_class([a_person(name="潘秀英")])), key(), world.as_("institution")
        first = await school.post("/v1/claims", json=body, headers=headers)
        claim, named = first.json(), first.json()["lines"][0]
        assert world.asked == ["/internal/v1/claim-facts"]
        assert (named["trainee_name"], named["id_number_masked"]) == ("潘秀英", "5226**********0017")
        assert (claim["class_name"], claim["class_number"]) == ("蓝莓种植班", "KL-PX-2025-000001")
        assert (claim["applicant"]["institution_name"], claim["fund_name"]) == ("示例合作社", "2025 年就业补助资金")
        async with world.subsidy.kernel.reading() as session:
            [kept] = await session.scalars(text("SELECT body FROM idempotency_keys WHERE key = :key"), {"key": headers["Idempotency-Key"]})
        assert "潘秀英".encode() not in kept and b"5226" not in kept
        again = await school.post("/v1/claims", json=body, headers=headers)
        assert (again.json(), world.asked[1:]) == (claim, ["/internal/v1/names"])


async def test_the_facts_kept_hold_no_name_and_no_number(start: Start) -> None:
    async with a_world(start) as world:
        claim = await world.draft(world.open_class([a_person()]))
        async with world.subsidy.kernel.reading() as session:
            facts = (await session.execute(text("SELECT facts::text FROM claims WHERE id = :id"), {"id": claim["id"]})).scalar_one()
        assert "杨秀英" not in facts and "5226" not in facts


async def test_a_claim_of_any_size_takes_the_same_statements(start: Start) -> None:
    async with a_world(start) as world:

        async def statements(people: int) -> list[str]:
            claim = await world.draft(world.open_class([a_person() for _ in range(people)], trade_name=f"工种{people}"))
            with world.subsidy.statements() as sent:
                await world.step("institution", "submit", claim)
            ours = ("claims", "claim_lines", "claim_decisions", "entitlements", "funds", "scheme_terms", "bucket")
            return [each for each in sent if any(table in each for table in ours)]

        assert await statements(2) == await statements(50)


async def test_the_applicants_persons_are_remembered(start: Start) -> None:
    async with a_world(start) as world:
        claim = await world.step("institution", "submit", await world.draft(world.open_class([a_person()])), {"comment": "请审核"})
        [step] = claim["decisions"]
        assert (step["action"], step["from_status"], step["to_status"], step["person_id"], step["comment"]) == (
            "submit",
            "draft",
            "submitted",
            PERSONS["institution"],
            "请审核",
        )


async def test_faults_of_shape_and_of_rule_come_together(start: Start) -> None:
    async with a_world(start) as world:
        body = world.body(world.open_class([a_person()]), kind="certificate", attachments=["nothing"])
        answer = await world.as_("institution").post("/v1/claims", json=body, headers=key())
        assert [(fault["code"], fault["pointer"]) for fault in answer.json()["errors"]] == [
            ("invalid_value", "/attachments/0"),
            ("kind_differs_from_scheme", "/kind"),
        ]
        claim = await world.draft(world.open_class([a_person()]))
        change = {"fund_id": None, "lines": [{"trainee_id": "nobody"}]}
        path, school = f"/v1/claims/{claim['id']}", world.as_("institution")
        answer = await school.patch(path, json=change, headers={"If-Match": '"1"'})
        assert {fault["pointer"] for fault in answer.json()["errors"]} == {"/fund_id", "/lines/0/trainee_id"}
        assert (await school.patch(path, json=change, headers={"If-Match": '"7"'})).status_code == 412


async def test_no_connection_is_held_while_registry_is_asked(start: Start) -> None:
    """With a single connection in the pool, a neighbour's answer that needs it too comes only if nobody holds it."""
    async with start("subsidy", database_connections=1) as subsidy:
        world = World(subsidy)
        world.fund_id = await world.fund()
        registry = world.subsidy.kernel.neighbours["registry"].transport
        asked = list[str]()

        async def answer(request: httpx.Request) -> httpx.Response:
            async with subsidy.kernel.reading() as session:
                await session.execute(text("SELECT 1"))
            asked.append(request.url.path)
            return await registry.handle_async_request(request)

        subsidy.kernel.neighbours["registry"].transport = httpx.MockTransport(answer)
        claim = await world.bring_to("in_notice", world.open_class([a_person()]))
        edited = await world.draft(world.open_class([a_person()]))
        change = await world.as_("institution").patch(f"/v1/claims/{edited['id']}", json={"external_refs": []}, headers={"If-Match": '"1"'})
        assert change.status_code == 200, change.text
        replayed = await world.as_("auditor").get(f"/v1/claims/{claim['id']}:replay", params={"facts": "current"})
        assert replayed.status_code == 200, replayed.text
        assert len([path for path in asked if path.endswith("claim-facts")]) == 5
