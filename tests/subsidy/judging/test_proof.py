"""Fifty defects planted in drafts, one at a time, each found by lint or proof at its key; and drafts without one, of which nothing is said."""

import time
from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path
from typing import Any, get_type_hints

import pytest

from services.subsidy.codes import Effect, FindingCode, Level, LineVerdict, SchemeCode
from services.subsidy.judging.findings import Finding, found
from services.subsidy.judging.invented import Asked, Ground, outcome, told
from services.subsidy.judging.limits import LIMITS, OF_MONEY, tried
from services.subsidy.judging.proof import _answers, _served, prove
from services.subsidy.judging.verdict import Verdict
from services.subsidy.schemes.policy import FIGURES, Terms
from services.subsidy.schemes.reading import read_block
from shared.strict import Fault, Unreadable
from tests.subsidy.judging.cases import POLICY
from tests.subsidy.judging.drafts import DEFECTS, FORMS, GONE, LEVELS, ROWS, WELDER
from tests.subsidy.schemes.blocks import SCHEDULE

AGES = {"until_retirement_age": False, "age_at_most": 59, "women_age_at_most": 54}
HANDS = {"one_hand_people_at_least": 20, "one_hand_seconds_at_most": 30, "headcount_missing_at_most": 2}
POSTS = {"posts_missing_is": "refuse"}
TRIED: list[tuple[str, dict[str, Any]]] = [
    *((form, {}) for form in FORMS),
    ("day", AGES),
    ("day", HANDS),
    ("hour", POSTS),
    ("certificate", {"certificates_a_month_of_an_assessor_at_most": 50}),
]


def faults(form: str, changed: dict[str, Any]) -> list[Fault]:
    """What lint and proof say of a draft."""
    sound, scheme, kind = FORMS[form]
    block = {name: value for name, value in (sound | changed).items() if value is not GONE}
    try:
        return prove(scheme, kind, read_block(block, SCHEDULE))
    except Unreadable as unreadable:
        return list(unreadable.faults)


@pytest.mark.parametrize("form", FORMS)
def test_of_a_draft_without_a_defect_nothing_is_said(form: str) -> None:
    assert faults(form, {}) == []


def test_what_a_table_does_not_list_is_no_gap_where_it_says_that_it_waits() -> None:
    assert faults("certificate", {"unlisted_is": "hold", "yuan_per_person_by_level": {"junior": "500.00", "senior": "900.00"}}) == []
    assert faults("trade", {"unlisted_is": "hold"}) == []


@pytest.mark.parametrize(("form", "changed", "key"), [pytest.param(*each[1:], id=each[0]) for each in DEFECTS])
def test_a_planted_defect_is_found_at_its_key(form: str, changed: dict[str, Any], key: str) -> None:
    found = faults(form, changed)
    assert key in [fault.path for fault in found], found
    assert all(any("\u4e00" <= each <= "\u9fff" for each in fault.message) for fault in found)


def tried_of(form: str, more: dict[str, Any]) -> Iterator[str]:
    """Who is invented for these terms, and who just beyond each of their limits, with what the judge says of each."""
    sound, scheme, kind = FORMS[form]
    of = Ground(scheme, kind, read_block(sound | more, SCHEDULE))
    best = next(answer for answer in _answers(of, of.terms.in_force_from) if _served(of.terms, answer.verdict))
    yield " ".join([form, *more]) + ":"
    yield str(best)
    for name, (beyond, without) in (LIMITS | OF_MONEY).items():
        if getattr(of.terms, name) not in (None, False, 0):
            for each in tried(of, best.asked, name, beyond, without):
                yield f"{name}: {told(each.claim, each.claim.lines[0])} → {outcome(each.verdict)}" + ("" if each.bites else " (不起作用)")


def test_who_is_invented_and_what_the_proof_says_of_each_defect_stands_in_a_file_to_be_read() -> None:
    """One who changes it on purpose writes it anew (`told.txt` is what the test says it should be) and reads what became of it."""
    assert len(DEFECTS) >= 50
    by_proof = DEFECTS[[name for name, *_ in DEFECTS].index("a-level-left-out-between") :]
    said = [line for form, more in TRIED for line in tried_of(form, more)]
    said += [
        f"{name}:\n" + "\n".join(f"{fault.path}: {fault.message}" for fault in faults(form, changed)) for name, form, changed, _ in by_proof
    ]
    assert "\n".join(dict.fromkeys(said)) + "\n" == Path(__file__).with_name("told.txt").read_text(encoding="utf-8")


def test_faults_of_shape_and_of_sense_come_at_once() -> None:
    found = faults("day", {"payee": "nobody", "notice_working_days": 0, "colour": 1, "days_paid_at_most": GONE, "categories": []})
    assert {fault.path for fault in found} == {"payee", "notice_working_days", "colour", "yuan_per_person_day", "categories"}


def test_what_a_faulty_key_would_decide_is_not_guessed() -> None:
    """Without the faulty days nobody can say whether the daily rate has its days."""
    assert [fault.path for fault in faults("day", {"days_paid_at_most": "three"})] == ["days_paid_at_most"]


@pytest.mark.parametrize(("code", "terms"), [(code, terms) for code, scheme in POLICY.schemes.items() for terms in scheme.terms])
def test_every_shipped_block_is_proved(code: str, terms: Terms) -> None:
    assert prove(SchemeCode(code), POLICY.schemes[code].claim_kind, terms) == []


A_STEP = {"attendance_percent_at_least": 5}  # one of the twenty half-days of eighty hours


