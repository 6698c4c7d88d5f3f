"""The states of a class: what is possible in each, for whom, from which day, and what bars its institution."""

from datetime import date
from itertools import product
from typing import Any

import pytest

from services.registry.codes import ClassStatus, InstitutionStatus
from services.registry.institutions.institutions.policy import Absence, Blacklisting, Designation
from services.registry.training.classes import policy
from shared.steps import Doer

STARTS, ENDS = date(2025, 4, 8), date(2025, 4, 10)
STATES = tuple(policy.MACHINE.states)
ACTIONS = tuple(step.action for step in policy.MACHINE.steps)
PROPOSED = {"submit", "start", "complete", "cancel", "reschedule", "change", "schedule"}
OFFICER = Doer("officer", "1")
TERM = Designation(STARTS, ENDS)
POSSIBLE = {
    "draft": {"submit", "cancel", "reschedule", "change", "schedule"},
    "submitted": {"approve", "return", "reject", "cancel", "reschedule", "schedule"},
    "returned": {"submit", "cancel", "reschedule", "change", "schedule"},
    "approved": {"return", "start", "cancel", "reschedule", "schedule", "inspect", "enrol"},
    "rejected": {"return"},
    "in_progress": {"complete", "cancel", "schedule", "inspect", "enrol", "attend"},
    "completed": {"inspect", "reopen"},
    "cancelled": set(),
}


def held(status: str, organiser: policy.Organiser | None = None, **values: Any) -> policy.Held:
    """A class that was filed in time by another person."""
    known: dict[str, Any] = {
        "filed_on": date(2025, 4, 1),
        "late_reason": None,
        "filing_days": 5,
        "done": [("propose", "9"), ("submit", "9")],
    }
    return policy.Held(status=ClassStatus(status), starts_on=STARTS, ends_on=ENDS, organiser=organiser, **known | values)


@pytest.mark.parametrize("status", STATES)
@pytest.mark.parametrize("action", ACTIONS)
def test_each_state_allows_its_own_actions(status: str, action: str) -> None:
    today = date(2025, 4, 11)
    refusal = policy.why_not(action, held(status), OFFICER, today)
    assert (refusal is None) == (action in POSSIBLE[status])
    if refusal:
        assert refusal.code == "invalid_state"
        assert policy.MACHINE.states[status] in refusal.detail


@pytest.mark.parametrize(
    ("action", "status", "today", "allowed"),
    [
        pytest.param("start", "approved", date(2025, 4, 7), False, id="the-day-before-the-first-is-too-early-to-start"),
        pytest.param("start", "approved", date(2025, 4, 8), True, id="starts-on-the-first-day"),
        pytest.param("complete", "in_progress", date(2025, 4, 10), False, id="the-last-day-is-too-early-to-complete"),
        pytest.param("complete", "in_progress", date(2025, 4, 11), True, id="completes-the-day-after"),
    ],
)
def test_the_day_decides(action: str, status: str, today: date, allowed: bool) -> None:
    refusal = policy.why_not(action, held(status), OFFICER, today)
    assert (refusal is None) == allowed
    assert allowed or (refusal and refusal.code == "too_early")


@pytest.mark.parametrize(
    ("designations", "blacklistings", "needs_designation", "code"),
    [
        pytest.param([TERM], [], True, None, id="designated-on-each-day"),
        pytest.param([Designation(STARTS, date(2025, 4, 9))], [], True, "institution_not_designated", id="not-on-the-last-day"),
        pytest.param([Designation(date(2025, 4, 9), ENDS)], [], True, "institution_not_designated", id="not-on-the-first-day"),
        pytest.param([], [], False, None, id="its-channel-asks-no-designation"),
        pytest.param([TERM], [Blacklisting(ENDS)], True, "institution_blacklisted", id="blacklisted-from-the-last-day"),
        pytest.param([TERM], [Blacklisting(date(2025, 4, 11))], True, None, id="blacklisted-from-the-day-after"),
        pytest.param([TERM], [Blacklisting(date(2025, 1, 1), STARTS)], True, "institution_blacklisted", id="blacklisted-to-the-first-day"),
        pytest.param([TERM], [Blacklisting(date(2025, 1, 1), date(2025, 4, 7))], True, None, id="blacklisted-to-the-day-before"),
    ],
)
def test_what_bars_the_institution_is_said_before_submitting(
    designations: list[Designation], blacklistings: list[Blacklisting], needs_designation: bool, code: str | None
) -> None:
    organiser = policy.Organiser("某学校", needs_designation, designations, blacklistings, [])
    actions = policy.allowed_actions(held("draft", organiser), OFFICER, STARTS)
    assert (actions["submit"] and actions["submit"].code) == code
    assert actions["cancel"] is None
    assert policy.why_not("submit", held("draft", organiser), OFFICER, STARTS) == actions["submit"]


