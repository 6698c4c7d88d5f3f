"""Which record of attendance fits the class, from how many minutes online is a half-day, and who corrects what."""

import pytest

from services.registry.training.attendance.policy import allowed_actions, delivered_otherwise, makes_a_half_day
from shared.steps import Doer


@pytest.mark.parametrize(
    ("delivery", "source", "otherwise"),
    [
        ("on_site", "device", False),
        ("on_site", "online", True),
        ("online", "online", False),
        ("online", "device", True),
        ("mixed", "online", False),
        ("mixed", "device", False),
    ],
)
def test_nobody_attends_online_what_is_taught_on_site_nor_the_other_way_round(delivery: str, source: str, otherwise: bool) -> None:
    assert delivered_otherwise(delivery, source) is otherwise


@pytest.mark.parametrize(
    ("source", "minutes", "at_least", "counts"),
    [
        ("device", None, 90, True),
        ("online", 90, 90, True),
        ("online", 89, 90, False),
        ("online", None, 90, False),
        ("online", 1, None, True),  # nobody says how many: more than none
        ("online", 0, None, False),
        ("online", None, None, False),
    ],
)
def test_online_so_many_minutes_make_a_half_day(source: str, minutes: int | None, at_least: int | None, counts: bool) -> None:
    assert makes_a_half_day(source, minutes, at_least) is counts


@pytest.mark.parametrize(
    ("role", "status", "voided", "code"),
    [
        ("institution", "in_progress", False, None),
        ("institution", "completed", False, "invalid_state"),
        ("officer", "completed", False, None),
        ("officer", "in_progress", True, "not_found"),
        ("finance", "in_progress", True, "wrong_role"),
    ],
)
def test_a_record_is_corrected_while_it_stands_and_its_class_lets_it_be(role: str, status: str, voided: bool, code: str | None) -> None:
    refusal = allowed_actions(Doer(role, "a"), status, voided=voided)["correct"]
    assert (refusal and refusal.code) == code
