from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pytest

from services.subsidy.judging.cases import trade_of
from services.subsidy.judging.facts import AttendedDay, ClaimFacts, HeldStatus, Impossible, Overlap, PlacementFacts, Prior, as_if_held
from services.subsidy.schemes.policy import Terms
from tests.subsidy.judging.cases import (
    CLAIM,
    FIRST_DAY,
    LAST_DAY,
    POLICY,
    PROJECT,
    SHORT,
    attended,
    class_with,
    effect_of,
    findings_of,
    line_with,
    terms_with,
)

ELECTRICIAN = "6-31-01-03"


@pytest.mark.parametrize(
    ("code", "terms", "changes", "effect"),
    [
        pytest.param("institution_not_designated", {}, {"needs_designation": True, "designated": False}, "refuse", id="not-designated"),
        pytest.param("institution_not_designated", {}, {"needs_designation": True, "designated": True}, None, id="designated"),
        pytest.param("institution_not_designated", {}, {"needs_designation": False, "designated": False}, None, id="needs-none"),
        pytest.param("institution_blacklisted", {}, {"blacklisted": True}, "hold", id="blacklisted-holds-the-institutions-money"),
        pytest.param("institution_blacklisted", {"payee": "trainee"}, {"blacklisted": True}, "note", id="never-a-trainees-own"),
        pytest.param("institution_blacklisted", {}, {"blacklisted": False}, None, id="not-blacklisted"),
        pytest.param("institution_suspended", {}, {"suspended": True}, "hold", id="suspended-holds-the-institutions-money"),
        pytest.param("institution_suspended", {"payee": "trainee"}, {"suspended": True}, "note", id="suspended-never-holds-a-trainees-own"),
        pytest.param("institution_suspended", {}, {"suspended": False}, None, id="not-suspended"),
        pytest.param("institution_exited", {}, {"exited": True}, "hold", id="exited-holds-the-institutions-money"),
        pytest.param("institution_exited", {"payee": "trainee"}, {"exited": True}, "note", id="exited-never-holds-a-trainees-own"),
        pytest.param("institution_exited", {}, {"exited": False}, None, id="not-exited"),
        pytest.param("class_not_completed", {}, {"status": "completed"}, None, id="completed"),
        pytest.param("class_not_completed", {}, {"status": "in_progress"}, "refuse", id="in-progress"),
        pytest.param("class_not_completed", {}, {"status": "cancelled"}, "refuse", id="cancelled"),
        pytest.param("class_too_short", {"class_hours_at_least": 24}, {"hours": 24}, None, id="just-enough-hours"),
        pytest.param("class_too_short", {"class_hours_at_least": 24}, {"hours": 23}, "refuse", id="an-hour-short"),
        pytest.param("class_too_short", {}, {"hours": 1}, None, id="no-least-hours-set"),
        pytest.param("class_too_long", {}, {"ends_on": date(2025, 4, 10)}, None, id="three-days"),
        pytest.param("class_too_long", {}, {"ends_on": date(2025, 4, 11)}, "refuse", id="four-days"),
        pytest.param("class_too_long", {"class_days_at_most": None}, {"ends_on": date(2025, 5, 11)}, None, id="no-most-days-set"),
        pytest.param("trade_not_filed", {}, {"trade_filing_no": "州备-1"}, None, id="filed"),
        pytest.param("trade_not_filed", {}, {"trade_filing_no": "州备-1", "trade_filed": True}, None, id="filed-as-the-register-says"),
        pytest.param("trade_not_filed", {}, {"trade_filing_no": "州备-1", "trade_filed": False}, "hold", id="filed-for-another-trade"),
        pytest.param("trade_not_filed", {}, {"trade_filing_no": None}, "refuse", id="not-filed"),
        pytest.param("trade_not_filed", {}, {"trade_filing_no": None, "occupation_code": ELECTRICIAN}, None, id="national-occupation"),
    ],
)
def test_the_class_and_its_institution_on_the_first_day(
    code: str, terms: dict[str, Any], changes: dict[str, Any], effect: str | None
) -> None:
    assert effect_of(code, terms=terms_with(**terms), claim=class_with(**changes)) == effect


