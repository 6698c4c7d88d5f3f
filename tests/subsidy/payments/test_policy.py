"""Who is due what, what must not go to the bank, and what a claim's money makes of it: pure decisions, both sides of every limit."""

from decimal import Decimal
from uuid import UUID

import pytest

from services.subsidy.claims.policy import by_money
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
    ("amount", "given_up", "paid", "asked_back", "received", "status"),
    [
        ("180.00", "0.00", "0.00", "0.00", "0.00", "approved"),
        ("180.00", "0.00", "179.99", "0.00", "0.00", "approved"),
        ("180.00", "0.00", "180.00", "0.00", "0.00", "paid"),
        ("180.00", "60.00", "120.00", "0.00", "0.00", "paid"),
        ("180.00", "0.00", "120.00", "60.00", "0.00", "approved"),
        ("180.00", "0.00", "180.00", "60.00", "59.99", "recovering"),
        ("180.00", "0.00", "180.00", "60.00", "60.00", "recovered"),
        ("180.00", "0.00", "180.00", "120.00", "60.00", "recovering"),
    ],
)
def test_the_state_of_an_approved_claim_is_that_of_its_money(
    amount: str, given_up: str, paid: str, asked_back: str, received: str, status: str
) -> None:
    assert by_money(*map(Decimal, (amount, given_up, paid, asked_back, received))) == status
