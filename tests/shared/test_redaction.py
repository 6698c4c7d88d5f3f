"""What is a person's number and what is not, however it is written and whatever stands around it. All numbers are invented."""

import json
import re
import unicodedata
from urllib.parse import quote
from uuid import UUID

import pytest
from hypothesis import assume, example, given, settings
from hypothesis import strategies as st

from shared import redaction

ID, X, OLD, PHONE, CARD = "522601199003070025", "52260119900307001X", "522601900307002", "13812341234", "6222020000000017"
WIDE = str.maketrans("0123456789X", "０１２３４５６７８９Ｘ")

MASKED = {
    "a citizen's number": (f"号码 {ID},已登记", "号码 5226**********0025,已登记"),
    "one that ends in X": (f"{X}。", "5226**********001X。"),
    "one that ends in a small x": (X.lower(), "5226**********001X"),
    "two of them": (f"{ID},{X}", "5226**********0025,5226**********001X"),
    "of the old card": (f"旧证 {OLD}", f"旧证 {'*' * 15}"),
    "of a foreigner's permit": ("CHN110000000000", "CHN************"),
    "of a residence permit": ("810000199003070025", "8100**********0025"),
    "a phone": (f"电话{PHONE}。", "电话138****1234。"),
    "a phone with the country": (f"+86 {PHONE}", f"+{'*' * 13}"),
    "a phone dialled from abroad": (f"0086{PHONE}", "*" * 15),
    "a bank card": (f"卡 {CARD}", f"卡 {'*' * 16}"),
    "an account of nineteen": ("6222020000000000179", "6222**********0179"),
    "an account of twelve": ("522601000017", "*" * 12),
    "in full width": (ID.translate(WIDE), "5226**********0025"),
    "in full width with X": (X.translate(WIDE), "5226**********001X"),
    "in another script": ("".join(chr(0x0660 + int(digit)) for digit in ID), "5226**********0025"),
    "percent-encoded": ("".join(f"%3{digit}" for digit in ID), "5226**********0025"),
    "percent-encoded twice": ("".join(f"%253{digit}" for digit in ID), "5226**********0025"),
    "percent-encoded in full width": (quote(X.translate(WIDE)), "5226**********001X"),
    "escaped as JSON does": (json.dumps(ID.translate(WIDE)), '"5226**********0025"'),
    "in groups": ("5226 0119 9003 0700 25", "5226**********0025"),
    "in groups by hyphens": ("6222-0200-0000-0017", "*" * 16),
    "with the birthday apart": ("522601-19900307-0025", "5226**********0025"),
    "with the X apart": ("522601 19900307 001 X", "5226**********001X"),
    "a phone in groups": ("138 1234 1234", "138****1234"),
    "a phone with points": ("138.1234.1234", "138****1234"),
    "with a mark that is not seen": (f"{ID[:6]}\u200b{ID[6:]}", "5226**********0025"),
    "with spaces as a form sends them": ("522601+19900307+0025", "5226**********0025"),
    "as a spreadsheet shows a number": ("522,601,199,003,070,000", "5226**********0000"),
    "as a spreadsheet writes a number": ("5.22601199003070e+17", f"{'*' * 15}e+17"),
    "glued to letters": (f"id{ID}name", "id5226**********0025name"),
    "glued to hexadecimal letters": (f"abc{ID}def", "abc5226**********0025def"),
    "glued to other digits": (f"99{ID}", "9952**********0025"),
    "after a day": (f"2025-04-10 {PHONE}", "2025**********1234"),
    "before a thing's id": (f"{ID}/01932f6e-7c1a-7abc-8def-0000000000a1", "5226**********19326f6e"[:18]),
    "a letter more than a number": (f"{OLD}ABC", f"{'*' * 15}ABC"),
    "what looks like a credit code": ("52522601700000044A", f"{'*' * 17}A"),
    "a credit code of digits alone": ("915226015901234567", "9152**********4567"),
    "a certificate that a citizen's number is in": (f"Y{ID}123", "Y5226**********5123"),
}
KEPT = {
    "an id": "/v1/classes/01932f6e-7c1a-7000-8000-000000000001:submit",
    "an id in capitals": "01932F6E-7C1A-7000-8000-000000000001",
    "two ids": "01932f6e-7c1a-7000-8000-000000000001,01932f6e-7c1a-7000-8000-000000000002",
    "a paper's number": "KL-PX-2025-000123",
    "a paper's number before a day": "KL-PX-2025-000123 2025-04-10",
    "a code of a place": "522601100",
    "codes of places": "522601100、522601101、522601102",
    "a credit code": "91440600MA4UKH0TX7",
    "a credit code with a letter at its end": "52522601700000044L",
    "a certificate of skill": "S000052000023251000123",
    "a certificate of a higher one": "GZ00005200002325100012",
    "a day": "2025-04-10",
    "days": "2025-04-10 至 2025-05-10",
    "days side by side": "2025-04-10 2025-05-10",
    "days without hyphens": "签到20250401-20250430.xlsx",
    "a moment without anything": "名册20250410093000.xlsx",
    "a moment": "2025-04-10T09:00:00.123456+08:00",
    "a moment as people write it": "2025-04-10 09:00:00",
    "money": "138000000.00",
    "money with commas": "1,380,000,000.00",
    "a digest": "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b78528551",
    "a digest with many digits": "9f860123456789012345678901234567",
    "a trace": "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01",
    "a place in the feed": "748001-34567",
    "an address of a machine": "192.168.100.200",
    "the office's own telephone": "0855-8223456",
    "what is masked": "5226**********0025 138****1234",
    "a short number": "1234567890",
    "eleven digits that are no phone": "20250410123",
    "a list of hundreds": "100、200、300、400、500",
}


