"""Which days an objection costs a notice, and what of a contact is shown."""

from datetime import date

import pytest

from services.subsidy.objections.policy import days_stood_still
from shared.privacy import mask_contact


@pytest.mark.parametrize(
    ("stopped_on", "resumed_on", "days"),
    [
        pytest.param(date(2025, 4, 8), date(2025, 4, 8), 0, id="dismissed-on-the-day-it-was-accepted"),
        pytest.param(date(2025, 4, 8), date(2025, 4, 9), 1, id="dismissed-the-next-day"),
        pytest.param(date(2025, 4, 11), date(2025, 4, 14), 1, id="a-weekend-costs-nothing"),
        pytest.param(date(2025, 4, 12), date(2025, 4, 14), 0, id="accepted-on-a-saturday"),
    ],
)
def test_working_days_from_acceptance_to_the_day_before_dismissal_are_lost(stopped_on: date, resumed_on: date, days: int) -> None:
    assert days_stood_still(stopped_on, resumed_on, lambda day: day.weekday() < 5) == days


@pytest.mark.parametrize(
    ("contact", "shown"),
    [
        pytest.param("13800001234", "138****1234", id="phone"),
        pytest.param("0855-8220000", "085****0000", id="landline"),
        pytest.param("微信号abc", "微****", id="short"),
    ],
)
def test_a_contact_is_shown_in_part(contact: str, shown: str) -> None:
    assert mask_contact(contact) == shown
