"""Whether somebody fits a post of an order by sex and age. Values in, values out."""

from collections.abc import Sequence
from datetime import date
from typing import NamedTuple

from services.eastwest.codes import Sex
from shared.months import age_on


class Person(NamedTuple):
    sex: str
    birth_on: date


class Group(NamedTuple):
    """Posts for these people alone; both ages counted in, None: no bound."""

    posts: int
    sex: Sex | None = None
    age_from: int | None = None
    age_to: int | None = None


def fits(person: Person, groups: Sequence[Group], posts: int, on: date) -> bool:
    """Posts of the order that stand in no group are for everybody."""
    return sum(each.posts for each in groups) < posts or any(_admits(each, person, age_on(person.birth_on, on)) for each in groups)


def _admits(group: Group, person: Person, age: int) -> bool:
    old_enough = group.age_from is None or group.age_from <= age
    young_enough = group.age_to is None or age <= group.age_to
    return group.sex in (None, person.sex) and old_enough and young_enough
