"""The one redaction of what leaves or is kept beside the papers: problems, the trail, the feed, logs, file names, free text, faults of sheets.

A number of a person is digits: a citizen's number (18, the last perhaps X; 15 on the old card), a permit (three letters and 12), a mobile phone (11, with or
without 86), a bank account (12 to 19). So twelve digits or more that stand together are masked whoever they belong to, and eleven that are a phone's; as
they are written: in full width or another script, percent-encoded, escaped as JSON does, in groups, glued to other text. What is known not to be one
stays: ids, digests, papers' numbers, days and instants, credit codes with a letter, certificates of skill.
"""

import contextlib
import re
import unicodedata
from collections.abc import Mapping
from typing import Any
from urllib.parse import unquote
from uuid import UUID

from shared import clock
from shared.national_numbers import InvalidNumber, citizen_id, credit_code
from shared.privacy import mask_number, mask_phone

PHONE_DIGITS, CITIZEN_DIGITS = 11, 18
LONG_NUMBER = 10 ** (PHONE_DIGITS - 1)
NUMBER_IN_TEXT = "id_number_in_text"  # the fault of a text that lists show as it was typed
QUOTED_LONGEST, READ_LONGEST = 60, 4000  # sixty characters are never left of four numbers in their longest writing

_PERCENT = "%(?:25)*"
_DIGIT = rf"(?:\d|{_PERCENT}3\d|{_PERCENT}EF{_PERCENT}BC{_PERCENT}9\d|\\uFF1\d|\\u003\d)"
_SPACES = r"\t \u00a0\u00ad\u2000-\u200f\u2028-\u202f\u205f-\u2064\u3000\ufeff"
_DASHES = r"\-\u2010-\u2015\u2212\u30fb\uff0d\uff0f\uff3f_/\u00b7\u2022+"
# A point stands before four digits or more, a comma before exactly three: neither in money, in an address of a machine, nor in a list.
_ENCODED = rf"{_PERCENT}(?:2[0BDF]|5F|09|C2{_PERCENT}(?:A0|B7)|E2{_PERCENT}80{_PERCENT}[89A][0-9A-F]|E3{_PERCENT}80{_PERCENT}80)"
_ESCAPED = r"\\u(?:00[AB][0-9A-F]|20[0-2][0-9A-F]|3000)"
_GAP = rf"(?:[{_SPACES}{_DASHES}]|\.(?=\d{{4}})|,(?=\d{{3}}(?!\d))|{_ENCODED}|{_ESCAPED}){{0,3}}"
_NUMBER = re.compile(
    rf"{_DIGIT}(?:{_GAP}{_DIGIT}){{10,}}(?P<x>{_GAP}(?:[xXｘＸ]|{_PERCENT}[57]8|{_PERCENT}EF{_PERCENT}BC{_PERCENT}B8))?", re.IGNORECASE
)

_MONTH, _DAY = "(?:0[1-9]|1[0-2])", "(?:0[1-9]|[12][0-9]|3[01])"
_CIVIL = rf"(?:19|20)[0-9]{{2}}(?:-{_MONTH}-|/{_MONTH}/|\.{_MONTH}\.|{_MONTH}){_DAY}(?!\d)(?:[T ][0-9]{{2}}:[0-9]{{2}}(?::[0-9]{{2}}(?:\.[0-9]{{1,6}})?)?(?!\d))?"
_INSTANT = rf"(?:19|20)[0-9]{{2}}{_MONTH}{_DAY}(?:[01][0-9]|2[0-3])[0-5][0-9][0-5][0-9]"
_HEX = "[0-9a-f]"
_KEPT = "|".join(
    (
        rf"(?<![0-9a-z]){_HEX}{{8}}-{_HEX}{{4}}-{_HEX}{{4}}-{_HEX}{{4}}-{_HEX}{{12}}(?![0-9a-z])",
        rf"(?<![0-9a-z])(?=[0-9]*[a-f])(?:{_HEX}{{64}}|{_HEX}{{40}}|{_HEX}{{32}})(?![0-9a-z])",
        r"(?<=[a-z]-)(?:19|20)[0-9]{2}-[0-9]{6,8}(?!\d)",
        rf"(?<!\d)(?:{_CIVIL}(?:{_GAP}{_CIVIL})*|{_INSTANT})(?!{_GAP}{_DIGIT})",
    )
)
_OFFICIAL = r"(?<![0-9A-Za-z])(?:[YSJ][0-9]{21}|[A-Z]{2}[0-9]{20}|(?=[0-9]*[A-Z])[0-9A-Z]{18})(?![0-9A-Za-z])"
_FOUND = re.compile(rf"(?P<kept>(?i:{_KEPT}))|(?P<official>{_OFFICIAL})|(?P<number>(?i:{_NUMBER.pattern}))")
_PERHAPS = re.compile(r"\d(?:[^\dA-Za-z]{0,3}+\d){10}")
_PERHAPS_ASCII = re.compile(r"[0-9](?:[^0-9A-Za-z]{0,3}+[0-9]){10}")  # three times as quick


