"""The citizen's and the organisation's number, on both sides of every check."""

import datetime as dt

import pytest
from hypothesis import given
from hypothesis import strategies as st
from stdnum.cn import ric, uscc

from shared.national_numbers import CREDIT_ALPHABET, InvalidNumber, citizen_id, credit_code, half_width

TODAY = dt.date(2025, 4, 8)
digits = st.text(alphabet="0123456789", min_size=1)
births = st.dates(min_value=dt.date(1870, 1, 1), max_value=TODAY)


def with_check(first_17: str) -> str:
    return first_17 + ric.calc_check_digit(first_17 + "0")


@pytest.mark.parametrize(
    ("text", "number", "birth_on", "sex"),
    [
        pytest.param("11010519491231002X", "11010519491231002X", dt.date(1949, 12, 31), "female", id="the-standards-own-example"),
        pytest.param("440524188001010014", "440524188001010014", dt.date(1880, 1, 1), "male", id="born-in-1880"),
        pytest.param("522601199003070017", "522601199003070017", dt.date(1990, 3, 7), "male", id="a-man"),
        pytest.param("522601199003070025", "522601199003070025", dt.date(1990, 3, 7), "female", id="a-woman"),
        pytest.param("522601197003150018", "522601197003150018", dt.date(1970, 3, 15), "male", id="kaili-before-the-area-table"),
        pytest.param("11010519491231002x", "11010519491231002X", dt.date(1949, 12, 31), "female", id="lower-case-x"),
        pytest.param("１１０１０５１９４９１２３１００２ｘ", "11010519491231002X", dt.date(1949, 12, 31), "female", id="full-width"),
        pytest.param("522601\u300019900307\xa00017", "522601199003070017", dt.date(1990, 3, 7), "male", id="wide-and-fixed-spaces"),
        pytest.param(" 522601 19900307 0017\u200b\t", "522601199003070017", dt.date(1990, 3, 7), "male", id="spaces-inside-and-out"),
    ],
)
def test_a_valid_citizen_number_is_read_however_it_is_typed(text: str, number: str, birth_on: dt.date, sex: str) -> None:
    read = citizen_id(text, today=TODAY)
    assert (read.number, read.birth_on, read.sex) == (number, birth_on, sex)


def test_what_stands_beside_the_full_width_letters_is_none_of_them() -> None:
    printable = "".join(map(chr, range(0x21, 0x7F)))
    assert half_width("".join(map(chr, range(0xFF00, 0xFF61)))) == f"\uff00{printable}｟｠"
    assert half_width("\u2fff\u3000\u3001\x9f\xa0\xa1") == "\u2fff \u3001\x9f \xa1"


@pytest.mark.parametrize(
    ("text", "says"),
    [
        pytest.param("110105194912310021", "校验码", id="wrong-check"),
        pytest.param("522601199002290018", "存在的出生日期", id="no-such-day"),
        pytest.param("522601202912310051", "不晚于当日", id="born-in-the-future"),
        pytest.param(with_check("52260118691231001"), "1870", id="born-before-1870"),
        pytest.param("52260119900307001", "17 位", id="seventeen"),
        pytest.param("5226011990030700170", "19 位", id="nineteen"),
        pytest.param("", "0 位", id="nothing"),
        pytest.param("52260119900307OO17", "前 17 位应为数字", id="letters-for-zeros"),
        pytest.param("①②2601199003070017", "前 17 位应为数字", id="ringed-digits"),
        pytest.param("٥٢٢٦٠١١٩٩٠٠٣٠٧٠٠١٧", "前 17 位应为数字", id="arabic-digits"),
        pytest.param("5226011990030700１Х", "前 17 位应为数字", id="cyrillic-x"),
    ],
)
def test_an_invalid_citizen_number_is_refused_with_its_reason(text: str, says: str) -> None:
    with pytest.raises(InvalidNumber) as refused:
        citizen_id(text, today=TODAY)
    assert refused.value.code == "invalid_id_number"
    assert says in refused.value.allowed
    assert "*" in refused.value.seen_masked or not text


