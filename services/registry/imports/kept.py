"""What keeping the rows of a sheet answers, and how many people are kept at a time."""

from collections import Counter
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from typing import Final

from shared.sheets import RowFault

PEOPLE_AT_A_TIME: Final = 500
Progress = Callable[[int], Awaitable[None]]


@dataclass(slots=True)
class Kept:
    """How many rows did what, and the faults that showed only against what is kept already."""

    counts: Counter[str] = field(default_factory=Counter)
    faults: list[RowFault] = field(default_factory=list)
