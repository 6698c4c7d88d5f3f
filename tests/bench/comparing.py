"""What one request cost two systems beside each other, and which of them cost the larger one too much."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from rich.console import Console
from rich.table import Table

RATIO = 1.3


@dataclass(frozen=True, slots=True)
class Seen:
    """Of one request: milliseconds until it was answered (median), milliseconds and pages in the databases (the least of some rounds: what jobs read meanwhile is
    not its)."""

    took: float
    database: float
    pages: float


def show(console: Console, seen: Mapping[str, tuple[Seen, Seen]], names: Sequence[str]) -> None:
    """`names`: how many rows each of the two systems has."""
    console.print(_table("what 项目", names, seen.items()))
    worse = sorted(((what, each) for what, each in seen.items() if _ratio(each) > RATIO), key=lambda each: -_ratio(each[1]))
    console.print(
        f"\n{len(seen)} 项,其中 {len(worse)} 项超过 {RATIO} 倍 of {len(seen)} things {len(worse)} cost more than {RATIO} times as much:"
    )
    console.print(_table("worse 超过", names, worse))


def _table(title: str, names: Sequence[str], rows: Any) -> Table:
    table = Table(title, *(f"{what}, {name}" for what in ("ms", "db ms", "pages") for name in names), "ratio 比值", "in databases")
    for what, (one, other) in rows:
        numbers = (one.took, other.took, one.database, other.database, one.pages, other.pages)
        table.add_row(
            what,
            *(f"{number:.1f}" for number in numbers),
            f"{_ratio((one, other)):.2f}",
            f"{other.database / one.database:.1f}" if one.database else "",
        )
    return table


def _ratio(seen: tuple[Seen, Seen]) -> float:
    return seen[1].took / seen[0].took
