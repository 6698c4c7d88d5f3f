"""Reads the rows of people one by one, gathering everything that is wrong with each."""

from collections.abc import Callable, Hashable, Iterable
from dataclasses import dataclass, field
from typing import ParamSpec, TypeVar

from services.registry.imports.columns import Layout, people
from services.registry.imports.fields import FieldFault
from shared.sheets import Reading, Row, RowFault, Value

R = TypeVar("R")
V = TypeVar("V")
P = ParamSpec("P")


@dataclass(slots=True)
class RowCheck:
    """One row under judgement; gathers all that is wrong with it."""

    layout: Layout
    row: Row
    faults: list[RowFault] = field(default_factory=list)

    def text(self, name: str) -> str:
        return self.layout.text(self.row, name)

    def value(self, name: str) -> Value:
        column = self.layout.columns.get(name)
        return self.row.values[column] if column is not None and column < len(self.row.values) else None

    def take(self, name: str, read: Callable[P, V], *args: P.args, **kwargs: P.kwargs) -> V | None:
        try:
            return read(*args, **kwargs)
        except FieldFault as fault:
            self.add(name, fault)
            return None

    def add(self, name: str, fault: FieldFault) -> None:
        self.add_at(self.layout.letter(name), fault)

    def add_at(self, letter: str, fault: FieldFault) -> None:
        self.faults.append(RowFault(self.layout.sheet.name, self.row.number, letter, fault.code, fault.seen, fault.fix))


class FirstStands:
    """Of rows about the same thing the first stands; the later ones are told where it is."""

    def __init__(self) -> None:
        self._first: dict[Hashable, tuple[str, int]] = {}

    def check(self, check: RowCheck, key: Hashable, column: str = "id_number") -> None:
        sheet, here = check.layout.sheet.name, check.row.number
        first_sheet, first = self._first.setdefault(key, (sheet, here))
        if (first_sheet, first) != (sheet, here):
            where = f"第 {first} 行" if first_sheet == sheet else f"表“{first_sheet}”第 {first} 行"
            check.add(column, FieldFault("duplicate_row", check.text(column), f"与{where}重复;以{where}为准,请删去本行"))


def read_rows(layouts: Iterable[Layout], read: Callable[[RowCheck], R | None]) -> Reading[R]:
    """Every row of people through `read`; a row with anything wrong is not kept."""
    reading: Reading[R] = Reading()
    for layout in layouts:
        reading.header_rows[layout.sheet.name] = layout.header_row
        for row in people(layout):
            check = RowCheck(layout, row)
            result = read(check)
            if result is not None and not check.faults:
                reading.rows.append(result)
            reading.faults.extend(check.faults)
            reading.total += 1
    return reading
