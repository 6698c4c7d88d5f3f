"""Reads lists of other issuers' certificates, and of exam results, as a careful clerk would: a book in, clean rows and faults out."""

import datetime as dt
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from services.evaluation import rules
from services.evaluation.certificates import policy
from services.evaluation.codes import CertificateKind
from shared import codes, person_names
from shared.sheets import Book, Reading, Value, read_date, text_of
from shared.sheets.finding import Words, find_layouts
from shared.sheets.rows import DIGITS_A_SHEET_KEEPS, FieldFault, FirstStands, Placed, RowCheck, id_number, read_rows

PERSON: Final = {
    "order": r"序号|编号|序|号",
    "id_number": r"(?!.*(?:类型|类别|种类)).*(?:身份证|身份号码|证件号).*",
    "name": r"(?!.*(?:机构|单位|考评|督导|联系)).*姓名|持证人|考生",
}
CALLED: Final = {"id_number": "身份证号码", "name": "姓名"}
CERTIFICATES: Final = Words(
    headers={
        **PERSON,
        "number": r".*证书?.*(?:编号|号码|号)",
        "kind": r".*证书?.*(?:种类|类别|类型|名称)",
        "level": r".*(?:技能等级|职业等级|证书等级|级别)|等级",
        "issued_on": r".*(?:发证|颁证|颁发|签发|取证|核发|批准).*(?:日期|时间|日)",
        "issuer": r".*(?:发证|颁证|颁发|签发|核发|评价|鉴定).*(?:机构|单位|机关|部门|组织|中心)",
        "proof": r".*(?:证明|佐证|依据|附件).*",
        "occupation": r"(?!.*单位).*(?:职业|工种|专业|作业类别|项目).*",
    },
    called={**CALLED, "number": "证书编号", "issued_on": "发证日期", "issuer": "发证机构"},
)
RESULTS: Final = Words(
    headers={
        **PERSON,
        "assessment": r".*(?:批次|评价|考核|考试|认定).*(?:编号|号)",
        "passed": r".*(?:合格|通过|结论|结果|评定).*",
        "score": r".*(?:成绩|分数|得分|总分|评分).*",
    },
    called={**CALLED, "passed": "是否合格"},
    instead={"passed": "score"},  # where 成绩 says 合格
)
PASSED: Final = re.compile(r"合格|通过|已通过|及格|良好|优秀|是|[√✓✔YVTP]|YES|TRUE|PASS(?:ED)?", re.IGNORECASE)
FAILED: Final = re.compile(r"不合格|未通过|不通过|不及格|否|[×✕✗✘XNF]|NO|FALSE|FAIL(?:ED)?|缺考|缺席|弃考|违纪|作弊", re.IGNORECASE)
SCORE: Final = re.compile(r"([0-9]{1,3}(?:\.[0-9]{1,2})?)分?")
OCCUPATION_CODE: Final = re.compile(r"[0-9]-[0-9]{2}-[0-9]{2}-[0-9]{2}")
KIND_WORDS: Final = {
    CertificateKind.SPECIAL_SKILL: r".*专项.*",
    CertificateKind.QUALIFICATION: r".*职业资格.*",
    CertificateKind.WORK_PERMIT: r".*(?:上岗|操作证|特种).*",
    CertificateKind.COMPLETION: r".*(?:合格证|结业).*",
    CertificateKind.SKILL_LEVEL: r".*(?:技能|等级).*",
}
BY_OCCUPATION: Final = (CertificateKind.SKILL_LEVEL, CertificateKind.QUALIFICATION)


@dataclass(frozen=True, slots=True)
class CertificateRow(Placed):
    """Somebody's certificate, by the members of the request that says the same. What is blank is not stated."""

    id_number: str
    name: str | None
    stated: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class ResultRow(Placed):
    """How somebody did; `assessment`: the number of the batch, where the sheet tells it."""

    id_number: str
    name: str
    assessment: str | None
    score: float | None
    passed: bool


def read_certificates(book: Book, *, today: dt.date) -> Reading[CertificateRow]:
    """Raises SheetError."""
    first = FirstStands()
    levels = {word: each.code for each in rules.levels().values() for word in (each.code, each.name, *each.aliases)}
    occupations = {word: each.code for each in rules.occupations() for word in (each.code, each.name, *each.aliases)}

    def read(check: RowCheck) -> CertificateRow | None:
        citizen = check.take("id_number", id_number, check.value("id_number"), today=today)
        if citizen is None:
            return None
        name = check.take("name", _name, check.text("name")) if check.text("name") else None
        number = check.take("number", _number, check.value("number"))
        level = check.take("level", _known, check.text("level"), levels, "等级")
        kind = check.take("kind", _kind, check.text("kind"), number)
        occupation = check.take("occupation", _occupation, check, occupations, kind)
        stated = {
            "kind": kind,
            "number": number,
            "occupation_code": occupation,
            "level": level,
            "issued_on": check.day("issued_on", _day, "发证日期"),
            "issuer": check.take("issuer", _needed, check.words("issuer"), "发证机构"),
            "proof": check.words("proof"),
        }
        first.check(check, (kind, number), "number")
        stated = {member: value for member, value in stated.items() if value}
        return CertificateRow(check.layout, check.row.number, citizen.number, name, stated)

    return read_rows(find_layouts(book, CERTIFICATES, needed=("id_number", "number", "issued_on")), read)


