"""Lists whose rows become what the same things are when they come by request: trainees, and what was paid elsewhere. A book in, a Reading out."""

import datetime as dt
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from services.registry import fields
from services.registry.imports.columns import WORDS
from services.registry.imports.reading import person_of
from services.registry.people.trainees.rules import id_type_of
from services.registry.reference.facts import Reference
from shared import codes
from shared.sheets import Book, Reading
from shared.sheets.finding import find_layouts
from shared.sheets.rows import FieldFault, Placed, RowCheck, id_number, read_rows

AMOUNT: Final = re.compile(r"[¥￥]?([0-9]{1,9}(?:,[0-9]{3})*(?:\.[0-9]{1,2})?)元?")
OCCUPATION_CODE: Final = re.compile(r"[0-9]-[0-9]{2}-[0-9]{2}-[0-9]{2}")


@dataclass(frozen=True, slots=True)
class StatedRow(Placed):
    """A person, and what the row states, by the members of the request that says the same. What is blank is not stated."""

    number: str
    name: str | None
    stated: Mapping[str, Any]


def read_trainees(
    book: Book, *, today: dt.date, regions: Mapping[str, str], categories: Mapping[str, str], unclear: Mapping[str, Sequence[str]]
) -> Reading[StatedRow]:
    """People to register. A category is held from the day in the row's own column, or else from today. Raises SheetError."""
    person = person_of(today, regions, categories, unclear)

    def read(check: RowCheck) -> StatedRow | None:
        if (told := person(check)) is None:
            return None
        number, since_on = told.citizen.number, check.day("from", fields.day, "类别起始日期") if check.text("from") else today
        stated = {
            "name": told.name,
            "id_type": id_type_of(number),
            "id_number": number,
            "region_code": told.region_code,
            "phone": told.phone,
            "education": told.education,
            "bank_account": told.bank_account,
            "categories": [{"code": code, "since_on": since_on} for code in told.categories or ()],
        }
        stated = {member: value for member, value in stated.items() if value}
        return StatedRow(check.layout, check.row.number, number, told.name, stated)

    return read_rows(find_layouts(book, WORDS, needed=("name", "id_number", "region")), read)


def read_outside_payments(book: Book, *, source: str | None, today: dt.date, reference: Reference) -> Reading[StatedRow]:
    """What other offices paid. `source` is who paid, where the sheet has no column for it. Raises SheetError."""
    occupations = {word: row.code for row in reference.occupations.values() for word in (row.code, row.name, *row.aliases)}
    levels = {word: row.code for row in reference.levels.values() for word in (row.code, row.name, *row.aliases)}
    schemes = {word: code for code, label in codes.labels("scheme").items() for word in (code, label.zh)}

    def read(check: RowCheck) -> StatedRow | None:
        citizen = check.take("id_number", id_number, check.value("id_number"), today=today)
        if citizen is None:
            return None
        name = check.take("name", fields.name, check.text("name")) if check.text("name") else None
        trade = check.text("occupation")
        stated = {
            "id_number": citizen.number,
            "scheme": check.take("scheme", _known, check.text("scheme"), schemes, "补贴项目"),
            "level": check.take("level", _known, check.text("level"), levels, "技能等级"),
            "occupation_code": occupations.get(trade) or (trade if OCCUPATION_CODE.fullmatch(trade) else None),
            "trade_name": trade if trade and trade not in occupations and not OCCUPATION_CODE.fullmatch(trade) else None,
            "on": check.day("on", fields.day, "补贴的培训或证书日期"),
            "amount": check.take("amount", _amount, check.text("amount")),
            "source": check.text("source") or source,
            "document": check.text("document"),
        }
        if not stated["source"]:
            check.add("source", FieldFault("missing_field", "", "填写支付单位一列,或在导入时填写 source"))
        stated = {member: value for member, value in stated.items() if value}
        return StatedRow(check.layout, check.row.number, citizen.number, name, stated)

    return read_rows(find_layouts(book, WORDS, needed=("id_number", "amount", "on")), read)


def _known(text: str, words: Mapping[str, str], what: str) -> str | None:
    plain = re.sub(r"\s|\(.*?\)", "", text)
    if not plain:
        return None
    if code := words.get(text) or words.get(plain):
        return code
    raise FieldFault("invalid_value", text, f"{what}填写代码表中的名称,没有相当的请留空")


def _amount(text: str) -> str:
    if found := AMOUNT.fullmatch(re.sub(r"\s", "", text)):
        whole, _, cents = found[1].replace(",", "").partition(".")
        return f"{int(whole)}.{cents:0<2}"
    raise FieldFault("invalid_value", text, "金额写成 1500 或 1500.00 的样子,单位为元")
