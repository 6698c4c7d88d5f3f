"""Lists whose rows become what the same things are when they come by request: trainees, their work and wishes, what was paid elsewhere. A book in, a Reading out."""

import datetime as dt
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from services.registry import fields
from services.registry.codes import EmploymentKind, EvidenceGrade
from services.registry.imports.columns import WORDS, WORK_WORDS
from services.registry.imports.reading import person_of
from services.registry.people.trainees.rules import id_type_of
from services.registry.reference.facts import Reference
from shared import codes
from shared.sheets import Book, Reading
from shared.sheets.finding import find_layouts
from shared.sheets.rows import FieldFault, FirstStands, Placed, RowCheck, id_number, read_rows

AMOUNT: Final = re.compile(r"[¥￥]?([0-9]{1,9}(?:,[0-9]{3})*(?:\.[0-9]{1,2})?)元?")
# What an office writes for how work was proved, beside the letter and the name of each grade.
GRADE_WORDS: Final = {
    EvidenceGrade.A: r".*(?:社保|社会保险|参保|个税).*",
    EvidenceGrade.B: r".*(?:银行|代发|流水).*",
    EvidenceGrade.C: r".*工资[表单条].*",
    EvidenceGrade.D: r".*(?:合同|协议|单位|企业|营业执照).*",
    EvidenceGrade.E: r".*(?:村|社区|居委|电话|回访|本人).*",
}
KIND_WORDS: Final = {
    EmploymentKind.SELF_EMPLOYED: r".*(?:创业|个体|自营).*",
    EmploymentKind.FLEXIBLE: r".*(?:灵活|零工|自由|散工).*",
    EmploymentKind.FARMING: r".*(?:务农|农业|种植|养殖).*",
    EmploymentKind.EMPLOYER: r".*(?:单位|企业|公司|合同|受雇|务工|就业).*",
}
NOT_AT_WORK: Final = re.compile(r".*(?:未|没|待|失|无).*业.*")
OCCUPATION_CODE: Final = re.compile(r"[0-9]-[0-9]{2}-[0-9]{2}-[0-9]{2}")


@dataclass(frozen=True, slots=True)
class StatedRow(Placed):
    """A person, and what the row states, by the members of the request that says the same. What is blank is not stated. `undated`: the categories, which
    count from the day of the import unless they are known; `class_number`: of the class after which the work was."""

    number: str
    name: str | None
    stated: Mapping[str, Any]
    undated: tuple[str, ...] = ()
    class_number: str | None = None


def read_trainees(
    book: Book, *, today: dt.date, regions: Mapping[str, str], categories: Mapping[str, str], unclear: Mapping[str, Sequence[str]]
) -> Reading[StatedRow]:
    """People to register. A category is held from the day in the row's own column, or else from today. Raises SheetError."""
    person = person_of(today, regions, categories, unclear)

    def read(check: RowCheck) -> StatedRow | None:
        if (told := person(check)) is None:
            return None
        number, codes_told = told.citizen.number, told.categories or ()
        since_on = check.day("from", fields.day, "类别起始日期") if check.text("from") else None
        stated = {
            "name": told.name,
            "id_type": id_type_of(number),
            "id_number": number,
            "region_code": told.region_code,
            "phone": told.phone,
            "village": told.village,
            "education": told.education,
            "bank_account": told.bank_account,
            "categories": [{"code": code, "since_on": since_on} for code in codes_told if since_on],
        }
        stated = {member: value for member, value in stated.items() if value}
        return StatedRow(check.layout, check.row.number, number, told.name, stated, () if since_on else codes_told)

    return read_rows(find_layouts(book, WORDS, needed=("name", "id_number", "region")), read)


