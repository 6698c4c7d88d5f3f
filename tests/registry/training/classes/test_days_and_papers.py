"""Orders, licences and posts that a class counts on, its records and whom it teaches: both sides of each day, without a database."""

from collections.abc import Sequence
from datetime import date
from typing import Any

import pytest

from services.registry.institutions.institutions.policy import holds_on
from services.registry.people.trainees.policy import is_known_as
from services.registry.training.attendance import policy as attendance
from services.registry.training.classes import policy
from shared.steps import Doer

BEFORE, ON, AFTER = date(2025, 4, 7), date(2025, 4, 8), date(2025, 4, 9)


@pytest.mark.parametrize(
    ("closed", "until_on", "open_"),
    [(False, None, True), (False, ON, True), (False, BEFORE, False), (False, AFTER, True), (True, None, False)],
)
def test_an_order_is_open_to_its_last_day(closed: bool, until_on: date | None, open_: bool) -> None:
    assert (policy.order_not_open("FS-1", closed, until_on, ON) is None) is open_


@pytest.mark.parametrize(
    ("from_on", "until_on", "holds"),
    [
        (None, None, True),
        (ON, None, True),
        (AFTER, None, False),
        (None, ON, True),
        (None, BEFORE, False),
        (ON, ON, True),
        (BEFORE, BEFORE, False),
    ],
)
def test_a_dated_fact_holds_on_both_its_days(from_on: date | None, until_on: date | None, holds: bool) -> None:
    assert holds_on(from_on, until_on, ON) is holds


def licence(*trades: str, from_on: date = BEFORE, until_on: date = AFTER, number: str = "L") -> dict[str, Any]:
    return {"number": number, "from_on": str(from_on), "until_on": str(until_on), "trades": list(trades)}


@pytest.mark.parametrize(
    ("licences", "why"),
    [
        pytest.param([], None, id="nothing-is-known"),
        pytest.param([licence()], None, id="for-every-trade"),
        pytest.param([licence("电工")], None, id="for-this-trade"),
        pytest.param([licence("焊工")], "不含本班的工种", id="for-another"),
        pytest.param([licence("焊工"), licence("电工")], None, id="one-of-two"),
        pytest.param([licence("电工", until_on=BEFORE)], "没有有效的办学许可", id="over-the-day-before"),
        pytest.param([licence("电工", until_on=BEFORE), licence("焊工", number="M")], "(M)不含", id="the-one-that-holds-is-named"),
    ],
)
def test_a_licence_covers_a_trade_on_a_day(licences: Sequence[dict[str, Any]], why: str | None) -> None:
    said = policy.outside_licence(licences, ["电工", None], ON)
    assert (said is None) is (why is None) and (why or "") in (said or "")


@pytest.mark.parametrize(
    ("agreed", "filed_on", "why"),
    [([], None, "没有写明"), ([ON], None, None), ([ON], ON, None), ([AFTER], ON, "才约定"), ([AFTER, ON], ON, None)],
)
def test_posts_are_agreed_before_a_class_is_filed(agreed: list[date], filed_on: date | None, why: str | None) -> None:
    said = policy.posts_missing(agreed, filed_on)
    assert (said is None) is (why is None) and (why or "") in (said or "")


@pytest.mark.parametrize(("names", "known"), [(["杨秀英"], True), (["杨秀兰", "杨秀英"], True), (["杨秀兰"], False), ([], False)])
def test_somebody_is_known_by_any_of_their_names(names: list[str], known: bool) -> None:
    assert is_known_as(names, "杨秀英") is known


@pytest.mark.parametrize(
    ("role", "voided", "code"),
    [("officer", False, None), ("officer", True, "not_found"), ("finance", False, "wrong_role"), ("finance", True, "wrong_role")],
)
def test_a_record_that_was_voided_is_corrected_no_more(role: str, voided: bool, code: str | None) -> None:
    refusal = attendance.allowed_actions(Doer(role, "1"), "completed", voided=voided)["correct"]
    assert (refusal.code if refusal else None) == code
