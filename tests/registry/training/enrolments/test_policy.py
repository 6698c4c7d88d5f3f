"""What may be done with an enrolment: by its own state, its class's, and how many seats are left."""

from datetime import date

import pytest

from services.registry.training.enrolments.policy import ELSEWHERE, allowed_actions, why_not, work_actions
from services.registry.training.enrolments.rules import unborn
from shared.steps import Doer

SCHOOL = Doer("institution", "a")


@pytest.mark.parametrize(
    ("action", "outcome", "class_status", "seats_left", "code"),
    [
        ("readmit", "withdrawn", "in_progress", 1, None),
        ("readmit", "withdrawn", "in_progress", 0, "class_full"),
        ("readmit", "withdrawn", "completed", 1, "invalid_state"),
        ("readmit", "enrolled", "in_progress", 1, "invalid_state"),
        ("withdraw", "enrolled", "in_progress", 0, None),
        ("withdraw", "enrolled", "completed", 1, "invalid_state"),
        ("employment", "completed", "completed", 0, None),
    ],
)
def test_a_step_is_refused_by_its_class_or_its_seats(
    action: str, outcome: str, class_status: str, seats_left: int, code: str | None
) -> None:
    refusal = why_not(action, outcome, SCHOOL, class_status, seats_left)
    assert (refusal and refusal.code) == code
    assert allowed_actions(outcome, SCHOOL, class_status, seats_left, elsewhere=False)[action] == refusal
    of_another_town = allowed_actions(outcome, SCHOOL, class_status, seats_left, elsewhere=True)[action]
    assert of_another_town == (refusal if action == "employment" else ELSEWHERE)


@pytest.mark.parametrize(
    ("role", "voided", "code"), [("institution", False, None), ("institution", True, "not_found"), ("finance", True, "wrong_role")]
)
def test_a_record_of_work_is_corrected_while_it_stands(role: str, voided: bool, code: str | None) -> None:
    refusal = work_actions(Doer(role, "a"), voided=voided)["correct"]
    assert (refusal and refusal.code) == code


@pytest.mark.parametrize(("from_on", "told"), [("1990-03-06", ["invalid_value"]), ("1990-03-07", [])])
def test_nobody_works_before_the_day_of_their_birth(from_on: str, told: list[str]) -> None:
    assert [each.code for each in unborn(date.fromisoformat(from_on), date(1990, 3, 7))] == told
