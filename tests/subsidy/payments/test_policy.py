"""Who is paid what for a claim."""

from decimal import Decimal
from uuid import UUID

from services.subsidy.payments.policy import Due, due, still_due

CLAIM, SCHOOL, APPLICANT, ANNA, BERTA = (UUID(int=number) for number in range(1, 6))
LINES = [(ANNA, Decimal("120.00")), (BERTA, Decimal("60.00")), (ANNA, Decimal("60.00"))]


def test_the_organiser_gets_the_whole_sum() -> None:
    assert due(CLAIM, "organiser", SCHOOL, None, Decimal("240.00"), []) == [Due(CLAIM, "organiser", SCHOOL, Decimal("240.00"))]


def test_each_trainee_gets_their_own_in_one_payment() -> None:
    assert due(CLAIM, "trainee", SCHOOL, None, Decimal("240.00"), LINES) == [
        Due(CLAIM, "trainee", ANNA, Decimal("180.00")),
        Due(CLAIM, "trainee", BERTA, Decimal("60.00")),
    ]


def test_a_person_who_applied_is_paid_where_no_organiser_did() -> None:
    assert due(CLAIM, "organiser", None, APPLICANT, Decimal("1.00"), []) == [Due(CLAIM, "trainee", APPLICANT, Decimal("1.00"))]


def test_nothing_is_paid_for_nothing() -> None:
    assert due(CLAIM, "organiser", SCHOOL, None, Decimal("0.00"), []) == []
    assert due(CLAIM, "trainee", SCHOOL, None, Decimal("60.00"), [(ANNA, Decimal("0.00")), (BERTA, Decimal("60.00"))]) == [
        Due(CLAIM, "trainee", BERTA, Decimal("60.00"))
    ]


def test_what_is_paid_is_not_due_again() -> None:
    dues = due(CLAIM, "trainee", SCHOOL, None, Decimal("240.00"), LINES)
    assert still_due(dues, {(CLAIM, ANNA)}) == [Due(CLAIM, "trainee", BERTA, Decimal("60.00"))]
