"""The nation's two numbers: the citizen's (GB 11643-1999) and the organisation's (GB 32100-2015, with GB 11714 inside). Values in, values out."""

import datetime as dt
import re
from dataclasses import dataclass
from typing import Final, Literal

from shared.privacy import mask_number

EARLIEST_BIRTH_ON: Final = dt.date(1870, 1, 1)

CITIZEN_WEIGHTS: Final = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
CITIZEN_CHECKS: Final = "10X98765432"

CREDIT_ALPHABET: Final = "0123456789ABCDEFGHJKLMNPQRTUWXY"
# 1–9 and A are the registration authorities; N is agriculture (rural collectives), Y the rest.
CREDIT_AUTHORITIES: Final = "123456789ANY"
ORGANISATION_ALPHABET: Final = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ"
ORGANISATION_WEIGHTS: Final = (3, 7, 9, 10, 5, 8, 4, 2)

# The full-width block repeats printable ASCII at a fixed distance. NFKC is not used: it would turn ① and ² into digits and rewrite rare names.
HALF_WIDTH: Final = {code + 0xFEE0: code for code in range(0x21, 0x7F)} | {0x3000: 0x20, 0xA0: 0x20}


@dataclass(frozen=True, slots=True)
class CitizenId:
    """A number that holds: eighteen half-width characters, upper case."""

    number: str
    birth_on: dt.date
    sex: Literal["male", "female"]


class InvalidNumber(ValueError):
    """The number cannot be one; `seen_masked` is safe to show, `allowed` says in Chinese what would be right."""

    def __init__(self, code: Literal["invalid_id_number", "invalid_uscc"], seen: str, allowed: str) -> None:
        super().__init__(f"{code}: {allowed}")
        self.code = code
        self.seen_masked = mask_number(compact(seen))
        self.allowed = allowed


def half_width(text: str) -> str:
    return text.translate(HALF_WIDTH)


def compact(text: str) -> str:
    """Half-width, upper case, without white space or the marks that are not seen (zero-width, direction, byte order)."""
    return re.sub(r"[\s\u200b-\u200f\u202a-\u202e\u2060\ufeff]", "", half_width(text)).upper()


def citizen_id(text: str, *, today: dt.date) -> CitizenId:
    """Reads a citizen ID number as people type it; raises InvalidNumber. Says nothing about where the person is registered."""
    number = compact(text)

    def refuse(allowed: str) -> InvalidNumber:
        return InvalidNumber("invalid_id_number", number, allowed)

    if len(number) != 18:
        raise refuse(f"公民身份号码应为 18 位,此处为 {len(number)} 位")
    if not re.fullmatch(r"[0-9]{17}[0-9X]", number):
        raise refuse("公民身份号码前 17 位应为数字,末位为数字或 X")
    if CITIZEN_CHECKS[sum(int(digit) * weight for digit, weight in zip(number, CITIZEN_WEIGHTS, strict=False)) % 11] != number[17]:
        raise refuse("末位校验码应与前 17 位相符(GB 11643)")
    try:
        birth_on = dt.date(int(number[6:10]), int(number[10:12]), int(number[12:14]))
    except ValueError:
        raise refuse("第 7 至 14 位应为存在的出生日期") from None
    if not EARLIEST_BIRTH_ON <= birth_on <= today:
        raise refuse("第 7 至 14 位的出生日期应在 1870 年以后且不晚于当日")
    return CitizenId(number, birth_on, "male" if int(number[16]) % 2 else "female")


def credit_code(text: str) -> str:
    """Reads a unified social credit code, both of its check characters; raises InvalidNumber."""
    code = compact(text).replace("-", "")

    def refuse(allowed: str) -> InvalidNumber:
        return InvalidNumber("invalid_uscc", code, allowed)

    if len(code) != 18:
        raise refuse(f"统一社会信用代码应为 18 位,此处为 {len(code)} 位")
    if any(character not in CREDIT_ALPHABET for character in code):
        raise refuse("统一社会信用代码只用数字和大写字母,不用 I、O、S、V、Z")
    if code[0] not in CREDIT_AUTHORITIES:
        raise refuse("第 1 位应为登记管理部门代码(1 至 9、A、N、Y)")
    if not code[2:8].isdigit():
        raise refuse("第 3 至 8 位应为登记机关行政区划码(6 位数字)")
    weighted = sum(CREDIT_ALPHABET.index(character) * pow(3, place, 31) for place, character in enumerate(code[:17]))
    if CREDIT_ALPHABET[-weighted % 31] != code[17]:
        raise refuse("末位校验码应与前 17 位相符(GB 32100)")
    weighted = sum(ORGANISATION_ALPHABET.index(c) * weight for c, weight in zip(code[8:16], ORGANISATION_WEIGHTS, strict=True))
    check = 11 - weighted % 11
    if code[16] != {10: "X", 11: "0"}.get(check, str(check)):
        raise refuse("第 9 至 17 位(主体标识码)的校验码应相符(GB 11714)")
    return code
