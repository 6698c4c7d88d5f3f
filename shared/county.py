"""The county that this process serves: its folder of data (`COUNTY_DIR`), and who it is as `county.toml` there says.

Another county is another folder: no module names a place. Whoever owns a subject (occupations, terms, plans, …) reads its own files of the folder.
"""

import os
from dataclasses import dataclass
from functools import cache
from hashlib import sha256
from pathlib import Path

from shared import strict

DEFAULT = Path(__file__).parents[1] / "deploy" / "counties" / "kaili"


@dataclass(frozen=True, slots=True)
class Place:
    """An area of GB/T 2260 by its code, its name, and the other ways in which addresses write it."""

    code: str
    name: str
    name_en: str
    aliases: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Partner:
    """The partner city (东西部协作) that people are sent to work in, with its districts."""

    code: str
    name: str
    name_en: str
    districts: tuple[Place, ...]


@dataclass(frozen=True, slots=True)
class Examples:
    """Invented values of this county that documents and templates show."""

    id_number: str
    region_code: str
    region_name: str
    street_name: str


@dataclass(frozen=True, slots=True)
class County:
    """`number_prefix` begins the number of every paper; `province_digits` stand in the certificate numbers of its bodies."""

    code: str
    name: str
    name_en: str
    title: str
    number_prefix: str
    province: Place
    prefecture: Place
    partner: Partner
    examples: Examples

    @property
    def province_digits(self) -> str:
        return self.province.code[:2]

    def series(self, letters: str) -> str:
        """What the numbers of one kind of paper begin with: the prefix and these."""
        return f"{self.number_prefix}-{letters}"


def folder() -> Path:
    """Where the county's data lie."""
    return _at(os.environ.get("COUNTY_DIR") or DEFAULT)


@cache
def _at(given: str | Path) -> Path:
    return Path(given)


def digest() -> str:
    """SHA-256 over every file of the folder: which data a process runs on."""
    return _digest(folder())


@cache
def _digest(of: Path) -> str:
    made = sha256()
    for path in sorted(path for path in of.rglob("*") if path.is_file()):
        made.update(path.relative_to(of).as_posix().encode() + b"\x00" + sha256(path.read_bytes()).digest())
    return made.hexdigest()


def here() -> County:
    """The county of this process; raises `strict.BadFile`, which stops the start."""
    return _read(folder())


def region_codes() -> frozenset[str]:
    """Of the county's own regions: towns, subdistricts, zones, and itself."""
    return _regions(folder())


@cache
def _regions(of: Path) -> frozenset[str]:
    return frozenset(row["code"] for row in strict.table(of / "regions.toml")["regions"])


def departments() -> frozenset[str]:
    """Those that lead a line of one of the county's plans."""
    return _departments(folder())


@cache
def _departments(of: Path) -> frozenset[str]:
    lines = (line for file in sorted((of / "plans").glob("*.toml")) for line in strict.table(file)["lines"])
    return frozenset(department for line in lines for department in line["lead_departments"])


@cache
def _read(of: Path) -> County:
    return strict.read_file(County, of / "county.toml")
