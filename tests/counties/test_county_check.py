"""`make county-check`: what is wrong or unsure in a county's folder is named by file, line and key."""

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from deploy import county_sense
from shared import county


def checked(folder: Path) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "deploy.county_check"]
    return subprocess.run(
        command,
        check=False,
        env=os.environ | {"COUNTY_DIR": str(folder)},
        cwd=county.DEFAULT.parents[2],
        text=True,
        capture_output=True,
        timeout=120,
    )


@pytest.fixture
def copied(tmp_path: Path) -> Path:
    shutil.copytree(county.DEFAULT, tmp_path / "county")
    return tmp_path / "county"


def change(file: Path, old: str, new: str) -> None:
    text = file.read_text(encoding="utf-8")
    assert old in text
    file.write_text(text.replace(old, new, 1), encoding="utf-8")


def line_of(file: Path, words: str) -> int:
    return next(number for number, line in enumerate(file.read_text(encoding="utf-8").splitlines(), 1) if words in line)


def test_the_shipped_county_has_no_fault_and_says_what_nobody_confirmed() -> None:
    answer = checked(county.DEFAULT)
    assert (answer.returncode, answer.stderr) == (0, ""), answer.stdout
    assert "错误 0 处" in answer.stdout
    readings = county.DEFAULT / "terms" / "city_readings.toml"
    unconfirmed = readings.read_text(encoding="utf-8").count('"unconfirmed"')
    assert len(re.findall(r"terms/city_readings\.toml:readings\[\d+\]\.basis_status（第 \d+ 行）", answer.stdout)) == unconfirmed
    assert "placement_stability.toml:terms[0].basis_status（第 9 行）:yuan_per_person" in answer.stdout


def test_another_county_is_checked_as_well(leishan: Path) -> None:
    answer = checked(leishan)
    assert (answer.returncode, "错误 0 处" in answer.stdout) == (0, True), answer.stdout


def test_the_faults_of_all_files_come_at_once(copied: Path) -> None:
    change(copied / "county.toml", "number_prefix", "prefix")
    change(copied / "terms" / "project.toml", 'clause = "附件4', 'paragraph = "附件4')
    change(copied / "terms" / "agricultural_short.toml", "days_paid_at_most = 3\n", "")
    change(copied / "plans" / "kaili-2024.toml", 'judged = "over_time"', 'judged = "sometimes"')
    change(copied / "retention.toml", "months = 3", "weeks = 13")
    change(copied / "workdays" / "2025.toml", "year = 2025", "year = 2024")
    change(copied / "labels.toml", "startup = [", "start_up = [")
    numbers = copied / "certificate_numbers.toml"
    change(numbers, "pattern = '[YSJ][0-9]{12}(?P<year>", "pattern = '[YSJ][0-9]{12}(?P<jahr>")
    change(numbers, "pattern = '[0-9]{16}'", "pattern = '[0-9{16}'")
    (copied / "standing.toml").unlink()
    answer = checked(copied)
    assert answer.returncode == 1
    project = line_of(copied / "terms" / "project.toml", "paragraph")
    for named in (
        "county.toml:prefix:未知的键（第 6 行）",
        f"project.toml:terms[0].paragraph:未知的键（第 {project} 行）",
        "agricultural_short.toml:terms[0].yuan_per_person_day:",
        "kaili-2024.toml:lines[city.total].judged:应为",
        "retention.toml:weeks:未知的键（第 2 行）",
        "2025.toml:",
        "standing.toml:缺少文件",
        f"certificate_numbers.toml:shapes[0].pattern:只有 year 和 level 可以命名,不认识 jahr（第 {line_of(numbers, 'jahr')} 行）",
        "shapes[2].pattern:不是正则表达式",
        "labels.toml:scheme:缺少 startup;多出 start_up",
    ):
        assert named in answer.stdout


