"""The registry's reference lists as data: what a row of each holds, and their strict reading.

An unknown, missing or ill-typed key stops the reading and names file, row and key, so that a slip is seen at start.
Labels are Chinese (`name`) and English (`name_en`).
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, make_dataclass
from pathlib import Path
from typing import Literal, Protocol, TypeVar

from shared.strict import BadFile, read_file

FILES = ("regions", "occupations", "levels", "categories", "institution_kinds", "channels", "code_lists", "standing")
BasisStatus = Literal["confirmed", "unconfirmed"]


@dataclass(frozen=True, slots=True)
class Region:
    """A town or subdistrict, the county above it, a Foshan district, or a development zone (which has no area code)."""

    code: str
    name: str
    name_en: str
    kind: Literal["county_city", "subdistrict", "town", "district", "zone"]
    parent: str | None = None
    aliases: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Occupation:
    """`levels` are the codes of the levels it is divided into, low to high."""

    code: str
    name: str
    name_en: str
    levels: tuple[str, ...]
    confidence: Literal["high", "medium", "low"]
    basis_status: BasisStatus
    catalogue_class: str | None = None
    aliases: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Level:
    """Compare `rank`, which rises with skill; `digit` is the one in a certificate number and falls."""

    code: str
    name: str
    name_en: str
    rank: int
    digit: int | None = None
    aliases: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Category:
    code: str
    name: str
    name_en: str
    five_groups: bool
    aliases: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class InstitutionKind:
    code: str
    name: str
    name_en: str
    rated: bool


@dataclass(frozen=True, slots=True)
class Channel:
    """`days_at_most`: first to last day of a class, both counted; None: no limit."""

    code: str
    name: str
    name_en: str
    document: str
    clause: str
    basis_status: BasisStatus
    designated_kinds: tuple[str, ...]
    designation_status: BasisStatus
    days_at_most: int | None = None


@dataclass(frozen=True, slots=True)
class Code:
    """A word of one of the small lists that carry nothing but labels."""

    list: str
    code: str
    name: str
    name_en: str


@dataclass(frozen=True, slots=True)
class StandingClauses:
    designation: str
    blacklist: str
    teacher_ratio: str
    part_time_limit: str
    rating_due: str


@dataclass(frozen=True, slots=True)
class StandingTerms:
    """The figures an institution's standing is judged by, and where they are written."""

    document: str
    teachers_per_full_time_at_most: int
    institutions_of_a_part_time_teacher_at_most: int
    part_time_within_months: int
    years_between_ratings_at_most: int
    clauses: StandingClauses


@dataclass(frozen=True, slots=True)
class Reference:
    """All of it; every mapping is by code, in the order of its file."""

    regions: Mapping[str, Region]
    occupations: Mapping[str, Occupation]
    levels: Mapping[str, Level]
    categories: Mapping[str, Category]
    institution_kinds: Mapping[str, InstitutionKind]
    channels: Mapping[str, Channel]
    code_lists: tuple[Code, ...]
    standing: StandingTerms


def load(directory: Path) -> Reference:
    """Reads the directory's files; raises `BadFile`."""
    reference = Reference(
        regions=_by_code(directory, "regions", Region),
        occupations=_by_code(directory, "occupations", Occupation),
        levels=_by_code(directory, "levels", Level),
        categories=_by_code(directory, "categories", Category),
        institution_kinds=_by_code(directory, "institution_kinds", InstitutionKind),
        channels=_by_code(directory, "channels", Channel),
        code_lists=_rows(directory, "code_lists", Code),
        standing=read_file(StandingTerms, directory / "standing.toml"),
    )
    for region in reference.regions.values():
        _known([region.parent] if region.parent else [], reference.regions, f"regions.toml:{region.code}:parent")
    for occupation in reference.occupations.values():
        _known(occupation.levels, reference.levels, f"occupations.toml:{occupation.code}:levels")
    for channel in reference.channels.values():
        _known(channel.designated_kinds, reference.institution_kinds, f"channels.toml:{channel.code}:designated_kinds")
    for name, rows in (
        ("regions", reference.regions),
        ("occupations", reference.occupations),
        ("levels", reference.levels),
        ("categories", reference.categories),
    ):
        _no_word_twice(rows, f"{name}.toml")
    return reference


class _Coded(Protocol):
    @property
    def code(self) -> str: ...


class _Named(_Coded, Protocol):
    @property
    def name(self) -> str: ...
    @property
    def aliases(self) -> tuple[str, ...]: ...


Coded = TypeVar("Coded", bound=_Coded)
Row = TypeVar("Row")


def _known(codes: Iterable[str], rows: Mapping[str, object], where: str) -> None:
    for code in codes:
        if code not in rows:
            raise BadFile(f"{where}:没有代码 {code}")


def _no_word_twice(rows: Mapping[str, _Named], where: str) -> None:
    seen: dict[str, str] = {}
    for row in rows.values():
        for word in (row.name, *row.aliases):
            if word in seen:
                raise BadFile(f"{where}:{row.code}:aliases:{word} 已用于 {seen[word]}")
            seen[word] = row.code


def _by_code(directory: Path, name: str, kind: type[Coded]) -> dict[str, Coded]:
    rows: dict[str, Coded] = {}
    for row in _rows(directory, name, kind):
        if row.code in rows:
            raise BadFile(f"{name}.toml:代码 {row.code} 出现多次")
        rows[row.code] = row
    return rows


def _rows(directory: Path, name: str, kind: type[Row]) -> tuple[Row, ...]:
    """The file's only key is its own name: the list of its rows."""
    file = make_dataclass("File", [(name, tuple[kind, ...])])  # type: ignore[valid-type]
    rows: tuple[Row, ...] = getattr(read_file(file, directory / f"{name}.toml"), name)
    return rows
