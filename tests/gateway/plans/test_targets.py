"""The plan's file: all 25 lines as the city's plan has them, and what a slip in it is answered with."""

import re
from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest

from gateway.plans import reading
from gateway.plans.policy.targets import Counted, counted
from shared import county
from shared.strict import BadFile

TEXT = (county.folder() / "plans" / "kaili-2024.toml").read_text(encoding="utf-8")
PLAN = reading.load(county.folder() / "plans" / "kaili-2024.toml")
BUREAU = "市人力资源社会保障局"
CONFERENCE = "其他市就业和再就业工作联席会议成员单位"
TOWNS = "各镇人民政府〈街道办事处〉"

# Code, what it counts, and what it asks for by period.
LINES: list[tuple[str, str, dict[str, str]]] = [
    ("city.total", "person_times", {"total": "3000"}),
    ("four.technician", "person_times", {"total": "600"}),
    ("four.technician.certified", "certified_share", {"total": "0.9"}),
    ("four.technician.employed", "employed_share", {"total": "0.8"}),
    ("four.technician.demo", "demonstration_classes", {"2024": "1", "2025": "1"}),
    ("four.chef", "person_times", {"total": "100"}),
    ("four.chef.dish", "dishes", {"total": "1"}),
    ("four.domestic", "person_times", {"total": "600"}),
    ("four.tourism", "person_times", {"total": "300"}),
    ("enterprise.workers", "person_times", {"2024": "400", "2025": "600", "total": "1000"}),
    ("enterprise.filings", "filings_coverage", {"total": "1"}),
    ("brand.count", "brands", {"total": "1"}),
    ("brand.rongwan", "order_classes", {"2024": "1", "2025": "1"}),
    ("brand.rongwan.placed", "placed_share", {"total": "0.1"}),
    ("brand.foshan.retained", "retained_people", {"total": "20"}),
    ("brand.yueqian", "person_times", {"total": "300"}),
    ("brand.nanyue", "person_times", {"2024": "100", "2025": "100"}),
    ("brand.guangdong", "person_times", {"2024": "100", "2025": "100"}),
    ("practical.project", "person_times", {"total": "800"}),
    ("practical.tourism", "person_times", {"total": "300"}),
    ("practical.agriculture", "person_times", {"total": "4000"}),
    ("practical.startup", "person_times", {"total": "300"}),
    ("college.training", "training_share", {"2024": "0.5", "2025": "0.5"}),
    ("college.cooperation", "partner_enterprises", {"total": "1"}),
    ("enterprise.frontline", "frontline_share", {"2024": "0.6", "2025": "0.6"}),
]


def test_the_plan_has_its_twenty_five_lines_in_order() -> None:
    assert [line.code for line in PLAN.lines] == [code for code, _, _ in LINES]
    assert len(PLAN.lines) == 25


@pytest.mark.parametrize(("code", "measure", "asked"), LINES, ids=[code for code, _, _ in LINES])
def test_a_line_counts_and_asks_for_what_the_plan_says(code: str, measure: str, asked: dict[str, str]) -> None:
    line = PLAN.line(code)
    assert line.measure == measure
    assert {target.period: target.at_least for target in line.targets} == {period: Decimal(value) for period, value in asked.items()}


def test_the_plan_runs_over_two_calendar_years() -> None:
    assert (PLAN.starts_on, PLAN.ends_on) == (date(2024, 1, 1), date(2025, 12, 31))
    assert list(PLAN.years) == [2024, 2025]
    assert PLAN.employed_within_months == 6
    assert PLAN.employed_kinds == ("employer", "flexible", "self_employed", "farming")


def test_cooperation_is_the_only_range() -> None:
    assert {line.code: target.at_most for line in PLAN.lines for target in line.targets if target.at_most is not None} == {
        "college.cooperation": Decimal(2)
    }


def test_an_order_class_has_forty_trainees() -> None:
    assert PLAN.line("brand.rongwan").class_trainees_at_least == 40


@pytest.mark.parametrize(
    ("code", "each"), [("brand.rongwan.placed", "class"), ("college.training", "college"), ("enterprise.frontline", "enterprise")]
)
def test_a_line_for_each_subject_says_so(code: str, each: str) -> None:
    assert PLAN.line(code).each == each


@pytest.mark.parametrize(
    ("code", "source"),
    [("city.total", "registry"), ("enterprise.filings", "evaluation"), ("brand.foshan.retained", "eastwest"), ("brand.count", "registry")],
)
def test_a_line_names_the_service_that_counts_it(code: str, source: str) -> None:
    assert PLAN.line(code).source == source


