"""What must hold of what is said about a person: clean values, or every fault at once."""

import datetime as dt
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from services.registry import fields
from services.registry.codes import IdType
from services.registry.people.trainees import policy
from services.registry.people.trainees.schemas import CategoryPeriod, EmploymentPeriod, TraineeChange, TraineeIn
from services.registry.reference import policy as reference
from services.registry.reference.errors import STANDARDS, invalid_number, unknown_region
from shared import codes, wire
from shared.errors import Fault
from shared.national_numbers import InvalidNumber, citizen_id, compact
from shared.privacy import mask_number
from shared.redaction import quoted
from shared.sheets.rows import FieldFault

OLD_PERMIT_CHARACTERS = 15
RESIDENCE_PERMIT_BEGINS = ("81", "82", "83")
FOREIGN_PERMIT_BEGINS = "9"
BEGINNINGS = {
    IdType.RESIDENCE_PERMIT: "港澳台居民居住证号码以 81、82 或 83 开头",
    IdType.FOREIGN_PERMANENT_RESIDENCE: "18 位外国人永久居留身份证号码以 9 开头",
}


@dataclass(frozen=True, slots=True)
class Category:
    code: str
    since_on: dt.date
    until_on: dt.date | None = None
    proof: str | None = None


@dataclass(frozen=True, slots=True)
class Person:
    """A person as they are to be registered. `stated` names what the source said: the rest is no reason to change what is known."""

    name: str
    id_number: str
    sex: str
    birth_on: dt.date
    region_code: str
    id_type: str = "citizen"
    phone: str | None = None
    village: str | None = None
    education: str | None = None
    employer_id: UUID | None = None
    employments: tuple[dict[str, Any], ...] = ()
    bank_account: str | None = None
    retirement_track: str | None = None
    categories: tuple[Category, ...] = ()
    external_refs: tuple[dict[str, str], ...] = ()
    stated: frozenset[str] = field(default=frozenset())


class Faulty(ValueError):
    """A value with something wrong in it."""

    def __init__(self, *faults: Fault) -> None:
        super().__init__()
        self.faults = faults


def person(body: TraineeIn, today: dt.date) -> Person | tuple[Fault, ...]:
    stated = {name: getattr(body, name) for name in TraineeIn.model_fields if name not in ("id_number", "id_type", "sex", "birth_on")}
    values, faults = _read(stated)
    faults += employments(body, today)
    said = body.model_fields_set
    if "employments" in said:
        values["employer_id"], said = _employer(body), said | {"employer_id"}
    elif body.employer_id:
        values["employments"] = tuple(policy.employed_from([], str(body.employer_id), today))
    try:
        number = id_number(_stated_type(body), body.id_number, today, body.sex, body.birth_on)
    except Faulty as faulty:
        return (*faulty.faults, *faults)
    faults += _unborn(body, number["birth_on"])
    return tuple(faults) or Person(**values, **number, stated=frozenset(said))


def changes(body: TraineeChange, today: dt.date, born_on: dt.date | None = None) -> dict[str, Any] | tuple[Fault, ...]:
    """The stated fields alone, clean; a new number brings `id_type`, `sex` and `birth_on`, employments the employer of today. `born_on`: by the number
    that is known."""
    values, faults = _read({name: getattr(body, name) for name in body.model_fields_set if name != "id_number"})
    faults += employments(body, today)
    if "employments" in values:
        values["employer_id"] = _employer(body)
    if "id_number" in body.model_fields_set:
        try:
            values |= id_number(None, body.id_number, today, None, None)
        except Faulty as faulty:
            faults.extend(faulty.faults)
    faults += _unborn(body, values.get("birth_on", born_on))
    return tuple(faults) or values


def _stated_type(body: TraineeIn) -> str | None:
    return body.id_type if "id_type" in body.model_fields_set else None


