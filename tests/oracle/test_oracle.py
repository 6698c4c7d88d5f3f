"""The system's judge and the oracle say the same of every line, whatever the facts."""

import ast
import sys
from collections import Counter
from datetime import date
from pathlib import Path
from random import Random

import pytest

from tests.oracle import figures, recompute
from tests.oracle import judge as oracle
from tests.oracle.drawn import a_world
from tests.oracle.judge import judge, retirement_months
from tests.oracle.receipts import said_by_the_system

WORLDS, SEEDS = 100, range(10)
CODES = {
    "age_above_limit",
    "age_below_limit",
    "already_subsidised",
    "attendance_impossible",
    "attendance_too_low",
    "category_not_eligible",
    "class_filed_late",
    "class_not_completed",
    "class_too_long",
    "duplicate_line",
    "headcount_differs",
    "institution_blacklisted",
    "institution_exited",
    "institution_not_designated",
    "institution_suspended",
    "lower_level_after_higher",
    "overlapping_class",
    "shared_bank_account",
    "status_excluded",
    "status_unverified",
    "trade_not_allowed",
    "trade_not_filed",
    "trainer_on_roster",
}


@pytest.mark.parametrize("seed", SEEDS)
def test_the_judge_and_the_oracle_agree_line_by_line(seed: int) -> None:
    for number in range(WORLDS):
        world = a_world(Random(f"{seed} {number}"))
        wanted, got = judge(world), said_by_the_system(world)
        differing = {line: (wanted[line], got[line]) for line in wanted if wanted[line] != got[line]}
        assert not differing, f"the oracle, the system: {differing}\n\n{world}"


def test_the_worlds_hold_something_of_every_kind() -> None:
    """Otherwise agreement would say nothing."""
    found: Counter[str] = Counter()
    for seed in SEEDS:
        for number in range(WORLDS):
            for verdict in judge(a_world(Random(f"{seed} {number}"))).values():
                found.update([verdict.verdict, *verdict.refused_for, *verdict.held_for])
    assert found.keys() >= CODES and min(found[each] for each in ("eligible", "held", "refused")) > 300, found


def test_the_oracle_rests_on_nothing_of_ours() -> None:
    """The standard library and its own figures; and short enough to be read beside the documents."""
    for module in (oracle, figures, recompute):
        text = Path(str(module.__file__)).read_text()
        imported = {
            name.split(".")[0] if name != figures.__name__ else name
            for node in ast.walk(ast.parse(text))
            for name in (
                [node.module or ""]
                if isinstance(node, ast.ImportFrom)
                else [each.name for each in node.names]
                if isinstance(node, ast.Import)
                else []
            )
        }
        assert imported - {figures.__name__} <= sys.stdlib_module_names
        assert len(text.splitlines()) <= 500


@pytest.mark.parametrize(
    ("born", "track", "years", "months"),
    [
        ((1964, 12), "male", 60, 0),
        ((1965, 1), "male", 60, 1),
        ((1965, 4), "male", 60, 1),
        ((1965, 5), "male", 60, 2),
        ((1976, 9), "male", 63, 0),
        ((1990, 1), "male", 63, 0),
        ((1969, 12), "female_55", 55, 0),
        ((1970, 1), "female_55", 55, 1),
        ((1981, 9), "female_55", 58, 0),
        ((1974, 12), "female_50", 50, 0),
        ((1975, 1), "female_50", 50, 1),
        ((1984, 11), "female_50", 55, 0),
    ],
)
def test_the_oracle_knows_the_statutory_ages(born: tuple[int, int], track: str, years: int, months: int) -> None:
    assert retirement_months(date(*born, 1), track) == years * 12 + months
