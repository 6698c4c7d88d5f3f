"""What a field of a person or institution must look like, in a request as in a sheet, and how its numbers are kept.

Reading is that of a careful clerk: a clean value, or a FieldFault with what was seen (masked) and what to do. A number is kept three ways: encrypted and
bound to its row, as the keyed digest that finds equal ones, and as the mask that is shown.
"""

import datetime as dt
import os
import re
from collections.abc import Callable, Mapping, Sequence
from functools import cache
from typing import Any, Final, NamedTuple
from uuid import UUID

from shared import county, person_names, privacy
from shared.errors import Fault
from shared.national_numbers import CitizenId, compact, half_width
from shared.privacy import Vault
from shared.sheets import Value, read_date, read_month, text_of
from shared.sheets.cells import DAY_ZERO
from shared.sheets.rows import DIGITS_A_SHEET_KEEPS, FieldFault

ACCOUNT: Final = "12 至 19 位数字的本人银行账号"
MOBILE: Final = re.compile(r"1[0-9]{10}")
SEVERAL_NUMBERS: Final = re.compile(r"[/、,;|&\n\r]+|或者?|和|及")
TWO_MOBILES: Final = re.compile(r"(1[0-9]{10})(1[0-9]{10})")
LANDLINE: Final = re.compile(r"(0[0-9]{2,3})-?([0-9]{7,8})")
# In words or by the codes of GB/T 2261.1, in either order (1-男, 女2); 0 and 9 say nothing.
SEXES: Final = {
    **dict.fromkeys(("男", "男性", "男士", "M", "1", "01"), "male"),
    **dict.fromkeys(("女", "女性", "女士", "F", "2", "02"), "female"),
    **dict.fromkeys(("", "0", "9", "00", "09", "未知", "未说明", "未知的性别", "未说明的性别"), None),
}
SEX_BY_CODE_AND_WORD: Final = re.compile(r"(?P<one>[0-9]{0,2})\W*(?P<word>[^\W\d]*)\W*(?P<other>[0-9]{0,2})\W*")
OTHER_PLACE: Final = re.compile(r"[省市州县盟旗]")
# One purpose for every table: a teacher, a trainee and a pensioner with the same number are the same person.
ID_NUMBER, BANK_ACCOUNT, PHONE, NUMBER_FRAME = "id_number", "bank_account", "phone", "number_frame"


def name(text: str) -> str:
    try:
        return person_names.read(text)
    except person_names.Unreadable as fault:
        raise FieldFault(fault.code, fault.seen, fault.fix, allowed="与身份证一致的姓名") from None


def sex(text: str, citizen: CitizenId) -> None:
    parts = SEX_BY_CODE_AND_WORD.fullmatch(compact(text))
    told = {part for part in parts.groups() if part} if parts and any(parts.groups()) else {text.strip()}
    meant = {SEXES[part] for part in told if part in SEXES} - {None}
    if not told <= SEXES.keys() or len(meant) > 1:
        raise FieldFault("unknown_sex", text, allowed="“男”或“女”,或国标代码 1(男)、2(女)")
    if meant and meant != {citizen.sex}:
        right = "男" if citizen.sex == "male" else "女"
        raise FieldFault("sex_differs_from_id_number", text, f"证件号码第 17 位表明为{right}性;请核对证件号码是否抄错,或更正性别")


def phone(text: str) -> str | None:
    number = re.sub(r"[\s.·–—‐−_]", "-", half_width(text))
    number = re.sub(r"^\(?(?:\+|00)?86\)?(?=-*1[0-9]{2})", "", re.sub(r"[()]", "-", number) if number.startswith("(0") else number)
    digits = number.replace("-", "")
    if not text:
        return None
    if MOBILE.fullmatch(digits):
        return digits
    if landline := LANDLINE.fullmatch(re.sub(r"-+", "-", number.strip("-"))):
        return f"{landline[1]}-{landline[2]}"
    raise FieldFault("invalid_phone", text, allowed="一个 11 位手机号码,或带区号的座机号码(区号-号码)")