def id_number(stated: str | None, text: str, today: dt.date, sex: str | None, birth_on: dt.date | None) -> dict[str, Any]:
    """`id_type`, `id_number`, `sex` and `birth_on` of a document. All but the old foreigners' permit follow the citizens' rule, and say by themselves which
    document they are on; `stated`: which one somebody said, None where nobody did."""
    number = compact(text)
    if stated == IdType.FOREIGN_PERMANENT_RESIDENCE and len(number) == OLD_PERMIT_CHARACTERS:
        missing = [name for name, value in (("sex", sex), ("birth_on", birth_on)) if value is None]
        faults = [Fault("missing_field", pointer=f"/{name}", fix="15 位永久居留证号码不含此项,请按证件填写。") for name in missing]
        if not (number[:3].isalpha() and number[3:].isdigit() and number.isascii()):
            faults.append(_bad_number(mask_number(number), "15 位永久居留证号码为 3 位字母加 12 位数字"))
        if birth_on is not None and birth_on > today:
            faults.append(
                Fault("invalid_value", pointer="/birth_on", seen=str(birth_on), allowed="不晚于当日", fix="请按证件填写出生日期。")
            )
        if faults:
            raise Faulty(*faults)
        return {"id_type": stated, "id_number": number, "sex": sex, "birth_on": birth_on}
    try:
        read = citizen_id(number, today=today)
    except InvalidNumber as invalid:
        raise Faulty(invalid_number(invalid, "/id_number")) from None
    meant = id_type_of(read.number)
    if stated == IdType.CITIZEN and meant != stated:
        said = f"{meant}({codes.label('id_type', meant)})"
        raise Faulty(
            Fault("invalid_value", pointer="/id_type", seen=stated, allowed=said, fix="请按证件改正 id_type,或核对号码;不填则按号码判断。")
        )
    if stated and meant != stated:
        raise Faulty(_bad_number(mask_number(number), BEGINNINGS[IdType(stated)]))
    repeated = [name for name, value in (("sex", sex), ("birth_on", birth_on)) if value is not None]
    if repeated:
        raise Faulty(*(Fault("unknown_field", pointer=f"/{name}", fix="该证件号码本身含有此项,请删去。") for name in repeated))
    return {"id_type": meant, "id_number": read.number, "sex": read.sex, "birth_on": read.birth_on}


def id_type_of(number: str) -> IdType:
    """The document that a number of eighteen characters is on: permits have beginnings of their own (GB 11643 knows no such area)."""
    if number.startswith(RESIDENCE_PERMIT_BEGINS):
        return IdType.RESIDENCE_PERMIT
    return IdType.FOREIGN_PERMANENT_RESIDENCE if number.startswith(FOREIGN_PERMIT_BEGINS) else IdType.CITIZEN


def _bad_number(seen_masked: str, allowed: str) -> Fault:
    return Fault(
        "invalid_id_number",
        pointer="/id_number",
        seen=seen_masked,
        allowed=allowed,
        fix="请对照证件逐位核对后重填。",
        basis=STANDARDS["invalid_id_number"],
    )


def _read(stated: Mapping[str, Any]) -> tuple[dict[str, Any], list[Fault]]:
    values: dict[str, Any] = {}
    faults: list[Fault] = []
    for name, value in stated.items():
        try:
            values[name] = _READERS.get(name, _as_it_is)(value)
        except FieldFault as fault:
            faults.append(fields.faulty(fault, f"/{name}"))
        except Faulty as faulty:
            faults.extend(faulty.faults)
    return values, faults


def _as_it_is(value: Any) -> Any:
    return value


def _phone(value: str | None) -> str | None:
    return fields.phone(value) if value else None


def _bank_account(value: str | None) -> str | None:
    return fields.bank_account(compact(value)) if value else None


def region_code(value: str) -> str:
    if value not in reference.lists().regions:
        raise Faulty(unknown_region(value))
    return value


def categories(periods: Sequence[CategoryPeriod]) -> tuple[Category, ...]:
    """Known codes, no period that ends before it begins, none that overlaps another of the same code."""
    faults: list[Fault] = []
    for index, period in enumerate(periods):
        where = f"/categories/{index}"
        if period.code not in reference.lists().categories:
            faults.append(
                Fault(
                    "unknown_category",
                    f"{where}/code",
                    seen=quoted(period.code),
                    allowed="、".join(reference.lists().categories),
                    fix="请按 /v1/categories 填写代码。",
                )
            )
        faults += fields.backwards(period.since_on, period.until_on, f"{where}/until_on")
        if any(clash(period, other) for other in periods[:index]):
            faults.append(Fault("overlapping_category", pointer=where, seen=period.code, fix="请合并为一段,或改正起止日期。"))
    if faults:
        raise Faulty(*faults)
    return tuple(Category(period.code, period.since_on, period.until_on, period.proof) for period in periods)


