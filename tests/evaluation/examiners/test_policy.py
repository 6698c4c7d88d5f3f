"""Who is who, as far as papers tell; and whose card holds, both sides of every limit."""

from datetime import date

import pytest

from services.evaluation.examiners import policy
from services.evaluation.examiners.policy import Identity, Registered


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        pytest.param(Identity("吴建国", "KP-1"), Identity("吴建国", "DD-1"), True, id="one-name-two-cards"),
        pytest.param(Identity("吴建国", "KP-1"), Identity("吴老三", "KP-1"), True, id="one-card"),
        pytest.param(Identity("吴建国", "KP-1"), Identity("吴老三", "DD-1"), False, id="two-people"),
        pytest.param(
            Identity("吴建国", trainee_id="a"), Identity("吴建国", trainee_id="b"), False, id="namesakes-told-apart-by-trainee-id"
        ),
        pytest.param(Identity("吴建国", trainee_id="a"), Identity("吴老三", trainee_id="a"), True, id="one-trainee"),
        pytest.param(
            Identity("吴建国", id_number_masked="5226**1"),
            Identity("吴建国", id_number_masked="5226**2"),
            False,
            id="namesakes-by-id-number",
        ),
        pytest.param(
            Identity(None, id_number_masked="5226**1"),
            Identity("吴建国", id_number_masked="5226**1"),
            True,
            id="an-unknown-card-that-is-the-id-number",
        ),
        pytest.param(
            Identity("吴老三", id_number_masked="5226**1"),
            Identity("吴建国", id_number_masked="5226**1"),
            False,
            id="equal-masks-of-two-names",
        ),
        pytest.param(Identity("吴建国", id_number_masked="5226**1"), Identity("吴建国"), True, id="one-name-and-one-number-known"),
        pytest.param(Identity(None, "KP-9"), Identity(None, "KP-8"), False, id="nothing-known"),
    ],
)
def test_two_papers_speak_of_one_person(one: Identity, other: Identity, same: bool) -> None:
    assert policy.is_same(one, other) is policy.is_same(other, one) is same


CARD = Registered("吴建国", True, date(2025, 1, 1), date(2025, 12, 31), [(date(2025, 6, 1), date(2025, 6, 30))])


@pytest.mark.parametrize(
    ("day", "holds"),
    [
        pytest.param(date(2024, 12, 31), False, id="the-day-before-the-first"),
        pytest.param(date(2025, 1, 1), True, id="the-first-day"),
        pytest.param(date(2025, 5, 31), True, id="the-day-before-the-exclusion"),
        pytest.param(date(2025, 6, 1), False, id="the-first-day-of-the-exclusion"),
        pytest.param(date(2025, 6, 30), False, id="the-last-day-of-the-exclusion"),
        pytest.param(date(2025, 7, 1), True, id="the-day-after-the-exclusion"),
        pytest.param(date(2025, 12, 31), True, id="the-last-day"),
        pytest.param(date(2026, 1, 1), False, id="the-day-after-the-last"),
    ],
)
def test_a_card_holds_on_its_days_but_for_exclusions(day: date, holds: bool) -> None:
    assert (policy.card_invalid([CARD], "吴建国", day) is None) is holds


def test_a_verified_card_is_its_bearers_alone_and_what_nobody_verified_says_little() -> None:
    day = date(2025, 3, 1)
    assert policy.card_invalid([CARD], "吴老三", day) and not policy.card_invalid([CARD], None, day)
    assert not policy.card_invalid([Registered("吴建国", False)], "吴老三", day) and not policy.card_invalid([], "吴老三", day)
    excluded = Registered("吴建国", False, exclusions=[(day, None)])
    assert policy.card_invalid([excluded], "吴建国", day) and not policy.card_invalid([excluded], "吴老三", day)


def test_two_lists_are_compared_person_by_person() -> None:
    wu, namesake, other = Identity("吴建国", trainee_id="a"), Identity("吴建国"), Identity("吴老三", "DD-1")
    assert policy.is_same(wu, namesake) and policy.is_same(namesake, wu)  # one id alone decides nothing
    assert policy.first_same([other, wu], [Identity("潘秀兰"), namesake]) == (wu, namesake)
    assert policy.first_same([other], [namesake]) is None


def test_one_exclusion_of_several_is_enough() -> None:
    over, now = (date(2025, 1, 1), date(2025, 1, 31)), (date(2025, 3, 1), None)
    assert policy.excluded_on([over, now], date(2025, 3, 1)) and not policy.excluded_on([over, now], date(2025, 2, 28))
