"""How retention is judged, as data (`retention.toml`): figures with their basis, and the grades of proof."""

import hashlib
import tomllib
from dataclasses import dataclass, fields
from functools import cache
from pathlib import Path
from typing import Final, Literal, NamedTuple

Grade = Literal["A", "B", "C", "D", "E"]  # strong to weak: "A" < "B"
TERMS_FILE: Final = Path(__file__).parent / "retention.toml"


class Basis(NamedTuple):
    applies_to: tuple[str, ...]
    document: str
    clause: str
    basis_status: str


class GradeOf(NamedTuple):
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


def packaged_hash() -> str:
    """A digest of the terms, for `/version`."""
    return hashlib.sha256(TERMS_FILE.read_bytes()).hexdigest()[:16]


@cache
def packaged() -> Terms:
    """The terms that come with the system. An unknown or missing key stops the service at start."""
    table = tomllib.loads(TERMS_FILE.read_text("utf-8"))
    if table.keys() != {field.name for field in fields(Terms)}:
        raise ValueError(f"retention.toml:须恰有这些键 {'、'.join(field.name for field in fields(Terms))}")
    table["basis"] = tuple(Basis(**row | {"applies_to": tuple(row["applies_to"])}) for row in table["basis"])
    table["grades"] = tuple(GradeOf(**row) for row in table["grades"])
    return Terms(**table)
