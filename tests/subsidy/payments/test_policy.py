"""Who is due what, and what must not go to the bank: pure decisions, both sides of every limit."""

from decimal import Decimal
from uuid import UUID

import pytest

from services.subsidy.codes import Payee
from services.subsidy.payments.policy import Due, Sending, Unpaid, due, kept_back, shared

CLAIM, SCHOOL, ANNA, BERTA = (UUID(int=number) for number in range(1, 5))
A, B = Unpaid(0, ANNA, Decimal("180.00")), Unpaid(1, BERTA, Decimal("60.00"))
ONE, OTHER = "6217000010001234321", "6217000010001234322"


def test_an_organiser_is_due_every_unpaid_line_in_one_sum() -> None:
    assert due(CLAIM, "organiser", SCHOOL, None, [A, B]) == [Due(CLAIM, "organiser", SCHOOL, (A, B))]
    assert due(CLAIM, "organiser", SCHOOL, None, [A, B])[0].amount_yuan == Decimal("240.00")
    assert due(CLAIM, "organiser", SCHOOL, None, []) == []


def test_each_trainee_is_due_their_own_line() -> None:
    assert due(CLAIM, "trainee", SCHOOL, None, [A, B]) == [Due(CLAIM, "trainee", ANNA, (A,)), Due(CLAIM, "trainee", BERTA, (B,))]


def test_a_person_who_applied_is_due_what_pays_its_applicant() -> None:
    assert due(CLAIM, "organiser", None, ANNA, [A]) == [Due(CLAIM, "trainee", ANNA, (A,))]
    assert due(CLAIM, "organiser", None, ANNA, []) == due(CLAIM, "organiser", None, None, [A]) == []


def _sending(number: int, payee: UUID, account: str | None, now: str | None, kind: str = "trainee", another_s: bool = False) -> Sending:
    return Sending(UUID(int=100 + number), kind, payee, account, now, another_s)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("sending", "codes"),
    [
        pytest.param([_sending(0, ANNA, ONE, ONE), _sending(1, BERTA, OTHER, OTHER)], [None, None], id="each-their-own"),
        pytest.param([_sending(0, ANNA, None, None)], ["payee_account_missing"], id="none"),
        pytest.param([_sending(0, ANNA, ONE, None)], ["payee_account_missing"], id="taken-away"),
        pytest.param([_sending(0, ANNA, None, ONE)], ["payee_account_changed"], id="given-since"),
        pytest.param([_sending(0, ANNA, ONE, OTHER)], ["payee_account_changed"], id="another-since"),
        pytest.param([_sending(0, ANNA, ONE, ONE), _sending(1, BERTA, ONE, ONE)], ["shared_bank_account"] * 2, id="two-people"),
        pytest.param([_sending(0, ANNA, ONE, ONE), _sending(1, ANNA, ONE, ONE)], [None, None], id="one-person-twice"),
        pytest.param([_sending(0, ANNA, ONE, ONE, another_s=True)], ["shared_bank_account"], id="another-s-outside-the-batch"),
        pytest.param(
            [_sending(0, ANNA, ONE, ONE), _sending(1, SCHOOL, ONE, ONE, "organiser")], ["shared_bank_account", None], id="with-a-school"
        ),
        pytest.param(
            [_sending(0, SCHOOL, ONE, ONE, "organiser"), _sending(1, CLAIM, ONE, ONE, "organiser")], [None, None], id="two-schools"
        ),
    ],
)
def test_what_is_kept_out_of_the_bank_s_file(sending: list[Sending], codes: list[str | None]) -> None:
    found = kept_back(sending)
    assert [found.get(each.id) for each in sending] == codes


def test_schools_that_share_an_account_are_noted() -> None:
    both = [_sending(0, SCHOOL, ONE, ONE, "organiser"), _sending(1, CLAIM, ONE, ONE, "organiser")]
    assert shared(both) == {each.id for each in both} and kept_back(both) == {}


@pytest.mark.parametrize(
    ("account_now", "on_hold", "code"), [(ONE, False, None), (ONE, True, "claim_on_hold"), (None, True, "claim_on_hold")]
)
def test_of_what_stands_against_a_payment_a_hold_is_told_first(account_now: str | None, on_hold: bool, code: str | None) -> None:
    one = Sending(UUID(int=100), Payee.TRAINEE, ANNA, ONE, account_now, on_hold=on_hold)
    assert kept_back([one]).get(one.id) == code
