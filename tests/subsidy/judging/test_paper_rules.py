from dataclasses import replace
from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from services.subsidy.judging.facts import ClaimFacts, HeldStatus
from services.subsidy.judging.papers import CertificateFacts, PlacementFacts
from shared.months import months_after
from tests.subsidy.judging.cases import LINE, POLICY, SHORT, class_with, effect_of, findings_of, line_with, terms_with

CERTIFICATE = CertificateFacts(
    certificate_id="certificate-1",
    number="Y000052000001254000001",
    holder_id="trainee-1",
    kind="skill_level",
    occupation_code="6-31-01-03",
    level="intermediate",
    issued_on=date(2025, 4, 10),
    issuer="示例企业",
    within_filing=True,
)
PLACEMENT = PlacementFacts("placement-1", "DD-1", date(2025, 2, 1), "met", date(2025, 5, 1), "B")
DIRECT = POLICY.schemes["certificate_direct"].terms[0]
STABILITY = POLICY.schemes["placement_stability"].terms[0]
CERTIFICATE_CLAIM = ClaimFacts("certificate_direct", "certificate", date(2025, 5, 6), "skills_upgrade", None, ())
PLACEMENT_CLAIM = ClaimFacts("placement_stability", "placement", date(2025, 5, 6), "east_west", None, ())


@pytest.mark.parametrize(
    ("code", "changes", "effect"),
    [
        pytest.param("certificate_missing", {}, None, id="there"),
        pytest.param("certificate_invalid", {}, None, id="valid"),
        pytest.param("certificate_invalid", {"holder_id": "trainee-2"}, "refuse", id="another-persons"),
        pytest.param("certificate_invalid", {"revoked_on": date(2025, 5, 6)}, "refuse", id="revoked-on-the-day-of-the-claim"),
        pytest.param("certificate_invalid", {"revoked_on": date(2025, 5, 7)}, None, id="revoked-the-day-after"),
        pytest.param("certificate_invalid", {"issued_on": date(2025, 5, 6)}, None, id="issued-on-the-day-of-the-claim"),
        pytest.param("certificate_invalid", {"issued_on": date(2025, 5, 7)}, "refuse", id="issued-the-day-after"),
        pytest.param("certificate_invalid", {"number_fits": False}, "refuse", id="number-contradicts-itself"),
        pytest.param("certificate_out_of_scope", {}, None, id="within-the-filing"),
        pytest.param("certificate_out_of_scope", {"within_filing": None}, None, id="an-outside-issuer"),
        pytest.param("certificate_out_of_scope", {"within_filing": False}, "refuse", id="outside-the-filing"),
        pytest.param("certificate_out_of_scope", {"kind": "completion"}, "refuse", id="another-kind"),
    ],
)
def test_a_certificate_is_looked_at_as_of_the_claim(code: str, changes: dict[str, Any], effect: str | None) -> None:
    assert effect_of(code, line_with(certificate=replace(CERTIFICATE, **changes)), DIRECT, CERTIFICATE_CLAIM) == effect


def test_a_certificate_subsidy_without_a_certificate_is_refused() -> None:
    assert effect_of("certificate_missing", LINE, DIRECT, CERTIFICATE_CLAIM) == "refuse"
    assert effect_of("certificate_missing", LINE, SHORT) is None


def test_a_certificate_of_another_occupation_than_the_class_is_out_of_scope() -> None:
    line = line_with(certificate=CERTIFICATE)
    assert effect_of("certificate_out_of_scope", line, claim=class_with(occupation_code="6-18-02-04")) == "refuse"
    assert effect_of("certificate_out_of_scope", line, claim=class_with(occupation_code="6-31-01-03")) is None


@pytest.mark.parametrize(
    ("issued_on", "effect"),
    [pytest.param(date(2024, 5, 6), None, id="the-last-day-of-12-months"), pytest.param(date(2024, 5, 5), "refuse", id="a-day-later")],
)
def test_a_certificate_is_claimed_within_its_months(issued_on: date, effect: str | None) -> None:
    line, terms = line_with(certificate=replace(CERTIFICATE, issued_on=issued_on)), terms_with(DIRECT, certificate_months_at_most=12)
    assert effect_of("certificate_too_old", line, terms, CERTIFICATE_CLAIM) == effect
    assert effect_of("certificate_too_old", line, DIRECT, CERTIFICATE_CLAIM) is None, "no limit is set"