@pytest.mark.parametrize(
    ("code", "changes", "passes_from"),
    [
        pytest.param("class_not_completed", {"status": "in_progress"}, date(2025, 4, 11), id="class-still-running"),
        pytest.param("class_not_completed", {"status": "rejected"}, None, id="class-never-held"),
        pytest.param(
            "institution_blacklisted",
            {"blacklisted": True, "blacklisted_until_on": date(2025, 12, 31)},
            date(2026, 1, 1),
            id="blacklist-with-an-end",
        ),
        pytest.param("institution_blacklisted", {"blacklisted": True}, None, id="blacklist-without-end"),
        pytest.param(
            "institution_suspended",
            {"suspended": True, "suspended_until_on": date(2025, 6, 30)},
            date(2025, 7, 1),
            id="suspended-for-a-while",
        ),
        pytest.param("institution_exited", {"exited": True, "exited_on": date(2025, 1, 1)}, None, id="exited-for-good"),
    ],
)
def test_where_time_heals_the_finding_says_from_when(code: str, changes: dict[str, Any], passes_from: date | None) -> None:
    assert findings_of(claim=class_with(**changes))[code].passes_from == passes_from


@pytest.mark.parametrize(
    ("sources", "effect"),
    [
        pytest.param(None, None, id="every-source-may-pay"),
        pytest.param(frozenset({"employment_subsidy", "talent"}), None, id="named"),
        pytest.param(frozenset({"talent"}), "refuse", id="not-named"),
    ],
)
def test_a_fund_pays_what_the_terms_let_it_pay(sources: frozenset[str] | None, effect: str | None) -> None:
    assert effect_of("fund_not_allowed", terms=terms_with(fund_sources=sources)) == effect


@pytest.mark.parametrize("sources", [None, frozenset({"enterprise_education", "talent"})])
def test_an_enterprise_s_own_money_pays_no_claim_whatever_the_terms_say(sources: frozenset[str] | None) -> None:
    finding = findings_of(terms=terms_with(fund_sources=sources), claim=replace(CLAIM, fund_source="enterprise_education"))[
        "fund_not_allowed"
    ]
    assert finding.effect == "refuse" and "企业职工教育经费" not in finding.allowed and finding.basis.document == "本市经办口径"


@pytest.mark.parametrize(
    ("half_days", "planned", "effect"),
    [
        pytest.param((2, 2, 1), 6, None, id="5-of-6-is-over-80-percent"),
        pytest.param((2, 2, 0), 5, None, id="4-of-5-is-80-percent"),
        pytest.param((2, 1, 0), 4, "refuse", id="3-of-4-is-too-low"),
        pytest.param((2, 2, 0), None, "refuse", id="4-of-6-by-the-calendar-is-too-low"),
        pytest.param((2, 2, 2), None, None, id="all-by-the-calendar"),
    ],
)
def test_attendance_is_measured_against_the_timetable(half_days: tuple[int, ...], planned: int | None, effect: str | None) -> None:
    line, claim = line_with(attendance=attended(*half_days)), class_with(half_days_planned=planned)
    assert effect_of("attendance_too_low", line, terms_with(attendance_percent_at_least=80), claim) == effect


def test_the_short_course_asks_for_no_least_attendance() -> None:
    assert effect_of("attendance_too_low", line_with(attendance=())) is None


DIED = (HeldStatus("deceased", date(2025, 4, 9), None, "民政部门"),)


