"""The monthly sheet of the Foshan office, read as a careful clerk would."""

import json
from datetime import date
from itertools import pairwise
from pathlib import Path

import pytest

from services.eastwest.imports import facts as told
from services.eastwest.imports.reading import PersonRow, read
from services.eastwest.placements.policy.telling import Employer, Fact
from services.registry.imports.templates import template
from shared import db
from shared.sheets import Reading, SheetError, Table, Value, open_book, write_book

SAMPLES = Path(__file__).parents[2] / "samples"
HEADER = ("姓名", "公民身份号码", "用人单位", "所在区", "入职日期", "在岗情况", "离职日期", "参保情况")
PERSON = "522601199003070017"


def row(**changed: Value) -> list[Value]:
    values: dict[str, Value] = dict(zip(HEADER, ("潘阿生", PERSON, "某厂", "顺德", "2025-07-02", "在岗", None, "已参保"), strict=True))
    return list((values | changed).values())


def reading(*rows: list[Value], header: tuple[str, ...] = HEADER) -> Reading[PersonRow]:
    return read(open_book(write_book([Table("表", header, rows)]), "表.xlsx"), today=date(2025, 11, 30))


def test_every_row_of_the_sample_is_read_as_the_clerk_reads_it() -> None:
    truth = json.loads((SAMPLES / "truth.json").read_text("utf-8"))["foshan_monthly"]
    found = read(open_book((SAMPLES / "foshan-monthly.xlsx").read_bytes(), "foshan-monthly.xlsx"), today=date(2025, 11, 30))
    assert (found.faults, found.total, found.header_rows) == ([], len(truth), {"Sheet": 2})
    told = [(each.number, str(each.started_on), each.left_on and str(each.left_on)) for each in found.rows]
    assert told == [(each["row"], each["started_on"], each["left_on"]) for each in truth]
    assert {each.district_code for each in found.rows} == {"440604", "440605", "440606"}
    assert [each.insured for each in found.rows][:5] == [False, False, True, True, True]


@pytest.mark.parametrize(
    ("changed", "column", "code"),
    [
        pytest.param({"公民身份号码": "522601199003070018"}, "B", "invalid_id_number", id="check-character"),
        pytest.param({"公民身份号码": 522601199003070017.0}, "B", "id_number_rounded", id="typed-as-a-number"),
        pytest.param({"入职日期": "七月初"}, "E", "invalid_date", id="no-date"),
        pytest.param({"入职日期": None}, "E", "invalid_date", id="no-start"),
        pytest.param({"在岗情况": "已离职"}, "G", "invalid_date", id="left-without-a-date"),
        pytest.param({"在岗情况": "已离职", "离职日期": "2025-07-01"}, "G", "invalid_date", id="left-before-the-start"),
        pytest.param({"离职日期": "2025-08-01"}, "G", "invalid_date", id="at-work-and-left"),
        pytest.param({"入职日期": "2025-12-01"}, "E", "invalid_date", id="a-start-to-come"),
        pytest.param({"在岗情况": "离职", "离职日期": "2025-12-01"}, "G", "invalid_date", id="a-leaving-to-come"),
        *(
            pytest.param({"在岗情况": word}, "F", "unknown_state", id=word)
            for word in ("未在岗", "失联", "返乡", "不在职", "合同终止", "自离", "未到岗", "请假", "在岗?", "不是")
        ),
    ],
)
def test_a_faulty_row_is_named_and_not_kept(changed: dict[str, Value], column: str, code: str) -> None:
    found = reading(row(**changed))
    assert found.rows == []
    assert [(fault.row, fault.column, fault.code) for fault in found.faults] == [(2, column, code)]
    assert PERSON not in found.faults[0].seen


@pytest.mark.parametrize("word", ["在岗", "在职", "正常", "在岗(试用期)", "在职(轮休)", None])
def test_words_that_mean_at_work_and_a_blank_cell_are_at_work(word: str | None) -> None:
    found = reading(row(在岗情况=word))
    assert ([each.left_on for each in found.rows], found.faults) == ([None], [])


@pytest.mark.parametrize("word", ["离职", "7月10日离职", "已辞职", "返乡", "失联", "合同终止"])
def test_who_is_not_at_work_has_left_on_the_day_that_is_given(word: str) -> None:
    found = reading(row(在岗情况=word, 离职日期="2025-08-01"))
    assert ([each.left_on for each in found.rows], found.faults) == ([date(2025, 8, 1)], [])


def test_of_two_rows_about_one_person_the_first_stands() -> None:
    found = reading(row(), row(入职日期="2025-07-03"))
    assert [str(each.started_on) for each in found.rows] == ["2025-07-02"]
    assert [(fault.row, fault.code) for fault in found.faults] == [(3, "duplicate_row")]


def test_totals_and_signatures_are_no_people() -> None:
    assert reading(row(), ["合计", "1人", *[None] * 6], ["填表人", "李某", *[None] * 6]).total == 1


def test_a_sheet_without_the_needed_columns_is_not_guessed_at() -> None:
    with pytest.raises(SheetError) as refused:
        reading(["x", "y"], header=("甲", "乙"))
    assert refused.value.code == "unknown_sheet_layout"


