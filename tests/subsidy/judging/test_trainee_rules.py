from dataclasses import replace
from datetime import date

import pytest

from services.subsidy.judging.facts import HeldCategory, HeldStatus, LineFacts
from shared.months import age_on
from tests.subsidy.judging.cases import CLAIM, FIRST_DAY, LINE, POLICY, PROJECT, SHORT, effect_of, findings_of, line_with, terms_with

DAY_BEFORE, DAY_AFTER = date(2025, 4, 7), date(2025, 4, 9)


def test_nothing_is_said_of_a_line_with_nothing_wrong() -> None:
    assert findings_of() == {}


@pytest.mark.parametrize(
    ("born_on", "day", "age"),
    [
        pytest.param(date(2000, 4, 8), date(2025, 4, 7), 24, id="the-day-before-the-birthday"),
        pytest.param(date(2000, 4, 8), date(2025, 4, 8), 25, id="the-birthday"),
        pytest.param(date(2000, 2, 29), date(2025, 2, 28), 24, id="leap-day-on-28-february"),
        pytest.param(date(2000, 2, 29), date(2025, 3, 1), 25, id="leap-day-on-1-march"),
        pytest.param(date(2000, 2, 29), date(2024, 2, 29), 24, id="leap-day-in-a-leap-year"),
    ],
)
def test_age_is_counted_in_full_years(born_on: date, day: date, age: int) -> None:
    assert age_on(born_on, day) == age


@pytest.mark.parametrize(
    ("born_on", "passes_from"),
    [
        pytest.param(date(2009, 4, 8), None, id="16-on-the-first-day-passes"),
        pytest.param(date(2009, 4, 9), date(2025, 4, 9), id="16-on-the-second-day-is-too-young"),
        pytest.param(date(2012, 2, 29), date(2028, 2, 29), id="leap-day-turns-16-in-a-leap-year"),
    ],
)
def test_the_lower_age_limit_is_looked_at_on_the_first_day(born_on: date, passes_from: date | None) -> None:
    finding = findings_of(line_with(born_on=born_on)).get("age_below_limit")
    assert (finding.effect, finding.passes_from) == ("refuse", passes_from) if finding else passes_from is None


def test_a_leap_day_child_passes_on_1_march_of_a_common_year() -> None:
    finding = findings_of(line_with(born_on=date(2012, 2, 29)), terms_with(age_at_least=17))["age_below_limit"]
    assert finding.passes_from == date(2029, 3, 1)


@pytest.mark.parametrize(
    ("born_on", "effect"),
    [
        pytest.param(date(1959, 4, 9), None, id="65-until-the-next-day-is-covered"),
        pytest.param(date(1959, 4, 8), "refuse", id="66-on-the-first-day-is-too-old"),
        pytest.param(date(1960, 4, 8), None, id="65-on-the-first-day-is-covered"),
    ],
)
def test_the_short_course_covers_age_65_itself(born_on: date, effect: str | None) -> None:
    assert effect_of("age_above_limit", line_with(born_on=born_on)) == effect


def test_a_refusal_for_age_says_what_was_seen_what_is_allowed_and_on_what_basis() -> None:
    finding = findings_of(line_with(born_on=date(1959, 4, 8)))["age_above_limit"]
    assert "66 周岁" in finding.seen and "不超过 65 周岁" in finding.allowed and finding.fix in finding.detail
    assert (finding.basis.document, finding.basis.clause, finding.basis.status) == ("凯府发〔2024〕9号", "附件4 二(二)", "confirmed")


@pytest.mark.parametrize(
    ("facts", "effect"),
    [
        pytest.param({"born_on": date(1965, 3, 9)}, None, id="man-a-day-before-60y1m"),
        pytest.param({"born_on": date(1965, 3, 8)}, "refuse", id="man-on-the-day-of-60y1m"),
        pytest.param({"born_on": date(1974, 12, 8), "sex": "female", "retirement_track": "female_50"}, "refuse", id="woman-50-past-50"),
        pytest.param({"born_on": date(1975, 3, 8), "sex": "female", "retirement_track": "female_50"}, None, id="woman-50-before-50y2m"),
        pytest.param({"born_on": date(1974, 12, 8), "sex": "female", "retirement_track": "female_55"}, None, id="woman-55-past-50"),
        pytest.param({"born_on": date(1970, 3, 8), "sex": "female", "retirement_track": "female_55"}, "refuse", id="woman-55-at-55y1m"),
        pytest.param({"born_on": date(1970, 3, 9), "sex": "female", "retirement_track": "female_55"}, None, id="woman-55-a-day-before"),
        pytest.param({"born_on": date(1975, 3, 8), "sex": "female"}, None, id="unknown-track-before-the-earlier-limit"),
        pytest.param({"born_on": date(1975, 2, 8), "sex": "female"}, "hold", id="unknown-track-at-the-earlier-limit"),
        pytest.param({"born_on": date(1970, 3, 9), "sex": "female"}, "hold", id="unknown-track-a-day-before-the-later-limit"),
        pytest.param({"born_on": date(1970, 3, 8), "sex": "female"}, "refuse", id="unknown-track-at-the-later-limit"),
    ],
)
def test_other_schemes_end_with_the_statutory_retirement_age(facts: dict[str, object], effect: str | None) -> None:
    assert effect_of("age_above_limit", line_with(**facts), PROJECT) == effect


