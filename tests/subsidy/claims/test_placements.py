"""Claims for placements (稳岗, 组织输出, 吸纳就业): what the stay must prove, who claims and is paid, and what is given once."""

from typing import Any

import pytest

from shared import db
from tests.conftest import Start
from tests.subsidy.claims.papers import STARTED, line, papers
from tests.subsidy.claims.world import AFTER_NOTICE, USCC, codes, key


async def test_a_person_who_stayed_is_paid_and_quote_and_submission_say_the_same(start: Start) -> None:
    async with papers(start, "placement_stability") as world:
        who = world.person()
        stay = world.placement(who)
        body = world.claims_for("placement_stability", line(who, placement_id=stay))
        world.asked.clear()
        quoted = await world.applicant(body).post("/v1/claims:quote", json=body)
        assert sorted(world.asked) == ["/internal/v1/people-facts", "/internal/v1/retention-facts"]  # one call each
        claim = await world.approved(body)
        [told] = claim["lines"]
        assert (claim["status"], claim["amount"], told["placement_id"]) == ("approved", "2000.00", stay)
        assert told["placement_order_number"] == "FS-2025-0017"
        assert (quoted.json()["amount"], quoted.json()["facts_hash"]) == (claim["amount"], claim["facts_hash"])
        [notice] = (await world.as_("public").get("/v1/notices", params={"claim_id": claim["id"]})).json()["items"][:1]
        assert (notice["institution"], notice["class"], notice["lines"][0]["name"]) == (None, None, "杨**")
        batch = {"fund_id": world.fund_id, "claim_ids": [claim["id"]]}
        made = (await world.as_("finance", AFTER_NOTICE).post("/v1/payment-batches", json=batch, headers=key())).json()
        assert [(each["payee"]["id"], each["amount"]) for each in made["payments"]] == [(who, "2000.00")]


@pytest.mark.parametrize(
    ("changed", "code", "verdict"),
    [
        pytest.param({}, None, "eligible", id="met"),
        pytest.param({"retention": "on_track"}, "retention_not_met", "refused", id="not-yet"),
        pytest.param({"retention": "broken"}, "retention_not_met", "refused", id="left"),
        pytest.param({"retention": "unproven"}, "retention_not_met", "held", id="no-proof"),
        pytest.param({"weakest_grade": "C"}, None, "eligible", id="proof-just-strong-enough"),
        pytest.param({"weakest_grade": "D"}, "retention_not_met", "held", id="proof-too-weak"),
        pytest.param({"one_employer": False}, "retention_not_met", "refused", id="another-employer"),
        pytest.param({"started_on": None, "retention": "on_track"}, "retention_not_met", "refused", id="never-began"),
        pytest.param({"ordered_on": STARTED}, None, "eligible", id="ordered-on-the-first-day"),
        pytest.param({"ordered_on": "2025-02-02"}, "order_missing", "refused", id="ordered-afterwards"),
    ],
)
async def test_a_stay_is_judged_by_the_terms_of_its_first_day(
    start: Start, changed: dict[str, Any], code: str | None, verdict: str
) -> None:
    async with papers(start, "placement_stability", evidence_grade_at_least="C", same_employer=True) as world:
        who = world.person()
        claim = await world.apply(world.claims_for("placement_stability", line(who, placement_id=world.placement(who, **changed))))
        [told] = claim["lines"]
        assert (told["verdict"], codes(told)) == (verdict, [code] if code else [])


async def test_what_of_a_placement_asks_for_a_second_look_is_told_and_stops_nothing(start: Start) -> None:
    async with papers(start, "placement_stability") as world:
        for warnings, found in (([], []), (["two_orders", "insured_elsewhere"], ["placement_doubtful"])):
            who = world.person()
            stay = line(who, placement_id=world.placement(who, warnings=warnings))
            [told] = (await world.apply(world.claims_for("placement_stability", stay)))["lines"]
            assert (told["verdict"], told["amount"], codes(told)) == ("eligible", "2000.00", found)
        [finding] = told["findings"]
        assert (finding["effect"], finding["seen"]) == ("note", "同时在两个订单上岗、由其他单位参保")


async def test_what_is_missing_unknown_or_anothers_is_refused(start: Start) -> None:
    async with papers(start, "placement_stability") as world:
        who, other = world.person(), world.person()
        for named in (None, str(db.new_id()), world.placement(other, order_number="FS-2025-9999")):
            claim = await world.apply(world.claims_for("placement_stability", line(who, placement_id=named)))
            [told] = claim["lines"]
            assert (codes(told), told["verdict"]) == (["order_missing"], "refused") and "2025-9999" not in str(told["findings"])


async def test_terms_and_age_are_those_of_the_first_day_at_work(start: Start) -> None:
    async with papers(start, "placement_stability", in_force_from="2025-02-01") as world:
        for started_on, amount in (("2025-01-31", "0.00"), ("2025-02-01", "2000.00")):
            who = world.person(birth_on="2009-01-31")
            claim = await world.apply(
                world.claims_for("placement_stability", line(who, placement_id=world.placement(who, started_on=started_on)))
            )
            assert claim["amount"] == amount
        young = world.person(birth_on="2009-02-02")
        claim = await world.apply(world.claims_for("placement_stability", line(young, placement_id=world.placement(young))))
        assert codes(claim["lines"][0]) == ["age_below_limit"]