@pytest.mark.parametrize(
    ("line", "changes", "terms", "effect"),
    [
        pytest.param({"attendance": (AttendedDay(FIRST_DAY, 2), AttendedDay(LAST_DAY, 2))}, {}, SHORT, None, id="first-and-last-day"),
        pytest.param({"attendance": (AttendedDay(date(2025, 4, 7), 2),)}, {}, SHORT, "hold", id="the-day-before-the-class"),
        pytest.param({"attendance": (AttendedDay(date(2025, 4, 11), 2),)}, {}, SHORT, "hold", id="the-day-after-the-class"),
        pytest.param({"statuses": DIED, "attendance": attended(2, 2)}, {}, SHORT, None, id="signed-until-the-day-of-death"),
        pytest.param({"statuses": DIED, "attendance": attended(2, 2, 1)}, {}, SHORT, "hold", id="signed-after-death"),
        pytest.param({}, {"hours": 24, "half_days_held": 4}, PROJECT, None, id="six-hours-a-half-day"),
        pytest.param({}, {"hours": 23, "half_days_held": 3}, PROJECT, "hold", id="more-than-six-hours-a-half-day"),
        pytest.param({}, {"hours": 24, "half_days_held": 0}, PROJECT, None, id="no-attendance-recorded"),
        pytest.param({}, {"hours": 24, "half_days_held": 1}, SHORT, None, id="the-short-course-is-paid-by-days-signed"),
        pytest.param({}, {"hours": 25}, SHORT, "hold", id="more-than-eight-hours-a-day"),
        pytest.param({}, {"hours": 240, "half_days_held": 1}, SHORT, "hold", id="a-months-course-in-half-a-day"),
        pytest.param({}, {"hours_planned": 24}, SHORT, None, id="a-timetable-of-eight-hours-a-day"),
        pytest.param({}, {"hours_planned": 25}, SHORT, "hold", id="a-timetable-of-more"),
        pytest.param({"impossible": (Impossible(FIRST_DAY, "pm", "recorded_before"),)}, {}, SHORT, "hold", id="recorded-before-it-was"),
        pytest.param({"enrolled_late": "漏录花名册"}, {}, SHORT, "hold", id="enrolled-after-the-last-day"),
        pytest.param({"enrolled_from_on": FIRST_DAY}, {}, SHORT, None, id="there-from-the-day-of-enrolment"),
        pytest.param({"enrolled_from_on": date(2025, 4, 9)}, {}, SHORT, "hold", id="there-before-the-day-of-enrolment"),
    ],
)
def test_attendance_that_cannot_be_is_held(line: dict[str, Any], changes: dict[str, Any], terms: Terms, effect: str | None) -> None:
    assert effect_of("attendance_impossible", line_with(**line), terms, class_with(**changes)) == effect


def test_of_two_offices_that_tell_of_a_death_the_earlier_day_counts() -> None:
    later = HeldStatus("deceased", LAST_DAY, None, "公安部门")
    finding = findings_of(line_with(statuses=(*DIED, later), attendance=attended(2, 2, 1)))["attendance_impossible"]
    assert finding.seen == f"{LAST_DAY} 签到晚于死亡日期 2025-04-09"


def test_a_half_day_in_two_classes_is_held_and_names_the_other_class() -> None:
    line = line_with(overlaps=(Overlap(FIRST_DAY, "am", "KL-PX-2025-000777"),))
    finding = findings_of(line)["overlapping_class"]
    assert finding.effect == "hold" and "2025-04-08 上午(班级 KL-PX-2025-000777)" in finding.seen


def prior(trade_key: str | None = "蓝莓种植", on: date = date(2025, 1, 1), level: str | None = None, **more: Any) -> Prior:
    return Prior("KL-BT-2025-000001", more.pop("scheme", "agricultural_short"), on, trade_key, level, **more)


@pytest.mark.parametrize(
    ("earlier", "effect"),
    [
        pytest.param(prior(), "refuse", id="same-trade-on-new-years-day"),
        pytest.param(prior(on=date(2025, 12, 31)), "refuse", id="same-trade-on-new-years-eve"),
        pytest.param(prior(on=date(2024, 12, 31)), None, id="same-trade-the-year-before"),
        pytest.param(prior("茶叶加工"), None, id="another-trade"),
        pytest.param(prior(scheme="project"), "refuse", id="same-trade-by-another-subsidy"),
        pytest.param(prior(level="junior"), "refuse", id="same-trade-with-a-level"),
        pytest.param(prior(None, scheme="placement_service"), None, id="a-placement-allowance"),
        pytest.param(prior(scheme=None, outside=True), "refuse", id="paid-outside"),
        pytest.param(prior(amount_yuan=Decimal("60.00")), "refuse", id="worth-something"),
        pytest.param(prior(amount_yuan=Decimal("0.00")), None, id="worth-nothing-uses-nothing-up"),
    ],
)
def test_without_a_level_a_trade_is_paid_once_a_calendar_year(earlier: Prior, effect: str | None) -> None:
    assert effect_of("already_subsidised", line_with(priors=(earlier,))) == effect


def test_a_trade_paid_this_year_passes_again_from_new_year_and_names_the_earlier_claim() -> None:
    finding = findings_of(line_with(priors=(prior(),)))["already_subsidised"]
    assert finding.passes_from == date(2026, 1, 1) and "KL-BT-2025-000001" in finding.seen


@pytest.mark.parametrize(("levels", "again"), [((None,), date(2026, 1, 1)), (("senior",), None), ((None, "senior"), None)])
def test_what_has_no_level_heals_at_new_year_and_what_has_the_same_never(levels: tuple[str | None, ...], again: date | None) -> None:
    line = line_with(priors=tuple(prior(ELECTRICIAN, level=level) for level in levels))
    assert findings_of(line, PROJECT, SENIOR_CLASS)["already_subsidised"].passes_from == again


