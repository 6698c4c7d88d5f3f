"""The breakdown of a line: which shares are of so few that their rank says little."""

from decimal import Decimal

import pytest

from gateway.plans import reading
from gateway.plans.policy import ranking
from shared import county

PLAN = reading.load(county.folder() / "plans" / "kaili-2024.toml")


@pytest.mark.parametrize(
    ("code", "of", "small"),
    [
        pytest.param("four.technician.certified", 19, True, id="share-of-19"),
        pytest.param("four.technician.certified", 20, False, id="share-of-20"),
        pytest.param("four.technician.certified", 0, False, id="share-of-nobody-has-no-rank-at-all"),
        pytest.param("four.technician", 3, False, id="a-count-is-what-it-is"),
    ],
)
def test_a_share_of_fewer_than_twenty_is_marked(code: str, of: int, small: bool) -> None:
    line = PLAN.line(code)
    groups: dict[str | None, tuple[int | Decimal, int | Decimal | None]] = {"522601100": (min(of, 2), of if line.is_share else None)}
    [row] = ranking.ranked(line, 1, "region", groups, {"522601100": "三棵树镇"}, lambda _: None, {})
    assert row["small_base"] is small


NAMES = {"a": "甲镇", "b": "乙镇", "c": "丙镇", "d": "丁镇"}
Groups = dict[str | None, tuple[int | Decimal, int | Decimal | None]]


def rows(code: str, by: str, groups: Groups, years: int = 1, names: dict[str, str] = NAMES, **targets: str) -> list[ranking.Ranked]:
    asked = {name: Decimal(target) for name, target in targets.items()}
    return ranking.ranked(PLAN.line(code), years, by, groups, names, lambda found: found and f"/{found}", asked)


def test_the_best_is_first_equal_ones_share_a_rank_and_what_is_nobodys_comes_last_without_one() -> None:
    found = rows("four.technician", "region", {"a": (3, None), "b": (5, None), None: (9, None), "d": (3, None)})
    assert [(row["rank"], row["name"], row["actual"]) for row in found] == [
        (1, "乙镇", 5), (2, "甲镇", 3), (2, "丁镇", 3), (4, "丙镇", 0), (None, "镇、街道不明", 9),
    ]  # fmt: skip
    assert [row["records"] for row in found] == ["/b", "/a", "/d", "/c", None]


def test_a_share_of_nobody_has_no_rank_and_comes_after_a_share_of_nought() -> None:
    found = rows("four.technician.certified", "region", {"a": (1, 4), "b": (0, 0), "c": (0, 3), "d": (1, 2)})
    told = [(row["code"], row["rank"], row["actual"], row["small_base"]) for row in found]
    assert told == [("d", 1, 0.5, True), ("a", 2, 0.25, True), ("c", 3, 0.0, True), ("b", None, None, False)]


def test_an_average_over_years_is_one_of_each_row_too_and_rates_are_of_what_each_is_to_bring() -> None:
    found = {row["code"]: row for row in rows("city.total", "region", {"a": (30, None), None: (4, None)}, 2, a="20", b="0")}
    assert [(row["actual"], row["target"], row["rate"]) for row in found.values()] == [
        (15, 20, 0.75), (0, 0, None), (0, None, None), (0, None, None), (2, None, None),
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("by", "codes"), [("region", ["a", "b", "c", "d", "x"]), ("department", ["x", "b", "y"]), ("institution", ["x", "b", "y"])]
)
def test_every_town_has_a_row_and_of_others_those_that_brought_something_or_are_to(by: str, codes: list[str]) -> None:
    found = rows("four.technician", by, {"x": (1, None), "b": (1, None)}, x="3", y="2")
    assert sorted(str(row["code"]) for row in found) == sorted(codes)
    assert {row["code"]: row["name"] for row in found}["x"] == "x", "who has no name is called by the code"


def test_months_stand_in_their_order() -> None:
    found = rows("four.technician", "month", {"2025-02": (9, None), "2024-12": (1, None), "2025-01": (4, None)}, names={})
    assert [(row["code"], row["rank"]) for row in found] == [("2024-12", 3), ("2025-01", 2), ("2025-02", 1)]


@pytest.mark.parametrize(("of", "small"), [(1, True), (0, False)])
def test_a_share_of_one_is_of_few_and_one_of_nobody_is_none(of: int, small: bool) -> None:
    found = rows("four.technician.certified", "region", {"a": (0, of)}, names={"a": "甲镇"})
    assert found[0]["small_base"] is small


def test_where_nothing_was_counted_it_is_nought_of_nought() -> None:
    [share] = rows("four.technician.certified", "region", {}, names={"a": "甲镇"})
    [count] = rows("four.technician", "region", {}, names={"a": "甲镇"})
    assert [(each["numerator"], each["denominator"], each["actual"]) for each in (share, count)] == [(0, 0, None), (0, None, 0)]