@pytest.mark.parametrize(
    ("code", "departments"),
    [
        ("four.tourism", ("市文体广电旅游局", BUREAU, TOWNS)),
        ("practical.startup", (BUREAU, "市教育局")),
        ("practical.agriculture", (BUREAU, "市农业农村局", "市工业和信息化局", CONFERENCE, TOWNS)),
        ("college.training", ("市教育局", BUREAU, "市发展改革局", "市财政局")),
        ("enterprise.filings", (BUREAU, "市财政局", "市工业和信息化局", TOWNS)),
    ],
)
def test_a_line_names_its_lead_departments(code: str, departments: tuple[str, ...]) -> None:
    assert PLAN.line(code).lead_departments == departments


def test_every_programme_is_a_line_of_the_plan() -> None:
    assert {line.programme for line in PLAN.lines if line.programme} <= {line.code for line in PLAN.lines}


@pytest.mark.parametrize(
    ("code", "expected"),
    [
        pytest.param("city.total", None, id="every-class"),
        pytest.param("four.chef", Counted(("four.chef",), (), ()), id="those-that-name-it"),
        pytest.param("four.technician.certified", Counted(("four.technician",), (), ()), id="those-of-another-line"),
        pytest.param(
            "practical.agriculture",
            Counted(("practical.agriculture",), ("agricultural_short",), ()),
            id="a-channel-counts-without-naming-it",
        ),
        pytest.param(
            "brand.yueqian", Counted(("brand.yueqian", "brand.nanyue", "brand.guangdong"), (), ()), id="what-counts-below-counts-above"
        ),
        pytest.param("brand.nanyue", Counted(("brand.nanyue",), (), ()), id="and-not-the-other-way"),
    ],
)
def test_which_classes_count_towards_a_line(code: str, expected: Counted | None) -> None:
    assert counted(PLAN, PLAN.line(code)) == expected


def test_channels_and_occupations_of_lines_two_below_count_above() -> None:
    text = TEXT.replace('programme = "four.chef"', 'programme = "four.chef"\nparents = ["brand.nanyue"]\noccupations = ["4-03-02-01"]')
    plan = reading.read(text, "file.toml")
    assert counted(plan, plan.line("brand.yueqian")) == Counted(
        ("brand.yueqian", "brand.nanyue", "brand.guangdong", "four.chef"), (), ("4-03-02-01",)
    )


def test_a_line_that_is_not_there_is_a_key_error() -> None:
    with pytest.raises(KeyError, match=r"city\.totals"):
        PLAN.line("city.totals")


