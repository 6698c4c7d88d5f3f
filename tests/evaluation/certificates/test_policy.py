"""Certificate numbers both ways, validity on a day, and names."""

from datetime import date
from functools import partial

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from services.evaluation import rules
from services.evaluation.certificates import policy

LEVELS, SHAPES = rules.levels(), rules.number_shapes()
NUMBERED = [level for level in LEVELS.values() if level.digit is not None]
ISSUED = date(2025, 6, 25)


@pytest.mark.parametrize("level", NUMBERED, ids=lambda level: level.code)
def test_a_number_that_was_made_fits(level: rules.LevelRule) -> None:
    number = policy.make_number("Y000052000123", 2025, level.digit or 0, 7)
    assert len(number) == 22 and number.endswith("000007")
    assert policy.number_faults(SHAPES, "skill_level", number, level, ISSUED) == []


def test_the_last_serial_is_the_last_that_has_room() -> None:
    last, next_ = (policy.make_number("Y000052000123", 2025, 3, serial) for serial in (policy.SERIALS_AT_MOST, policy.SERIALS_AT_MOST + 1))
    assert (last[-6:], bool(policy.MINTED.fullmatch(last)), bool(policy.MINTED.fullmatch(next_))) == ("999999", True, False)


def test_the_digit_falls_as_the_skill_rises() -> None:
    assert sorted(NUMBERED, key=lambda level: level.rank) == sorted(NUMBERED, key=lambda level: -(level.digit or 0))


@pytest.mark.parametrize(
    ("kind", "number", "level", "codes"),
    [
        pytest.param("skill_level", "S000044000123255000001", "junior", [], id="another-province"),
        pytest.param("skill_level", "J000044000123255000001", "junior", [], id="a-school"),
        pytest.param("skill_level", "X000044000123255000001", "junior", ["certificate_number_shape"], id="wrong-letter"),
        pytest.param("skill_level", "S00004400012325500000", "junior", ["certificate_number_shape"], id="21-characters"),
        pytest.param("skill_level", "S0000440001232550000012", "junior", ["certificate_number_shape"], id="23-characters"),
        pytest.param("skill_level", "S000044000123245000001", "junior", ["certificate_number_year"], id="last-year"),
        pytest.param("skill_level", "S000044000123264000001", "junior", ["certificate_number_year", "certificate_number_level"], id="both"),
        pytest.param("skill_level", "S000044000123251000001", "senior_technician", [], id="the-highest-of-five"),
        pytest.param("skill_level", "SA00004400012325100000", "special_technician", [], id="special-technician"),
        pytest.param(
            "skill_level",
            "S000044000123251000001",
            "special_technician",
            ["certificate_number_shape"],
            id="special-technician-of-the-old-shape",
        ),
        pytest.param("qualification", "1452003009500123", "junior", [], id="qualification"),
        pytest.param("qualification", "145200300950012", "junior", ["certificate_number_shape"], id="qualification-of-15"),
        pytest.param("work_permit", "T522601199003070017", None, [], id="operating-permit"),
        pytest.param("completion", "KL-2025-17", None, [], id="completion"),
        pytest.param("completion", "凯培字〔2025〕第12号", None, [], id="completion-by-a-documents-number"),
        pytest.param("completion", "凯培字[2025]第12号", None, [], id="other-brackets"),
        pytest.param("completion", "凯培字〔2024〕第12号", None, ["certificate_number_year"], id="a-documents-number-of-last-year"),
        pytest.param("completion", "凯培字〔2025〕号", None, ["certificate_number_shape"], id="a-document-without-a-number"),
        pytest.param("special_skill", "5226000240500123", None, [], id="special-skill-of-16-digits"),
        pytest.param("special_skill", "ZX-1", None, [], id="special-skill-of-its-own-kind"),
        pytest.param("special_skill", "ZX_1", None, ["certificate_number_shape"], id="special-skill-with-other-signs"),
        pytest.param("work_permit", "T-5226-2025-000118", None, [], id="permit-of-its-own-kind"),
        pytest.param("work_permit", "凯上岗字〔2025〕第3号", None, [], id="permit-by-a-documents-number"),
        pytest.param("work_permit", "上岗证", None, ["certificate_number_shape"], id="permit-without-a-number"),
        pytest.param("qualification", "凯培字〔2025〕第12号", "junior", ["certificate_number_shape"], id="another-kinds-number"),
        pytest.param("completion", "甲", None, ["certificate_number_shape"], id="completion-without-a-number"),
    ],
)
def test_shape_year_and_level_of_a_number_are_compared(kind: str, number: str, level: str | None, codes: list[str]) -> None:
    assert [fault.code for fault in policy.number_faults(SHAPES, kind, number, LEVELS[level] if level else None, ISSUED)] == codes


