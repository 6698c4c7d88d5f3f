"""The layouts by which other platforms take our papers (`layouts/*.toml` of the county): which columns, in what words, and what must be asked for.

What a paper has to offer stands here, since one reader serves every service; a service gives each field its value. A field that holds a code is written in
the words of the layout, else as the county calls it.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cache
from pathlib import Path
from typing import Any, Final, Literal

from shared import codes, county, strict
from shared.sheets import Table

FILTERS: Final = ("from_on", "to_on", "institution_id")
FULL_NUMBER: Final = "id_number"
# Of each field the code list that it is of, "": it is written as it is. Regions and occupations are called as their files say.
_CLASS: Final = {
    **dict.fromkeys(("class_number", "class_name", "institution_name", "institution_uscc", "occupation_code", "trade_name"), ""),
    **dict.fromkeys(("starts_on", "ends_on", "hours", "seats", "enrolled_people", "completed_people"), ""),
    "occupation_name": "occupations",
    "class_region": "regions",
    **{name: name for name in ("channel", "level", "delivery", "class_status")},
}
_PERSON: Final = {
    **dict.fromkeys(("name", FULL_NUMBER, "id_number_masked", "birth_on", "phone_masked", "village"), ""),
    "region": "regions",
    **{name: name for name in ("id_type", "sex", "education")},
}
_CERTIFICATE: Final = {
    **dict.fromkeys(("certificate_number", "name", "printed_name", FULL_NUMBER, "id_number_masked", "occupation_code"), ""),
    **dict.fromkeys(("issuer", "issued_on", "revoked_on"), ""),
    "occupation_name": "occupations",
    **{name: name for name in ("certificate_kind", "level", "certificate_status")},
}
FIELDS: Final[Mapping[str, Mapping[str, str]]] = {
    "classes": _CLASS,
    "trainees": _PERSON,
    "enrolments": {**_CLASS, **_PERSON, "days_attended": "", "enrolment_outcome": "enrolment_outcome"},
    "certificates": _CERTIFICATE,
}
SERVICES: Final = {"classes": "registry", "trainees": "registry", "enrolments": "registry", "certificates": "evaluation"}


@dataclass(frozen=True, slots=True)
class Column:
    """A column by its header, and the field that stands in it. `words`: what the other platform calls each code of the field's list."""

    title: str
    field: str
    words: Mapping[str, str] | None = None


@dataclass(frozen=True, slots=True)
class Layout:
    """`filters`: what must be given with a request. `document`: what the layout is taken from; unconfirmed: nobody has compared it."""

    title: str
    about: Literal["classes", "trainees", "enrolments", "certificates"]
    filters: tuple[Literal["from_on", "to_on", "institution_id"], ...]
    columns: tuple[Column, ...]
    document: str
    clause: str
    basis_status: Literal["confirmed", "unconfirmed"]

    @property
    def service(self) -> str:
        return SERVICES[self.about]

    @property
    def full_numbers(self) -> bool:
        return any(column.field == FULL_NUMBER for column in self.columns)

    def table(self, rows: Sequence[Mapping[str, Any]]) -> Table:
        """The sheet to write: of each row its fields, days as ISO text, codes in words."""
        called = [_called(FIELDS[self.about][column.field], column) for column in self.columns]
        fields = [column.field for column in self.columns]
        lines = [[_cell(row[field], words) for field, words in zip(fields, called, strict=True)] for row in rows]
        return Table(self.title, [column.title for column in self.columns], lines)


def of(service: str) -> Mapping[str, Layout]:
    """The layouts of a service's papers by their code, the file's name; raises `strict.BadFile`."""
    return {code: layout for code, layout in here().items() if layout.service == service}


def here() -> Mapping[str, Layout]:
    """All of the county's layouts; raises `strict.BadFile`."""
    return _load(county.folder())


@cache
def _load(folder: Path) -> Mapping[str, Layout]:
    return {path.stem: _read(path) for path in sorted((folder / "layouts").glob("*.toml"))}


def _read(path: Path) -> Layout:
    layout = strict.read_file(Layout, path)
    if faults := list(_faults(layout)):
        raise strict.bad_file(path, faults)
    return layout


def _faults(layout: Layout) -> Iterator[strict.Fault]:
    fields, titles = FIELDS[layout.about], [column.title for column in layout.columns]
    if not titles:
        yield strict.Fault("columns", "至少一列")
    for index, column in enumerate(layout.columns):
        place = f"columns[{index}]"
        if not column.title.strip() or column.title in titles[:index]:
            yield strict.Fault(f"{place}.title", f"列名应有字且不重复,实为 {column.title!r}")
        if column.field not in fields:
            yield strict.Fault(f"{place}.field", f"应为 {'、'.join(fields)} 之一,实为 {column.field!r}")
        elif column.words is not None:
            yield from (strict.Fault(f"{place}.words", each) for each in _wordless(fields[column.field], column))


def _wordless(name: str, column: Column) -> Iterator[str]:
    """The words of a column name every code of its list, and no other."""
    if name in ("", *_NAMED_IN):
        yield f"{column.field} 不是代码表中的代码,不另写用语"
        return
    known, said = codes.labels(name).keys(), (column.words or {}).keys()
    yield from (f"缺少代码 {code} 的用语" for code in known if code not in said)
    yield from (f"代码表 {name} 中没有 {code}" for code in said if code not in known)


_NAMED_IN: Final = {"regions": "regions.toml", "occupations": "occupations.toml"}


def _called(name: str, column: Column) -> Mapping[str, str]:
    """What each code of a column is written as; of what is no code, nothing."""
    if name in _NAMED_IN:
        return _names(county.folder() / _NAMED_IN[name], name)
    return column.words or (codes.named(name) if name else {})


@cache
def _names(path: Path, rows: str) -> Mapping[str, str]:
    return {row["code"]: row["name"] for row in strict.table(path)[rows]}


def _cell(value: Any, words: Mapping[str, str]) -> str | int | None:
    """A code that the county does not know stays a code."""
    plain = str(value) if isinstance(value, date) else value
    return words.get(plain, plain) if isinstance(plain, str) else plain
