"""Claims for certificates (证书直补, 鉴定补贴): whose certificate, when, by which terms, and what each may be given once."""

import asyncio
from typing import Any

import pytest

from shared import db
from tests.conftest import Start
from tests.oracle.recompute import differences
from tests.subsidy.claims.papers import ISSUED, line, papers
from tests.subsidy.claims.world import IN_MAY, codes, key


def at(day: str) -> str:
    return f"{day}T09:00:00+08:00"


async def test_a_person_is_paid_for_a_certificate_and_quote_and_submission_say_the_same(start: Start) -> None:
    async with papers(start, "certificate_direct") as world:
        who = world.person()
        held = world.certificate(who)
        body = world.claims_for("certificate_direct", line(who, held))
        world.asked.clear()
        quoted = await world.applicant(body).post("/v1/claims:quote", json=body)
        assert quoted.status_code == 200, quoted.text
        assert sorted(world.asked) == ["/internal/v1/certificate-facts", "/internal/v1/people-facts"]  # one call each
        claim = await world.submitted(body)
        assert (claim["status"], claim["amount"], claim["class_id"], claim["kind"]) == ("submitted", "1000.00", None, "certificate")
        [told] = claim["lines"]
        assert (told["verdict"], told["certificate_id"], told["calculation"]) == ("eligible", held, "1 人 × 1000.00 元 = 1000.00 元")
        names = ("eligible", "amount", "lines", "terms", "facts_hash", "hold")
        assert {name: quoted.json()[name] for name in names} == {name: claim[name] for name in names}
        read = (await world.as_("officer").get(f"/v1/claims/{claim['id']}")).json()
        assert read["lines"] == claim["lines"] and told["certificate_number"] == "Y000052000123255000001"
        replayed = (await world.as_("auditor").get(f"/v1/claims/{claim['id']}:replay", params={"facts": "current"})).json()
        assert replayed["same"]
        receipt = (await world.as_("auditor").get(f"/v1/claims/{claim['id']}/receipt")).json()
        assert differences(receipt) == []
        for paper in ("dossier.pdf", "corrections.xlsx"):
            answer = await world.as_("officer").get(f"/v1/claims/{claim['id']}/{paper}")
            assert answer.status_code == 200, (paper, answer.text[:300])


@pytest.mark.parametrize(
    ("changed", "day", "code"),
    [
        pytest.param({}, "2025-05-06", None, id="in-order"),
        pytest.param({"revoked_on": "2025-05-07"}, "2025-05-06", None, id="revoked-tomorrow"),
        pytest.param({"revoked_on": "2025-05-06"}, "2025-05-06", "certificate_invalid", id="revoked-today"),
        pytest.param({"number_fits": False}, "2025-05-06", "certificate_invalid", id="number-contradicts"),
        pytest.param({"in_scope": None}, "2025-05-06", None, id="outside-issuer"),
        pytest.param({"in_scope": False}, "2025-05-06", "certificate_out_of_scope", id="out-of-scope"),
        pytest.param({"kind": "completion", "level": "junior"}, "2025-05-06", "certificate_out_of_scope", id="kind-not-paid"),
        pytest.param({}, "2026-04-20", None, id="twelve-months-to-the-day"),
        pytest.param({}, "2026-04-21", "certificate_too_old", id="a-day-late"),
        pytest.param({"issued_that_month": 201}, "2025-05-06", "certificate_burst", id="a-burst-of-the-body"),
        pytest.param({"assessed_that_month": 51}, "2025-05-06", "certificate_burst", id="a-burst-of-an-assessor"),
        pytest.param({"issued_that_month": 200, "assessed_that_month": 50}, "2025-05-06", None, id="as-many-as-may-be"),
        pytest.param({"level": "senior"}, "2025-05-06", "terms_unconfirmed", id="no-rate-for-the-level"),
    ],
)
async def test_each_certificate_is_judged_on_the_day(start: Start, changed: dict[str, Any], day: str, code: str | None) -> None:
    figures = {"certificates_a_month_at_most": 200, "certificates_a_month_of_an_assessor_at_most": 50}
    async with papers(start, "certificate_direct", **figures) as world:
        who = world.person()
        claim = await world.apply(world.claims_for("certificate_direct", line(who, world.certificate(who, **changed))), at(day))
        [told] = claim["lines"]
        held = code in ("certificate_burst", "terms_unconfirmed")
        assert (told["verdict"], codes(told)) == ("eligible" if not code else "held" if held else "refused", [code] if code else [])


