"""The registry's reference lists as data: what a row of each holds, and their strict reading.

An unknown, missing or ill-typed key stops the reading and names file, row and key, so that a slip is seen at start.
Labels are Chinese (`name`) and English (`name_en`).
"""

import hashlib
import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import MISSING, dataclass, fields, is_dataclass
from pathlib import Path
from types import UnionType
from typing import Any, Literal, Protocol, TypeVar, Union, get_args, get_origin, get_type_hints

PACKAGED_DATA = Path(__file__).parent / "data"
BasisStatus = Literal["confirmed", "unconfirmed"]


class ReferenceDataInvalid(ValueError):
    """A data file is wrong; the text names file, row and key."""


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


def load(directory: Path = PACKAGED_DATA) -> Reference:
    """Reads the directory's files; raises `ReferenceDataInvalid`."""
    reference = Reference(
        regions=_by_code(directory, "regions", Region),
        occupations=_by_code(directory, "occupations", Occupation),
        levels=_by_code(directory, "levels", Level),
        categories=_by_code(directory, "categories", Category),
        institution_kinds=_by_code(directory, "institution_kinds", InstitutionKind),
        channels=_by_code(directory, "channels", Channel),
        code_lists=_rows(directory, "code_lists", Code),
        standing=_row(StandingTerms, _table(directory / "standing.toml"), "standing.toml"),
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


def digest(directory: Path = PACKAGED_DATA) -> str:
    """Changes with any of the files: says which policy data a process runs on."""
    made = hashlib.sha256()
    for path in sorted(directory.glob("*.toml")):
        made.update(path.name.encode() + b"\x00" + path.read_bytes())
    return made.hexdigest()


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
            raise ReferenceDataInvalid(f"{where}:没有代码 {code}")


def _no_word_twice(rows: Mapping[str, _Named], where: str) -> None:
    seen: dict[str, str] = {}
    for row in rows.values():
        for word in (row.name, *row.aliases):
            if word in seen:
                raise ReferenceDataInvalid(f"{where}:{row.code}:aliases:{word} 已用于 {seen[word]}")
            seen[word] = row.code


def _by_code(directory: Path, name: str, kind: type[Coded]) -> dict[str, Coded]:
    rows: dict[str, Coded] = {}
    for row in _rows(directory, name, kind):
        if row.code in rows:
            raise ReferenceDataInvalid(f"{name}.toml:代码 {row.code} 出现多次")
        rows[row.code] = row
    return rows


def _rows(directory: Path, name: str, kind: type[Row]) -> tuple[Row, ...]:
    """The file's only key is its own name: the list of its rows."""
    file = f"{name}.toml"
    table = _table(directory / file)
    for key in table:
        if key != name:
            raise ReferenceDataInvalid(f"{file}:未知的键 {key}")
    if not isinstance(table.get(name), list) or not all(isinstance(row, dict) for row in table[name]):
        raise ReferenceDataInvalid(f"{file}:缺少键 {name},须为 [[{name}]] 各行")
    return tuple(_row(kind, row, f"{file}:{row.get('code', f'第 {number} 项')}") for number, row in enumerate(table[name], 1))


def _table(path: Path) -> dict[str, Any]:
    try:
        return tomllib.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError as fault:
        raise ReferenceDataInvalid(f"{path.name}:缺少文件") from fault
    except tomllib.TOMLDecodeError as fault:
        raise ReferenceDataInvalid(f"{path.name}:不是有效的 TOML 文件({fault})") from fault


def _row(kind: type[Row], table: Mapping[str, Any], where: str) -> Row:
    """A table as the dataclass `kind`: exactly its fields, each of the declared type."""
    hints = get_type_hints(kind)
    for key in table:
        if key not in hints:
            raise ReferenceDataInvalid(f"{where}:未知的键 {key}")
    for field in fields(kind):  # type: ignore[arg-type]
        if field.default is MISSING and field.name not in table:
            raise ReferenceDataInvalid(f"{where}:缺少键 {field.name}")
    return kind(**{key: _value(hints[key], value, f"{where}:{key}") for key, value in table.items()})


def _value(hint: Any, value: Any, where: str) -> Any:
    origin = get_origin(hint)
    if origin in (Union, UnionType):
        return _value(get_args(hint)[0], value, where)  # `X | None`: the file leaves the key out instead of writing None
    if is_dataclass(hint) and isinstance(value, dict):
        return _row(hint, value, where)  # type: ignore[arg-type]
    if origin is Literal:
        if value not in get_args(hint):
            raise ReferenceDataInvalid(f"{where}:{value!r} 不在允许值 {'、'.join(get_args(hint))} 之内")
        return value
    if origin is tuple:
        if not isinstance(value, list) or any(type(item) is not str for item in value):
            raise ReferenceDataInvalid(f"{where}:须为文字列表")
        return tuple(value)
    # Exact types: a bool is no number here.
    if type(value) is not hint:
        raise ReferenceDataInvalid(f"{where}:{value!r} 的类型不对,须为 {hint.__name__}")
    return value
