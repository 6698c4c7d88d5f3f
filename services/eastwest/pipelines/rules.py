"""What the county's plans ask of each class that is trained to an order; read from the lines that the board counts by."""

from collections.abc import Iterable
from datetime import date
from functools import cache
from pathlib import Path
from typing import Any, NamedTuple

from shared import county, strict


class Asked(NamedTuple):
    """Of one class: how many complete it, and which share of these is placed. None: nothing is asked."""

    people_at_least: int | None = None
    placed_share_at_least: float | None = None


def of_day(on: date) -> Asked:
    """By the plan of that day; of several the latest."""
    return next((asked for first, last, asked in _plans(county.folder()) if first <= on <= last), Asked())


@cache
def _plans(of: Path) -> list[tuple[date, date, Asked]]:
    plans = [strict.table(file) for file in sorted((of / "plans").glob("*.toml"))]
    return sorted(((each["starts_on"], each["ends_on"], _asked(each["lines"])) for each in plans), reverse=True)


def _asked(lines: Iterable[dict[str, Any]]) -> Asked:
    of_class = [each for each in lines if each["measure"] in ("order_classes", "placed_share")]
    people = (each["class_trainees_at_least"] for each in of_class if "class_trainees_at_least" in each)
    shares = (float(target["at_least"]) for each in of_class if each.get("each") == "class" for target in each["targets"])
    return Asked(next(people, None), next(shares, None))