@pytest.mark.parametrize(("text", "masked"), MASKED.values(), ids=MASKED)
def test_a_number_is_masked(text: str, masked: str) -> None:
    assert redaction.redact(text).startswith(masked)
    assert redaction.redact(redaction.redact(text)) == redaction.redact(text)


@pytest.mark.parametrize("text", KEPT.values(), ids=KEPT)
def test_what_is_no_number_stays(text: str) -> None:
    assert redaction.redact(text) == text


def test_a_quotation_is_cut_after_it_is_masked() -> None:
    assert redaction.quoted("表" * 50 + ID) == "表" * 50 + "5226******"
    assert redaction.quoted("表" * 70) == "表" * 60


def test_every_text_and_number_of_a_value_is_masked() -> None:
    told = {"seen": [ID, int(ID), {f"/{PHONE}": PHONE}], "amount": 138000000, "at": None, "good": True, "id": CARD}
    masked = ["5226**********0025", "5226**********0025", {"/138****1234": "138****1234"}]
    assert redaction.redact_all(told) == {"seen": masked, "amount": 138000000, "at": None, "good": True, "id": "*" * 16}


def test_an_id_of_digits_alone_stays_an_id() -> None:
    told = "13812341-2345-4226-8112-199003070025"
    assert redaction.redact_all({"ids": [UUID(told), told]}) == {"ids": [told, told]}


@pytest.mark.parametrize(
    ("text", "named"),
    [
        (ID, True),
        (f"证书{ID}-1", True),
        ("522601 1990 0307 0025", True),
        (ID[:-1] + "6", False),
        (ID[6:], False),
        (CARD + "00", False),
        ("杨秀英", False),
    ],
)
def test_a_citizens_number_is_told_by_its_last_digit(text: str, named: bool) -> None:
    assert redaction.names_citizen(text) is named


NUMBERS = st.one_of(
    st.from_regex(r"[1-68][1-7][0-9]{4}(19|20)[0-9]{2}(0[1-9]|1[0-2])[0-2][0-9]{4}[0-9X]", fullmatch=True),
    st.from_regex(r"[1-68][0-9]{14}", fullmatch=True),
    st.from_regex(r"1[3-9][0-9]{9}", fullmatch=True),
    st.from_regex(r"[3-6][0-9]{15,18}", fullmatch=True),
)
GAPS = st.lists(st.sampled_from(["", "", "", "", " ", "-", "\u3000", "/", "·", " - "]), min_size=20, max_size=20)
SCRIPTS = st.sampled_from(
    [str, lambda text: text.translate(WIDE), quote, lambda text: quote(text.translate(WIDE)), lambda text: json.dumps(text.translate(WIDE))]
)
AROUND = st.one_of(st.text(max_size=30), st.text("0123456789abcdefxX-/ .,:%杨", max_size=30))


def _plain(text: str) -> str:
    """Digits as ASCII has them, with nothing between those of one number."""
    return re.sub(r"[\s\-/·\u200b]", "", "".join(str(unicodedata.decimal(each)) if each.isdecimal() else each for each in text))


@settings(max_examples=300)
@given(number=NUMBERS, gaps=GAPS, written=SCRIPTS, before=AROUND, after=AROUND)
@example(number=PHONE, gaps=[""] * 20, written=str, before="", after="")
@example(number=ID, gaps=[""] * 20, written=str, before="2000-01-", after="")
@example(number=CARD, gaps=[""] * 20, written=str, before="KL-PX-2025-000123", after="1")
def test_whatever_surrounds_a_number_at_most_eight_of_its_digits_in_a_row_are_left(
    number: str, gaps: list[str], written: "object", before: str, after: str
) -> None:
    said = before + written("".join(digit + gap for digit, gap in zip(number[:-1], gaps, strict=False)) + number[-1]) + after  # type: ignore[operator]
    assume(not re.search(r"[0-9A-Fa-f]{8}-(?:[0-9A-Fa-f]{4}-){3}[0-9A-Fa-f]{12}|[0-9A-Fa-f]{32}|[YSJ][0-9]{21}|[A-Z]{2}[0-9]{20}", said))
    left = _plain(redaction.redact(said))
    digits = number.rstrip("X")
    assert not [place for place in range(len(digits) - 8) if digits[place : place + 9] in left]