async def test_what_of_an_issuers_work_asks_for_a_second_look_is_told_and_stops_nothing(start: Start) -> None:
    async with papers(start, "certificate_direct", certificates_a_month_at_most=200) as world:
        flags = [{"code": "unsupervised", "detail": "2025-04 的 2 场考核没有督导记录。"}]
        for changed, verdict, effect in (({}, "eligible", "note"), ({"issued_that_month": 201}, "held", "hold")):
            who = world.person()
            paper = world.certificate(who, body_flags=flags, **changed)
            [told] = (await world.apply(world.claims_for("certificate_direct", line(who, paper)), at("2025-05-06")))["lines"]
            [finding] = told["findings"]
            assert (told["verdict"], finding["code"], finding["effect"]) == (verdict, "certificate_burst", effect)
            assert "没有督导记录" in finding["seen"]


async def test_what_is_missing_unknown_or_anothers_is_refused_and_tells_nothing_of_it(start: Start) -> None:
    async with papers(start, "certificate_direct") as world:
        who, other = world.person(), world.person()
        anothers = world.certificate(other, number="Y000052000123255009999")
        for named, code in ((None, "certificate_missing"), (str(db.new_id()), "certificate_invalid"), (anothers, "certificate_invalid")):
            claim = await world.apply(world.claims_for("certificate_direct", line(who, named)))
            [told] = claim["lines"]
            assert (code in codes(told), told["verdict"], told["certificate_id"]) == (True, "refused", named)
            assert "3255009999" not in str(told["findings"])


async def test_terms_age_and_category_are_those_of_the_certificates_day(start: Start) -> None:
    async with papers(start, "certificate_direct", in_force_from="2025-04-19") as world:
        await world.publish("certificate_direct", "2025-04-21", yuan_per_person_by_level={"junior": 1100})
        for issued_on, amount, verdict in (("2025-04-20", "1000.00", "eligible"), ("2025-04-21", "1100.00", "eligible")):
            who = world.person(birth_on="2009-04-20")
            claim = await world.apply(world.claims_for("certificate_direct", line(who, world.certificate(who, issued_on=issued_on))))
            assert (claim["amount"], claim["lines"][0]["verdict"]) == (amount, verdict)
        young = world.person(birth_on="2009-04-21")
        claim = await world.apply(world.claims_for("certificate_direct", line(young, world.certificate(young))))
        assert codes(claim["lines"][0]) == ["age_below_limit"]
        new = world.person()
        world.people[new]["categories"] = [{"code": "enterprise_employee", "since_on": "2025-04-21", "until_on": None}]
        claim = await world.apply(world.claims_for("certificate_direct", line(new, world.certificate(new))))
        assert codes(claim["lines"][0]) == ["category_not_eligible"]
        before = world.person()
        body = world.claims_for("certificate_direct", line(before, world.certificate(before, issued_on="2024-09-22")))
        answer = await world.applicant(body).post("/v1/claims", json=body, headers=key())
        assert (answer.status_code, answer.json()["code"]) == (422, "terms_missing")
        both = [
            line(who, world.certificate(who, issued_on="2025-04-20")),
            line(who, world.certificate(who, level="intermediate", issued_on="2025-04-21")),
        ]
        assert await world.refused(world.claims_for("certificate_direct", *both)) == [("lines_of_different_terms", "/lines/1")]


@pytest.mark.parametrize(("until_on", "found"), [(ISSUED, []), ("2025-04-19", ["status_unverified"])])
async def test_a_list_counts_that_covers_the_certificates_day(start: Start, until_on: str, found: list[str]) -> None:
    async with papers(start, "certificate_direct") as world:
        who, world.lists_until_on = world.person(), until_on
        claim = await world.apply(world.claims_for("certificate_direct", line(who, world.certificate(who))))
        assert (codes(claim["lines"][0]), claim["lines"][0]["verdict"]) == (found, "held" if found else "eligible")