@pytest.mark.parametrize(
    ("categories", "passes"),
    [
        pytest.param([HeldCategory("rural_transfer_worker", FIRST_DAY)], True, id="since-the-first-day"),
        pytest.param([HeldCategory("rural_transfer_worker", DAY_AFTER)], False, id="since-the-day-after"),
        pytest.param([HeldCategory("rural_transfer_worker", date(2020, 1, 1), FIRST_DAY)], True, id="until-the-first-day"),
        pytest.param([HeldCategory("rural_transfer_worker", date(2020, 1, 1), DAY_BEFORE)], False, id="until-the-day-before"),
        pytest.param([HeldCategory("veteran", date(2020, 1, 1))], False, id="another-category"),
        pytest.param([HeldCategory("veteran", FIRST_DAY), HeldCategory("rural_woman", FIRST_DAY)], True, id="one-of-two"),
        pytest.param([], False, id="none"),
    ],
)
def test_a_category_counts_if_it_was_held_on_the_first_day(categories: list[HeldCategory], passes: bool) -> None:
    assert effect_of("category_not_eligible", line_with(categories=tuple(categories))) == (None if passes else "refuse")


@pytest.mark.parametrize(
    "code",
    [
        "rural_transfer_worker",
        "cooperative_member",
        "out_of_poverty_worker",
        "relocated_worker",
        "rural_woman",
        "returning_migrant",
        "other_worker",
    ],
)
def test_each_category_of_the_short_course_passes(code: str) -> None:
    assert effect_of("category_not_eligible", line_with(categories=(HeldCategory(code, FIRST_DAY),))) is None


def test_a_category_that_begins_after_the_first_day_says_from_when_it_passes_and_what_was_held() -> None:
    held = (HeldCategory("veteran", FIRST_DAY), HeldCategory("rural_woman", DAY_AFTER))
    finding = findings_of(line_with(categories=held))["category_not_eligible"]
    assert finding.passes_from == DAY_AFTER and "退役军人" in finding.seen and "农村妇女" in finding.allowed


def test_only_a_category_that_counts_heals_with_time() -> None:
    over, another = HeldCategory("rural_woman", date(2020, 1, 1), DAY_BEFORE), HeldCategory("veteran", DAY_AFTER)
    assert findings_of(line_with(categories=(over, another)))["category_not_eligible"].passes_from is None


def test_terms_without_categories_are_for_everyone() -> None:
    assert effect_of("category_not_eligible", line_with(categories=()), terms_with(categories=None)) is None


def held_status(status: str = "employee_pension", from_on: date = FIRST_DAY, until_on: date | None = None) -> tuple[HeldStatus, ...]:
    return (HeldStatus(status, from_on, until_on, "社保经办机构"),)


@pytest.mark.parametrize(
    ("statuses", "effect"),
    [
        pytest.param(held_status(from_on=FIRST_DAY), "refuse", id="from-the-first-day"),
        pytest.param(held_status(from_on=DAY_AFTER), None, id="from-the-day-after"),
        pytest.param(held_status(from_on=date(2020, 1, 1), until_on=FIRST_DAY), "refuse", id="until-the-first-day"),
        pytest.param(held_status(from_on=date(2020, 1, 1), until_on=DAY_BEFORE), None, id="until-the-day-before"),
        pytest.param(held_status("public_payroll"), "refuse", id="public-payroll"),
        pytest.param(held_status("full_time_student"), "refuse", id="full-time-student"),
        pytest.param(held_status("deceased", DAY_BEFORE), "refuse", id="deceased"),
        pytest.param(held_status("resident_pension"), None, id="a-resident-pension-bars-nobody"),
        pytest.param(held_status("insured_employee"), None, id="an-insured-employee-is-not-barred"),
    ],
)
def test_an_excluded_status_counts_on_the_first_day(statuses: tuple[HeldStatus, ...], effect: str | None) -> None:
    assert effect_of("status_excluded", line_with(statuses=statuses)) == effect


@pytest.mark.parametrize(
    ("statuses", "passes_from"),
    [
        pytest.param(held_status(until_on=date(2025, 6, 30)), date(2025, 7, 1), id="the-day-after-its-end"),
        pytest.param(held_status(until_on=None), None, id="open"),
        pytest.param(held_status(until_on=date(2025, 6, 30)) + held_status("public_payroll"), None, id="one-of-two-open"),
    ],
)
def test_an_excluded_status_passes_from_the_day_after_the_last_one_ends(statuses: tuple[HeldStatus, ...], passes_from: date | None) -> None:
    finding = findings_of(line_with(statuses=statuses))["status_excluded"]
    assert finding.passes_from == passes_from and "领取职工养老金" in finding.seen and "社保经办机构" in finding.seen


