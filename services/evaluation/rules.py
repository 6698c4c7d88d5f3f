"""What evaluation decides by and the county states: `assessment.toml`; of each skill level its rank and the digit it has in a certificate number; by what names
each occupation goes and into which levels it is divided; and what the numbers of certificates look like."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Literal

from services.evaluation.codes import CertificateKind, Level
from shared import county, strict


@dataclass(frozen=True, slots=True)
class Basis:
    """The document that says so; `applies_to`: the keys of the file that rest on it."""

    applies_to: tuple[str, ...]
    document: str
    clause: str
    basis_status: Literal["confirmed", "unconfirmed"]


@dataclass(frozen=True, slots=True)
class BodyClass:
    """A class of assessment bodies: the letter its certificate numbers begin with, and whether it assesses nobody but its own workers."""

    letter: str
    name: str
    own_workers_only: bool


@dataclass(frozen=True, slots=True)
class Body:
    """A kind of institution that may assess, and as which classes it may file: the first unless it says."""

    kind: str
    name: str
    classes: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class MaterialRule:
    """A paper that a filing brings, found by a word of its name. Unconfirmed: its absence is shown and stops nothing."""

    name: str
    words: tuple[str, ...]
    basis_status: Literal["confirmed", "unconfirmed"]


@dataclass(frozen=True, slots=True)
class Before:
    """What somebody has before a level: the one below it, or so many years of work. Unconfirmed: its lack is shown and stops nothing."""

    level: Level
    below: Level
    years: int
    basis_status: Literal["confirmed", "unconfirmed"]


@dataclass(frozen=True, slots=True)
class Quality:
    """From where on a body's work asks for a second look, over so many months. A pass rate is compared where so many people sat, here and elsewhere."""

    months: int
    people_at_least: int
    points_above_others_at_most: int
    certificates_a_day_at_most: int


@dataclass(frozen=True, slots=True)
class Rules:
    """`renewable_months`: how long before its last day a filing may be renewed. `idle_after_months`: without a batch for so long it is shown as idle.
    `own_worker_category`: what a body registers its own workers as."""

    renewable_months: int
    filing_years_at_most: int
    idle_after_months: int
    pass_score_at_least: int
    own_worker_category: str
    quality: Quality
    body_classes: tuple[BodyClass, ...]
    bodies: tuple[Body, ...]
    materials: tuple[MaterialRule, ...]
    level_rules: tuple[Before, ...]
    basis: tuple[Basis, ...]

    def body(self, kind: str) -> Body | None:
        return next((each for each in self.bodies if each.kind == kind), None)

    def own_workers_only(self, letter: str) -> bool:
        return any(each.own_workers_only for each in self.body_classes if each.letter == letter)

    def before(self, level: str) -> Before | None:
        return next((each for each in self.level_rules if each.level == level), None)


@dataclass(frozen=True, slots=True)
class LevelRule:
    """The digit falls as the skill rises: compare ranks, never digits. Without a digit there is no number of the common shape."""

    code: Level
    name: str
    name_en: str
    rank: int
    digit: int | None = None
    aliases: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Occupation:
    """What an occupation is called; `aliases` are other words that mean just this; `levels`: those of its standard, low to high."""

    code: str
    name: str
    aliases: tuple[str, ...]
    levels: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class NumberShape:
    """What a number of these kinds looks like. The pattern's groups `year` and `level` are compared with the certificate's; `levels`: of which alone."""

    kinds: tuple[CertificateKind, ...]
    pattern: str
    words: str
    document: str
    clause: str
    basis_status: Literal["confirmed", "unconfirmed"]
    levels: tuple[Level, ...] = ()


@dataclass(frozen=True, slots=True)
class _Levels:
    levels: tuple[LevelRule, ...]


@dataclass(frozen=True, slots=True)
class _Shapes:
    shapes: tuple[NumberShape, ...]


Levels = Mapping[str, LevelRule]


def here() -> Rules:
    """Raises `strict.BadFile`, which stops the start."""
    return _rules(county.folder())


def levels() -> Levels:
    """By code, low to high; raises `strict.BadFile`."""
    return _levels(county.folder())


def occupations() -> tuple[Occupation, ...]:
    """Those of the registry's list."""
    return _occupations(county.folder())


def number_shapes() -> tuple[NumberShape, ...]:
    """Raises `strict.BadFile`."""
    return _shapes(county.folder())


@cache
def _rules(of: Path) -> Rules:
    return strict.read_file(Rules, of / "assessment.toml")


@cache
def _levels(of: Path) -> Levels:
    return {each.code: each for each in strict.read_file(_Levels, of / "levels.toml").levels}


@cache
def _occupations(of: Path) -> tuple[Occupation, ...]:
    listed = strict.table(of / "occupations.toml")["occupations"]
    return tuple(Occupation(each["code"], each["name"], tuple(each.get("aliases", ())), tuple(each.get("levels", ()))) for each in listed)


@cache
def _shapes(of: Path) -> tuple[NumberShape, ...]:
    shapes = strict.read_file(_Shapes, of / "certificate_numbers.toml").shapes
    faults = [strict.Fault(f"shapes[{index}].pattern", why) for index, each in enumerate(shapes) if (why := _unusable(each.pattern))]
    if faults:
        raise strict.bad_file(of / "certificate_numbers.toml", faults)
    return shapes


def _unusable(pattern: str) -> str | None:
    try:
        groups = re.compile(pattern).groupindex.keys() - {"year", "level"}
    except re.error as error:
        return f"不是正则表达式:{error}"
    return f"只有 year 和 level 可以命名,不认识 {'、'.join(sorted(groups))}" if groups else None