def test_what_one_file_names_and_another_lacks_is_a_fault(copied: Path) -> None:
    change(copied / "trades.toml", 'processing = ["6-02-06-10"]', 'processing = ["6-02-06-99"]')
    plan = copied / "plans" / "kaili-2024.toml"
    change(plan, 'channels = ["startup"]', 'channels = ["start_up"]')
    change(plan, 'institution_kinds = ["enterprise"]', 'institution_kinds = ["company"]')
    change(plan, 'programme = "four.chef"', 'programme = "four.cook"')
    change(plan, 'region_code = "522601"', 'region_code = "522602"')
    change(plan, "ends_on = 2025-12-31", "ends_on = 2025-12-31\n")
    change(copied / "county.toml", 'region_code = "522601100"', 'region_code = "522601199"')
    change(copied / "assessment.toml", 'own_worker_category = "enterprise_employee"', 'own_worker_category = "worker"')
    (copied / "workdays" / "2024.toml").unlink()
    answer = checked(copied)
    assert answer.returncode == 1
    for named in (
        f"plans/kaili-2024.toml:lines[practical.startup].channels（第 {line_of(plan, 'start_up')} 行）:channels.toml 中没有 start_up",
        "lines[enterprise.frontline].institution_kinds",
        f"lines[four.chef].programme（第 {line_of(plan, 'four.cook')} 行）:kaili-2024.toml 中没有 four.cook",
        f"region_code（第 {line_of(plan, '522602')} 行）:regions.toml 中没有 522602",
        "county.toml:examples.region_code",
        "assessment.toml:own_worker_category",
        "workdays 中没有 2024.toml",
        "trades.toml:occupations.processing（第 ",
        ":occupations.toml 中没有 6-02-06-99",
    ):
        assert named in answer.stdout, answer.stdout


def test_a_figure_without_a_source_is_a_fault(copied: Path) -> None:
    change(copied / "retention.toml", 'applies_to = ["months"]', "applies_to = []")
    answer = checked(copied)
    assert (
        answer.returncode == 1
        and f"retention.toml:months（第 {line_of(copied / 'retention.toml', 'months = 3')} 行）:没有写明出处" in answer.stdout
    )


def test_an_empty_source_a_nameless_row_and_a_figure_below_nought_are_faults(copied: Path) -> None:
    change(copied / "retention.toml", "uncovered_days_a_month_at_most = 0", "uncovered_days_a_month_at_most = -1")
    change(copied / "retention.toml", 'document = "禁止使用童工规定(国务院令第364号)"', 'document = " "')
    change(copied / "plans" / "kaili-2026.toml", 'programme = "four.technician"', "programme = 3")  # which another service reads by itself
    change(copied / "regions.toml", 'name = "大十字街道"', 'name = ""')
    labels = copied / "labels.toml"
    labels.write_text(re.sub(r'startup = \["(.+?)", ".+?"', r'startup = ["\1", ""', labels.read_text(encoding="utf-8")), encoding="utf-8")
    answer = checked(copied)
    assert (answer.returncode, answer.stderr) == (1, ""), answer.stderr
    for named in (
        "uncovered_days_a_month_at_most:不能为负数,实为 -1（第 4 行）",
        "basis[0].document:不能为空（第 9 行）",
        "programme:应为文字,实为 3",
        "regions[522601002].name:不能为空（第 19 行）",
        "labels.toml:scheme.startup[1]",
    ):
        assert answer.stdout.count(named) == 1, answer.stdout


def test_what_a_service_stumbles_over_is_named_by_who_reads_it(copied: Path) -> None:
    change(copied / "plans" / "kaili-2026.toml", 'code = "four.technician"\n', "")  # every service reads the codes of the lines
    answer = checked(copied)
    assert (answer.returncode, answer.stderr) == (1, ""), answer.stderr
    assert "code:缺少该键" in answer.stdout


def test_a_folder_that_is_not_there_is_a_fault(tmp_path: Path) -> None:
    answer = checked(tmp_path / "nowhere")
    assert answer.returncode == 1 and "没有这个文件夹" in answer.stdout and answer.stderr == ""


def test_a_kind_of_work_without_a_deadline_and_one_that_nobody_does_are_faults(copied: Path) -> None:
    change(copied / "periods.toml", '"claim_submitted", ', "")
    answer = checked(copied)
    assert answer.returncode == 1 and "periods.toml:periods 和 without_period 中都没有 claim_submitted" in answer.stdout
    change(copied / "periods.toml", '["recovery_open"', '["claim_submitted", "tea_served", "recovery_open"')
    change(copied / "labels.toml", "class_draft = [", 'tea_drunk = ["喝茶", "Tea"]\nclass_draft = [')
    answer = checked(copied)
    assert answer.returncode == 1
    for named in ("labels.toml 中没有 tea_served", "各服务 中没有 tea_drunk"):
        assert named in answer.stdout, answer.stdout


