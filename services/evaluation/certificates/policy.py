"""What a certificate number says, and whether a certificate is valid on a day. Pure: values in, answers out."""

import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Final, Literal

from services.evaluation.codes import CertificateStatus as Status
from services.evaluation.codes import Level, Verification
from services.evaluation.rules import LevelRule
from shared.steps import Step, by

REVOKERS: Final = frozenset({"reviewer"})
STEPS: Final = (Step("revoke", "撤销", by(REVOKERS, Status.VALID), Status.REVOKED),)
SHAPES: Final[Mapping[str, tuple[re.Pattern[str], str]]] = {
    "skill_level": (re.compile(r"[YSJ][0-9]{21}"), "22 位:字母 Y、S 或 J,后接 21 位数字"),
    "qualification": (re.compile(r"[0-9]{16}"), "16 位数字"),
}
ABOVE_FIVE: Final = frozenset({Level.SPECIAL_TECHNICIAN, Level.CHIEF_TECHNICIAN})
ABOVE_FIVE_LEVELS: Final = (re.compile(r"[A-Z]{2}[0-9]{20}"), "22 位:2 个字母,后接 20 位数字")
ANY_SHAPE: Final = (re.compile(r"[0-9A-Z()〔〕\-/.第号字]{1,40}"), "1 至 40 位数字、大写字母或 -")
SERIALS_AT_MOST: Final = 999_999
EMBEDDED_ID_NUMBER: Final = re.compile(r"(?<![0-9])[0-9]{17}[0-9X](?![0-9])")


@dataclass(frozen=True, slots=True)
class NumberFault:
    code: Literal["certificate_number_shape", "certificate_number_year", "certificate_number_level"]
    seen: str
    allowed: str


def normal(number: str) -> str:
    """The number as it is kept and compared: half-width, upper case, without spaces."""
    return "".join(unicodedata.normalize("NFKC", number).split()).upper()


def make_number(prefix: str, year: int, digit: int, serial: int) -> str:
    """13 characters of the body, 2 digits of the year, the level's digit, 6 digits of the serial."""
    return f"{prefix}{serial_group(year, digit)}{serial:06d}"


def serial_group(year: int, digit: int) -> str:
    """Year and level as the number has them: serials run within them."""
    return f"{year % 100:02d}{digit}"


def number_faults(kind: str, number: str, level: LevelRule | None, issued_on: date) -> list[NumberFault]:
    """What of the number does not fit: its shape by kind and, where the number states them, its year and level."""
    five_levels = kind == "skill_level" and (level is None or level.code not in ABOVE_FIVE)
    shape, words = SHAPES.get(kind, ANY_SHAPE) if five_levels or kind != "skill_level" else ABOVE_FIVE_LEVELS
    if not shape.fullmatch(number):
        return [NumberFault("certificate_number_shape", f"{len(number)} 位", words)]
    if not five_levels:
        return []
    found = []
    if number[13:15] != f"{issued_on.year % 100:02d}":
        found.append(NumberFault("certificate_number_year", f"编号第 14、15 位为 {number[13:15]}", f"发证年份 {issued_on.year} 的后两位"))
    if level is not None and level.digit is not None and number[15] != str(level.digit):
        found.append(NumberFault("certificate_number_level", f"编号第 16 位为 {number[15]}", f"{level.name}为 {level.digit}"))
    return found


def not_valid(issued_on: date, revoked_on: date | None, on: date) -> Verification | None:
    """Valid from the day of issue to the day before the revocation."""
    if on < issued_on:
        return Verification.NOT_YET_ISSUED
    return Verification.REVOKED if revoked_on is not None and revoked_on <= on else None
