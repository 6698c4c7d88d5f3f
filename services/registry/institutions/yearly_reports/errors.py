"""What the yearly reports' operations can refuse."""

from shared import errors


class DuplicateYearlyReport(errors.Problem):
    code, status, title, title_en = "duplicate_yearly_report", 409, "该年度已报", "The year is already reported"
    cause, remedy = "同一机构一年只有一份年度报告。", "请用 PUT 更正该年度的报告。"


errors.violates("yearly_reports_year_key", DuplicateYearlyReport)
