"""Whom a post is for: both sides of each age, of the sex, and of the posts that are for everybody."""

from collections.abc import Sequence
from datetime import date

import pytest

from services.eastwest.codes import Sex
from services.eastwest.placements.policy.fitting import Group, Person, fits

ON = date(2025, 9, 10)
WOMEN, OLDER, ANYONE = Group(20, Sex.FEMALE, 18, 45), Group(20, None, 46, None), Group(20)


def born(age: int, sex: str = "female", days: int = 0) -> Person:
    """Somebody who is `age` on that very day, or was so many days before."""
    return Person(sex, date(ON.year - age, ON.month, ON.day - days))


@pytest.mark.parametrize(
    ("person", "groups", "fitting"),
    [
        pytest.param(born(18), [WOMEN], True, id="eighteen-on-that-day"),
        pytest.param(born(18, days=-1), [WOMEN], False, id="eighteen-the-day-after"),
        pytest.param(born(46, days=-1), [WOMEN], True, id="forty-five-for-a-day"),
        pytest.param(born(46), [WOMEN], False, id="forty-six-on-that-day"),
        pytest.param(born(30, "male"), [WOMEN], False, id="the-other-sex"),
        pytest.param(born(60, "male"), [OLDER], True, id="no-upper-bound-and-any-sex"),
        pytest.param(born(45, "male"), [OLDER], False, id="below-the-only-bound"),
        pytest.param(born(16), [Group(20, Sex.FEMALE, None, 45)], True, id="no-lower-bound"),
        pytest.param(born(16, "male"), [ANYONE], True, id="no-bound-at-all"),
        pytest.param(born(50, "male"), [WOMEN, OLDER], True, id="one-of-two-groups"),
        pytest.param(born(16, "male"), [WOMEN, OLDER], False, id="neither-of-two"),
    ],
)
def test_who_fits_a_group(person: Person, groups: Sequence[Group], fitting: bool) -> None:
    posts = sum(each.posts for each in groups)
    assert fits(person, groups, posts, ON) is fitting
    assert fits(person, groups, posts + 1, ON)  # one post is for everybody


def test_an_order_without_groups_is_for_everybody() -> None:
    assert fits(born(16, "male"), [], 1, ON)