def test_a_figure_that_cannot_be_and_a_thing_said_twice_are_faults_by_their_lines(copied: Path) -> None:
    files = {
        name: copied / name
        for name in ("standing.toml", "retention.toml", "retirement.toml", "assessment.toml", "channels.toml", "levels.toml")
    }
    plan = copied / "plans" / "kaili-2024.toml"
    change(files["standing.toml"], "teacher_age_at_most = 80", "teacher_age_at_most = 17")
    change(files["standing.toml"], "teachers_per_full_time_at_most = 3", "teachers_per_full_time_at_most = 0")
    change(files["retention.toml"], "months = 3", "months = 0")
    change(files["retention.toml"], '"返乡", ', '"返乡", "在岗", ')
    change(files["retirement.toml"], "years_before = 60", "years_before = 64")
    change(files["assessment.toml"], "pass_score_at_least = 60", "pass_score_at_least = 101")
    change(files["assessment.toml"], 'classes = ["Y", "S"]', 'classes = ["Y", "Z"]')
    change(files["channels.toml"], "days_at_most = 3", "days_at_most = 0")
    change(files["channels.toml"], "class_hours_a_day_at_most = 8", "class_hours_a_day_at_most = 33")
    change(files["channels.toml"], 'name = "马兰花创业培训"', 'name = "中长期项目制取证培训"')
    change(plan, "employed_within_months = 6", "employed_within_months = 0")
    answer = checked(copied)
    assert (answer.returncode, answer.stderr) == (1, "")
    for file, key, words in (
        (files["standing.toml"], "teacher_age_at_most", "不能小于 teacher_age_at_least 的 18,实为 17"),
        (files["standing.toml"], "teachers_per_full_time_at_most", "须至少为 1,实为 0"),
        (files["retention.toml"], "months", "须至少为 1,实为 0"),
        (files["retention.toml"], "states.away", "在岗 已写在 at_work 中"),
        (files["retirement.toml"], "tracks.male.years_at_most", "不能小于 years_before 的 64,实为 63"),
        (files["assessment.toml"], "pass_score_at_least", "须至少为 1、至多为 100,实为 101"),
        (files["assessment.toml"], "bodies[0].classes", "body_classes 中没有 Z"),
        (files["channels.toml"], "channels[agricultural_short].days_at_most", "须至少为 1,实为 0"),
        (files["channels.toml"], "channels[agricultural_short].class_hours_a_day_at_most", "须至少为 1、至多为 32,实为 33"),
        (files["channels.toml"], "channels[startup].name", "中长期项目制取证培训 已用于 channels 的第 2 行"),
        (plan, "employed_within_months", "须至少为 1,实为 0"),
    ):
        text = file.read_text(encoding="utf-8").splitlines()
        first = next(number for number, each in enumerate(text, 1) if each.startswith(f"{key.rpartition('.')[2]} = "))
        line = first if "[" not in key or "short" in key else None  # of the first row, or of the only one
        found = re.search(rf"{file.name}:{re.escape(key)}（第 (\d+) 行）:{re.escape(words)}\n", answer.stdout)
        assert found and line in (None, int(found[1])), (key, answer.stdout)


@pytest.mark.parametrize(
    ("file", "key", "least", "most"),
    [
        ("channels.toml", "class_hours_a_day_at_most", 1, 32),
        ("channels.toml", "online_minutes_a_half_day_at_least", 1, 720),
        ("assessment.toml", "pass_score_at_least", 1, 100),
        ("assessment.toml", "points_above_others_at_most", 0, 100),
    ],
)
def test_both_ends_of_what_a_figure_can_be(file: str, key: str, least: int, most: int) -> None:
    def told(value: int) -> list[str]:
        rows = {"channels.toml": {"channels": [{key: value}]}, "assessment.toml": {key: value, "quality": {key: value}}}
        return [each.message for each in county_sense.senseless(file, rows[file])]

    assert [bool(told(value)) for value in (least - 1, least, most, most + 1)] == [True, False, False, True]


def test_what_two_rows_share_is_named_with_its_line(copied: Path) -> None:
    change(copied / "regions.toml", 'code = "522601002"', 'code = "522601001"')
    answer = checked(copied)
    assert "regions[522601001].code:代码 522601001 出现多次（第 18 行）" in answer.stdout, answer.stdout