def phones(text: str) -> list[str]:
    """All the telephone numbers in a cell, in their order."""
    parts = [part for part in SEVERAL_NUMBERS.split(text) if part.strip()]
    if len(parts) == 1 and (pair := TWO_MOBILES.fullmatch(re.sub(r"[^0-9]", "", text))):
        parts = list(pair.groups())
    return [number for part in parts if (number := phone(part))]


def bank_account(value: Value) -> str | None:
    digits = re.sub(r"[\s-]", "", text_of(value))
    if not digits:
        return None
    if isinstance(value, int | float) and len(digits) > DIGITS_A_SHEET_KEEPS:
        raise FieldFault("invalid_bank_account", digits, "账号被当作数字保存,末几位已丢失;请把单元格设为文本格式后重填", allowed=ACCOUNT)
    if not re.fullmatch(r"[0-9]{12,19}", digits):
        raise FieldFault("invalid_bank_account", digits, f"填写{ACCOUNT},或留空", allowed=ACCOUNT)
    return digits


def region(text: str, regions: Mapping[str, str]) -> str:
    """A code, a name old or new, or an address with the town in it: the most specific place named, unless it stands in another county."""
    place = re.sub(r"[\s,、/-]", "", text)
    codes, stems = _places(tuple(regions.items()))
    if re.fullmatch(r"[0-9]{6}|[0-9]{9}(?:[0-9]{3})?", place):
        if place[:9] in codes:
            return place[:9]
    elif place in regions:
        return regions[place]
    else:
        local = _own_places(county.here()).sub("", place)
        if local in stems and len(local) >= 2:
            return stems[local]
        named = [alias for alias in regions if len(alias) >= 2 and alias in local]
        if named:
            best = max(named, key=lambda alias: (len(regions[alias]) if regions[alias].isdigit() else 0, len(alias)))
            before = local[: local.index(best)]
            for alias in named:
                before = before.replace(alias, "")
            if not OTHER_PLACE.search(before):
                return regions[best]
    here = county.here()
    such = f"{here.examples.region_name}、{here.examples.street_name}"
    raise FieldFault("unknown_region", text, allowed=f"{here.name}的镇或街道名称(如 {such}),或其 9 位行政区划代码")


@cache
def _places(regions: tuple[tuple[str, str], ...]) -> tuple[frozenset[str], Mapping[str, str]]:
    """All codes, and the towns by their names without the word for a town."""
    return frozenset(code for _, code in regions), {re.sub(r"(?:街道办事处|街道|镇|乡)$", "", alias): code for alias, code in regions}


@cache
def _own_places(here: county.County) -> re.Pattern[str]:
    """What may stand before a town in an address of the county itself."""
    words = {here.name, *(word for area in (here.province, here.prefecture) for word in (area.name, *area.aliases))}
    return re.compile("|".join(map(re.escape, sorted(words, key=len, reverse=True))))


def categories(text: str, words: Mapping[str, str], unclear: Mapping[str, Sequence[str]]) -> tuple[str, ...]:
    """One or several categories in a cell; an empty cell states none. `unclear`: words that may mean several, and which."""
    codes = set(words.values())

    def known(word: str) -> str | None:
        plain = re.sub(r"\(.*?\)", "", word)
        return next((words.get(form, form if form in codes else None) for form in (word, plain) if form in words or form in codes), None)

    cell = re.sub(r"\s*([、,;/|+])\s*", r"\1", text)
    whole = re.sub(r"\s", "", cell)
    if not whole:
        return ()
    if code := known(whole):
        return (code,)
    found: dict[str, None] = {}
    for word in filter(None, re.split(r"[、,;/|+\s]+", cell)):
        code = known(word)
        if code is None and (could_be := unclear.get(re.sub(r"\(.*?\)", "", word))):
            fix = f"“{word}”没有写明是哪一类,可能是:{'、'.join(could_be)};请写明其中一类"
            raise FieldFault("unknown_category", word, fix)
        if code is None:
            raise FieldFault("unknown_category", word, "按人员类别表填写(如 农村转移劳动者、脱贫劳动力);多个类别用顿号隔开")
        found[code] = None
    return tuple(found)


