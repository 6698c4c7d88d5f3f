from dataclasses import replace
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

import pytest

from services.subsidy.codes import BasisStatus
from services.subsidy.judging.facts import (
    AttendedDay,
    CertificateFacts,
    ClaimedRoster,
    ClaimFacts,
    ClassFacts,
    Headcount,
    HeldStatus,
    Impossible,
    LineFacts,
    Overlap,
    PlacementFacts,
    Prior,
    Signing,
    kept,
)
from services.subsidy.judging.verdict import ClaimVerdict, judge_claim
from services.subsidy.schemes.policy import OtherBasis, Terms
from shared.strict import digest, read, to_json
from tests.subsidy.judging.cases import CLAIM, CLASS, FIRST_DAY, LINE, POLICY, PROJECT, SHORT, attended, judge, line_with, terms_with


def claim_of(*lines: LineFacts, **facts: Any) -> ClaimFacts:
    return replace(CLAIM, lines=lines, **facts)


def person(number: int, **facts: Any) -> LineFacts:
    return line_with(**{"trainee_id": f"trainee-{number}", "bank_account_token": f"account-{number}"} | facts)


def spoken(verdict: ClaimVerdict) -> list[list[tuple[str, str]]]:
    return [[(finding.code, finding.effect) for finding in line.findings] for line in verdict.lines]


@pytest.mark.parametrize(
    ("half_days", "amount", "calculation"),
    [
        pytest.param((2, 2, 2), "180.00", "3 天 × 60.00 元 = 180.00 元", id="three-days"),
        pytest.param((2, 2, 1), "120.00", "2 天 × 60.00 元 = 120.00 元", id="a-half-day-is-no-paid-day"),
        pytest.param((1, 1, 1), "0.00", "0 天 × 60.00 元 = 0.00 元", id="three-half-days"),
        pytest.param((0, 2, 0), "60.00", "1 天 × 60.00 元 = 60.00 元", id="one-day"),
        pytest.param((), "0.00", "0 天 × 60.00 元 = 0.00 元", id="no-attendance-is-eligible-for-nothing"),
    ],
)
def test_the_short_course_pays_the_days_both_half_days_of_which_were_signed(
    half_days: tuple[int, ...], amount: str, calculation: str
) -> None:
    verdict = judge(CLAIM, line_with(attendance=attended(*half_days)), SHORT)
    assert (verdict.decision, str(verdict.amount), verdict.calculation, verdict.findings) == ("eligible", amount, calculation, ())


def test_no_more_days_are_paid_than_the_terms_allow() -> None:
    four_days = replace(CLAIM, class_facts=replace(CLAIM.class_facts, ends_on=date(2025, 4, 11)) if CLAIM.class_facts else None)
    verdict = judge(four_days, line_with(attendance=attended(2, 2, 2, 2)), terms_with(class_days_at_most=4))
    assert verdict.calculation == "实到 4 天,最多计 3 天:3 天 × 60.00 元 = 180.00 元"


def test_a_day_outside_the_class_is_not_paid() -> None:
    verdict = judge(CLAIM, line_with(attendance=(AttendedDay(FIRST_DAY, 2), AttendedDay(date(2025, 4, 11), 2))), SHORT)
    assert (verdict.decision, verdict.amount) == ("held", Decimal("60.00"))


def test_one_half_day_is_a_paid_day_where_the_terms_say_so() -> None:
    assert judge(CLAIM, line_with(attendance=attended(1, 2)), terms_with(half_days_for_a_paid_day=1)).amount == Decimal("120.00")


def test_a_refused_line_is_worth_nothing() -> None:
    verdict = judge(CLAIM, line_with(born_on=date(1959, 4, 8)), SHORT)
    assert (verdict.decision, str(verdict.amount), verdict.calculation) == ("refused", "0.00", "不予补贴,0.00 元")


def test_the_strongest_effect_decides() -> None:
    held = line_with(overlaps=(Overlap(FIRST_DAY, "pm", "KL-PX-2025-000777"),))
    assert judge(CLAIM, held, SHORT).decision == "held"
    assert judge(CLAIM, replace(held, categories=()), SHORT).decision == "refused"
    assert judge(CLAIM, line_with(complete_lists=frozenset()), SHORT).decision == "eligible", "a note decides nothing"


def test_only_eligible_lines_are_in_the_sum() -> None:
    refused = person(2, categories=())
    held = person(3, overlaps=(Overlap(FIRST_DAY, "am", "KL-PX-2025-000777"),))
    verdict = judge_claim(claim_of(person(1), refused, held, person(4, attendance=attended(2))), SHORT)
    assert [(line.decision, str(line.amount)) for line in verdict.lines] == [
        ("eligible", "180.00"),
        ("refused", "0.00"),
        ("held", "180.00"),
        ("eligible", "60.00"),
    ]
    assert str(verdict.amount) == "240.00" and verdict.eligible