def test_the_birth_day_may_be_today_and_not_tomorrow() -> None:
    number = with_check("52260120250408001")
    assert citizen_id(number, today=TODAY).birth_on == TODAY
    with pytest.raises(InvalidNumber):
        citizen_id(number, today=dt.date(2025, 4, 7))


def test_the_first_day_of_1870_is_the_earliest() -> None:
    assert citizen_id(with_check("52260118700101001"), today=TODAY).birth_on == dt.date(1870, 1, 1)


@given(
    area=st.text(alphabet="0123456789", min_size=6, max_size=6),
    birth_on=births,
    order=st.integers(0, 999),
    check=st.sampled_from("0123456789X"),
)
def test_check_digit_agrees_with_stdnum(area: str, birth_on: dt.date, order: int, check: str) -> None:
    number = f"{area}{birth_on:%Y%m%d}".rjust(14, "0") + f"{order:03d}{check}"
    if ric.calc_check_digit(number) == check:
        assert citizen_id(number, today=TODAY).birth_on == birth_on == ric.get_birth_date(number)
    else:
        with pytest.raises(InvalidNumber):
            citizen_id(number, today=TODAY)


@given(st.text())
def test_any_text_is_a_number_or_refused(text: str) -> None:
    try:
        read = citizen_id(text, today=TODAY)
    except InvalidNumber as refused:
        assert text not in str(refused) or len(text) < 4
    else:
        assert len(read.number) == 18


@pytest.mark.parametrize(
    "text",
    ["91110000600037341L", "91350100M000100Y43", "91110000600037341l", " 9111 0000-6000 37341L ", "９１１１００００６０００３７３４１Ｌ"],
    ids=["state-owned", "letters-inside", "lower-case", "spaces-and-hyphen", "full-width"],
)
def test_a_valid_credit_code_is_read_however_it_is_typed(text: str) -> None:
    assert credit_code(text) in ("91110000600037341L", "91350100M000100Y43")


def made_credit_code(head: str, organisation: str) -> str:
    """With the weights and values of GB 11714 once more, as the standard has them: what is tested is not asked."""
    check = 11 - sum(int(c, 36) * w for c, w in zip(organisation, (3, 7, 9, 10, 5, 8, 4, 2), strict=True)) % 11
    first_17 = head + organisation + {10: "X", 11: "0"}.get(check, str(check))
    return first_17 + uscc.calc_check_digit(first_17)


@given(
    authority=st.sampled_from("123456789ANY"),
    category=st.sampled_from(CREDIT_ALPHABET),
    area=st.text(alphabet="0123456789", min_size=6, max_size=6),
    organisation=st.text(alphabet=CREDIT_ALPHABET, min_size=8, max_size=8),
)
def test_codes_of_every_authority_hold_also_those_stdnum_refuses(authority: str, category: str, area: str, organisation: str) -> None:
    code = made_credit_code(authority + category + area, organisation)
    assert credit_code(code) == code
    if code[:2].isdigit():
        assert uscc.is_valid(code)


@given(st.text(alphabet=CREDIT_ALPHABET, min_size=18, max_size=18))
def test_what_we_accept_stdnum_accepts_when_it_begins_with_digits(code: str) -> None:
    try:
        read = credit_code(code)
    except InvalidNumber:
        return
    assert uscc.is_valid(read) or not read[:8].isdigit()


@pytest.mark.parametrize(
    ("text", "says"),
    [
        pytest.param("91110000600037341M", "末位校验码", id="wrong-last-check"),
        pytest.param("9111000060003734", "16 位", id="too-short"),
        pytest.param("91110000600037341I", "不用 I", id="a-letter-never-used"),
        pytest.param("0" + made_credit_code("11522601", "MA000001")[1:], "第 1 位", id="no-such-authority"),
        pytest.param("91A10000600037341L", "第 3 至 8 位", id="letters-in-the-area"),
        pytest.param("911100006000373" + "51" + uscc.calc_check_digit("91110000600037351"), "GB 11714", id="wrong-inner-check"),
    ],
)
def test_an_invalid_credit_code_is_refused_with_its_reason(text: str, says: str) -> None:
    with pytest.raises(InvalidNumber) as refused:
        credit_code(text)
    assert refused.value.code == "invalid_uscc"
    assert says in refused.value.allowed
