"""What the yearly reports' operations can refuse."""

from shared import errors


class DuplicateYearlyReport(errors.Problem):
    code, status = "duplicate_yearly_report", 409


errors.violates("yearly_reports_year_key", DuplicateYearlyReport)