class Period(NamedTuple):
    first: dt.date
    last: dt.date


def day(value: Value, *, what: str, day_zero: dt.date = DAY_ZERO) -> dt.date:
    try:
        return read_date(value, day_zero=day_zero)
    except ValueError:
        raise FieldFault("invalid_date", text_of(value), f"{what}应为日期,写成 2025-04-08 的样子") from None


def day_or_month(value: Value, *, what: str, day_zero: dt.date = DAY_ZERO) -> Period:
    """A day, or a whole month where the office keeps months (202412)."""
    try:
        on = read_date(value, day_zero=day_zero)
    except ValueError:
        pass
    else:
        return Period(on, on)
    try:
        first = read_month(value)
    except ValueError:
        raise FieldFault("invalid_date", text_of(value), f"{what}应为年月或日期,写成 2024-12 或 2024-12-01 的样子") from None
    return Period(first, (first + dt.timedelta(days=31)).replace(day=1) - dt.timedelta(days=1))


def faulty(fault: FieldFault, pointer: str) -> Fault:
    """The same of a request."""
    return Fault(fault.code, pointer, seen=fault.seen or None, allowed=fault.allowed, fix=fault.fix)


def backwards(from_on: dt.date | None, to_on: dt.date | None, pointer: str) -> list[Fault]:
    """The fault of a period that ends before it begins; both days counted in."""
    if from_on is None or to_on is None or to_on >= from_on:
        return []
    return [Fault("invalid_period", pointer, seen=f"{from_on} 至 {to_on}", allowed=f"不早于 {from_on}", fix="请改正起止日期。")]


def in_order(first: str, last: str) -> Callable[[Any, dt.date], list[Fault]]:
    """The rule that a body's period, from the member `first` to the member `last`, does not end before it begins."""
    return lambda body, _today: backwards(getattr(body, first), getattr(body, last), f"/{last}")


def sealed_number(vault: Vault, table: str, row_id: UUID, number: str) -> dict[str, Any]:
    return {
        "id_number": vault.encrypt(number, f"{table}/{row_id}/id_number"),
        "id_number_key": vault.blind(number, ID_NUMBER),
        "id_number_masked": privacy.mask_number(number),
    }


def sealed_phone(vault: Vault, table: str, row_id: UUID, number: str | None) -> dict[str, Any]:
    if number is None:
        return {"phone": None, "phone_masked": None}
    return {"phone": vault.encrypt(number, f"{table}/{row_id}/phone"), "phone_masked": privacy.mask_phone(number)}


def sealed_account(vault: Vault, table: str, row_id: UUID, number: str | None) -> dict[str, Any]:
    if number is None:
        return {"bank_account": None, "bank_account_key": None, "bank_account_masked": None}
    return {
        "bank_account": vault.encrypt(number, f"{table}/{row_id}/bank_account"),
        "bank_account_key": vault.blind(number, BANK_ACCOUNT),
        "bank_account_masked": privacy.mask_account(number),
    }


def likeness(vault: Vault, number: str, phone: str | None) -> dict[str, Any]:
    """What a person registered twice may be found by: the phone; and what surrounds the birth date in a number of eighteen characters."""
    frame = number[:6] + number[14:17] if len(number) == 18 else None
    return {"phone_key": phone and vault.blind(phone, PHONE), "number_frame_key": frame and vault.blind(frame, NUMBER_FRAME)}


def new_history_key() -> bytes:
    return os.urandom(32)


def opened(vault: Vault, table: str, row_id: UUID, column: str, kept: bytes | None) -> str | None:
    """The number in full."""
    return None if kept is None else vault.decrypt(kept, f"{table}/{row_id}/{column}")