ID = db.new_id()
AT_WORK = PersonRow("表", 2, "B", PERSON, date(2025, 7, 2), None, True, "某厂", "440606", None)
REPORTED = date(2025, 10, 31)
STARTED = Fact("s", "started", date(2025, 7, 2))


def others(
    row: PersonRow, facts: list[Fact], arranged: str = "某厂", reported_on: date = REPORTED, *, begun_before: bool = True
) -> list[tuple[str, str]]:
    found = told.other_facts(row, ID, facts, Employer(arranged), reported_on, "", begun_before=begun_before)
    return [(each.kind, str(each.effective_on)) for each in found]


def changed(**values: object) -> PersonRow:
    return PersonRow(**{name: getattr(AT_WORK, name) for name in PersonRow.__slots__} | values)  # type: ignore[arg-type]


def test_what_was_said_before_is_no_news() -> None:
    assert [each.kind for each in told.first_days(AT_WORK, ID, [], "")] == ["started"]
    assert told.first_days(AT_WORK, ID, [STARTED], "") == []


def test_another_first_day_corrects_the_known_one_unless_the_person_left_in_between() -> None:
    [news] = told.first_days(changed(started_on=date(2025, 7, 5)), ID, [STARTED], "")
    assert (news.kind, news.corrects, news.effective_on) == ("corrected", "s", date(2025, 7, 5))
    gone = [STARTED, Fact("l", "left", date(2025, 8, 1))]
    assert [each.kind for each in told.first_days(changed(started_on=date(2025, 9, 1)), ID, gone, "")] == ["started"]
    moved = [STARTED, Fact("c", "corrected", date(2025, 7, 5), corrects="s")]
    assert [each.corrects for each in told.first_days(changed(started_on=date(2025, 7, 9)), ID, moved, "")] == ["c"]
    assert [each.corrects for each in told.first_days(AT_WORK, ID, moved, "")] == ["c"]  # the first day said again is news


def test_an_insured_row_is_an_employers_statement_for_the_month_up_to_the_report() -> None:
    [present] = told.other_facts(AT_WORK, ID, [STARTED], Employer("某厂"), REPORTED, "", begun_before=True)
    assert present.evidence is not None
    assert [(each.grade, str(each.covers_from_on), str(each.covers_to_on)) for each in present.evidence] == [
        ("D", "2025-10-01", "2025-10-31")
    ]
    [present] = told.other_facts(changed(insured=False), ID, [STARTED], Employer("某厂"), REPORTED, "", begun_before=True)
    assert present.evidence is None
    [gone] = told.other_facts(changed(left_on=date(2025, 10, 12)), ID, [STARTED], Employer("某厂"), REPORTED, "", begun_before=True)
    assert gone.evidence is not None
    assert (gone.kind, str(gone.evidence[0].covers_from_on), str(gone.evidence[0].covers_to_on)) == ("left", "2025-09-13", "2025-10-12")
    assert others(changed(left_on=date(2025, 11, 12)), [STARTED]) == [("left", "2025-11-12"), ("present", "2025-10-31")]


def test_reports_of_following_months_leave_no_day_between_them() -> None:
    days = [date(2025, 1, 31), date(2025, 2, 28), date(2025, 3, 31), date(2025, 4, 30)]
    spans = []
    for reported_on in days:
        [present] = told.other_facts(changed(started_on=date(2024, 12, 1)), ID, [], Employer("某厂"), reported_on, "", begun_before=True)
        assert present.evidence is not None
        spans.append((present.evidence[0].covers_from_on, present.evidence[0].covers_to_on))
    assert all((later[0] - earlier[1]).days <= 1 for earlier, later in pairwise(spans))


def test_another_employer_in_foshan_is_a_fact_from_the_first_day_or_from_the_report() -> None:
    assert others(AT_WORK, [STARTED], "订单上的厂", begun_before=False)[0] == ("employer_changed", "2025-07-02")
    assert others(AT_WORK, [STARTED], "订单上的厂")[0] == ("employer_changed", "2025-10-31")
    known = [STARTED, Fact("e", "employer_changed", date(2025, 7, 2), Employer("某厂"))]
    assert [kind for kind, _ in others(AT_WORK, known, "订单上的厂")] == ["present"]


def test_a_start_after_the_report_is_no_presence() -> None:
    assert others(changed(started_on=date(2025, 11, 3)), []) == []


def test_the_same_row_has_the_same_references() -> None:
    first, again = (told.first_days(AT_WORK, ID, [], "")[0].external_ref for _ in range(2))
    assert first == again != told.first_days(AT_WORK, db.new_id(), [], "")[0].external_ref


def test_the_template_of_the_monthly_sheet_is_one_that_is_read() -> None:
    book = open_book(template("placements"), "placements.xlsx")
    header, example = ([each.text(column) for column in range(len(each.values))] for each in book.sheets[0].rows)
    filled = write_book([Table("在岗情况表", header, [example, ["1", *example[1:]]])])
    found = read(open_book(filled, "a.xlsx"), today=date(2025, 11, 30))
    assert (found.total, [each.insured for each in found.rows], found.faults) == (1, [True], [])
