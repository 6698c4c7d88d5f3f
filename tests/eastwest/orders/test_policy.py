"""What an order's wages say and when they ask for a second look, without a database."""

from decimal import Decimal

import pytest

from services.eastwest.codes import Sex
from services.eastwest.orders.policy import Posts, Wage, warnings

USUAL, LESS = Wage(Decimal("4500.00"), Decimal("6000.00")), Wage(Decimal("4000.00"), Decimal("6000.00"))
WOMEN, MEN = (Sex.FEMALE, 18, 45), (Sex.MALE, 18, 45)


@pytest.mark.parametrize(
    ("wage", "said"),
    [
        (USUAL, "每月 4500.00 至 6000.00 元"),
        (Wage(Decimal(4500), None), "每月不低于 4500 元"),
        (Wage(None, Decimal(6000)), "每月不高于 6000 元"),
        (Wage(None, None), "未写明工资"),
    ],
)
def test_a_wage_in_words(wage: Wage, said: str) -> None:
    assert str(wage) == said


@pytest.mark.parametrize(
    ("whom", "said"),
    [
        (WOMEN, "限女性18至45周岁的岗位"),
        ((Sex.MALE, None, None), "限男性的岗位"),
        ((None, 18, None), "限18周岁以上的岗位"),
        ((None, None, 45), "限45周岁以下的岗位"),
        ((None, None, None), "不限性别、年龄的岗位"),
    ],
)
def test_posts_in_words(whom: tuple[Sex | None, int | None, int | None], said: str) -> None:
    assert str(Posts(*whom, USUAL)) == said


@pytest.mark.parametrize(
    ("one", "other", "law"),
    [
        pytest.param(Posts(*WOMEN, LESS), Posts(*MEN, USUAL), "妇女权益保障法", id="another-sex-another-wage"),
        pytest.param(Posts(Sex.MALE, 18, 30, LESS), Posts(*MEN, USUAL), "劳动法", id="another-age-another-wage"),
        pytest.param(Posts(*WOMEN, USUAL), Posts(*MEN, USUAL), None, id="another-sex-the-same-wage"),
        pytest.param(Posts(*MEN, LESS), Posts(*MEN, USUAL), None, id="the-same-people-another-wage"),
        pytest.param(Posts(*MEN, USUAL), Posts(*MEN, USUAL), None, id="no-difference"),
    ],
)
def test_another_wage_for_the_same_work_by_sex_or_age_alone(one: Posts, other: Posts, law: str | None) -> None:
    assert [law in each.detail for each in warnings([one, other]) if law] == ([True] if law else [])
    assert len(list(warnings([one, other]))) == (law is not None)