SENIOR_CLASS = class_with(occupation_code=ELECTRICIAN, trade_name=None, trade_filing_no=None, level="senior")


@pytest.mark.parametrize("level", [None, "junior", "senior"])
@pytest.mark.parametrize("before", [None, "junior"])
def test_a_level_written_beside_a_short_course_pays_its_trade_no_second_time(level: str | None, before: str | None) -> None:
    line, claim = line_with(priors=(prior(level=before),)), class_with(level=level)
    assert effect_of("already_subsidised", line, claim=claim) == "refuse"
    assert trade_of(claim, line, SHORT)[1] is None


@pytest.mark.parametrize(
    ("code", "earlier", "effect"),
    [
        pytest.param("already_subsidised", prior(ELECTRICIAN, date(2019, 1, 1), "senior"), "refuse", id="same-level-years-ago"),
        pytest.param("already_subsidised", prior(ELECTRICIAN, level="senior", scheme="certificate_direct"), "refuse", id="other-subsidy"),
        pytest.param("already_subsidised", prior(ELECTRICIAN, level="intermediate"), None, id="a-lower-level-before"),
        pytest.param("already_subsidised", prior("6-18-02-04", level="senior"), None, id="another-occupation"),
        pytest.param("already_subsidised", prior(ELECTRICIAN), "refuse", id="without-a-level-this-year"),
        pytest.param("already_subsidised", prior(ELECTRICIAN, date(2024, 12, 31)), None, id="without-a-level-the-year-before"),
        pytest.param("already_subsidised", prior("6-18-02-04"), None, id="another-occupation-without-a-level"),
        pytest.param("lower_level_after_higher", prior(ELECTRICIAN, level="technician"), "refuse", id="one-level-higher-before"),
        pytest.param("lower_level_after_higher", prior(ELECTRICIAN, level="chief_technician"), "refuse", id="the-highest-before"),
        pytest.param("lower_level_after_higher", prior(ELECTRICIAN, level="senior"), None, id="the-same-level-before"),
        pytest.param("lower_level_after_higher", prior(ELECTRICIAN, level="intermediate"), None, id="one-level-lower-before"),
        pytest.param("lower_level_after_higher", prior("6-18-02-04", level="technician"), None, id="higher-in-another-occupation"),
        pytest.param("lower_level_after_higher", prior(ELECTRICIAN), None, id="before-without-a-level"),
    ],
)
def test_an_occupation_and_level_is_paid_once_and_never_after_a_higher_one(code: str, earlier: Prior, effect: str | None) -> None:
    assert effect_of(code, line_with(priors=(earlier,)), PROJECT, SENIOR_CLASS) == effect


def test_a_short_course_has_no_level_to_be_lower() -> None:
    assert effect_of("lower_level_after_higher", line_with(priors=(prior(level="senior"),))) is None


def test_only_what_is_paid_once_a_level_asks_for_a_higher_one() -> None:
    line, other = line_with(priors=(prior(ELECTRICIAN, level="technician"),)), replace(PROJECT, paid_once_per=None)
    assert effect_of("lower_level_after_higher", line, other, SENIOR_CLASS) is None


@pytest.mark.parametrize("status", ["approved", "in_progress", "completed"])
def test_a_class_that_is_to_come_is_judged_as_if_everyone_came(status: str) -> None:
    planned = class_with(status=status, half_days_held=0, ends_on=LAST_DAY + timedelta(days=1))
    planned = replace(planned, lines=(line_with(attendance=(), outcome="enrolled"),))
    held = as_if_held(planned)
    if status == "completed":
        assert held == planned
        return
    assert held.class_facts and (held.class_facts.status, held.class_facts.half_days_held) == ("completed", 8)
    assert [(line.outcome, line.attendance) for line in held.lines] == [("completed", attended(2, 2, 2, 2))]
    without = replace(planned, class_facts=None)
    assert as_if_held(without) == without


@pytest.mark.parametrize(
    ("scheme", "placement_id", "effect"),
    [
        pytest.param("placement_stability", "placement-1", "refuse", id="same-placement-same-allowance"),
        pytest.param("placement_service", "placement-1", None, id="same-placement-another-allowance"),
        pytest.param("placement_stability", "placement-2", None, id="another-placement"),
    ],
)
def test_a_placement_is_paid_once_by_each_allowance(scheme: str, placement_id: str, effect: str | None) -> None:
    placement = PlacementFacts("placement-1", "DD-1", FIRST_DAY, "met", None)
    line = line_with(placement=placement, priors=(prior(None, scheme=scheme, placement_id=placement_id),))
    claim = ClaimFacts("placement_stability", "placement", date(2025, 8, 1), "east_west", None, ())
    assert effect_of("already_subsidised", line, POLICY.schemes["placement_stability"].terms[0], claim) == effect