def test_a_claim_of_refused_lines_alone_is_not_eligible() -> None:
    verdict = judge_claim(claim_of(person(1, categories=()), person(2, categories=())), SHORT)
    assert not verdict.eligible and str(verdict.amount) == "0.00"
    assert not judge_claim(claim_of(), SHORT).eligible


@pytest.mark.parametrize(
    ("expected", "codes"),
    [
        pytest.param(Decimal("180.00"), [], id="as-computed"),
        pytest.param(Decimal("180.01"), ["amount_differs"], id="a-cent-more"),
        pytest.param(None, [], id="nothing-expected"),
    ],
)
def test_an_expected_amount_that_differs_is_noted_and_never_taken(expected: Decimal | None, codes: list[str]) -> None:
    verdict = judge(CLAIM, line_with(expected_amount=expected), SHORT)
    assert [finding.code for finding in verdict.findings] == codes
    assert (verdict.decision, verdict.amount) == ("eligible", Decimal("180.00"))


def test_what_the_amount_is_computed_by_is_the_basis_of_its_difference() -> None:
    rate = OtherBasis(("yuan_per_person_day",), "黔人社〔2024〕1号", "第二条", BasisStatus.CONFIRMED)
    verdict = judge(CLAIM, line_with(expected_amount=Decimal("1.00")), terms_with(other_basis=(rate,)))
    assert [finding.basis.document for finding in verdict.findings] == ["黔人社〔2024〕1号"]


@pytest.mark.parametrize(("had", "left"), [("0.00", "180.00"), ("100.00", "80.00"), ("179.99", "0.01"), ("180.01", "0.00")])
def test_a_supplement_is_worth_what_is_due_beyond_what_was_found(had: str, left: str) -> None:
    verdict = judge(CLAIM, line_with(makes_up_yuan=Decimal(had)), SHORT)
    assert (str(verdict.amount), verdict.calculation) == (left, f"3 天 × 60.00 元 = 180.00 元,此前已核定 {had} 元,补差 {left} 元")


def test_a_scheme_without_a_rate_is_held_at_nothing() -> None:
    verdict = judge(replace(CLAIM, scheme="project"), LINE, PROJECT)
    assert (verdict.decision, str(verdict.amount), verdict.calculation) == ("held", "0.00", "补贴标准未确认,暂计 0.00 元")


def test_a_rate_a_person_and_a_rate_by_level_are_spelled_out() -> None:
    stability = POLICY.schemes["placement_stability"].terms[0]
    placement = PlacementFacts("placement-1", "DD-1", FIRST_DAY, "met", None)
    claim = ClaimFacts("placement_stability", "placement", date(2025, 8, 1), "east_west", None, ())
    verdict = judge(claim, line_with(placement=placement), stability)
    assert (verdict.decision, verdict.calculation) == ("held", "1 人 × 2000.00 元 = 2000.00 元")
    by_level = terms_with(PROJECT, yuan_per_person_by_level={"senior": Decimal("1500.00")})
    senior = replace(CLAIM, class_facts=replace(CLAIM.class_facts, level="senior") if CLAIM.class_facts else None)
    assert judge(senior, LINE, by_level).calculation == "1 人 × 1500.00 元 = 1500.00 元"


def test_the_second_line_of_a_person_is_refused_and_the_first_stands() -> None:
    verdict = judge_claim(claim_of(person(1), person(2), person(1)), SHORT)
    assert spoken(verdict) == [[], [], [("duplicate_line", "refuse")]]
    assert "第 1 行" in verdict.lines[2].findings[0].seen and str(verdict.amount) == "360.00"


def test_two_certificates_of_one_person_are_two_lines_unless_for_one_occupation_and_level() -> None:
    def refused(*held: tuple[str | None, date]) -> list[bool]:
        papers = [
            CertificateFacts(str(number), str(number), "trainee-1", "skill_level", "6-31-01-03", level, on, "示例企业")
            for number, (level, on) in enumerate(held)
        ]
        lines = tuple(person(1, certificate=each) for each in papers)
        claim = ClaimFacts("certificate_direct", "certificate", date(2025, 5, 6), "skills_upgrade", None, lines)
        verdict = judge_claim(claim, POLICY.schemes["certificate_direct"].terms[0])
        return [("duplicate_line", "refuse") in each for each in spoken(verdict)]

    year_before = date(2024, 12, 31)
    assert refused(("junior", FIRST_DAY), ("intermediate", FIRST_DAY), ("junior", year_before)) == [False, False, True]
    assert refused(("junior", FIRST_DAY), (None, FIRST_DAY)) == refused((None, FIRST_DAY), ("junior", FIRST_DAY)) == [False, True]
    assert refused(("junior", FIRST_DAY), (None, year_before)) == refused((None, FIRST_DAY), (None, year_before)) == [False, False]


