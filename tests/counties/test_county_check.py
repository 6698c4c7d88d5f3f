"""`make county-check`: what is wrong or unsure in a county's folder is named by file, line and key."""

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

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
