"""The states of a class: what is possible in each, for whom, from which day, and what bars its institution."""

from datetime import date

import pytest

from services.registry.institutions.institutions.policy import Blacklisting, Designation
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
    "submitted": {"approve", "reject", "cancel", "reschedule", "schedule"},
    "approved": {"start", "cancel", "reschedule", "schedule", "inspect", "enrol"},
    "rejected": set(),
    "in_progress": {"complete", "cancel", "schedule", "inspect", "enrol", "attend"},
    "completed": {"inspect"},
    "cancelled": set(),
}


@pytest.mark.parametrize("status", STATES)
@pytest.mark.parametrize("action", ACTIONS)
def test_each_state_allows_its_own_actions(status: str, action: str) -> None:
    today = date(2025, 4, 11)
    refusal = policy.why_not(action, status, OFFICER, STARTS, ENDS, today, None)
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
    refusal = policy.why_not(action, status, OFFICER, STARTS, ENDS, today, None)
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
    organiser = policy.Organiser("某学校", needs_designation, designations, blacklistings)
    actions = policy.allowed_actions("draft", OFFICER, STARTS, ENDS, STARTS, organiser)
    assert (actions["submit"] and actions["submit"].code) == code
    assert actions["cancel"] is None
    assert policy.why_not("submit", "draft", OFFICER, STARTS, ENDS, STARTS, organiser) == actions["submit"]


@pytest.mark.parametrize(
    ("role", "actions"),
    [
        ("institution", PROPOSED | {"enrol", "attend"}),
        ("town", PROPOSED | {"enrol", "attend", "inspect"}),
        ("department", PROPOSED),
        ("officer", PROPOSED | {"approve", "reject", "enrol", "attend", "inspect"}),
        ("reviewer", set()),
        ("finance", set()),
        ("auditor", set()),
        ("system", set()),
    ],
)
def test_each_role_takes_its_own_actions(role: str, actions: set[str]) -> None:
    taken = set()
    for status in STATES:
        for action, refusal in policy.allowed_actions(status, Doer(role, "1"), STARTS, ENDS, date(2025, 4, 11), None).items():
            assert refusal is None or refusal.code in ("wrong_role", "invalid_state")
            taken |= {action} if refusal is None else set()
    assert taken == actions


def test_numbers_and_days() -> None:
    assert policy.number("KL-PX", 2025, 123) == "KL-PX-2025-000123"
    assert policy.number("KL-PX", 2025, 1_234_567) == "KL-PX-2025-1234567"
    assert list(policy.days(date(2025, 4, 30), date(2025, 5, 1))) == [date(2025, 4, 30), date(2025, 5, 1)]
    assert policy.day_count(STARTS, STARTS) == 1