@pytest.mark.parametrize(
    ("old", "new", "complaint"),
    [
        pytest.param('region_code = "522601"\n', "", "region_code:缺少该键", id="missing-key"),
        pytest.param('region_code = "522601"', 'region_code = "522601"\ncounty = "凯里"', "county:未知的键", id="unknown-key"),
        pytest.param('title = "黔菜师傅"\n', "", "lines[four.chef].title:缺少该键", id="missing-key-of-a-line"),
        pytest.param(
            'title = "黔菜师傅"', 'title = "黔菜师傅"\ncolour = "red"', "lines[four.chef].colour:未知的键", id="unknown-key-of-a-line"
        ),
        pytest.param(
            "at_least = 4000",
            "at_least = 4000, most = 1",
            "lines[practical.agriculture].targets[0].most:未知的键",
            id="unknown-key-of-a-target",
        ),
        pytest.param("at_least = 4000", 'at_least = "4000"', "at_least:应为数字,实为 '4000'", id="text-for-a-number"),
        pytest.param("at_least = 4000", "at_least = true", "at_least:应为数字,实为 True", id="bool-for-a-number"),
        pytest.param("at_least = 4000", "at_least = 0", "lines[practical.agriculture].targets:at_least 须大于 0", id="nothing-asked-for"),
        pytest.param(
            "at_least = 1, at_most = 2",
            "at_least = 3, at_most = 2",
            "lines[college.cooperation].targets:at_least 须大于 0",
            id="range-upside-down",
        ),
        pytest.param(
            "at_least = 0.90", "at_least = 90", "lines[four.technician.certified].targets:at_least 是比率", id="share-in-per-cent"
        ),
        pytest.param(
            'unit = "ratio"',
            'unit = "人次"',
            "lines[four.technician.certified].unit:比率类指标的 unit 须为 ratio",
            id="share-without-its-unit",
        ),
        pytest.param('unit = "人次"', 'unit = "ratio"', "lines[city.total].unit:比率类指标的 unit 须为 ratio", id="count-called-a-share"),
        pytest.param('measure = "dishes"', 'measure = "meals"', "lines[four.chef.dish].measure:应为 person_times、", id="unknown-measure"),
        pytest.param('source = "eastwest"', 'source = "foshan"', "lines[brand.foshan.retained].source:应为", id="unknown-source"),
        pytest.param(
            '{ period = "2024", at_least = 400 }, ',
            "",
            "lines[enterprise.workers].targets:period 须为 2024、2025",
            id="year-without-a-target",
        ),
        pytest.param(
            '[{ period = "total", at_least = 4000 }]',
            '[{ period = "2025", at_least = 4000 }]',
            "lines[practical.agriculture].targets:period 须为 total",
            id="year-where-the-whole-plan-is-asked",
        ),
        pytest.param('[{ period = "total", at_least = 4000 }]', "4000", "targets:应为列表", id="number-for-a-list"),
        pytest.param('code = "four.chef"', 'code = "four.domestic"', "four.domestic 出现多次", id="code-twice"),
        pytest.param("ends_on = 2025-12-31", "ends_on = 2023-12-31", "ends_on:早于 starts_on（第 18 行）", id="ends-before-it-starts"),
        pytest.param("starts_on = 2024-01-01", "starts_on = 2024-01-01T00:00:00", "starts_on:", id="time-for-a-day"),
        pytest.param('whole = "brand.yueqian"', 'whole = "brand.none"', "brand.none 不在 lines 中", id="relation-to-no-line"),
        pytest.param('whole = "brand.yueqian"\n', "", "relations[1].whole:在 within", id="within-nothing"),
        pytest.param('["brand.rongwan", "brand.rongwan.placed"]', '["brand.rongwan"]', "yields 中须为", id="yield-of-one"),
        pytest.param(
            'parents = ["brand.yueqian"]', 'parents = ["brand"]', "lines[brand.nanyue].parents:brand 不在 lines 中", id="below-no-line"
        ),
        pytest.param(
            'programme = "practical.startup"',
            'programme = "four.chef"',
            "lines[practical.startup].programme:写",
            id="channels-of-another-line",
        ),
        pytest.param('clause = "附件4", title', 'clause = "附件9", title', "annexes[3].clause:没有", id="annex-without-a-line"),
        pytest.param('code = "kaili-2024"', "code = ", "TOML", id="broken-toml"),
    ],
)
def test_a_slip_in_the_file_is_named_by_file_and_key(old: str, new: str, complaint: str) -> None:
    assert old in TEXT
    with pytest.raises(BadFile, match=re.escape(complaint)) as fault:
        reading.read(TEXT.replace(old, new, 1), "another-county.toml")
    assert str(fault.value).startswith("another-county.toml")


def test_every_plan_of_the_folder_is_read_and_no_code_stands_for_two(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COUNTY_DIR", str(tmp_path))
    (tmp_path / "plans").mkdir()
    with pytest.raises(BadFile, match="没有任何方案文件"):
        reading.plans()
    (tmp_path / "plans" / "a.toml").write_text(TEXT, encoding="utf-8")
    (tmp_path / "plans" / "b.toml").write_text(TEXT.replace('code = "kaili-2024"', 'code = "kaili-2026"'), encoding="utf-8")
    assert list(reading.plans()) == ["kaili-2024", "kaili-2026"]
    (tmp_path / "plans" / "b.toml").write_text(TEXT, encoding="utf-8")
    reading._plans.cache_clear()
    with pytest.raises(BadFile, match="kaili-2024 用于两个方案"):
        reading.plans()


def test_every_line_stands_in_the_main_text_or_in_one_of_four_annexes() -> None:
    sections = reading.read(TEXT, "kaili-2024.toml").sections
    assert [(each.clause, len(each.lines)) for each in sections] == [(None, 3), ("附件1", 8), ("附件2", 2), ("附件3", 8), ("附件4", 4)]
    without = reading.read(re.sub(r"annexes = \[.*?\n\]\n", "", TEXT, flags=re.DOTALL), "a.toml").sections
    assert [(each.clause, len(each.lines)) for each in without] == [(None, 25)]
