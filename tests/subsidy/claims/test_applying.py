"""Quoting, creating, changing and submitting claims: what is taken, what is computed, what is refused."""

from typing import Any

import pytest

from shared import db, errors
from tests.conftest import Start, version_of
from tests.subsidy.claims.world import PERSONS, a_person, a_world, codes, key

ON_THE_ROSTER = str(db.new_id())


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
        pytest.param({"scheme": "project"}, "scheme_differs_from_channel", "/scheme", id="a-short-course-is-no-project"),
        pytest.param({"class_id": None}, "missing_field", "/class_id", id="no-class"),
        pytest.param({"class_id": str(db.new_id())}, "unknown_class", "/class_id", id="unknown-class"),
        pytest.param({"fund_id": str(db.new_id())}, "unknown_fund", "/fund_id", id="unknown-fund"),
        pytest.param({"lines": [{"trainee_id": str(db.new_id())}]}, "unknown_trainee", "/lines/0/trainee_id", id="not-on-the-roster"),
        pytest.param({"on_behalf": True}, "invalid_value", "/on_behalf", id="only-a-town-acts-on-behalf"),
        pytest.param(
            {"lines": [{"trainee_id": ON_THE_ROSTER, "certificate_id": str(db.new_id())}]},
            "paper_not_of_this_kind",
            "/lines/0/certificate_id",
            id="no-certificate-here",
        ),
        pytest.param(
            {"lines": [{"trainee_id": ON_THE_ROSTER, "placement_id": str(db.new_id())}]},
            "paper_not_of_this_kind",
            "/lines/0/placement_id",
            id="no-placement-here",
        ),
        pytest.param({"applicant": {}}, "invalid_value", "/applicant", id="no-applicant"),
    ],
)
async def test_a_faulty_application_is_a_422_with_a_pointer(start: Start, changed: dict[str, Any], code: str, pointer: str) -> None:
    async with a_world(start) as world:
        class_id = world.open_class([a_person(trainee_id=ON_THE_ROSTER)])
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


async def test_an_unsubsidised_class_is_neither_claimed_for_nor_quoted(start: Start) -> None:
    async with a_world(start) as world:
        class_id = world.open_class([a_person()], channel="social")
        for path in ("/v1/claims", "/v1/claims:quote"):
            answer = await world.as_("institution").post(path, json=world.body(class_id), headers=key())
            assert answer.status_code == 422
            assert [(each["code"], each["pointer"]) for each in answer.json()["errors"]] == [("class_unsubsidised", "/class_id")]


@pytest.mark.parametrize("starts_on", ["2025-04-08", "2023-04-08"], ids=["of the terms' days", "before the first terms"])
async def test_a_class_of_past_years_is_neither_claimed_for_nor_quoted(start: Start, starts_on: str) -> None:
    async with a_world(start) as world:
        class_id = world.open_class([a_person()], imported=True, starts_on=starts_on)
        for path in ("/v1/claims", "/v1/claims:quote"):
            answer = await world.as_("institution").post(path, json=world.body(class_id), headers=key())
            assert answer.status_code == 422
            assert [(each["code"], each["pointer"]) for each in answer.json()["errors"]] == [("class_imported", "/class_id")]


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
        body = world.body(world.open_class([person]), applicant={"trainee_id": person["trainee_id"]}, attachments=[str(db.new_id())])
        for role, bound in (("person", {"trainee_id": person["trainee_id"]}), ("town", {"region_code": "522601100"})):
            answer = await world.as_(role, **bound).post("/v1/claims", json=body, headers=key())
            assert [fault["code"] for fault in answer.json()["errors"]] == ["applicant_not_payee"], role
        answer = await world.as_("person", trainee_id=str(db.new_id())).post("/v1/claims", json=body, headers=key())
        assert (answer.status_code, answer.json()["code"]) == (403, "not_your_claim")


async def test_a_town_claims_on_behalf_of_its_own_people(start: Start) -> None:
    async with a_world(start) as world:
        await world.pay_trainees()
        person, class_ = a_person(), {"starts_on": "2025-06-03", "ends_on": "2025-06-05"}
        person["half_days"] = [{"on": f"2025-06-0{day}", "half_days": 2} for day in (3, 4, 5)]
        person["categories"][0]["since_on"] = "2025-06-03"
        body = world.body(world.open_class([a_person(), person], **class_), applicant={"trainee_id": person["trainee_id"]})
        at = "2025-07-01T09:00:00+08:00"
        town = world.as_("town", at=at, region_code="522601100")
        made = await town.post("/v1/claims", json=body | {"on_behalf": True, "attachments": [str(db.new_id())]}, headers=key())
        assert made.status_code == 201, made.text
        claim = made.json()
        assert (claim["on_behalf"], claim["amount"], [line["trainee_id"] for line in claim["lines"]]) == (
            True,
            "180.00",
            [person["trainee_id"]],
        )
        assert (await world.act("town", "submit", claim, at=at, region_code="522601100")).status_code == 200
        elsewhere = world.as_("town", at=at, region_code="522601101")
        assert [
            fault["code"]
            for fault in (await elsewhere.post("/v1/claims", json=body | {"attachments": [str(db.new_id())]}, headers=key())).json()[
                "errors"
            ]
        ] == ["not_your_town"]
        assert (await elsewhere.get(f"/v1/claims/{claim['id']}")).status_code == 404
        assert (await world.as_("person", trainee_id=person["trainee_id"]).get(f"/v1/claims/{claim['id']}")).status_code == 200


async def test_the_same_key_makes_one_claim(start: Start) -> None:
    async with a_world(start) as world:
        body, headers, school = world.body(world.open_class([a_person()])), key(), world.as_("institution")
        first, again = [await school.post("/v1/claims", json=body, headers=headers) for _ in range(2)]
        assert (again.json(), again.headers["idempotent-replayed"]) == (first.json(), "true")
        assert (await school.post("/v1/claims", json=body)).json()["code"] == "idempotency_key_required"
        assert len((await school.get("/v1/claims")).json()["items"]) == 1


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


async def test_the_feed_tells_which_files_a_claim_and_its_appeals_name(start: Start) -> None:
    """All of them each time something of it changes: who follows it keeps what was told last."""
    first, other, appealed = (str(db.new_id()) for _ in range(3))
    async with a_world(start) as world:
        claim = await world.draft(world.open_class([a_person(), a_person()]), attachments=[first])
        claim = await world.step("institution", "submit", claim)
        path, school = f"/v1/claims/{claim['id']}", world.as_("institution")
        assert (await school.post(f"{path}/appeals", json={"reason": "考勤有误", "attachments": [appealed]})).status_code == 201
        claim = await world.step("officer", "return", claim, {"reason": "请补签到表"})
        edited = await world.as_("institution").patch(
            path, json={"attachments": [other]}, headers=key() | {"If-Match": f'"{claim["version"]}"'}
        )
        assert edited.status_code == 200, edited.text
        feed = (await world.as_("auditor").get("/v1/changes")).json()["items"]
        told = [(each["type"], each["data"]["file_ids"]) for each in feed if "file_ids" in each["data"]]
        assert told == [("claim.created", [first]), ("claim.appealed", [first, appealed]), ("claim.edited", [other, appealed])]