@pytest.mark.parametrize("action", ["submit", "approve", "start"])
@pytest.mark.parametrize(
    ("absence", "code"),
    [
        pytest.param((InstitutionStatus.SUSPENDED, STARTS, None, None), "institution_suspended", id="suspended-from-the-first-day"),
        pytest.param((InstitutionStatus.SUSPENDED, ENDS, None, None), None, id="suspended-after-the-first-day"),
        pytest.param((InstitutionStatus.SUSPENDED, date(2025, 1, 1), STARTS, None), "institution_suspended", id="to-the-first-day"),
        pytest.param((InstitutionStatus.SUSPENDED, date(2025, 1, 1), date(2025, 4, 7), None), None, id="to-the-day-before"),
        pytest.param((InstitutionStatus.SUSPENDED, date(2025, 1, 1), None, STARTS), None, id="free-again-on-the-first-day"),
        pytest.param((InstitutionStatus.EXITED, STARTS, None, None), "institution_exited", id="gone-on-the-first-day"),
        pytest.param((InstitutionStatus.EXITED, date(2025, 4, 9), None, None), None, id="gone-the-day-after"),
    ],
)
def test_who_is_away_on_the_first_day_holds_no_class(action: str, absence: Any, code: str | None) -> None:
    organiser = policy.Organiser("某学校", False, [], [], [Absence(*absence)])
    status = {"submit": "draft", "approve": "submitted", "start": "approved"}[action]
    refusal = policy.why_not(action, held(status, organiser), OFFICER, STARTS)
    assert (refusal and refusal.code) == code


@pytest.mark.parametrize(
    ("values", "today", "late"),
    [
        pytest.param({"filed_on": None}, date(2025, 4, 3), False, id="five-days-before"),
        pytest.param({"filed_on": None}, date(2025, 4, 4), True, id="four-days-before"),
        pytest.param({"filed_on": None, "late_reason": "农时提前"}, date(2025, 6, 1), False, id="with-a-reason"),
        pytest.param({"filed_on": None, "filing_days": None}, date(2025, 6, 1), False, id="the-channel-does-not-ask"),
        pytest.param({"filed_on": date(2025, 4, 3)}, date(2025, 4, 7), False, id="the-first-time-counts"),
    ],
)
def test_a_class_is_filed_in_time_or_says_why_not(values: dict[str, Any], today: date, late: bool) -> None:
    refusal = policy.why_not("submit", held("returned", **values), OFFICER, today)
    assert (refusal and refusal.code) == ("class_filed_late" if late else None)


@pytest.mark.parametrize(
    ("role", "today", "late"),
    [
        ("institution", ENDS, False),
        ("institution", date(2025, 4, 11), True),
        ("town", date(2025, 4, 11), True),
        ("officer", date(2025, 4, 11), False),
    ],
)
def test_after_the_last_day_only_an_officer_enrols(role: str, today: date, late: bool) -> None:
    refusal = policy.why_not("enrol", held("in_progress"), Doer(role, "1"), today)
    assert (refusal and refusal.code) == ("too_late" if late else None)


def test_a_class_that_a_claim_rests_on_is_not_reopened() -> None:
    refusal = policy.why_not("reopen", held("completed", claims=["KL-BT-2025-000001"]), OFFICER, date(2025, 4, 11))
    assert refusal and refusal.code == "class_claimed" and "KL-BT-2025-000001" in refusal.detail


@pytest.mark.parametrize(
    ("done", "code"),
    [
        pytest.param([("propose", "1"), ("submit", "2")], "same_person", id="who-proposed"),
        pytest.param([("propose", "2"), ("submit", "1")], "same_person", id="who-submitted"),
        pytest.param([("propose", "2"), ("change", "1"), ("submit", "2")], "same_person", id="who-changed"),
        pytest.param([("propose", "2"), ("submit", "2")], None, id="another-person"),
        pytest.param([], None, id="nobody-known"),
    ],
)
def test_another_person_than_proposed_it_approves(done: list[tuple[str, str]], code: str | None) -> None:
    refusal = policy.why_not("approve", held("submitted", done=done), OFFICER, STARTS)
    assert (refusal and refusal.code) == code


@pytest.mark.parametrize(
    ("role", "actions"),
    [
        ("institution", PROPOSED | {"enrol", "attend"}),
        ("town", PROPOSED | {"enrol", "attend", "inspect"}),
        ("department", PROPOSED),
        ("officer", PROPOSED | {"approve", "return", "reject", "reopen", "enrol", "attend", "inspect"}),
        ("reviewer", set()),
        ("finance", set()),
        ("auditor", set()),
        ("system", set()),
    ],
)
def test_each_role_takes_its_own_actions(role: str, actions: set[str]) -> None:
    taken = set()
    for status, today in product(STATES, (ENDS, date(2025, 4, 11))):
        for action, refusal in policy.allowed_actions(held(status), Doer(role, "1"), today).items():
            assert refusal is None or refusal.code in ("wrong_role", "invalid_state", "too_early", "too_late")
            taken |= {action} if refusal is None else set()
    assert taken == actions


def test_numbers_and_days() -> None:
    assert policy.number("KL-PX", 2025, 123) == "KL-PX-2025-000123"
    assert policy.number("KL-PX", 2025, 1_234_567) == "KL-PX-2025-1234567"
    assert list(policy.days(date(2025, 4, 30), date(2025, 5, 1))) == [date(2025, 4, 30), date(2025, 5, 1)]
    assert policy.day_count(STARTS, STARTS) == 1


@pytest.mark.parametrize(
    ("status", "role", "asks"),
    [
        ("draft", "institution", True),
        ("submitted", "officer", True),
        ("submitted", "institution", False),
        ("approved", "town", True),
        ("in_progress", "institution", False),
        ("draft", "finance", False),
    ],
)
def test_what_could_be_done_now_asks_for_the_institutions_standing_or_does_not(status: str, role: str, asks: bool) -> None:
    assert policy.asks_standing(status, role) is asks
