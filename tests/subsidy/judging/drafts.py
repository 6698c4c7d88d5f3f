"""Drafts of terms without a defect, one of each form, and fifty defects planted in them one at a time."""

from typing import Any

from services.subsidy.codes import ClaimKind, SchemeCode

WELDER, ELECTRICIAN = "6-18-02-04", "6-31-01-03"
GONE = object()
SOUND: dict[str, Any] = {
    "in_force_from": "2026-01-01",
    "document": "示例〔2026〕1号",
    "clause": "第三条",
    "basis_status": "confirmed",
    "age_at_least": 16,
    "until_retirement_age": True,
    "excluded_statuses": ["employee_pension", "public_payroll", "deceased"],
    "unverified_status_is": "hold",
    "certificate_required": False,
    "order_required": False,
    "retention_required": False,
    "payee": "trainee",
    "notice_working_days": 5,
    "roster_reuse_percent_at_least": 80,
}
TRAINING = SOUND | {"age_counted_on": "class_start", "paid_once_per": "occupation_level"}
LEVELS = {"junior": "500.00", "intermediate": "800.00", "senior": "1000.00"}
BY_DAY = TRAINING | {
    "yuan_per_person_day": "60.00",
    "days_paid_at_most": 3,
    "half_days_for_a_paid_day": 2,
    "class_days_at_most": 3,
    "class_hours_a_day_at_most": 8,
    "hours_a_half_day_at_most": 6,
    "filing_days_before_start_at_least": 1,
    "times_a_year_at_most": 3,
    "yuan_per_person_year_at_most": "400.00",
    "trade_fields": ["farming", "processing"],
}
BY_HOUR = TRAINING | {
    "yuan_per_person_hour": "12.50",
    "hours_paid_at_most": 80,
    "class_hours_at_least": 40,
    "attendance_percent_at_least": 80,
}
BY_LEVEL = TRAINING | {
    "yuan_per_person_by_level": LEVELS,
    "yuan_per_person_at_least": "500.00",
    "yuan_per_person_at_most": "1300.00",
    "unlisted_is": "refuse",
    "uplift_percent": 30,
    "uplift_levels": ["senior"],
    "living_yuan_per_day": "50.00",
    "living_days_at_most": 10,
    "living_categories": ["out_of_poverty_worker"],
}
BY_TRADE = TRAINING | {
    "yuan_per_person_by_trade": [
        {"title": "焊接", "trades": [WELDER], "yuan_by_level": LEVELS},
        {"title": "电气", "trades": [ELECTRICIAN, "光伏运维"], "yuan_by_level": LEVELS, "yuan_without_level": "300.00"},
    ],
    "unlisted_is": "refuse",
    "uplift_percent": 30,
    "uplift_trades": [WELDER],
    "categories": ["enterprise_employee", "graduating_student"],
    "excluded_statuses": ["employee_pension", "full_time_student"],
    "statuses_waived_for": {"full_time_student": ["graduating_student"]},
}
BY_YEAR = TRAINING | {
    "class_hours_a_day_at_most": 8,
    "yuan_per_person": "6000.00",
    "years_paid_at_most": 3,
    "advance_percent": 50,
    "yuan_per_employer_at_most": "90000.00",
    "yuan_per_employer_year_at_most": "60000.00",
}
CERTIFICATE = SOUND | {
    "age_counted_on": "certificate_issue",
    "paid_once_per": "occupation_level",
    "certificate_required": True,
    "certificate_kinds": ["skill_level"],
    "certificate_months_at_most": 12,
    "certificates_a_month_at_most": 300,
    "yuan_per_person_by_level": LEVELS,
}
PLACEMENT = SOUND | {
    "age_counted_on": "placement_start",
    "paid_once_per": "placement",
    "order_required": True,
    "retention_required": True,
    "evidence_grade_at_least": "C",
    "same_employer": True,
    "yuan_per_person": "2000.00",
}
FORMS: dict[str, tuple[dict[str, Any], SchemeCode, ClaimKind]] = {
    "day": (BY_DAY, SchemeCode.AGRICULTURAL_SHORT, ClaimKind.TRAINING),
    "hour": (BY_HOUR, SchemeCode.UPSKILL, ClaimKind.TRAINING),
    "level": (BY_LEVEL, SchemeCode.UPSKILL, ClaimKind.TRAINING),
    "trade": (BY_TRADE, SchemeCode.UPSKILL, ClaimKind.TRAINING),
    "year": (BY_YEAR, SchemeCode.APPRENTICESHIP, ClaimKind.TRAINING),
    "certificate": (CERTIFICATE, SchemeCode.CERTIFICATE_DIRECT, ClaimKind.CERTIFICATE),
    "placement": (PLACEMENT, SchemeCode.PLACEMENT_STABILITY, ClaimKind.PLACEMENT),
}
ROWS = BY_TRADE["yuan_per_person_by_trade"]
DEFECTS: list[tuple[str, str, dict[str, Any], str]] = [
    # shape
    ("unknown-key", "day", {"yuan_per_day": "60.00"}, "yuan_per_day"),
    ("missing-key", "day", {"payee": GONE}, "payee"),
    ("a-float", "day", {"yuan_per_person_day": 60.5}, "yuan_per_person_day"),
    ("three-decimals", "day", {"yuan_per_person_day": "60.005"}, "yuan_per_person_day"),
    ("a-date-that-is-none", "day", {"in_force_from": "2026-02-30"}, "in_force_from"),
    ("unknown-code", "level", {"uplift_levels": ["master"]}, "uplift_levels[0]"),
    (
        "unknown-level-in-a-row",
        "trade",
        {"yuan_per_person_by_trade": [ROWS[0] | {"yuan_by_level": {"L5": "1.00"}}]},
        "yuan_per_person_by_trade[0].yuan_by_level",
    ),
    # one figure by itself
    ("no-document", "day", {"document": " "}, "document"),
    ("a-negative-rate", "day", {"yuan_per_person_day": "-60.00"}, "yuan_per_person_day"),
    ("a-rate-of-nothing", "year", {"yuan_per_person": "0.00"}, "yuan_per_person"),
    ("a-notice-without-a-day", "day", {"notice_working_days": 0}, "notice_working_days"),
    ("over-a-hundred-percent", "hour", {"attendance_percent_at_least": 101}, "attendance_percent_at_least"),
    ("for-no-category", "trade", {"categories": []}, "categories"),
    ("no-class-short-enough", "day", {"class_days_at_most": 0}, "class_days_at_most"),
    ("an-advance-of-all", "year", {"advance_percent": 100}, "advance_percent"),
    # figures against one another
    ("two-rates", "level", {"yuan_per_person": "600.00"}, "yuan_per_person"),
    ("a-daily-rate-without-its-days", "day", {"half_days_for_a_paid_day": GONE}, "yuan_per_person_day"),
    ("an-hourly-rate-without-its-hours", "hour", {"hours_paid_at_most": GONE}, "yuan_per_person_hour"),
    ("limits-of-age-crossed", "day", {"until_retirement_age": False, "age_at_most": 15}, "age_at_most"),
    ("old-enough-only-when-retired", "day", {"age_at_least": 63}, "age_at_least"),
    ("a-level-below-the-bounds", "level", {"yuan_per_person_at_least": "500.01"}, "yuan_per_person_by_level.junior"),
    ("an-uplift-above-the-bounds", "level", {"yuan_per_person_at_most": "1299.99"}, "uplift_percent"),
    ("an-uplift-of-what", "year", {"uplift_trades": [WELDER]}, "uplift_trades"),
    ("an-advance-on-no-year", "level", {"advance_percent": 50}, "advance_percent"),
    ("a-living-allowance-for-the-school", "level", {"payee": "organiser"}, "living_yuan_per_day"),
    ("a-living-allowance-for-others", "level", {"categories": ["rural_worker"]}, "living_categories"),
    ("more-hours-than-the-days-hold", "day", {"class_hours_at_least": 25}, "class_hours_at_least"),
    ("a-waiver-of-what-does-not-bar", "trade", {"excluded_statuses": ["employee_pension"]}, "statuses_waived_for.full_time_student"),
    ("a-grade-of-proof-for-no-stay", "placement", {"retention_required": False}, "evidence_grade_at_least"),
    (
        "a-basis-for-nothing",
        "day",
        {"other_basis": [{"applies_to": ["age"], "document": "乙", "clause": "二", "basis_status": "confirmed"}]},
        "other_basis.applies_to",
    ),
    # holes and doubles
    (
        "a-level-left-out-between",
        "certificate",
        {"yuan_per_person_by_level": {"junior": "500.00", "senior": "900.00"}},
        "yuan_per_person_by_level",
    ),
    ("a-table-that-does-not-say-what-of-others", "trade", {"unlisted_is": GONE}, "yuan_per_person_by_trade[0]"),
    (
        "a-trade-in-two-rows",
        "trade",
        {"yuan_per_person_by_trade": [ROWS[0], ROWS[1] | {"trades": [ELECTRICIAN, WELDER]}]},
        "yuan_per_person_by_trade[1].trades",
    ),
    (
        "a-trade-in-two-rows-under-two-names",
        "trade",
        {"yuan_per_person_by_trade": [ROWS[0], ROWS[1] | {"trades": ["电焊工"]}]},
        "yuan_per_person_by_trade[1].trades",
    ),
    (
        "two-rows-for-all-others",
        "trade",
        {"yuan_per_person_by_trade": [ROWS[0], *({"title": name, "yuan_by_level": LEVELS} for name in "甲乙")]},
        "yuan_per_person_by_trade[2].trades",
    ),
    (
        "a-row-without-a-rate",
        "trade",
        {"yuan_per_person_by_trade": [ROWS[0], {"title": "空", "trades": ["钳工"]}]},
        "yuan_per_person_by_trade[1]",
    ),
    (
        "a-rate-for-a-trade-that-may-not-be-taught",
        "trade",
        {
            "trade_fields": ["farming", "other"],
            "yuan_per_person_by_trade": [ROWS[0], ROWS[1] | {"trades": ["苗绣"]}],
            "uplift_trades": [WELDER],
        },
        "yuan_per_person_by_trade[1].yuan_by_level.junior",
    ),
    (
        "a-rate-beside-one-for-all-other-trades",
        "trade",
        {
            "trade_fields": ["farming"],
            "yuan_per_person_by_trade": [ROWS[0], {"title": "其余", "yuan_by_level": LEVELS}],
            "uplift_percent": GONE,
            "uplift_trades": GONE,
        },
        "yuan_per_person_by_trade[0].yuan_by_level.junior",
    ),
    # what no claim can satisfy
    ("an-order-that-no-training-has", "year", {"order_required": True}, "order_required"),
    ("a-course-of-years-in-days", "year", {"class_days_at_most": 30}, "class_days_at_most"),
    (
        "all-levels-outside-the-fields-taught",
        "day",
        {"trade_fields": ["other"], "class_days_at_most": 3, "days_paid_at_most": 4},
        "days_paid_at_most",
    ),
    # what can never bite
    ("more-days-paid-than-a-class-has", "day", {"days_paid_at_most": 4}, "days_paid_at_most"),
    ("a-yearly-limit-beyond-all-times", "day", {"yuan_per_person_year_at_most": "540.00"}, "yuan_per_person_year_at_most"),
    ("an-employers-year-beyond-all-years", "year", {"yuan_per_employer_year_at_most": "90000.00"}, "yuan_per_employer_year_at_most"),
    ("an-age-that-nobody-reaches", "day", {"until_retirement_age": False, "age_at_most": 120}, "age_at_most"),
    ("a-term-of-a-certificate-that-nobody-shows", "level", {"certificate_months_at_most": 12}, "certificate_months_at_most"),
    ("a-burst-of-no-certificates", "placement", {"certificates_a_month_at_most": 100}, "certificates_a_month_at_most"),
    ("proof-weaker-than-any", "placement", {"evidence_grade_at_least": "E"}, "evidence_grade_at_least"),
    ("an-uplift-for-a-trade-without-a-rate", "trade", {"uplift_trades": [WELDER, "钳工"]}, "uplift_trades"),
    ("an-uplift-for-a-level-without-a-rate", "level", {"uplift_levels": ["senior", "chief_technician"]}, "uplift_levels"),
    (
        "an-exclusion-waived-for-everybody",
        "trade",
        {"statuses_waived_for": {"full_time_student": ["enterprise_employee", "graduating_student"]}},
        "excluded_statuses",
    ),
    ("a-headcount-larger-than-a-class", "day", {"headcount_missing_at_most": 600}, "headcount_missing_at_most"),
    ("a-living-allowance-longer-than-the-class", "level", {"class_days_at_most": 9}, "living_days_at_most"),
    ("hours-of-a-day-that-half-days-cannot-hold", "day", {"class_hours_a_day_at_most": 12}, "class_hours_a_day_at_most"),
    ("hands-of-more-than-a-class", "day", {"one_hand_people_at_least": 600, "one_hand_seconds_at_most": 30}, "one_hand_people_at_least"),
]