@pytest.mark.parametrize(
    ("on", "reason"),
    [
        pytest.param(date(2025, 6, 24), "not_yet_issued", id="the-day-before-issue"),
        pytest.param(date(2025, 6, 25), None, id="the-day-of-issue"),
        pytest.param(date(2025, 9, 30), None, id="the-day-before-revocation"),
        pytest.param(date(2025, 10, 1), "revoked", id="the-day-of-revocation"),
    ],
)
def test_a_certificate_is_valid_from_issue_to_the_day_before_its_revocation(on: date, reason: str | None) -> None:
    assert policy.not_valid(ISSUED, date(2025, 10, 1), on) == reason


def test_a_number_is_compared_in_one_form() -> None:
    assert policy.normal(" y0000 5200０123255000001") == "Y000052000123255000001"
    assert len({policy.compared(f"凯培字{each}第12号") for each in ("〔2024〕", "[2024]", "(2024)", "(2024)", "【2024】")}) == 1


@settings(max_examples=40)
@given(
    st.sampled_from(["Y", "S"]),
    st.integers(0, 10**12 - 1),
    st.dates(date(2020, 1, 1), date(2049, 12, 31)),
    st.sampled_from(NUMBERED),
    st.integers(1, policy.SERIALS_AT_MOST),
)
def test_every_number_that_is_made_fits_and_no_other_year_level_or_length_does(
    letter: str, body: int, issued_on: date, level: rules.LevelRule, serial: int
) -> None:
    number = policy.make_number(f"{letter}{body:012d}", issued_on.year, level.digit or 0, serial)
    told = partial(policy.number_faults, SHAPES, "skill_level")
    assert told(number, level, issued_on) == []
    assert policy.prefix_of("skill_level", number.lower()) == f"{letter}{body:012d}"
    assert [each.code for each in told(number, level, issued_on.replace(year=issued_on.year + 1, day=1))] == ["certificate_number_year"]
    for other in NUMBERED:
        assert [each.code for each in told(number, other, issued_on)] == ([] if other == level else ["certificate_number_level"])
    for misshapen in (number[:-1], f"{number}0", f"X{number[1:]}", number[1:]):
        assert [each.code for each in told(misshapen, level, issued_on)] == ["certificate_number_shape"]


@pytest.mark.parametrize(
    ("kind", "number", "prefix"),
    [
        pytest.param("skill_level", "y000052000123255000001", "Y000052000123", id="as-minted-here"),
        pytest.param("skill_level", "J000052000123255000001", None, id="a-schools"),
        pytest.param("skill_level", "Y00005200012325500000", None, id="too-short"),
        pytest.param("completion", "Y000052000123255000001", None, id="another-kind"),
    ],
)
def test_whose_number_it_would_be(kind: str, number: str, prefix: str | None) -> None:
    assert policy.prefix_of(kind, number) == prefix


def test_a_certificate_bears_every_name_it_was_printed_with() -> None:
    printed = policy.prints("潘秀英", ISSUED) + policy.prints("潘绣英", date(2025, 8, 1), "更名")
    assert [policy.bears(printed, name) for name in ("潘秀英", "潘绣英", " 潘 绣英", "潘英")] == [True, True, True, False]
    assert policy.prints(None, ISSUED) == []


def test_a_number_is_of_a_kind_by_any_shape_of_that_kind_and_by_no_other_kinds() -> None:
    shapes = [shape("J[0-9]+", "junior"), shape("A[0-9]+")]
    assert [policy.is_of_shape(shapes, "skill_level", number) for number in ("J1", "a1", "B1")] == [True, True, False]
    assert not policy.is_of_shape(shapes, "completion", "A1")


def shape(pattern: str, *levels: str) -> rules.NumberShape:
    return rules.NumberShape(("skill_level",), pattern, pattern, "示例〔2025〕1号", "一", "confirmed", levels)  # type: ignore[arg-type]


def test_a_shape_of_some_levels_alone_is_no_others_and_of_several_the_one_that_fits_best_decides() -> None:
    told, senior = partial(policy.number_faults, kind="skill_level", level=LEVELS["senior"], issued_on=ISSUED), LEVELS["senior"]
    juniors = [shape("J[0-9]+", "junior"), shape("A[0-9]+")]
    assert [fault.code for fault in told(juniors, number="J1")] == ["certificate_number_shape"]
    assert policy.number_faults(juniors, "skill_level", "J1", LEVELS["junior"], ISSUED) == told(juniors, number="A1") == []
    either = [shape("(?P<year>[0-9]{2})(?P<level>[0-9])[0-9]*"), shape("[0-9]+")]
    assert told(either, number=f"24{9 - (senior.digit or 0)}1") == told([*reversed(either)], number="2491") == []
