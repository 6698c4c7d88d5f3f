"""The ledger of past years (往年培训台账), a row a person of a class: what its rows say is put together to the classes that a request would name, each kept
wholly or not at all."""

import datetime as dt
import re
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, Final
from uuid import UUID

from services.registry import fields
from services.registry.codes import EnrolmentOutcome, Scheme
from services.registry.imports.columns import PAST_WORDS
from services.registry.imports.lists import amount_of, known_as, one_of, words_of
from services.registry.reference.facts import Reference
from services.registry.training.history_imports.errors import HistoryClassDiffers
from services.registry.training.history_imports.schemas import PastClassIn
from shared.batches import Result, rejected, shaped
from shared.errors import Fault
from shared.national_numbers import compact, half_width
from shared.sheets import Book, Reading
from shared.sheets.finding import find_layouts
from shared.sheets.rows import FieldFault, FirstStands, Placed, RowCheck, id_number, read_rows

OUTCOMES: Final = {
    "": EnrolmentOutcome.COMPLETED,
    **dict.fromkeys(("结业", "已结业", "合格", "是", "completed"), EnrolmentOutcome.COMPLETED),
    **dict.fromkeys(("未参训", "未参加", "缺席", "absent"), EnrolmentOutcome.ABSENT),
    **dict.fromkeys(("中途退出", "退出", "退学", "未结业", "否", "withdrawn"), EnrolmentOutcome.WITHDRAWN),
}
# The columns of what a fault points to, where they are called otherwise.
POINTED: Final = {
    "number_there": "class_number",
    "institution_id": "uscc",
    "starts_on": "starts",
    "ends_on": "ends",
    "region_code": "region",
    "occupation_code": "occupation",
    "trade_name": "occupation",
    "trade_filing_no": "occupation",
    "certificate_no": "certificate",
    "on": "starts",
}
NOTHING: Final = "0.00"  # said of whom nothing was paid
DUPLICATE_ROW: Final = "duplicate_row"  # the first stands, and with it the class
SAME: Final = "同一班级各行的班级情况须一致;与第 {row} 行不同,请改成一样"
INCOMPLETE: Final = Fault("class_has_faults", "/class_number", fix="本班有别的行有错误,整班未导入;请更正那些行后整表再次导入")


@dataclass(frozen=True, slots=True)
class PastRow(Placed):
    """A person of a class. `faulty` are the classes of the book of which a row cannot be read."""

    key: tuple[str, str]
    of_class: Mapping[str, Any]
    person: Mapping[str, Any]
    payment: Mapping[str, Any] | None
    faulty: set[tuple[str, str]] = field(repr=False)


def read_past_classes(
    book: Book, *, source: str | None, today: dt.date, regions: Mapping[str, str], reference: Reference
) -> Reading[PastRow]:
    """`source` is who paid, where the sheet has no column for it. Raises SheetError."""
    occupations = known_as(reference.occupations.values())
    levels = known_as(reference.levels.values())
    channels, schemes = words_of("channel"), words_of("scheme")
    first, faulty = FirstStands(), set[tuple[str, str]]()

    def read(check: RowCheck) -> PastRow | None:
        key = compact(check.text("uscc")).upper(), check.words("class_number") or ""
        citizen = check.take("id_number", id_number, check.value("id_number"), today=today)
        if citizen is not None:
            first.check(check, (*key, citizen.number))
        trade = check.words("occupation")
        channel = check.take("channel", one_of, check.text("channel"), channels, f"培训渠道填写下列之一:{'、'.join(channels)}")
        of_class = {
            "name": check.words("class_name"),
            "channel": channel,
            "occupation_code": occupations.get(trade or ""),
            "trade_name": trade if trade not in occupations else None,
            "level": check.take("level", one_of, check.text("level"), levels, "等级填写代码表中的名称,不分等级的留空"),
            "starts_on": check.day("starts", fields.day, "开班日期"),
            "ends_on": check.day("ends", fields.day, "结束日期"),
            "hours": check.take("hours", _hours, check.text("hours")),
            "region_code": check.take("region", fields.region, check.text("region"), regions),
            "programmes": [each for each in re.split(r"[、,,;;\s]+", check.words("programmes") or "") if each],
        }
        person = {
            "id_number": citizen and citizen.number,
            "name": check.take("name", fields.name, check.text("name")),
            "outcome": check.take("outcome", one_of, check.text("outcome"), OUTCOMES, "填写结业、未参训或中途退出")
            or EnrolmentOutcome.COMPLETED,
            "certificate_no": check.words("certificate"),
        }
        payment = None
        amount = check.take("amount", amount_of, check.text("amount")) if check.text("amount") else None
        if check.text("amount") and amount != NOTHING:
            scheme = check.take("scheme", one_of, check.text("scheme"), schemes, "补贴项目填写代码表中的名称,与培训渠道相同的留空")
            payment = {
                "id_number": person["id_number"],
                "scheme": scheme or (channel if channel in set(Scheme) else None),
                **{name: of_class[name] for name in ("occupation_code", "trade_name", "level")},
                "on": of_class["starts_on"],
                "amount": amount,
                "source": check.words("source") or source,
                "document": check.words("document"),
            }
            if not payment["source"]:
                check.add("source", FieldFault("missing_field", "", "填写支付单位一列,或在导入时填写 source"))
        if any(fault.code != DUPLICATE_ROW for fault in check.faults):
            faulty.add(key)
        said = (_without_none(of_class), _without_none(person), payment and _without_none(payment))
        return PastRow(check.layout, check.row.number, key, *said, faulty)

    return read_rows(
        find_layouts(book, PAST_WORDS, needed=("class_number", "uscc", "id_number", "name", "starts", "ends", "channel")), read
    )


