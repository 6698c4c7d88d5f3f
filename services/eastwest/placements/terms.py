"""How retention is judged, as data (`retention.toml`): figures with their basis, and the grades of proof."""

from dataclasses import dataclass
from functools import cache
from typing import Literal

from shared import county, strict

Grade = Literal["A", "B", "C", "D", "E"]  # strong to weak: "A" < "B"


@dataclass(frozen=True, slots=True)
class Basis:
    applies_to: tuple[str, ...]
    document: str
    clause: str
    basis_status: Literal["confirmed", "unconfirmed"]


@dataclass(frozen=True, slots=True)
class GradeOf:
    """A grade of proof and who can provide it."""

    code: Grade
    name: str
    provider: str


@dataclass(frozen=True, slots=True)
class Terms:
    """How retention is judged; every bound includes itself."""

    months: int
    break_days_at_most: int
    uncovered_days_a_month_at_most: int
    basis: tuple[Basis, ...]
    grades: tuple[GradeOf, ...]


@cache
def packaged() -> Terms:
    """The terms that come with the system; raises `strict.BadFile`, which stops the service at start."""
    return strict.read_file(Terms, county.folder() / "retention.toml")