def read_results(book: Book, *, today: dt.date) -> Reading[ResultRow]:
    """Raises SheetError."""
    first = FirstStands()

    def read(check: RowCheck) -> ResultRow | None:
        citizen = check.take("id_number", id_number, check.value("id_number"), today=today)
        if citizen is None:
            return None
        assessment = check.text("assessment") or None
        first.check(check, (citizen.number, assessment))
        name = check.take("name", _name, check.text("name"))
        passed = check.take("passed", _passed, check.text("passed"), check.text("score"))
        score = check.take("score", _score, check.text("score"))
        if name is None or passed is None:
            return None
        return ResultRow(check.layout, check.row.number, citizen.number, name, assessment, score, passed)

    return read_rows(find_layouts(book, RESULTS, needed=("name", "id_number", "passed")), read)


def _name(text: str) -> str:
    try:
        return person_names.read(text)
    except person_names.Unreadable as fault:
        raise FieldFault(fault.code, fault.seen, fault.fix) from None


def _number(value: Value) -> str:
    number = policy.normal(text_of(value))
    if not number:
        raise FieldFault("missing_field", "", "填写证书编号")
    if isinstance(value, int | float) and len(number) > DIGITS_A_SHEET_KEEPS:
        raise FieldFault("invalid_value", number, "编号被当作数字保存,末几位已丢失;请把单元格设为文本格式后按证书重填")
    return number


def _needed(text: str | None, what: str) -> str:
    if not text:
        raise FieldFault("missing_field", "", f"填写{what}")
    return text


def _known(text: str, words: Mapping[str, str], what: str) -> str | None:
    plain = re.sub(r"\s|\(.*?\)", "", text)
    if not plain:
        return None
    if code := words.get(text) or words.get(plain):
        return code
    raise FieldFault("invalid_value", text, f"{what}填写代码表中的名称,没有的请留空")


def _kind(text: str, number: str | None) -> CertificateKind:
    """By its code, its name, or the words offices have for it; unsaid, a number of that shape is a skill level's."""
    plain = re.sub(r"\s", "", text)
    labels = codes.labels("certificate_kind")
    if not plain and number and policy.is_of_shape(rules.number_shapes(), CertificateKind.SKILL_LEVEL, number):
        return CertificateKind.SKILL_LEVEL
    exact = next((code for code, label in labels.items() if plain in (code, label.zh)), None)
    if meant := exact or next((code for code, pattern in KIND_WORDS.items() if re.fullmatch(pattern, plain)), None):
        return CertificateKind(meant)
    names = "、".join(label.zh for label in labels.values())
    raise FieldFault("invalid_value" if plain else "missing_field", text, f"证书种类填写下列之一:{names}")


def _occupation(check: RowCheck, words: Mapping[str, str], kind: CertificateKind | None) -> str | None:
    """A certificate that belongs to no listed occupation is kept without one."""
    text = re.sub(r"\s", "", check.text("occupation"))
    if code := words.get(text) or words.get(re.sub(r"\(.*?\)", "", text)) or (text if OCCUPATION_CODE.fullmatch(text) else None):
        return code
    if kind in BY_OCCUPATION:
        raise FieldFault("invalid_value" if text else "missing_field", text, "填写职业(工种)的名称或代码,见 /v1/occupations")
    if text:
        check.remarks.append("职业(工种)不在目录中,证书登记时不带职业")
    return None


def _day(value: Value, *, what: str, day_zero: dt.date) -> dt.date:
    try:
        return read_date(value, day_zero=day_zero)
    except ValueError:
        raise FieldFault("invalid_date", text_of(value), f"{what}应为日期,写成 2025-04-08 的样子") from None


def _passed(text: str, score: str) -> bool:
    """By its own column, or by the word that stands for a score (缺考)."""
    words = (re.sub(r"\s", "", each) for each in (text, score))
    told = next((each for each in words if each and not SCORE.fullmatch(each)), "")
    if PASSED.fullmatch(told) or FAILED.fullmatch(told):
        return PASSED.fullmatch(told) is not None
    raise FieldFault("invalid_value" if told else "missing_field", told, "是否合格填“合格”或“不合格”;缺考填“缺考”")


def _score(text: str) -> float | None:
    plain = re.sub(r"\s", "", text)
    if not plain or PASSED.fullmatch(plain) or FAILED.fullmatch(plain):
        return None
    if (found := SCORE.fullmatch(plain)) and float(found[1]) <= 100:
        return float(found[1])
    raise FieldFault("invalid_value", text, "成绩填 0 至 100 的分数,没有分数的留空")