def employments(body: TraineeIn | TraineeChange, today: dt.date) -> list[Fault]:
    """Each names an employer, has been, ends after it begins, and shares no day with another for the same employer; who is named as the employer of
    today is the one of whom they say so."""
    if "employments" not in body.model_fields_set:
        return []
    faults: list[Fault] = []
    for index, each in enumerate(body.employments):
        where = f"/employments/{index}"
        if (each.employer_id is None) == (each.employer is None):
            seen = "两项都没有填" if each.employer is None else "两项都填了"
            fix = "已登记的单位填 employer_id,没有登记的填 employer。"
            faults.append(Fault("invalid_value", f"{where}/employer_id", seen=seen, allowed="employer_id 与 employer 填一项", fix=fix))
        for name in ("from_on", "until_on"):
            if (day := getattr(each, name)) and day > today:
                fix = "请在入职以后登记;还在职的不填 until_on。"
                faults.append(Fault("in_the_future", f"{where}/{name}", seen=str(day), allowed=f"不晚于今天 {today}", fix=fix))
        faults += fields.backwards(each.from_on, each.until_on, f"{where}/until_on")
        if any(_same_work(each, other) for other in body.employments[:index]):
            seen = f"{each.from_on or '不知何时'} 至 {each.until_on or '今'}"
            faults.append(Fault("overlapping_periods", where, seen=seen, fix="请合并为一段,或改正起止日期。"))
    if "employer_id" in body.model_fields_set and not faults and body.employer_id != (said := _employer(body)):
        allowed = f"按 employments,现在为 {said or 'null'}"
        faults.append(
            Fault("invalid_value", "/employer_id", seen=str(body.employer_id), allowed=allowed, fix="请只填 employments,或改正。")
        )
    return faults


SINCE = {"employments": "from_on", "categories": "since_on"}


def _unborn(body: TraineeIn | TraineeChange, born_on: dt.date | None) -> list[Fault]:
    """Nobody works before they are born, nor is of a category."""
    return [
        Fault(
            "invalid_value", f"/{name}/{index}/{since}", seen=str(day), allowed="本人出生之日或以后", fix="这一天本人尚未出生,请核对日期。"
        )
        for name, since in SINCE.items()
        if born_on is not None and name in body.model_fields_set
        for index, each in enumerate(getattr(body, name))
        if (day := getattr(each, since)) and day < born_on
    ]


def _since_birth(body: TraineeIn, today: dt.date) -> Sequence[Fault]:
    try:
        return _unborn(body, id_number(_stated_type(body), body.id_number, today, body.sex, body.birth_on)["birth_on"])
    except Faulty:
        return ()


def _employer(body: TraineeIn | TraineeChange) -> UUID | None:
    employer_id = policy.employer_of([each.model_dump(mode="json") for each in body.employments])
    return UUID(employer_id) if employer_id else None


def _same_work(one: EmploymentPeriod, other: EmploymentPeriod) -> bool:
    first, last = dt.date.min, dt.date.max
    share = (one.from_on or first) <= (other.until_on or last) and (other.from_on or first) <= (one.until_on or last)
    return share and (one.employer_id, one.employer) == (other.employer_id, other.employer)


def clash(one: CategoryPeriod, other: CategoryPeriod) -> bool:
    """Whether both say something of the same category on the same day."""
    share = one.since_on <= (other.until_on or dt.date.max) and other.since_on <= (one.until_on or dt.date.max)
    return share and one.code == other.code


def _external_refs(refs: Sequence[wire.ExternalRef]) -> tuple[dict[str, str], ...]:
    return tuple(ref.model_dump() for ref in refs)


def _employments(listed: Sequence[EmploymentPeriod]) -> tuple[dict[str, Any], ...]:
    return tuple(each.model_dump(mode="json") for each in listed)


_READERS: Mapping[str, Callable[[Any], Any]] = {
    "name": fields.name,
    "phone": _phone,
    "region_code": region_code,
    "bank_account": _bank_account,
    "categories": categories,
    "employments": _employments,
    "external_refs": _external_refs,
}


def _said(name: str) -> Callable[[Any, dt.date], Sequence[Fault]]:
    return lambda body, _: _read({name: getattr(body, name)} if name in body.model_fields_set else {})[1]


def _number(body: TraineeIn, today: dt.date) -> Sequence[Fault]:
    try:
        id_number(_stated_type(body), body.id_number, today, body.sex, body.birth_on)
    except Faulty as faulty:
        return faulty.faults
    return ()


CHANGE_RULES = (employments, *map(_said, _READERS))  # each alone, for a body of which not every field is sound
RULES = (_number, _since_birth, *CHANGE_RULES)


def names_missing(role: str, numbers: Sequence[str], names: Sequence[str] | None) -> Fault | None:
    """An institution is told of whom it can name, so it names each."""
    if names is None:
        return (
            Fault("missing_field", "/names", allowed="与 id_numbers 逐一对应的姓名", fix="请补充每人的姓名。")
            if role == "institution"
            else None
        )
    said, wanted = len(names), len(numbers)
    fix = "请使 names 与 id_numbers 逐一对应。"
    return Fault("invalid_value", "/names", seen=f"{said} 个", allowed=f"{wanted} 个", fix=fix) if said != wanted else None
