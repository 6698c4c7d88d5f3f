"""What notices and objections can refuse with."""

from shared import errors


class NoticeNotOver(errors.Problem):
    code, status = "notice_not_over", 409


class NoticeOver(errors.Problem):
    code, status = "notice_over", 409


class ObjectionOpen(errors.Problem):
    code, status = "objection_open", 409


class CalendarYearMissing(errors.Problem):
    code, status = "calendar_year_missing", 409