@pytest.mark.parametrize(
    ("category", "effect"),
    [
        pytest.param(HeldCategory("graduating_student", FIRST_DAY), None, id="graduating-on-the-day"),
        pytest.param(HeldCategory("graduating_student", DAY_AFTER), "refuse", id="graduating-from-the-day-after"),
        pytest.param(HeldCategory("school_leaver", FIRST_DAY), "refuse", id="not-graduating"),
    ],
)
def test_a_graduating_student_is_not_barred_from_a_project_as_a_student(category: HeldCategory, effect: str | None) -> None:
    line = line_with(categories=(category,), statuses=held_status("full_time_student"))
    assert effect_of("status_excluded", line, PROJECT) == effect


def test_a_student_is_not_barred_from_a_startup_class() -> None:
    startup = POLICY.schemes["startup"].terms[0]
    assert effect_of("status_excluded", line_with(statuses=held_status("full_time_student")), startup) is None


@pytest.mark.parametrize(
    ("complete_lists", "named"),
    [
        pytest.param(frozenset(SHORT.excluded_statuses), None, id="all-lists-complete"),
        pytest.param(SHORT.excluded_statuses - {"deceased"}, "死亡", id="one-list-missing"),
        pytest.param(frozenset(), "领取职工养老金、财政供养、全日制在校学生、死亡", id="no-list-at-all"),
        pytest.param(SHORT.excluded_statuses - {"deceased"} | {"resident_pension"}, "死亡", id="a-list-that-does-not-matter"),
    ],
)
def test_no_list_is_not_a_clean_record(complete_lists: frozenset[str], named: str | None) -> None:
    finding = findings_of(line_with(complete_lists=complete_lists)).get("status_unverified")
    assert finding.seen.endswith(f":{named}") if finding else named is None


def test_an_unverified_status_is_a_note_for_the_short_course_and_a_hold_for_a_project() -> None:
    unverified = line_with(complete_lists=frozenset())
    assert effect_of("status_unverified", unverified) == "note"
    assert effect_of("status_unverified", unverified, PROJECT) == "hold"


def test_a_status_that_is_recorded_needs_no_list() -> None:
    line = line_with(complete_lists=SHORT.excluded_statuses - {"employee_pension"}, statuses=held_status())
    assert set(findings_of(line)) == {"status_excluded"}


def test_a_status_that_is_waived_needs_no_list() -> None:
    lists = PROJECT.excluded_statuses - {"full_time_student"}
    graduating = line_with(complete_lists=lists, categories=(HeldCategory("graduating_student", FIRST_DAY),))
    assert effect_of("status_unverified", graduating, PROJECT) is None
    assert effect_of("status_unverified", line_with(complete_lists=lists), PROJECT) == "hold"


@pytest.mark.parametrize(
    ("facts", "seen"),
    [
        pytest.param({}, None, id="trainee"),
        pytest.param({"trains_this_class": True}, "该学员是本班授课教师", id="trains-the-class"),
        pytest.param(
            {"teaches_institution": True}, "该学员在班期(2025-04-08 至 2025-04-10)内是示例合作社的教师", id="teaches-at-the-institution"
        ),
        pytest.param({"trains_this_class": True, "teaches_institution": True}, "该学员是本班授课教师", id="both"),
    ],
)
def test_a_teacher_is_no_trainee(facts: dict[str, bool], seen: str | None) -> None:
    finding = findings_of(line_with(**facts)).get("trainer_on_roster")
    assert (finding and finding.seen, finding and finding.effect) == (seen, seen and "refuse")


@pytest.mark.parametrize(
    ("required", "able", "effect"),
    [
        pytest.param(True, None, "note", id="not-stated"),
        pytest.param(True, False, "note", id="stated-that-not"),
        pytest.param(True, True, None, id="stated"),
        pytest.param(None, None, None, id="not-asked"),
    ],
)
def test_that_a_person_is_able_to_work_is_stated_where_the_terms_ask(required: bool | None, able: bool | None, effect: str | None) -> None:
    assert effect_of("ability_not_stated", line_with(able_to_work=able), terms_with(ability_required=required)) == effect


def test_every_rule_speaks_whatever_the_others_say() -> None:
    line: LineFacts = replace(LINE, born_on=date(1950, 1, 1), categories=(), statuses=held_status(), trains_this_class=True)
    assert set(findings_of(line, SHORT, CLAIM)) == {"age_above_limit", "category_not_eligible", "status_excluded", "trainer_on_roster"}
