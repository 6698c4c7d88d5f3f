"""Lists whose rows become what the same things are when they come by request: trainees, their work, offers and wishes, what was paid elsewhere, institutions
and what enterprises said of their workers. A book in, a Reading out."""

import datetime as dt
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from services.registry import fields
from services.registry.codes import EmploymentKind, EvidenceGrade
from services.registry.imports.columns import INSTITUTION_WORDS, OFFER_WORDS, SURVEY_WORDS, WORDS, WORK_WORDS
from services.registry.imports.reading import person_of
from services.registry.people.trainees.rules import id_type_of
from services.registry.reference.facts import Reference
from shared import codes
from shared.national_numbers import compact, half_width
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
TRADE_PEOPLE: Final = re.compile(r"(\D+?)([0-9]{1,6})人?")
OCCUPATION_CODE: Final = re.compile(r"[0-9]-[0-9]{2}-[0-9]{2}-[0-9]{2}")


@dataclass(frozen=True, slots=True)
class StatedRow(Placed):
    """A person, and what the row states, by the members of the request that says the same. What is blank is not stated. `undated`: the categories, which
    count from the day of the import unless they are known; `number`: the person's, or the institution's code; `class_number`: of the class after which the work was."""

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
    occupations = known_as(reference.occupations.values())
    levels = known_as(reference.levels.values())
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
            "amount": check.take("amount", amount_of, check.text("amount")),
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
    occupations = known_as(reference.occupations.values())

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


def amount_of(text: str) -> str:
    if found := AMOUNT.fullmatch(re.sub(r"\s", "", text)):
        whole, _, cents = found[1].replace(",", "").partition(".")
        return f"{int(whole)}.{cents:0<2}"
    raise FieldFault("invalid_value", text, "金额写成 1500 或 1500.00 的样子,单位为元")


def read_job_offers(book: Book, *, today: dt.date, reference: Reference) -> Reading[StatedRow]:
    """Work that was offered to people of a class, and what they said to it. Raises SheetError."""
    occupations = known_as(reference.occupations.values())
    stages = words_of("job_offer_stage")
    results = words_of("job_offer_result") | {
        "未接受": "declined",
        "拒绝": "declined",
        "同意": "accepted",
        "是": "accepted",
        "否": "declined",
    }

    def read(check: RowCheck) -> StatedRow | None:
        citizen = check.take("id_number", id_number, check.value("id_number"), today=today)
        if citizen is None:
            return None
        name = check.take("name", fields.name, check.text("name")) if check.text("name") else None
        stated = {
            "stage": check.take("stage", one_of, check.text("stage"), stages, "推荐阶段填写培训前、培训中或培训后"),
            "employer": check.words("employer"),
            "occupation_code": check.take("occupation", _known, check.text("occupation"), occupations, "工种"),
            "wage": check.take("amount", amount_of, check.text("amount")) if check.text("amount") else None,
            "offered_on": check.day("on", fields.day, "推荐日期"),
            "result": check.take("result", one_of, check.text("result"), results, "结果填写接受、不接受,尚未答复的留空"),
            "reason": check.words("reason"),
        }
        stated = {member: value for member, value in stated.items() if value}
        return StatedRow(check.layout, check.row.number, citizen.number, name, stated, class_number=check.text("class_number") or None)

    return read_rows(find_layouts(book, OFFER_WORDS, needed=("id_number", "employer", "stage", "on")), read)


def read_institutions(book: Book, *, regions: Mapping[str, str]) -> Reading[StatedRow]:
    """Institutions to register. Raises SheetError."""
    kinds = words_of("institution_kind")
    first = FirstStands()

    def read(check: RowCheck) -> StatedRow | None:
        uscc = compact(check.text("uscc")).upper()
        first.check(check, uscc, "uscc")
        stated = {
            "name": check.words("name"),
            "uscc": uscc,
            "kind": check.take("kind", one_of, check.text("kind"), kinds, f"机构类别填写下列之一:{'、'.join(kinds)}"),
            "region_code": check.take("region", fields.region, check.text("region"), regions),
            "phone": check.text("phone"),
            "above_scale": check.take("above_scale", one_of, check.text("above_scale"), {"是": True, "√": True, "否": False}, "填写是或否"),
            "industry_code": check.text("industry"),
        }
        stated = {member: value for member, value in stated.items() if value}
        return StatedRow(check.layout, check.row.number, uscc, None, stated)

    return read_rows(find_layouts(book, INSTITUTION_WORDS, needed=("name", "uscc", "kind", "region")), read)


def read_surveys(book: Book, *, reference: Reference) -> Reading[StatedRow]:
    """What enterprises said of their technical workers, one a row. Raises SheetError."""
    occupations = known_as(reference.occupations.values())
    willing = words_of("survey_willingness")

    def read(check: RowCheck) -> StatedRow | None:
        stated = {
            "year": check.take("year", _count, check.text("year").removesuffix("年"), "年度"),
            "surveyed_on": check.day("on", fields.day, "调研日期"),
            "technical_workers": check.take("technical", _count, check.text("technical"), "技术工人数"),
            "certified_workers": check.take("certified", _count, check.text("certified"), "持证人数"),
            "willingness": check.take("willingness", one_of, check.text("willingness"), willing, "全员持证意愿填写愿意、未定或不愿意"),
            "needs": check.take("needs", _people_of_trades, check.words("needs") or "", occupations),
            "plan": check.take("plan", _people_of_trades, check.words("plan") or "", occupations),
            "note": check.words("note"),
        }
        stated = {member: value for member, value in stated.items() if value not in (None, [])}
        return StatedRow(check.layout, check.row.number, compact(check.text("uscc")).upper(), None, stated)

    return read_rows(find_layouts(book, SURVEY_WORDS, needed=("uscc", "year", "technical", "certified", "willingness", "on")), read)


def known_as(rows: Iterable[Any]) -> dict[str, str]:
    """The code of an occupation or level by itself and by all its names."""
    return {word: row.code for row in rows for word in (row.code, row.name, *row.aliases)}


def words_of(listed: str) -> dict[str, str]:
    """The code of a list by itself and by its name."""
    return {word: code for code, label in codes.labels(listed).items() for word in (label.zh, code)}


def one_of(text: str, words: Mapping[str, Any], fix: str) -> Any:
    plain = re.sub(r"\s", "", text)
    if not plain or plain in words:
        return words.get(plain)
    raise FieldFault("invalid_value", text, fix)


def _count(text: str, what: str) -> int:
    if re.fullmatch(r"[0-9]{1,7}", plain := half_width(text).strip().removesuffix("人")):
        return int(plain)
    raise FieldFault("invalid_value", text, f"{what}填写整数")


def _people_of_trades(text: str, occupations: Mapping[str, str]) -> list[dict[str, Any]]:
    """电工20人、焊工5人."""
    found = []
    for part in filter(None, re.split(r"[、,,;;\s]+", half_width(text))):
        if (told := TRADE_PEOPLE.fullmatch(part)) is None:
            raise FieldFault("invalid_value", part, "写成“电工20人、焊工5人”的样子")
        code = occupations.get(told[1])
        found.append({"occupation_code": code, "people": int(told[2])} if code else {"trade_name": told[1], "people": int(told[2])})
    return found