@pytest.mark.parametrize(
    ("day", "months", "after"),
    [
        pytest.param(date(2024, 11, 30), 3, date(2025, 2, 28), id="clipped"),
        pytest.param(date(2023, 11, 30), 3, date(2024, 2, 29), id="clipped-in-a-leap-year"),
        pytest.param(date(2025, 12, 31), 12, date(2026, 12, 31), id="a-year"),
    ],
)
def test_months_are_calendar_months_clipped_to_their_end(day: date, months: int, after: date) -> None:
    assert months_after(day, months) == after


@pytest.mark.parametrize(("issued", "effect"), [pytest.param(200, None, id="at-the-limit"), pytest.param(201, "hold", id="over-it")])
def test_a_burst_of_certificates_is_held(issued: int, effect: str | None) -> None:
    line, terms = line_with(certificate=replace(CERTIFICATE, issued_that_month=issued)), terms_with(certificates_a_month_at_most=200)
    assert effect_of("certificate_burst", line, terms) == effect
    assert effect_of("certificate_burst", line) is None, "no limit is set"


@pytest.mark.parametrize(
    ("placement", "effect"),
    [
        pytest.param(PLACEMENT, None, id="with-an-order"),
        pytest.param(replace(PLACEMENT, order_number=None), "refuse", id="placement-without-an-order"),
        pytest.param(None, "refuse", id="no-placement"),
    ],
)
def test_a_placement_follows_an_order(placement: PlacementFacts | None, effect: str | None) -> None:
    assert effect_of("order_missing", line_with(placement=placement), STABILITY, PLACEMENT_CLAIM) == effect
    assert effect_of("order_missing", line_with(placement=placement)) is None, "the short course needs none"


@pytest.mark.parametrize(
    ("changes", "terms", "effect"),
    [
        pytest.param({"retention": "met"}, {}, None, id="met"),
        pytest.param({"retention": "on_track"}, {}, "refuse", id="not-yet"),
        pytest.param({"retention": "broken"}, {}, "refuse", id="broken"),
        pytest.param({"retention": "unproven"}, {}, "hold", id="unproven-is-for-a-person-to-look-at"),
        pytest.param({"weakest_grade": "C"}, {"evidence_grade_at_least": "C"}, None, id="proof-just-strong-enough"),
        pytest.param({"weakest_grade": "D"}, {"evidence_grade_at_least": "C"}, "hold", id="proof-too-weak"),
        pytest.param({"weakest_grade": None}, {"evidence_grade_at_least": "C"}, "hold", id="no-graded-proof"),
        pytest.param({"one_employer": False}, {"same_employer": True}, "refuse", id="employer-changed-where-it-may-not"),
        pytest.param({"one_employer": False}, {}, None, id="employer-changed-where-it-may"),
    ],
)
def test_a_stay_is_paid_once_it_is_met(changes: dict[str, Any], terms: dict[str, Any], effect: str | None) -> None:
    line = line_with(placement=replace(PLACEMENT, **changes))
    assert effect_of("retention_not_met", line, terms_with(STABILITY, **terms), PLACEMENT_CLAIM) == effect


@pytest.mark.parametrize(
    ("changes", "scheme", "same_employer", "effect"),
    [
        pytest.param({}, "placement_stability", True, None, id="nothing-said"),
        pytest.param({"insured_elsewhere": ("2025-03",)}, "placement_stability", True, "hold", id="at-one-employer"),
        pytest.param({"insured_elsewhere": ("2025-03",)}, "placement_stability", None, "note", id="at-any-employer"),
        pytest.param({"insured_elsewhere": ("2025-03",)}, "placement_absorption", None, "hold", id="the-employers-own-money"),
        pytest.param({"warnings": ("two_orders",)}, "placement_absorption", True, "note", id="a-doubt-of-another-kind"),
    ],
)
def test_insured_by_another_is_looked_at_where_the_money_is_for_one_employer(
    changes: dict[str, Any], scheme: str, same_employer: bool | None, effect: str | None
) -> None:
    line, terms = line_with(placement=replace(PLACEMENT, **changes)), terms_with(STABILITY, same_employer=same_employer)
    assert effect_of("placement_doubtful", line, terms, replace(PLACEMENT_CLAIM, scheme=scheme)) == effect


def test_the_month_insured_elsewhere_is_named_once_beside_other_doubts() -> None:
    placement = replace(PLACEMENT, insured_elsewhere=("2025-03",), warnings=("two_orders", "insured_elsewhere"))
    assert findings_of(line_with(placement=placement), STABILITY, PLACEMENT_CLAIM)["placement_doubtful"].seen == (
        "同时在两个订单上岗、2025-03 由其他单位参保"
    )
    unsaid = replace(PLACEMENT, warnings=("insured_elsewhere",))
    assert findings_of(line_with(placement=unsaid), STABILITY, PLACEMENT_CLAIM)["placement_doubtful"].seen == "由其他单位参保"