@pytest.mark.parametrize(
    ("scheme", "started_on", "effect"),
    [
        pytest.param("placement_stability", "2025-01-07", None, id="met-on-the-day-it-began"),
        pytest.param("placement_stability", "2025-01-08", "hold", id="not-met-yet-when-it-began"),
        pytest.param("placement_stability", "2025-07-07", "hold", id="begun-the-day-before-it-was-met"),
        pytest.param("placement_stability", "2025-07-08", None, id="begun-when-it-was-met"),
        pytest.param("placement_service", "2025-04-08", None, id="another-allowance"),
    ],
)
def test_the_same_months_are_paid_at_one_place(scheme: str, started_on: str, effect: str | None) -> None:
    placement = PlacementFacts("placement-1", "DD-1", date(2025, 4, 8), "met", date(2025, 7, 8))
    elsewhere = prior(None, date.fromisoformat(started_on), scheme=scheme, placement_id="placement-2")
    claim = ClaimFacts("placement_stability", "placement", date(2025, 8, 1), "east_west", None, ())
    terms = POLICY.schemes["placement_stability"].terms[0]
    assert effect_of("already_subsidised", line_with(placement=placement, priors=(elsewhere,)), terms, claim) == effect


@pytest.mark.parametrize(
    ("at_most", "earlier", "effect"),
    [
        pytest.param(None, [], None, id="unset-and-never-before"),
        pytest.param(None, [prior("茶叶加工")], "note", id="unset-only-notes"),
        pytest.param(None, [prior("茶叶加工", date(2024, 12, 31))], None, id="unset-and-only-last-year"),
        pytest.param(3, [prior("茶叶加工"), prior("养鸡")], None, id="the-third-of-three"),
        pytest.param(3, [prior("茶叶加工"), prior("养鸡"), prior("养蜂")], "refuse", id="the-fourth-of-three"),
        pytest.param(1, [prior(None, scheme="placement_service")], None, id="a-placement-allowance-does-not-count"),
        pytest.param(1, [prior("茶叶加工", amount_yuan=Decimal("0.00"))], None, id="worth-nothing-does-not-count"),
        pytest.param(1, [prior("茶叶加工", amount_yuan=Decimal("60.00"), outside=True)], "refuse", id="paid-outside-counts"),
    ],
)
def test_the_yearly_limit_refuses_once_it_is_set(at_most: int | None, earlier: list[Prior], effect: str | None) -> None:
    finding = findings_of(line_with(priors=tuple(earlier)), terms_with(times_a_year_at_most=at_most)).get("yearly_limit_reached")
    assert (finding and finding.effect) == effect
    assert not finding or finding.passes_from == (date(2026, 1, 1) if effect == "refuse" else None)


def test_a_note_on_the_yearly_limit_leaves_the_line_eligible_and_says_it_is_unconfirmed() -> None:
    finding = findings_of(line_with(priors=(prior("茶叶加工"),)))["yearly_limit_reached"]
    assert finding.basis.status == "unconfirmed" and finding.passes_from is None


def test_a_rule_without_a_figure_answers_with_its_own_basis() -> None:
    finding = findings_of(claim=class_with(needs_designation=True))["institution_not_designated"]
    assert (finding.basis.clause, finding.basis.status) == ("三(一)3", "confirmed")
    assert findings_of(claim=class_with(trade_filing_no=None))["trade_not_filed"].basis.clause == "附件4 二(二)"


def test_a_claim_without_a_class_is_not_judged_by_class_rules() -> None:
    assert set(findings_of(claim=replace(CLAIM, class_facts=None))) == set()


@pytest.mark.parametrize(
    ("outcome", "effect"),
    [
        pytest.param("completed", None, id="completed"),
        pytest.param("absent", "refuse", id="never-came"),
        pytest.param("withdrawn", "refuse", id="withdrawn"),
        pytest.param("enrolled", "refuse", id="not-settled-at-completion"),
    ],
)
def test_who_did_not_complete_the_class_is_refused(outcome: str, effect: str | None) -> None:
    assert effect_of("class_not_completed", line_with(outcome=outcome)) == effect