def test_people_who_share_a_bank_account_are_held_and_no_others() -> None:
    lines = [person(number, bank_account_token=token) for number, token in enumerate(("x", "y", "x", None, None), start=1)]
    shared = [("shared_bank_account", "hold")]
    assert spoken(judge_claim(claim_of(*lines), SHORT)) == [shared, [], shared, [], []]


@pytest.mark.parametrize(
    ("facts", "to_organiser", "to_trainee"),
    [
        pytest.param({}, None, None, id="their-own"),
        pytest.param({"account_shared_with": ("trainee-9",)}, "note", "hold", id="of-somebody-elsewhere"),
        pytest.param({"account_of_institution": "示例合作社"}, "note", "hold", id="of-an-institution"),
    ],
)
def test_an_account_of_somebody_else_is_held_where_the_trainee_is_paid(
    facts: dict[str, Any], to_organiser: str | None, to_trainee: str | None
) -> None:
    for payee, effect in (("organiser", to_organiser), ("trainee", to_trainee)):
        [said] = spoken(judge_claim(claim_of(person(1, **facts)), terms_with(payee=payee)))
        assert dict(said).get("shared_bank_account") == effect


def test_an_account_in_one_list_and_elsewhere_is_one_finding_that_counts_each_person_once() -> None:
    lines = [person(number, bank_account_token="x", account_shared_with=("trainee-1", "trainee-9")) for number in (1, 2)]
    for line in judge_claim(claim_of(*lines), SHORT).lines:
        [finding] = line.findings
        assert (finding.effect, finding.seen) == ("hold", "同一银行账户登记在 3 名学员名下")


def roster(starts_on: date, ends_on: date, *numbers: int) -> ClaimedRoster:
    return ClaimedRoster("KL-BT-2025-000009", starts_on, ends_on, frozenset(f"trainee-{number}" for number in numbers))


@pytest.mark.parametrize(
    ("other", "effects"),
    [
        pytest.param(roster(date(2025, 4, 10), date(2025, 4, 12), 1, 2, 3, 4), ["hold"] * 4 + [None], id="80-percent-at-the-same-time"),
        pytest.param(roster(date(2025, 4, 11), date(2025, 4, 12), 1, 2, 3, 4), ["note"] * 4 + [None], id="80-percent-the-day-after"),
        pytest.param(roster(date(2025, 4, 6), date(2025, 4, 8), 1, 2, 3, 4, 5), ["hold"] * 5, id="all-overlapping-on-one-day"),
        pytest.param(roster(date(2025, 4, 8), date(2025, 4, 10), 1, 2, 3), [None] * 5, id="60-percent-is-no-reuse"),
    ],
)
def test_a_list_used_for_two_classes_is_held_if_they_ran_at_once(other: ClaimedRoster, effects: list[str | None]) -> None:
    verdict = judge_claim(claim_of(*map(person, range(1, 6)), other_rosters=(other,)), SHORT)
    assert [dict(each).get("roster_reused") for each in spoken(verdict)] == effects


@pytest.mark.parametrize(("day", "said"), [(10, "请核对两个班的签到原件"), (11, "仅作提示")])
def test_what_is_to_be_done_about_a_list_used_twice(day: int, said: str) -> None:
    other = roster(date(2025, 4, day), date(2025, 4, 12), 1, 2)
    verdict = judge_claim(claim_of(person(1), person(2), other_rosters=(other,)), SHORT)
    assert all(said in finding.detail for line in verdict.lines for finding in line.findings if finding.code == "roster_reused")
    assert all(line.findings for line in verdict.lines)


def test_one_person_is_no_list() -> None:
    other = roster(date(2025, 4, 8), date(2025, 4, 10), 1)
    assert spoken(judge_claim(claim_of(person(1), other_rosters=(other,)), SHORT)) == [[]]


def test_of_two_rosters_the_one_at_the_same_time_decides() -> None:
    people = [person(1), person(2)]
    at_once, later = roster(date(2025, 4, 8), date(2025, 4, 8), 1, 2), roster(date(2025, 6, 8), date(2025, 6, 8), 1, 2)
    for others in ((at_once, later), (later, at_once)):
        assert spoken(judge_claim(claim_of(*people, other_rosters=others), SHORT)) == [[("roster_reused", "hold")]] * 2


