"""What a certificate number says, and whether a certificate is valid on a day. Pure: values in, answers out."""

import re
import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Final, Literal

from services.evaluation.codes import CertificateStatus as Status
from services.evaluation.codes import Verification
from services.evaluation.rules import LevelRule, NumberShape
from shared import person_names
from shared.steps import Step, by

REVOKERS: Final = frozenset({"reviewer"})
REISSUERS: Final = frozenset({"institution", "officer"})
STEPS: Final = (Step("reissue", "补发", by(REISSUERS, Status.VALID)), Step("revoke", "撤销", by(REVOKERS, Status.VALID), Status.REVOKED))
PREFIX_LENGTH: Final = 13
MINTED: Final = re.compile(r"[YS][0-9]{21}")
SERIALS_AT_MOST: Final = 999_999
_BRACKETS: Final = str.maketrans("〔〕[]【】{}〈〉《》", "()" * 6)
EMBEDDED_ID_NUMBER: Final = re.compile(r"(?<![0-9])[0-9]{17}[0-9X](?![0-9])")


@dataclass(frozen=True, slots=True)
class NumberFault:
    code: Literal["certificate_number_shape", "certificate_number_year", "certificate_number_level"]
    seen: str
    allowed: str


def normal(number: str) -> str:
    """The number as it is kept and shown: half-width, upper case, without spaces."""
    return "".join(unicodedata.normalize("NFKC", number).split()).upper()


def compared(number: str) -> str:
    """The number as it is told apart by: whichever brackets were at hand, 〔2024〕 is (2024)."""
    return normal(number).translate(_BRACKETS)


def make_number(prefix: str, year: int, digit: int, serial: int) -> str:
    """13 characters of the body, 2 digits of the year, the level's digit, 6 digits of the serial."""
    return f"{prefix}{serial_group(year, digit)}{serial:06d}"


def prefix_of(kind: str, number: str) -> str | None:
    """Whose number it would be, of a number as it is minted here; None: it is of another shape."""
    plain = compared(number)
    return plain[:PREFIX_LENGTH] if kind == "skill_level" and MINTED.fullmatch(plain) else None


def serial_group(year: int, digit: int) -> str:
    """Year and level as the number has them: serials run within them."""
    return f"{year % 100:02d}{digit}"


def number_faults(shapes: Sequence[NumberShape], kind: str, number: str, level: LevelRule | None, issued_on: date) -> list[NumberFault]:
    """What of the number does not fit: its shape by kind and, where the number states them, its year and level. Of several shapes one is enough."""
    of_kind = [each for each in shapes if kind in each.kinds]
    its_own = [each for each in of_kind if level is not None and level.code in each.levels] or [each for each in of_kind if not each.levels]
    plain = compared(number)
    matched = [found for each in its_own if (found := re.fullmatch(each.pattern, plain))]
    if not matched:
        return [NumberFault("certificate_number_shape", f"{len(plain)} 位", ";或".join(each.words for each in its_own))]
    return min((_differing(each.groupdict(), level, issued_on) for each in matched), key=len)


def is_of_shape(shapes: Sequence[NumberShape], kind: str, number: str) -> bool:
    """Whether a number has a shape of this kind, whatever its level."""
    return any(re.fullmatch(each.pattern, compared(number)) for each in shapes if kind in each.kinds)


def _differing(stated: Mapping[str, str | None], level: LevelRule | None, issued_on: date) -> list[NumberFault]:
    found = []
    year, digit = stated.get("year"), stated.get("level")
    if year and not str(issued_on.year).endswith(year):
        found.append(NumberFault("certificate_number_year", f"编号中的年份为 {year}", f"发证年份 {issued_on.year}"))
    if digit and level is not None and level.digit is not None and digit != str(level.digit):
        found.append(NumberFault("certificate_number_level", f"编号中的等级为 {digit}", f"{level.name}为 {level.digit}"))
    return found


def prints(name: str | None, printed_on: date, reason: str | None = None) -> list[dict[str, str | None]]:
    """What is kept of one printing; nothing where the name is not known."""
    return [{"name": name, "printed_on": str(printed_on), "reason": reason}] if name else []


def bears(prints: Sequence[Mapping[str, str | None]], name: str) -> bool:
    """Whether it was ever printed with this name."""
    return any(person_names.same(str(each["name"]), name) for each in prints)


def not_valid(issued_on: date, revoked_on: date | None, on: date) -> Verification | None:
    """Valid from the day of issue to the day before the revocation."""
    if on < issued_on:
        return Verification.NOT_YET_ISSUED
    return Verification.REVOKED if revoked_on is not None and revoked_on <= on else None