@pytest.mark.parametrize(
    ("died_on", "terms", "effect"),
    [
        pytest.param(date(2025, 4, 29), {}, "hold", id="a-day-of-the-stay-came-after-the-death"),
        pytest.param(date(2025, 4, 30), {}, None, id="on-its-last-day"),
        pytest.param(date(2025, 4, 29), {"same_employer": True}, "refuse", id="also-of-two-employers"),
    ],
)
def test_nobody_stays_after_their_death(died_on: date, terms: dict[str, Any], effect: str | None) -> None:
    placement = replace(PLACEMENT, one_employer=not terms)
    line = line_with(placement=placement, statuses=(HeldStatus("deceased", died_on, None, "民政局"),))
    assert effect_of("retention_not_met", line, terms_with(STABILITY, **terms), PLACEMENT_CLAIM) == effect


def test_a_stay_on_track_says_from_when_it_passes() -> None:
    finding = findings_of(line_with(placement=replace(PLACEMENT, retention="on_track")), STABILITY, PLACEMENT_CLAIM)["retention_not_met"]
    assert finding.passes_from == date(2025, 5, 1)


BY_LEVEL: dict[str, Any] = {"yuan_per_person_by_level": {"intermediate": Decimal("1000.00")}}
NO_RATE: dict[str, Any] = {"yuan_per_person_day": None, "days_paid_at_most": None, "half_days_for_a_paid_day": None}


@pytest.mark.parametrize(
    ("terms", "level", "effect"),
    [
        pytest.param(SHORT, None, None, id="a-confirmed-rate"),
        pytest.param(terms_with(basis_status="unconfirmed"), None, "hold", id="an-unconfirmed-rate"),
        pytest.param(terms_with(SHORT, **NO_RATE), None, "hold", id="no-rate"),
        pytest.param(terms_with(SHORT, **NO_RATE, **BY_LEVEL), "intermediate", None, id="a-rate-for-this-level"),
        pytest.param(terms_with(SHORT, **NO_RATE, **BY_LEVEL), "senior", "hold", id="no-rate-for-this-level"),
        pytest.param(terms_with(SHORT, **NO_RATE, **BY_LEVEL), None, "hold", id="no-level"),
        pytest.param(STABILITY, None, "hold", id="a-known-amount-on-unknown-conditions"),
    ],
)
def test_nothing_is_paid_on_a_rate_that_is_missing_or_unconfirmed(terms: Any, level: str | None, effect: str | None) -> None:
    assert effect_of("terms_unconfirmed", terms=terms, claim=class_with(level=level)) == effect


def test_age_and_category_are_looked_at_on_the_certificates_day() -> None:
    line = line_with(born_on=date(2009, 4, 10), certificate=CERTIFICATE)
    assert effect_of("age_below_limit", line, DIRECT, CERTIFICATE_CLAIM) is None
    younger = line_with(born_on=date(2009, 4, 11), certificate=CERTIFICATE)
    assert effect_of("age_below_limit", younger, DIRECT, CERTIFICATE_CLAIM) == "refuse"


@pytest.mark.parametrize(
    ("sex", "born_on", "effect"),
    [
        pytest.param("male", date(1964, 4, 11), None, id="a-man-of-60"),
        pytest.param("male", date(1964, 4, 10), "refuse", id="a-man-of-61"),
        pytest.param("female", date(1969, 4, 11), None, id="a-woman-of-55"),
        pytest.param("female", date(1969, 4, 10), "refuse", id="a-woman-of-56"),
    ],
)
def test_fixed_ages_are_of_men_and_of_women(sex: str, born_on: date, effect: str | None) -> None:
    terms = terms_with(DIRECT, until_retirement_age=False, age_at_most=60, women_age_at_most=55)
    line = line_with(sex=sex, born_on=born_on, certificate=CERTIFICATE)
    assert effect_of("age_above_limit", line, terms, CERTIFICATE_CLAIM) == effect
    assert effect_of("age_above_limit", line, terms_with(terms, women_age_at_most=None), CERTIFICATE_CLAIM) == (
        "refuse" if born_on == date(1964, 4, 10) else None
    )


def test_age_is_looked_at_on_the_first_day_at_work() -> None:
    assert effect_of("age_below_limit", line_with(born_on=date(2009, 2, 1), placement=PLACEMENT), STABILITY, PLACEMENT_CLAIM) is None
    assert effect_of("age_below_limit", line_with(born_on=date(2009, 2, 2), placement=PLACEMENT), STABILITY, PLACEMENT_CLAIM) == "refuse"
