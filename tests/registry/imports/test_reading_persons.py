"""What a row of a roster tells of a person, cell by cell: both sides of what is taken."""

import pytest

from shared.sheets import Value
from tests.registry.imports.conftest import book_of
from tests.registry.imports.rosters import HEADER, MAN, OTHER_MAN, WOMAN, codes, fault_of, person, read, read_one


def test_a_number_that_cannot_be_read_gets_one_code_and_the_row_is_judged_no_further() -> None:
    assert fault_of(name="", sex="女", id=MAN[:-1] + "8", region="雷山县", phone="1", category="农民") == (
        "C",
        "invalid_id_number",
        "5226**********0018",
    )


def test_all_faults_of_a_readable_row_come_at_once() -> None:
    bad = person(name=" ", sex="女", region="雷山县", phone="1", category="农民", card="62")
    reading = read(book_of(HEADER, person(), bad))
    assert codes(reading) == [
        (3, "C", "duplicate_row"),
        (3, "A", "name_missing"),
        (3, "B", "sex_differs_from_id_number"),
        (3, "D", "unknown_region"),
        (3, "E", "invalid_phone"),
        (3, "F", "unknown_category"),
        (3, "G", "invalid_bank_account"),
    ]
    assert len(reading.rows) == 1


@pytest.mark.parametrize(
    ("number", "code"),
    [
        pytest.param(5.22601199003070017e17, "id_number_rounded", id="typed-as-a-number"),
        pytest.param(52260119900307000.0, "id_number_rounded", id="seventeen-digits-as-a-number"),
        pytest.param("5.22601E+17", "id_number_rounded", id="scientific-text"),
        pytest.param("522601197904092000", "id_number_rounded", id="noughts-at-the-end"),
        pytest.param(522601900307001.0, "invalid_id_number", id="fifteen-digits-as-a-number"),
        pytest.param("522601900307001", "invalid_id_number", id="the-old-fifteen-digit-number"),
        pytest.param("522601202912310051", "invalid_id_number", id="born-in-the-future"),
        pytest.param("522601199002290018", "invalid_id_number", id="no-such-day"),
    ],
)
def test_a_spoiled_number_is_told_from_a_wrong_one(number: Value, code: str) -> None:
    assert fault_of(id=number)[:2] == ("C", code)


@pytest.mark.parametrize("number", [f"'{MAN}", f" {MAN} ", "522601 19900307 0017", "５２２６０１１９９００３０７００１７", f"\t{MAN}\n"])
def test_a_number_is_read_however_it_is_typed(number: str) -> None:
    assert read_one(id=number).citizen.number == MAN


@pytest.mark.parametrize(
    ("typed", "name"),
    [
        ("潘  生", "潘生"),
        ("潘 阿\n生", "潘阿生"),
        ("欧𬭊花", "欧𬭊花"),
        ("阿依古丽•买买提", "阿依古丽·买买提"),
        ("古丽 · 阿里", "古丽·阿里"),
        ("John  Smith", "John Smith"),
    ],
)
def test_a_name_loses_only_what_aligns_it(typed: str, name: str) -> None:
    assert read_one(name=typed).name == name


@pytest.mark.parametrize("sex", ["男", " 男 ", "男性", "M", "", None])
def test_the_sex_agrees_with_the_number_or_is_not_stated(sex: Value) -> None:
    assert read_one(sex=sex).citizen.sex == "male"


@pytest.mark.parametrize("sex", ["女", "女性", "2"])
def test_a_sex_that_differs_from_the_number_is_a_fault(sex: str) -> None:
    assert fault_of(sex=sex) == ("B", "sex_differs_from_id_number", sex)


@pytest.mark.parametrize(
    ("place", "code"),
    [
        ("三棵树镇", "522601100"),
        (" 三 棵树镇 ", "522601100"),
        ("三棵树", "522601100"),
        ("凯里市三棵树镇南花村", "522601100"),
        ("贵州省黔东南苗族侗族自治州凯里市舟溪镇", "522601101"),
        ("贵州省凯里市大十字街道", "522601002"),
        ("黔东南州凯里市城西街道办事处", "522601001"),
        ("凯棠乡", "522601110"),
        ("凯里市鸭塘镇某村", "522601006"),
        ("522601100", "522601100"),
        (522601100.0, "522601100"),
        ("522601100000", "522601100"),
        ("龙场镇、老街", "522601107"),
        ("凯里市下司", "522601109"),
    ],
)
def test_a_town_is_found_by_name_old_name_code_or_address(place: Value, code: str) -> None:
    assert read_one(region=place).region_code == code