def read_employment(book: Book, *, today: dt.date) -> Reading[StatedRow]:
    """The work that people had or found after a class. How it was proved is told by the letter of the grade or in words; where it is not told, least of all.
    Raises SheetError."""
    first = FirstStands()

    def read(check: RowCheck) -> StatedRow | None:
        citizen = check.take("id_number", id_number, check.value("id_number"), today=today)
        if citizen is None:
            return None
        name = check.take("name", fields.name, check.text("name")) if check.text("name") else None
        employer = check.words("employer")
        kind = check.take("kind", _work_kind, check.text("kind"), employer)
        from_on = check.day("from", fields.day, "就业日期")
        first.check(check, (citizen.number, check.text("class_number"), kind, employer, from_on))
        stated = {
            "kind": kind,
            "employer": employer,
            "from_on": from_on,
            "until_on": check.day("until", fields.day, "离职日期") if check.text("until") else None,
            "grade": check.take("grade", _in_words, check.text("grade"), "evidence_grade", GRADE_WORDS, "证明方式"),
            "proof": check.words("proof"),
        }
        stated = {member: value for member, value in stated.items() if value}
        return StatedRow(check.layout, check.row.number, citizen.number, name, stated, class_number=check.text("class_number") or None)

    return read_rows(find_layouts(book, WORK_WORDS, needed=("id_number", "from")), read)


def _work_kind(text: str, employer: str | None) -> str:
    if NOT_AT_WORK.fullmatch(text):
        raise FieldFault("unknown_state", text, "未就业的人不列入就业去向名单,请删去本行;已就业的请改填就业形式")
    kind = _in_words(text, "employment_kind", KIND_WORDS, "就业形式")
    if kind is None and not employer:
        raise FieldFault("missing_field", "", "填写就业形式(单位就业、灵活就业、自主创业、从事农业),或填写用人单位")
    return kind or EmploymentKind.EMPLOYER


def _in_words(text: str, listed: str, patterns: Mapping[Any, str], what: str) -> str | None:
    """The code that is meant: by itself, by its name, or by the words offices have for it."""
    plain = re.sub(r"\s", "", text)
    if not plain:
        return None
    labels = codes.labels(listed)
    exact = next((code for code, label in labels.items() if plain in (code, code.upper(), label.zh)), None)
    if meant := exact or next((code for code, pattern in patterns.items() if re.fullmatch(pattern, plain)), None):
        return str(meant)
    raise FieldFault("invalid_value", text, f"{what}填写下列之一:{'、'.join(label.zh for label in labels.values())}")


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
            "source": check.words("source") or source,
            "document": check.words("document"),
        }
        if not stated["source"]:
            check.add("source", FieldFault("missing_field", "", "填写支付单位一列,或在导入时填写 source"))
        stated = {member: value for member, value in stated.items() if value}
        return StatedRow(check.layout, check.row.number, citizen.number, name, stated)

    return read_rows(find_layouts(book, WORDS, needed=("id_number", "amount", "on")), read)


def read_wishes(book: Book, *, today: dt.date, regions: Mapping[str, str], reference: Reference) -> Reading[StatedRow]:
    """What people wish to learn. Raises SheetError."""
    occupations = {word: row.code for row in reference.occupations.values() for word in (row.code, row.name, *row.aliases)}

    def read(check: RowCheck) -> StatedRow | None:
        citizen = check.take("id_number", id_number, check.value("id_number"), today=today)
        if citizen is None:
            return None
        name = check.take("name", fields.name, check.text("name")) if check.text("name") else None
        trade = check.words("occupation")
        stated = {
            "occupation_code": occupations.get(trade or ""),
            "trade_name": trade if trade and trade not in occupations else None,
            "region_code": check.take("region", fields.region, check.text("region"), regions) if check.text("region") else None,
            "from_on": check.day("from", fields.day, "起始日期") if check.text("from") else None,
            "until_on": check.day("until", fields.day, "截止日期") if check.text("until") else None,
        }
        stated = {member: value for member, value in stated.items() if value}
        return StatedRow(check.layout, check.row.number, citizen.number, name, stated)

    return read_rows(find_layouts(book, WORDS, needed=("id_number", "occupation")), read)


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
