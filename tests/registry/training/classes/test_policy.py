"""The states of a class: what is possible in each, for whom, from which day."""

from datetime import date

import pytest

from services.registry.training.classes import policy

STARTS, ENDS = date(2025, 4, 8), date(2025, 4, 10)
STATES = tuple(policy.LABELS)
POSSIBLE = {
    "draft": {"submit", "cancel", "reschedule"},
    "submitted": {"approve", "reject", "cancel", "reschedule"},
    "approved": {"start", "cancel", "reschedule"},
    "rejected": set(),
    "in_progress": {"complete", "cancel"},
    "completed": set(),
    "cancelled": set(),
}


@pytest.mark.parametrize("status", STATES)
@pytest.mark.parametrize("action", policy.STEPS)
def test_each_state_allows_its_own_actions(status: str, action: policy.Action) -> None:
    today = date(2025, 4, 11)
    refusal = policy.refusal(action, status, STARTS, ENDS, today)
    assert (refusal is None) == (action in POSSIBLE[status])
    if refusal:
        assert refusal.code == "invalid_state"
        assert policy.LABELS[status] in refusal.detail


@pytest.mark.parametrize(
    ("action", "status", "today", "allowed"),
    [
        pytest.param("start", "approved", date(2025, 4, 7), False, id="the-day-before-the-first-is-too-early-to-start"),
        pytest.param("start", "approved", date(2025, 4, 8), True, id="starts-on-the-first-day"),
        pytest.param("complete", "in_progress", date(2025, 4, 10), False, id="the-last-day-is-too-early-to-complete"),
        pytest.param("complete", "in_progress", date(2025, 4, 11), True, id="completes-the-day-after"),
    ],
)
def test_the_day_decides(action: policy.Action, status: str, today: date, allowed: bool) -> None:
    refusal = policy.refusal(action, status, STARTS, ENDS, today)
    assert (refusal is None) == allowed
    assert allowed or (refusal and refusal.code == "too_early")


@pytest.mark.parametrize(
    ("role", "actions"),
    [
        ("institution", {"submit", "start", "complete", "cancel", "reschedule"}),
        ("town", {"submit", "start", "complete", "cancel", "reschedule"}),
        ("department", {"submit", "start", "complete", "cancel", "reschedule"}),
        ("officer", {"submit", "approve", "reject", "start", "complete", "cancel", "reschedule"}),
        ("reviewer", set()),
        ("finance", set()),
        ("auditor", set()),
        ("system", set()),
    ],
)
def test_each_role_takes_its_own_actions(role: str, actions: set[str]) -> None:
    taken = set()
    for status in STATES:
        for action, refusal in policy.allowed(status, role, STARTS, ENDS, date(2025, 4, 11)):
            assert refusal is None or refusal.code in ("wrong_role", "invalid_state")
            taken |= {action} if refusal is None else set()
    assert taken == actions


def test_numbers_and_days() -> None:
    assert policy.number(2025, 123) == "KL-PX-2025-000123"
    assert policy.number(2025, 1_234_567) == "KL-PX-2025-1234567"
    assert list(policy.days(date(2025, 4, 30), date(2025, 5, 1))) == [date(2025, 4, 30), date(2025, 5, 1)]
    assert policy.day_count(STARTS, STARTS) == 1