@pytest.mark.parametrize(
    "place", ["雷山县", "", "麻江县龙场镇", "贵州省雷山县西门街道", "凯里市", "522601", "522601199", "丹寨县湾水镇", "广东省佛山市", "镇"]
)
def test_a_place_outside_the_city_is_unknown(place: str) -> None:
    assert fault_of(region=place)[:2] == ("D", "unknown_region")


@pytest.mark.parametrize(
    ("typed", "stored"),
    [
        ("13508550001", "13508550001"),
        (13508550001.0, "13508550001"),
        ("135-0855 0001", "13508550001"),
        ("１３５０８５５０００１", "13508550001"),
        ("+86 13508550001", "13508550001"),
        ("8613508550001", "13508550001"),
        ("0855-8065700", "0855-8065700"),
        ("(0855)8065700", "0855-8065700"),
        ("0855 8065700", "0855-8065700"),
        ("010-12345678", "010-12345678"),
        ("", None),
        (None, None),
    ],
)
def test_a_telephone_is_cleaned(typed: Value, stored: str | None) -> None:
    assert read_one(phone=typed).phone == stored


@pytest.mark.parametrize("typed", ["1350855000", "135085500011", "23508550001", "8065700", "无", "13508550001/135", "0855-80657"])
def test_what_is_no_telephone_is_a_fault(typed: str) -> None:
    assert fault_of(phone=typed)[:2] == ("E", "invalid_phone")


@pytest.mark.parametrize(
    ("typed", "codes"),
    [
        ("企业职工", ("enterprise_employee",)),
        (" 企业 职工 ", ("enterprise_employee",)),
        ("农村妇女、脱贫劳动力", ("rural_woman", "out_of_poverty_worker")),
        ("农村妇女,脱贫劳动力;农村妇女", ("rural_woman", "out_of_poverty_worker")),
        ("农村妇女/合作社社员", ("rural_woman", "cooperative_member")),
        ("农村妇女 合作社社员", ("rural_woman", "cooperative_member")),
        ("农村妇女\n合作社社员", ("rural_woman", "cooperative_member")),
        ("企业职工(在岗)", ("enterprise_employee",)),
        ("rural_woman", ("rural_woman",)),
        ("", ()),
    ],
)
def test_one_or_several_categories_are_read_from_a_cell(typed: str, codes: tuple[str, ...]) -> None:
    assert read_one(category=typed).categories == codes


@pytest.mark.parametrize(("typed", "seen"), [("农民", "农民"), ("农村妇女、农民", "农民"), ("企业职工家属", "企业职工家属")])
def test_a_category_outside_the_list_is_a_fault(typed: str, seen: str) -> None:
    assert fault_of(category=typed) == ("F", "unknown_category", seen)


@pytest.mark.parametrize(
    ("typed", "stored"),
    [("6228 4495-1255 5298 444", "6228449512555298444"), ("123456789012", "123456789012"), (123456789012.0, "123456789012"), ("", None)],
)
def test_a_bank_account_is_cleaned(typed: Value, stored: str | None) -> None:
    assert read_one(card=typed).bank_account == stored


@pytest.mark.parametrize("typed", ["12345678901", "12345678901234567890", "农行卡", 6228449512555298444.0])
def test_what_is_no_bank_account_is_a_fault(typed: Value) -> None:
    assert fault_of(card=typed)[:2] == ("G", "invalid_bank_account")


def test_of_three_rows_with_one_number_the_first_stands() -> None:
    reading = read(book_of(HEADER, person(region="雷山县"), person(), person(id=MAN.lower()), person(name="潘老", id=OTHER_MAN)))
    assert codes(reading) == [(2, "D", "unknown_region"), (3, "C", "duplicate_row"), (4, "C", "duplicate_row")]
    assert all("第 2 行" in fault.fix for fault in reading.faults[1:])
    assert [row.name for row in reading.rows] == ["潘老"]


@pytest.mark.parametrize(
    ("typed", "education", "found"), [("初中", "初中", []), (f"初中,与{WOMAN}同户", None, [(2, "H", "id_number_in_text")])]
)
def test_a_text_that_lists_show_holds_no_citizens_number(typed: str, education: str | None, found: list[tuple[int, str, str]]) -> None:
    reading = read(book_of([*HEADER, "文化程度"], [*person(), typed]))
    assert (codes(reading), [row.education for row in reading.rows]) == (found, [education] if education else [])
    assert WOMAN not in str(reading.faults)