async def test_one_payment_an_occupation_and_level_in_all_subsidies_together(start: Start) -> None:
    async with papers(start, "certificate_direct", "assessment_fee") as world:
        who = world.person()
        held = world.certificate(who, level="intermediate")
        twice = await world.apply(world.claims_for("certificate_direct", line(who, held), line(who, held)))
        assert [codes(each) for each in twice["lines"]] == [[], ["duplicate_line"]]
        await world.submitted(world.claims_for("certificate_direct", line(who, held)))
        again = await world.apply(world.claims_for("assessment_fee", line(who, held)))
        assert codes(again["lines"][0])[:1] == ["already_subsidised"]
        lower = await world.apply(world.claims_for("assessment_fee", line(who, world.certificate(who, level="junior"))))
        assert "lower_level_after_higher" in codes(lower["lines"][0])
        welder = world.certificate(who, occupation_code="6-18-02-04", level="junior")
        assert (await world.apply(world.claims_for("certificate_direct", line(who, welder))))["lines"][0]["verdict"] == "eligible"
        for _ in range(2):  # a certificate for no occupation that has a code is paid once as well
            permit = world.certificate(world.person(), kind="work_permit", occupation_code=None, level=None)
            body = world.claims_for("assessment_fee", line(world.certificates[permit]["trainee_id"], permit))
            first, second = await world.submitted(body), await world.apply(body)
            assert (codes(first["lines"][0]), codes(second["lines"][0])[:1]) == ([], ["already_subsidised"])


async def test_of_two_claims_at_once_for_one_certificate_one_is_paid(start: Start) -> None:
    async with papers(start, "certificate_direct", "assessment_fee") as world:
        who = world.person()
        held = line(who, world.certificate(who))
        drafts = [await world.apply(world.claims_for(scheme, held)) for scheme in ("certificate_direct", "assessment_fee")]
        person = world.as_("person", trainee_id=who)
        submitted = await asyncio.gather(
            *(person.post(f"/v1/claims/{each['id']}:submit", headers=key() | {"If-Match": '"1"'}) for each in drafts)
        )
        assert sorted(each.json()["lines"][0]["verdict"] for each in submitted) == ["eligible", "refused"]


async def test_who_was_merged_is_one_person_whichever_id_a_paper_bears(start: Start) -> None:
    async with papers(start, "certificate_direct") as world:
        old, who = str(db.new_id()), world.person()
        world.people[who]["former_ids"] = [old]
        world.people[old] = world.people[who]
        paper = world.certificate(old)
        claim = await world.apply(world.claims_for("certificate_direct", line(old, paper)))
        headers = key() | {"If-Match": '"1"'}
        claim = (await world.as_("person", trainee_id=who).post(f"/v1/claims/{claim['id']}:submit", headers=headers)).json()
        assert (claim["lines"][0]["trainee_id"], claim["applicant"]["trainee_id"], claim["amount"]) == (who, who, "1000.00")
        again = await world.apply(world.claims_for("certificate_direct", line(who, paper)))
        assert codes(again["lines"][0])[:1] == ["already_subsidised"]


async def test_what_a_training_was_paid_for_is_no_certificates_to_claim(start: Start) -> None:
    async with papers(start, "certificate_direct", "project") as world:
        who = world.person()
        class_id = world.project([who])
        claim = await world.draft(class_id, scheme="project")
        assert codes(claim["lines"][0]) == ["certificate_missing"]
        held = world.certificate(who, class_id=class_id)
        claim = await world.step("institution", "submit", claim)  # found, though no line names it
        [told] = claim["lines"]
        assert (told["verdict"], told["certificate_id"], claim["amount"]) == ("eligible", held, "800.00")
        own = await world.apply(world.claims_for("certificate_direct", line(who, held)))
        assert "already_subsidised" in codes(own["lines"][0])
        world.certificates[held]["revoked_on"] = "2025-05-06"
        reissued = world.certificate(who, class_id=class_id, issued_on=ISSUED)
        claim = await world.step("officer", "return", claim, {"reason": "证书已换发"})
        claim = await world.step("institution", "submit", claim)
        assert claim["lines"][0]["certificate_id"] == reissued