def redact(text: str) -> str:
    """The text with every number of a person masked; again, it is the same."""
    if len(text) < PHONE_DIGITS:
        return text
    perhaps = _PERHAPS_ASCII if text.isascii() else _PERHAPS
    return _FOUND.sub(_shown, text) if perhaps.search(text) or "%" in text or "\\u" in text else text


def quoted(text: str) -> str:
    """The beginning of what a caller sent, to be shown to him. It is cut after it is masked: half a number is no number any more, and stays one."""
    return redact(text[:READ_LONGEST])[:QUOTED_LONGEST]


def redact_all(value: Any) -> Any:
    """The same of every text and number in a JSON value, members' names among them. An id is known by its type: its text need not be read."""
    if isinstance(value, str):
        return redact(value)
    if isinstance(value, UUID):
        return str(value)
    if value is None:
        return None
    if isinstance(value, int | float):
        return masked if abs(value) >= LONG_NUMBER and (masked := redact(said := str(value))) != said else value
    if isinstance(value, list | tuple):
        return [redact_all(each) for each in value]
    if isinstance(value, dict | Mapping):  # asked last: it takes longer than masking a text
        return {redact(name) if isinstance(name, str) else name: redact_all(each) for name, each in value.items()}
    return value


def names_citizen(text: str) -> bool:
    """Whether a citizen's number that holds stands in the text."""
    return any(_holds_citizen(_read(found)) for found in _NUMBER.finditer(text))


def _shown(found: re.Match[str]) -> str:
    if found["kept"]:
        return found[0]
    if found["official"]:
        return found[0] if _is_official(found[0]) else _NUMBER.sub(_masked, found[0])
    return _masked(found)


def _masked(found: re.Match[str]) -> str:
    number, last = _read(found), found["x"] or ""
    if len(number) > PHONE_DIGITS:
        return mask_number(number) + ("" if number.endswith("X") else last)
    return mask_phone(number) + last if number[0] == "1" and number[1] in "3456789" else found[0]


def _read(found: re.Match[str]) -> str:
    """The digits as ASCII has them; with the X where seventeen stand before it."""
    plain = re.sub(r"\\u([0-9a-f]{4})", lambda code: chr(int(code[1], 16)), found[0], flags=re.IGNORECASE)
    while plain != (decoded := unquote(plain)):
        plain = decoded
    digits = "".join(str(unicodedata.decimal(each)) for each in plain if each.isdecimal())
    return digits + "X" if found["x"] and len(digits) == CITIZEN_DIGITS - 1 else digits


def _is_official(token: str) -> bool:
    """A certificate in which no citizen's number stands, or a credit code that holds. One that ends in X alone could be a citizen's number."""
    if len(token) == 22:
        return not _holds_citizen(token)
    try:
        return not (token[:17].isdigit() and token[17] == "X") and bool(credit_code(token))
    except InvalidNumber:
        return False


def _holds_citizen(text: str) -> bool:
    today = clock.now().date()
    for place in range(len(text) - CITIZEN_DIGITS + 1):
        with contextlib.suppress(InvalidNumber):
            return bool(citizen_id(text[place : place + CITIZEN_DIGITS], today=today))
    return False