async def test_a_stay_is_paid_once_in_each_scheme(start: Start) -> None:
    async with papers(start, "placement_stability", "placement_service") as world:
        who = world.person()
        stay = line(who, placement_id=world.placement(who))
        await world.submitted(world.claims_for("placement_stability", stay))
        again = await world.apply(world.claims_for("placement_stability", stay, stay))
        assert [codes(each) for each in again["lines"]] == [["already_subsidised"], ["duplicate_line", "already_subsidised"]]
        by_school = {"applicant": {"institution_id": world.school_id}}
        service = await world.submitted(world.claims_for("placement_service", stay, **by_school))
        assert (service["amount"], service["lines"][0]["verdict"]) == ("300.00", "eligible")


async def test_what_goes_to_the_employer_the_employer_claims(start: Start) -> None:
    async with papers(start, "placement_absorption") as world:
        here, elsewhere = world.person(), world.person()
        stays = [
            line(here, placement_id=world.placement(here, employer_uscc=USCC)),
            line(elsewhere, placement_id=world.placement(elsewhere)),
        ]
        by_school = {"applicant": {"institution_id": world.school_id}}
        assert await world.refused(world.claims_for("placement_absorption", *stays, **by_school)) == [
            ("not_your_placement", "/lines/1/placement_id")
        ]
        assert await world.refused(world.claims_for("placement_absorption", stays[0])) == [("applicant_not_payee", "/applicant")]
        world.people[here]["known_to_institution"] = False  # who works there is known by that
        claim = await world.apply(world.claims_for("placement_absorption", stays[0], **by_school))
        assert (claim["amount"], claim["lines"][0]["verdict"]) == ("1000.00", "eligible")


async def test_an_employer_is_given_no_more_than_the_terms_allow_over_all_its_claims(start: Start) -> None:
    async with papers(start, "placement_absorption", yuan_per_employer_at_most=1500) as world:
        by_school = {"applicant": {"institution_id": world.school_id}}
        stays = []
        for _ in range(3):
            who = world.person()
            stays.append(line(who, placement_id=world.placement(who, employer_uscc=USCC)))
        amounts = [(await world.submitted(world.claims_for("placement_absorption", stay, **by_school)))["amount"] for stay in stays]
        assert amounts == ["1000.00", "500.00", "0.00"]


async def test_an_employer_is_given_no_more_than_the_terms_allow_in_the_year_of_the_stay(start: Start) -> None:
    async with papers(start, "placement_absorption", yuan_per_employer_year_at_most=1500) as world:
        by_school = {"applicant": {"institution_id": world.school_id}}

        def a_stay(**changed: Any) -> dict[str, Any]:
            who = world.person()
            return line(who, placement_id=world.placement(who, employer_uscc=USCC, **changed))

        async def submitted(*stays: dict[str, Any]) -> list[dict[str, Any]]:
            body = world.claims_for("placement_absorption", *stays, **by_school)
            return list((await world.submitted(body, at="2026-06-01T09:00:00+08:00"))["lines"])

        next_year = a_stay(started_on="2026-01-02")
        [first] = await submitted(a_stay())
        cut, other = await submitted(a_stay(), next_year)
        assert [first["amount"], cut["amount"], other["amount"]] == ["1000.00", "500.00", "1000.00"]
        assert cut["calculation"].endswith("本单位 2025 年至多 1500.00 元,尚余 500.00 元,计 500.00 元")
        assert [each["amount"] for each in await submitted(a_stay(), a_stay(started_on="2026-01-03"))] == ["0.00", "500.00"]


async def test_an_employer_that_was_barred_on_the_first_day_waits(start: Start) -> None:
    async with papers(start, "placement_absorption") as world:
        who = world.person()
        stay = line(who, placement_id=world.placement(who, employer_uscc=USCC))
        by_school = {"applicant": {"institution_id": world.school_id}}
        for bars, found in (
            ([{"why": "blacklisted", "from_on": "2025-01-01", "until_on": "2025-01-31"}], []),
            ([{"why": "blacklisted", "from_on": "2025-01-01", "until_on": STARTED}], ["institution_blacklisted"]),
            ([{"why": "suspended", "from_on": STARTED, "until_on": None}], ["institution_suspended"]),
            ([{"why": "exited", "from_on": "2025-02-02", "until_on": None}], []),
            ([{"why": "support_stopped", "from_on": "2025-01-01", "until_on": STARTED}], ["support_stopped"]),
            ([{"why": "support_stopped", "from_on": "2025-02-02", "until_on": "2025-02-03"}], []),
            ([{"why": "support_stopped", "from_on": "2025-02-02", "until_on": None}], ["support_stopped"]),  # on the day of the claim
        ):
            world.barred = bars
            claim = await world.apply(world.claims_for("placement_absorption", stay, **by_school))
            assert (codes(claim["lines"][0]), claim["lines"][0]["verdict"]) == (found, "held" if found else "eligible")


async def test_a_hold_that_nobody_ended_is_found_by_the_next_claim_for_the_same_paper(start: Start) -> None:
    async with papers(start, "placement_stability") as world:
        who = world.person()
        body = world.claims_for("placement_stability", line(who, placement_id=world.placement(who)))
        claim = await world.submitted(body)
        claim = await world.step("officer", "hold", claim, {"reason": "有人举报未在岗"})
        person, headers = world.applicant(body), key() | {"If-Match": f'"{claim["version"]}"'}
        assert (await person.post(f"/v1/claims/{claim['id']}:withdraw", headers=headers)).status_code == 200
        again = await world.submitted(body)
        assert "有人举报未在岗" in again["hold"]["reason"]