async def test_who_may_be_claimed_for_by_whom(start: Start) -> None:
    async with papers(start, "certificate_direct") as world:
        own, stranger = world.person(), world.person()
        world.people[stranger]["known_to_institution"] = False
        lines = [line(own, world.certificate(own)), line(stranger, world.certificate(stranger))]
        by_school = {"applicant": {"institution_id": world.school_id}}
        assert await world.refused(world.claims_for("certificate_direct", *lines, **by_school)) == [
            ("unknown_trainee", "/lines/1/trainee_id")
        ]
        assert await world.refused(world.claims_for("certificate_direct", *lines)) == [("unknown_trainee", "/lines/1/trainee_id")]
        claim = await world.apply(world.claims_for("certificate_direct", lines[0], **by_school))
        assert (claim["amount"], claim["applicant"]["institution_id"]) == ("1000.00", world.school_id)
        nobody = [line(str(db.new_id()), world.certificate(own))]
        assert await world.refused(world.claims_for("certificate_direct", *nobody, **by_school)) == [
            ("unknown_trainee", "/lines/0/trainee_id")
        ]


async def test_a_certificate_claim_names_certificates_and_no_class(start: Start) -> None:
    async with papers(start, "certificate_direct") as world:
        who = world.person()
        named = line(who, world.certificate(who))
        for changed, fault in (
            ({"lines": []}, ("missing_field", "/lines")),
            ({"class_id": str(db.new_id())}, ("paper_not_of_this_kind", "/class_id")),
            ({"lines": [named | {"placement_id": str(db.new_id())}]}, ("paper_not_of_this_kind", "/lines/0/placement_id")),
            ({"lines": [named | {"enrolment_id": str(db.new_id())}]}, ("paper_not_of_this_kind", "/lines/0/enrolment_id")),
            ({"fund_id": str(db.new_id())}, ("unknown_fund", "/fund_id")),
        ):
            assert await world.refused(world.claims_for("certificate_direct", named, **changed)) == [fault]
        claim = await world.apply(world.claims_for("certificate_direct", named))
        person, headers = world.as_("person", trainee_id=who), {"If-Match": '"1"'}
        for change, pointer in (({"lines": []}, "/lines"), ({"class_id": str(db.new_id())}, "/class_id")):
            answer = await person.patch(f"/v1/claims/{claim['id']}", json=change, headers=headers)
            assert [each["pointer"] for each in answer.json()["errors"]] == [pointer]
        for sought in ({"kind": "certificate", "q": "Y0000520001232550"}, {"certificate_id": named["certificate_id"]}):
            found = (await world.as_("officer").get("/v1/claims", params=sought)).json()["items"]
            assert [each["id"] for each in found] == [claim["id"]]
        assert (await world.as_("officer").get("/v1/claims", params={"placement_id": named["certificate_id"]})).json()["items"] == []


async def test_an_institution_that_was_barred_on_the_day_is_held_only_where_it_is_paid(start: Start) -> None:
    async with papers(start, "certificate_direct") as world:
        who = world.person()
        world.barred = [{"why": "blacklisted", "from_on": "2025-04-01", "until_on": ISSUED}]
        by_school = {"applicant": {"institution_id": world.school_id}}
        claim = await world.apply(world.claims_for("certificate_direct", line(who, world.certificate(who)), **by_school))
        assert (claim["lines"][0]["verdict"], codes(claim["lines"][0])) == ("eligible", ["institution_blacklisted"])
        later = world.certificate(who, issued_on="2025-04-21")
        claim = await world.apply(world.claims_for("certificate_direct", line(who, later), **by_school))
        assert codes(claim["lines"][0]) == []


async def test_no_unconfirmed_amount_becomes_money(start: Start) -> None:
    async with papers(start) as world:
        who = world.person()
        claim = await world.submitted(world.claims_for("assessment_fee", line(who, world.certificate(who))))
        assert (claim["lines"][0]["verdict"], codes(claim["lines"][0]), claim["amount"]) == ("held", ["terms_unconfirmed"], "0.00")
        claim = await world.step("officer", "review", claim)
        accepted = {"trainee_id": who, "outcome": "accept", "reason": "领导同意"}
        assert (await world.act("reviewer", "resolve", claim, accepted, IN_MAY)).json()["code"] == "terms_unconfirmed"
