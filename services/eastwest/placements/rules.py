"""How retention is judged, as data (`retention.toml`): figures with their basis, and the grades of proof. And where the partner city is."""

from dataclasses import dataclass, field, replace
from functools import cache
from pathlib import Path
from typing import Literal

from services.eastwest.codes import EvidenceGrade as Grade
from shared import county, strict


@dataclass(frozen=True, slots=True)
class Basis:
    applies_to: tuple[str, ...]
    document: str
    clause: str
    basis_status: Literal["confirmed", "unconfirmed"]


@dataclass(frozen=True, slots=True)
class Stated:
    """Where the three gates before the first day at work are stated."""

    document: str
    clause: str
    basis_status: Literal["confirmed", "unconfirmed"]


@dataclass(frozen=True, slots=True)
class GradeOf:
    """A grade of proof and who can provide it."""

    code: Grade
    provider: str


@dataclass(frozen=True, slots=True)
class States:
    """The words with which offices' sheets say whether someone is at work: a cell that is one of `at_work`, has one of `left` in it, or is one of `away`
    (not at work, without a day since when). Any other word says nothing."""

    at_work: tuple[str, ...]
    left: tuple[str, ...]
    away: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Terms:
    """How retention is judged; every bound includes itself. `districts`: those of the partner city, outside which nobody is retained."""

    months: int
    break_days_at_most: int
    uncovered_days_a_month_at_most: int
    working_age_at_least: int
    basis: tuple[Basis, ...]
    gates: Stated
    states: States
    grades: tuple[GradeOf, ...]
    districts: frozenset[str] = field(default=frozenset(), metadata=strict.NOT_READ)


def here() -> Terms:
    """The terms of this county; raises `strict.BadFile`, which stops the start."""
    return _read(county.folder())


@cache
def _read(of: Path) -> Terms:
    return replace(
        strict.read_file(Terms, of / "retention.toml"), districts=frozenset(each.code for each in county.here().partner.districts)
    )
