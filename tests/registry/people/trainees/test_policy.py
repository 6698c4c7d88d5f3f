"""Earlier names, what a class may have counted on, for whom somebody worked when, and whose a trainee is to change: by the rules alone."""

from datetime import date
from types import SimpleNamespace
from typing import Any

import pytest

from services.registry.people.trainees.policy import (
    allowed_actions,
    categories_differ_from,
    earlier_names,
    employed,
    employed_from,
    employer_of,
    is_known_as,
    relied_on_from,
)
from shared.steps import Doer

TODAY = date(2025, 3, 10)


def test_earlier_names_stand_once_the_latest_first_and_the_name_of_now_is_none_of_them() -> None:
    assert earlier_names("", "杨秀英", "杨英") == "杨秀英"
    assert earlier_names("杨秀英\n杨阿英", "杨英", "杨秀英") == "杨英\n杨阿英"
    assert is_known_as(["杨英", "杨秀英"], "杨秀英") and not is_known_as(["杨英"], "杨秀英") and not is_known_as([], "杨秀英")


def shown(code: str = "rural_worker", since_on: str = "2024-01-01", until_on: str | None = None) -> dict[str, Any]:
    return {"code": code, "since_on": since_on, "until_on": until_on}


def stated(code: str = "rural_worker", since_on: str = "2024-01-01", until_on: str | None = None) -> SimpleNamespace:
    return SimpleNamespace(code=code, since_on=date.fromisoformat(since_on), until_on=until_on and date.fromisoformat(until_on))


@pytest.mark.parametrize(
    ("before", "after", "day"),
    [
        ([shown()], [stated()], None),
        ([shown(until_on="2025-01-01")], [stated(until_on="2025-01-01")], None),
        ([shown()], [stated(until_on="2025-01-01")], date(2024, 1, 1)),
        ([shown()], [], date(2024, 1, 1)),
        ([shown()], [stated(), stated("veteran", "2023-05-01"), stated("disabled", "2024-02-01")], date(2023, 5, 1)),
    ],
)
def test_categories_differ_from_the_earliest_day_of_any_that_does(before: list[Any], after: list[Any], day: date | None) -> None:
    assert categories_differ_from(before, after) == day
    assert relied_on_from({"bank_account": None, "categories": before}, {"categories": after}, bool) == day


@pytest.mark.parametrize(
    ("known", "values", "day"),
    [
        ("…1234", {"bank_account": "62170001"}, date.min),
        ("…1234", {"bank_account": "known"}, None),
        (None, {"bank_account": "62170001"}, None),
        ("…1234", {"phone": "13800000000"}, None),
    ],
)
def test_another_account_than_the_known_one_is_what_a_class_counted_on(known: str | None, values: dict[str, Any], day: date | None) -> None:
    of = {"bank_account": known, "categories": []}
    assert relied_on_from(of, values, lambda account: account == "known") == day


def at(employer_id: str | None, from_on: str | None, until_on: str | None = None) -> dict[str, Any]:
    return {"employer_id": employer_id, "employer": None, "from_on": from_on, "until_on": until_on, "change": None, "told_by_name": "甲"}


def test_somebody_works_for_the_latest_employer_that_goes_on() -> None:
    assert employer_of([]) is employer_of([at("a", "2024-01-01", "2024-12-31")]) is None
    assert employer_of([at("b", "2025-01-01"), at("a", None), at("c", "2024-01-01")]) == "b"


def test_who_works_for_another_from_today_has_left_yesterday_and_who_began_today_never_began() -> None:
    kept = [at("a", "2024-01-01"), at("b", "2023-01-01", "2023-06-30"), at("c", "2025-03-10"), at("d", "2025-03-09"), at("e", None)]
    found = employed_from(kept, "z", TODAY)
    days = [(each["employer_id"], each["from_on"], each["until_on"]) for each in found]
    left = [
        ("a", "2024-01-01", "2025-03-09"),
        ("b", "2023-01-01", "2023-06-30"),
        ("d", "2025-03-09", "2025-03-09"),
        ("e", None, "2025-03-09"),
    ]
    assert days == [*left, ("z", "2025-03-10", None)]
    assert employed_from([], "z", TODAY)[0]["from_on"] is None, "since when is not known"
    assert employed_from(kept, None, TODAY) == found[:-1]


def test_what_is_known_of_employments_stays_who_told_it_and_stands_in_the_order_of_days() -> None:
    kept = [at("a", "2024-01-01", "2024-06-30")]
    same = {key: value for key, value in kept[0].items() if key != "told_by_name"}
    two = [same | {"employer_id": "b", "from_on": "2024-01-01", "until_on": None}, same | {"employer_id": "c", "from_on": None}, same]
    found = employed(kept, "a", {"employments": two}, TODAY, "乙")
    assert [(each["employer_id"], each["told_by_name"]) for each in found] == [("c", "乙"), ("a", "甲"), ("b", "乙")]


def test_the_employer_alone_changes_something_only_where_it_is_another() -> None:
    kept = [at("a", "2024-01-01")]
    assert employed(kept, "a", {"phone": "x"}, TODAY, "乙") == employed(kept, "a", {"employer_id": "a"}, TODAY, "乙") == kept
    left = employed(kept, "a", {"employer_id": None}, TODAY, "乙")
    assert [(each["until_on"], each["told_by_name"]) for each in left] == [("2025-03-09", "乙")]
    moved = employed(kept, "a", {"employer_id": "b"}, TODAY, "乙")
    assert [(each["employer_id"], each["from_on"]) for each in moved] == [("a", "2024-01-01"), ("b", "2025-03-10")]


def test_only_whose_the_trainee_is_changes_them() -> None:
    officer = Doer("officer", "a")
    theirs, others = (allowed_actions(officer, may_change=may) for may in (True, False))
    assert theirs["change"] is None and others["change"] and others["change"].code == "forbidden"
    assert theirs["correct"] is others["correct"] is theirs["reveal"] is None