@pytest.mark.parametrize(("form", "more"), TRIED)
def test_who_is_tried_at_a_limit_goes_one_beyond_it_and_no_further(form: str, more: dict[str, Any]) -> None:
    """Were the limit wider by one, it would not touch them: so a limit is known to bite at its own figure and not somewhere beyond."""
    sound, scheme, kind = FORMS[form]
    of = Ground(scheme, kind, read_block(sound | more, SCHEDULE))
    best = next(answer for answer in _answers(of, of.terms.in_force_from) if _served(of.terms, answer.verdict))
    whole = {name: beyond for name, (beyond, _) in (LIMITS | OF_MONEY).items() if type(getattr(of.terms, name)) is int}
    assert whole.keys() >= more.keys() - {"until_retirement_age", "one_hand_seconds_at_most", "posts_missing_is"}
    for name, beyond in whole.items():
        step = A_STEP.get(name, 1)
        wider = [tried(of, best.asked, name, beyond, getattr(of.terms, name) + by) for by in (step, -step)]
        assert any(each.bites for each in [*wider[0], *wider[1]]), name


OPEN = {"basis_status": "unconfirmed"}
UNCONFIRMED, BURST, FILED_LATE = (
    found(POLICY.schemes["project"].terms[0], code, effect, seen="见", allowed="许", fix="办")
    for code, effect in (
        (FindingCode.TERMS_UNCONFIRMED, Effect.HOLD),
        (FindingCode.CERTIFICATE_BURST, Effect.HOLD),
        (FindingCode.CLASS_FILED_LATE, Effect.NOTE),
    )
)


@pytest.mark.parametrize(
    ("form", "changed", "decision", "yuan", "findings", "served"),
    [
        ("year", {}, "eligible", "0.01", (), True),
        ("year", {}, "eligible", "0.00", (), False),
        ("year", {}, "held", "9.00", (UNCONFIRMED,), False),
        ("year", OPEN, "held", "0.01", (UNCONFIRMED,), True),
        ("year", OPEN, "held", "0.01", (UNCONFIRMED, FILED_LATE), True),
        ("year", OPEN, "held", "0.01", (UNCONFIRMED, BURST), False),
        ("year", OPEN, "held", "0.00", (UNCONFIRMED,), False),
        ("level", OPEN, "held", "0.00", (UNCONFIRMED,), True),  # what the table does not list yet
    ],
)
def test_served_is_who_is_paid_or_held_for_the_open_rate_alone(
    form: str, changed: dict[str, Any], decision: str, yuan: str, findings: tuple[Finding, ...], served: bool
) -> None:
    terms = read_block(FORMS[form][0] | changed, SCHEDULE)
    assert _served(terms, Verdict("", LineVerdict(decision), Decimal(yuan), "", findings)) is served


NOBODY = {  # the largest figure of each that somebody could go beyond, and whom it is for
    "age_at_most": ("day", 99),
    "women_age_at_most": ("day", 99),
    "headcount_missing_at_most": ("day", 499),
    "one_hand_people_at_least": ("day", 500),
    "times_a_year_at_most": ("day", 366),
    "days_paid_at_most": ("day", 400),
    "years_paid_at_most": ("year", 6),
    "certificate_months_at_most": ("certificate", 1200),
    "certificates_a_month_at_most": ("certificate", 99_999),
    "certificates_a_month_of_an_assessor_at_most": ("certificate", 99_999),
}


@pytest.mark.parametrize("name", NOBODY)
def test_beyond_some_figures_nobody_is_tried_for_nobody_is_there(name: str) -> None:
    (form, most), beyond = NOBODY[name], (LIMITS | OF_MONEY)[name][0]
    sound, scheme, kind = FORMS[form]
    of = Ground(scheme, kind, read_block(sound, SCHEDULE))
    asked = Asked(of.terms.in_force_from, WELDER, Level.JUNIOR, None)
    assert [len(list(beyond(of, asked, figure))) for figure in (most, most + 1)] == [1, 0]


def test_a_class_is_no_longer_than_the_longest() -> None:
    sound, scheme, kind = FORMS["day"]
    of = Ground(scheme, kind, read_block(sound, SCHEDULE))
    asked = Asked(of.terms.in_force_from, WELDER, Level.JUNIOR, None)
    tried_ = [next(LIMITS["class_days_at_most"][0](of, asked, most)).class_facts for most in (399, 400, 500)]
    assert [each and each.calendar_days for each in tried_] == [400, 401, 401]


def test_a_large_table_is_proved_in_seconds() -> None:
    rows = [
        {"title": f"第{each}类", "trades": [f"工种{chr(0x4E00 + 7 * each)}{chr(0x5E00 + each)}"], "yuan_by_level": LEVELS}
        for each in range(50)
    ]
    begun = time.process_time()
    assert faults("trade", {"yuan_per_person_by_trade": [*ROWS, *rows]}) == []
    assert time.process_time() - begun < 10


@pytest.mark.parametrize("form", ["day", "year", "certificate", "placement"])
def test_no_figure_is_too_large_or_too_small_to_be_told_so(form: str) -> None:
    """Nor is any day: what the calendar or the database cannot hold is a fault like every other."""
    hints = get_type_hints(Terms)
    for name in FIGURES:
        if hints[name] in (int, int | None):
            for value in (0, 1_000, 10**12):
                assert all(fault.message for fault in faults(form, {name: value}))
        elif hints[name] == Decimal | None:
            assert name in [fault.path for fault in faults(form, {name: "10000000000.00"})]
    for day in ("0001-01-01", "1869-12-31", "2200-01-01", "9999-12-31"):
        assert [fault.path for fault in faults(form, {"in_force_from": day})] == ["in_force_from"]
