"""Retention is one state whatever the order of the facts, however often each is told, and once met it stays met."""

from collections.abc import Sequence
from datetime import date, timedelta
from itertools import permutations
from random import Random

from hypothesis import given
from hypothesis import strategies as st

from services.eastwest.placements.policy import retention
from services.eastwest.placements.policy.telling import Employer, Fact
from tests.eastwest.placements.told import DUE, START, TERMS, WHOLE, d, left, proof, started

POOL: Sequence[Fact] = (
    started(),
    started(d("2025-06-20"), "s2"),
    started(d("2025-08-01"), "s3"),
    left(d("2025-06-18")),
    left(d("2025-07-10"), "l2"),
    left(d("2025-06-20"), "l3"),
    WHOLE,
    proof("A", START, d("2025-06-29"), "a"),
    proof("D", d("2025-06-30"), d("2025-08-20"), "b"),
    Fact("e", "employer_changed", d("2025-06-20"), Employer("佛山市南海区某厂", None, "440605")),
    Fact("e2", "employer_changed", d("2025-07-10"), Employer("广州市某厂", None, "440106")),
    Fact("c", "corrected", d("2025-06-05"), corrects="s", sequence=2),
    Fact("c2", "corrected", d("2025-06-07"), corrects="s", sequence=1),
    Fact("x", "cancelled", d("2025-08-02"), corrects="s3"),
    Fact("x2", "cancelled", d("2025-08-02"), corrects="c2"),
    Fact("x3", "cancelled", d("2025-08-02"), corrects="x"),
    Fact("s", "started", d("2025-06-25"), office="bureau"),
    Fact("c", "corrected", d("2025-06-26"), corrects="s", office="bureau"),
    Fact("c3", "corrected", d("2025-07-20"), corrects="l"),
    Fact("c4", "corrected", d("2025-06-06"), corrects="c"),
)
DAYS = (START, d("2025-06-18"), d("2025-06-30"), d("2025-07-15"), DUE, d("2025-11-05"))


def outcome(facts: Sequence[Fact]) -> tuple[object, ...]:
    return (retention.standing(facts, TERMS), *(retention.retention(facts, day, TERMS) for day in DAYS))


def test_every_order_of_up_to_four_facts_ends_in_the_same_state() -> None:
    random = Random(8)
    histories = [random.sample(POOL, size) for size in (2, 3, 4) for _ in range(120)]
    for history in histories:
        expected = outcome(history)
        assert all(outcome(order) == expected for order in permutations(history)), history


def test_a_fact_told_twice_is_told_once() -> None:
    history = [started(), WHOLE, left(DUE)]
    assert outcome(history) == outcome([*history, *history])


@given(st.lists(st.sampled_from(POOL), max_size=8, unique=True), st.dates(START, d("2025-12-31")), st.integers(0, 200))
def test_once_met_it_stays_met(facts: list[Fact], day: date, later: int) -> None:
    if retention.retention(facts, day, TERMS).verdict == "met":
        after = retention.retention(facts, day + timedelta(days=later), TERMS)
        assert after.verdict == "met"
        before = retention.retention(facts, day, TERMS)
        assert (after.met_on, after.started_on) == (before.met_on, before.started_on)