FULL_LINE = line_with(
    statuses=(HeldStatus("insured_employee", FIRST_DAY, None, "社保"),),
    overlaps=(Overlap(FIRST_DAY, "am", "KL-PX-2025-000777"),),
    priors=(Prior("KL-BT-2024-000001", "project", date(2024, 1, 1), "6-31-01-03", "junior", outside=True, amount_yuan=Decimal("300.00")),),
    certificate=CertificateFacts("c", "Y1", "trainee-1", "skill_level", "6-31-01-03", None, FIRST_DAY, "示例企业"),
    placement=PlacementFacts("p", "DD-1", FIRST_DAY, "met", None, "A"),
    expected_amount=Decimal("180.00"),
    impossible=(Impossible(FIRST_DAY, "am", "recorded_before"),),
    account_shared_with=("trainee-9",),
)
AT = datetime(2025, 4, 8, 1, 0, tzinfo=UTC)
FULL_CLASS = replace(
    CLASS, suspended=True, filed_at=AT, signings=(Signing(FIRST_DAY, "am", 2, AT, AT),), headcounts=(Headcount(FIRST_DAY, None, 1, 2),)
)


@pytest.mark.parametrize("terms", [pytest.param(SHORT, id="short-course"), pytest.param(PROJECT, id="project")])
@pytest.mark.parametrize("class_facts", [CLASS, FULL_CLASS], ids=["class", "full-class"])
def test_facts_kept_as_json_are_judged_again_as_they_were(terms: Terms, class_facts: ClassFacts) -> None:
    other = roster(date(2025, 4, 8), date(2025, 4, 8), 1, 2)
    claim = claim_of(FULL_LINE, person(2), other_rosters=(other,), class_facts=class_facts)
    again = read(ClaimFacts, kept(claim))
    assert again == claim and kept(again) == kept(claim)
    assert judge_claim(again, terms) == judge_claim(claim, terms)


def test_the_hash_of_facts_changes_with_any_fact() -> None:
    changed = [line_with(born_on=date(1980, 1, 2)), line_with(impossible=FULL_LINE.impossible), line_with(able_to_work=False)]
    assert len({digest(kept(claim_of(line))) for line in (LINE, *changed)}) == 4
    assert digest(kept(CLAIM)) != digest(kept(claim_of(LINE, class_facts=FULL_CLASS)))


def test_facts_that_an_earlier_release_would_have_kept_keep_their_hash() -> None:
    """The hash was made before any field of facts was added later."""
    claim = claim_of(LINE, line_with(trainee_id="trainee-2", priors=(Prior("KL-BT-2025-000001", "project", FIRST_DAY, "蓝莓种植"),)))
    assert digest(kept(claim)) == "53ce4d3456b60e1baa3588c6f1828eb5f9cfce1a726cda1a1bf267b38a840a18"


def test_a_finding_is_plain_json() -> None:
    [finding] = to_json(judge(CLAIM, line_with(born_on=date(2010, 1, 1)), SHORT))["findings"]
    assert (finding["code"], finding["passes_from"]) == ("age_below_limit", "2026-01-01")
    assert finding["basis"] == {"document": "本市经办口径", "clause": "文件未明确,待业务部门确认", "status": "unconfirmed"}


@pytest.mark.parametrize(
    ("facts", "decision", "amount", "findings"),
    [
        pytest.param({}, "refused", "0.00", [("age_above_limit", "refuse")], id="nobody-has-appealed"),
        pytest.param({"overcome": ("age_above_limit",)}, "held", "180.00", [("age_above_limit", "hold")], id="the-appeal-was-upheld"),
        pytest.param(
            {"overcome": ("age_above_limit",), "trains_this_class": True},
            "refused",
            "0.00",
            [("age_above_limit", "hold"), ("trainer_on_roster", "refuse")],
            id="what-it-was-not-about-refuses-still",
        ),
        pytest.param({"overcome": ("trainer_on_roster",)}, "refused", "0.00", [("age_above_limit", "refuse")], id="it-was-about-another"),
    ],
)
def test_what_an_upheld_appeal_has_overcome_holds_and_no_longer_refuses(
    facts: dict[str, Any], decision: str, amount: str, findings: list[tuple[str, str]]
) -> None:
    line = line_with(born_on=date(1950, 1, 1), attendance=attended(2, 2, 2), **facts)
    verdict = judge(CLAIM, line, SHORT)
    said = sorted((str(each.code), str(each.effect)) for each in verdict.findings)
    assert (verdict.decision, str(verdict.amount), said) == (decision, amount, findings)
