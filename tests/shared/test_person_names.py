"""How a person's name is read, and when two texts are one name."""

import pytest

from shared import person_names


@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        pytest.param("杨秀英", "杨秀英", id="as-it-is"),
        pytest.param(" 杨 秀\u3000英 ", "杨秀英", id="spaces-that-align"),
        pytest.param("Li   Ming", "Li Ming", id="one-space-between-words"),
        pytest.param("Ｌｉ Ｍｉｎｇ", "Li Ming", id="full-width"),
        *(pytest.param(f"买买提{dot}艾力", "买买提·艾力", id=f"dot-{ord(dot):04x}") for dot in "‧∙⋅·•.．・･﹒"),
        pytest.param("买买提 ‧ 艾力", "买买提·艾力", id="a-dot-with-spaces"),
        pytest.param("\ue863某", "䶮某", id="gbk-private-that-is-real-since-2000"),
        pytest.param("\ue81e\ue864", "\u9fb4\u9fbb", id="gb18030-private-that-is-real-since-2022"),
        pytest.param("\ue816\ue855", "\U00020087\U000241fe", id="gb18030-private-that-doubled-a-rare-one"),
        pytest.param("𠮷\U00030edd\U000323af", "𠮷\U00030edd\U000323af", id="beyond-the-basic-plane"),
        pytest.param("⽅⼀", "方一", id="radicals-out-of-a-pdf"),
        pytest.param("Jose\u0301", "José", id="composed"),
    ],
)
def test_a_name_is_kept_in_one_form(typed: str, kept: str) -> None:
    assert person_names.read(typed) == kept
    assert person_names.read(kept) == kept
    assert person_names.same(typed, kept)


@pytest.mark.parametrize(
    ("typed", "code"),
    [
        pytest.param("", "name_missing", id="nothing"),
        pytest.param(" \u3000", "name_missing", id="spaces-alone"),
        *(
            pytest.param(f"杨{unseen}秀英", "invalid_name", id=f"u{ord(unseen):x}")
            for unseen in "\u200b\u200d\u200e\u202e\u2066\ufeff\u00ad\ufe0f\U000e0100\ue000\u3164"
        ),
        pytest.param("\u200b", "invalid_name", id="what-cannot-be-seen-alone"),
        pytest.param("杨秀英522601199003070025", "invalid_name", id="a-number-inside"),
        pytest.param("杨秀英 ５２２６０１ 19900307 0025", "invalid_name", id="a-number-in-groups-and-widths"),
        pytest.param("杨秀英13885501234", "invalid_name", id="a-phone-inside"),
        pytest.param("··", "invalid_name", id="no-letter"),
    ],
)
def test_what_is_no_name_is_refused(typed: str, code: str) -> None:
    with pytest.raises(person_names.Unreadable) as refused:
        person_names.read(typed)
    assert refused.value.code == code
    assert "522601" not in refused.value.seen + refused.value.fix


def test_ten_digits_are_nobody_s_number() -> None:
    assert person_names.read("学员2025040801") == "学员2025040801"


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        ("杨 秀英", "杨秀英", True),
        ("买买提·阿里", "买买提•阿里", True),
        ("买买提·阿里", "买买提阿里", True),
        ("Li Ming", "li ming", True),
        ("杨\u200b秀英", "杨秀英", True),
        ("\ue863", "䶮", True),
        ("杨秀英", "杨秀", False),
        ("杨秀英", "杨秀瑛", False),
    ],
)
def test_names_are_the_same_however_they_are_typed(one: str, other: str, same: bool) -> None:
    assert person_names.same(one, other) is same


@pytest.mark.parametrize(("typed", "sought"), [("买买提.", "买买提·"), ("％", "%"), ("\ue863", "䶮"), (" 秀 英", "秀英"), (" ", " ")])
def test_a_part_is_looked_for_as_names_are_kept(typed: str, sought: str) -> None:
    assert person_names.sought(typed) == sought


def test_every_private_code_of_gb18030_has_its_real_character() -> None:
    """As Python's codec reads the row, where it does not read it as private itself."""
    row = [bytes((0xFE, last)).decode("gb18030") for last in (*range(0x50, 0x7F), *range(0x80, 0xA1))]
    read = [person_names.read("某" + chr(0xE815 + place))[1:] for place in range(len(row))]
    assert [had for had, real in zip(row, read, strict=True) if not 0xE000 <= ord(had) <= 0xF8FF and had != real] == []
    assert not any(0xE000 <= ord(real) <= 0xF8FF for real in read)
