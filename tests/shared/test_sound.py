"""A body whose shape is partly at fault: what rules say of its sound parts comes beside, each at its place, and nothing is said of what was not read."""

from collections.abc import Iterable
from datetime import date
from functools import partial
from typing import Annotated, Any

import pytest
from pydantic import Field, ValidationError

from shared import errors, sound, wire
from shared.web import problems

TODAY = date(2025, 5, 1)


class Leaf(wire.In):
    on: wire.CivilDate
    people: int = 1
    levels: list[int] = []


class Firm(wire.In):
    name: wire.Word
    uscc: wire.Word
    posts: list[Leaf] = []


class Paper(wire.In):
    people: int
    firm: Firm
    leaves: Annotated[list[Leaf], Field(min_length=1)]
    codes: list[str] = []


def _days(body: Any, today: date) -> Iterable[errors.Fault]:
    return [errors.Fault("late", f"/leaves/{index}/on") for index, each in enumerate(body.leaves) if each.on > today]


def _levels(body: Any, _: date) -> Iterable[errors.Fault]:
    for index, each in enumerate(body.leaves):
        for place, level in enumerate(each.levels):
            if level > 5:
                yield errors.Fault("unknown", f"/leaves/{index}/levels/{place}")


def _whole(body: Any, _: date) -> Iterable[errors.Fault]:
    if sum(each.people for each in body.leaves) != body.people:
        yield errors.Fault("sum", "/people")


def _ends_in(body: Any, _: date) -> Iterable[errors.Fault]:
    for index, each in enumerate(body.leaves):
        if each.levels == [] and each.people == 7:
            yield errors.Fault("none", f"/leaves/{index}/levels")
            yield errors.Fault("none", f"/leaves/{index}")


def _twice(body: Any, _: date) -> Iterable[errors.Fault]:
    return [errors.Fault("twice", f"/codes/{n}") for n, each in enumerate(body.codes) if each in body.codes[:n]]


def _firm(body: Any, _: date) -> Iterable[errors.Fault]:
    if body.firm.uscc != "good":
        yield errors.Fault("bad", "/firm/uscc")
    yield from (errors.Fault("late", f"/firm/posts/{n}/on") for n, each in enumerate(body.firm.posts) if each.on > TODAY)


SOUND: dict[str, Any] = {"people": 2, "firm": {"name": "甲", "uscc": "good"}, "leaves": [{"on": "2025-05-01"}, {"on": "2025-04-01"}]}
LATE, WRONG = {"on": "2025-05-02"}, {"on": "soon"}


@pytest.mark.parametrize(
    ("said", "told"),
    [
        pytest.param({}, set(), id="nothing"),
        pytest.param({"leaves": [WRONG, LATE, LATE]}, {"/leaves/0/on", "/leaves/1/on", "/leaves/2/on"}, id="neighbours-at-their-places"),
        pytest.param({"leaves": [LATE, 5, LATE]}, {"/leaves/0/on", "/leaves/1", "/leaves/2/on"}, id="an-element-that-is-none"),
        pytest.param({"leaves": [LATE | {"people": "x"}]}, {"/leaves/0/people", "/leaves/0/on"}, id="the-faulty-one-itself"),
        pytest.param({"leaves": [WRONG, {"on": "2025-04-01"}]}, {"/leaves/0/on"}, id="what-only-the-whole-list-says"),
        pytest.param(
            {"leaves": [LATE | {"levels": [1, "x", 9]}]}, {"/leaves/0/on", "/leaves/0/levels/1", "/leaves/0/levels/2"}, id="inner"
        ),
        pytest.param(
            {"leaves": [WRONG, LATE | {"levels": ["x", 9]}]},
            {"/leaves/0/on", "/leaves/1/on", "/leaves/1/levels/0", "/leaves/1/levels/1"},
            id="inner-behind-a-faulty-one",
        ),
        pytest.param(
            {"leaves": [{"on": "2025-05-01", "people": 7, "levels": ["x"]}]},
            {"/leaves/0/levels/0"},
            id="what-only-the-whole-inner-list-says",
        ),
        pytest.param({"leaves": [], "codes": ["a", "a"]}, {"/leaves", "/codes/1"}, id="too-short-by-itself"),
        pytest.param(
            {"leaves": [WRONG, LATE], "codes": [5, "a", "a"]}, {"/leaves/0/on", "/leaves/1/on", "/codes/0", "/codes/2"}, id="two-lists"
        ),
        pytest.param({"codes": ["a", 5, "b", "a"]}, {"/codes/1", "/codes/3"}, id="plain-values"),
        pytest.param({"firm": {"name": 5, "uscc": "x"}}, {"/firm/name", "/firm/uscc"}, id="an-object-in-part"),
        pytest.param(
            {"firm": {"name": "甲", "uscc": "x", "posts": [WRONG, LATE]}},
            {"/firm/uscc", "/firm/posts/0/on", "/firm/posts/1/on"},
            id="a-list-of-an-object",
        ),
        pytest.param({"people": 1, "firm": 5, "leaves": [LATE]}, {"/firm", "/leaves/0/on"}, id="an-object-that-is-none"),
    ],
)
def test_faults_of_shape_of_one_hide_no_rule_of_another(said: dict[str, Any], told: set[str]) -> None:
    rules = partial(wire.faults, [_days, _levels, _ends_in, _whole, _twice, _firm], today=TODAY)
    body = SOUND | said
    try:
        found = rules(Paper.model_validate(body))
    except ValidationError as error:
        shape = problems.misfit(error.errors(include_url=False), within=("body",)).faults
        found = [*shape, *sound.beside(shape, Paper, body, rules)]
    pointers = [each.pointer for each in found]
    assert sorted(pointers) == sorted(told)
