"""Blocks of terms written to files and read again."""

from pathlib import Path

from services.subsidy.schemes.policy import Scheme, Terms
from services.subsidy.schemes.reading import read_city_readings, read_retirement, read_scheme
from shared import county

SCHEDULE = read_retirement(county.folder())
BLOCK = """
[[terms]]
in_force_from = 2024-09-23
document = "文件甲"
clause = "第一条"
basis_status = "confirmed"
age_counted_on = "class_start"
age_at_least = 16
until_retirement_age = false
excluded_statuses = ["deceased"]
unverified_status_is = "note"
paid_once_per = "occupation_level"
certificate_required = false
order_required = false
retention_required = false
payee = "organiser"
notice_working_days = 5
roster_reuse_percent_at_least = 80
"""
HEAD = 'title = "中长期项目制取证培训"\nclaim_kind = "training"\n'


READING = """
[[readings]]
in_force_from = 2024-09-23
document = "口径"
clause = "一"
basis_status = "unconfirmed"
why = "文件没有写明"
"""


def scheme_from(folder: Path, text: str, name: str = "project.toml", readings: str = "readings = []") -> Scheme:
    path = folder / name
    path.write_text(text, encoding="utf-8")
    (folder / "city_readings.toml").write_text(readings, encoding="utf-8")
    return read_scheme(path, read_city_readings(folder), SCHEDULE)


def only_block(folder: Path, more: str = "", readings: str = "readings = []") -> Terms:
    [block] = scheme_from(folder, HEAD + BLOCK + more, readings=readings).terms
    return block