def _hours(text: str) -> int | None:
    plain = half_width(text).strip().removesuffix("课时").removesuffix("学时")
    if not plain or (plain.isascii() and plain.isdigit() and len(plain) <= 5):
        return int(plain) if plain else None
    raise FieldFault("invalid_value", text, "课时填写整数")


def _without_none(said: Mapping[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in said.items() if value is not None}


class Ledger:
    """The rows of a book by class, each class as a request would name it; and what becomes of rows as something becomes of their class."""

    def __init__(self, rows: Sequence[PastRow], institutions: Mapping[str, UUID]) -> None:
        self.results: dict[int, Result] = {}
        of_class: dict[tuple[str, str], list[int]] = defaultdict(list)
        for index, row in enumerate(rows):
            of_class[row.key].append(index)
        self._rows, self._classes, said = rows, list(of_class.values()), dict[int, dict[str, Any]]()
        for place, indexes in enumerate(self._classes):
            if faults := self._differing(indexes):
                self._refuse(place, faults)
            elif rows[indexes[0]].key in rows[indexes[0]].faulty:
                self._refuse(place, {})
            elif rows[indexes[0]].key[0] not in institutions:
                fix = "没有登记这个机构;请核对信用代码,或先登记该机构,已停办的也可以登记"
                self._refuse(place, {indexes[0]: [Fault("unknown_institution", "/uscc", fix=fix)]})
            else:
                said[place] = self._said(indexes, institutions)
        self.items, unshaped = shaped(PastClassIn, said)
        self.settle(unshaped)

    def settle(self, results: Mapping[int, Result]) -> None:
        """What became of classes becomes of their rows; a fault is told where its cell is."""
        for place, result in results.items():
            if result.outcome == "rejected":
                told: dict[int, list[Fault]] = defaultdict(list)
                for fault in result.faults:
                    index, at = self._told_of(place, fault.pointer or "/")
                    told[index].append(replace(fault, pointer=at))
                self._refuse(place, told)
            else:
                self.results |= dict.fromkeys(self._classes[place], result)

    def _differing(self, indexes: Sequence[int]) -> dict[int, list[Fault]]:
        first = self._rows[indexes[0]]
        fix = SAME.format(row=first.row)
        differ = [each for each in indexes if self._rows[each].of_class != first.of_class]
        return {each: [Fault(HistoryClassDiffers.code, "/class_number", fix=fix)] for each in differ}

    def _said(self, indexes: Sequence[int], institutions: Mapping[str, UUID]) -> dict[str, Any]:
        rows = [self._rows[each] for each in indexes]
        uscc, number_there = rows[0].key
        payments = [row.payment for row in rows if row.payment]
        people = [row.person for row in rows]
        return {
            **rows[0].of_class,
            "institution_id": institutions[uscc],
            "number_there": number_there,
            "people": people,
            "payments": payments,
        }

    def _refuse(self, place: int, told: Mapping[int, Sequence[Fault]]) -> None:
        for index in self._classes[place]:
            self.results[index] = rejected(*(told.get(index) or [INCOMPLETE]), conflict=True)

    def _told_of(self, place: int, pointer: str) -> tuple[int, str]:
        """The row, and what of it."""
        indexes, (_, of, *rest) = self._classes[place], pointer.split("/")
        if of in ("people", "payments") and rest and rest[0].isdigit():
            told = indexes if of == "people" else [each for each in indexes if self._rows[each].payment]
            return told[int(rest[0])], f"/{rest[1] if len(rest) > 1 else 'id_number'}"
        return indexes[0], f"/{of}"
