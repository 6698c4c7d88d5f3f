"""What notices and objections can refuse with."""

from shared import errors


class NoticeNotOver(errors.Problem):
    code, status, title, title_en = "notice_not_over", 409, "公示期未满", "The notice is not over"
    cause, remedy = "公示截止日的次日起方可审批。", "请在公示期满后办理。"


class NoticeOver(errors.Problem):
    code, status, title, title_en = "notice_over", 409, "公示期已满", "The notice is over"
    cause, remedy = "异议须在公示期内提出。", "公示期满后发现问题的,请向经办机构举报。"


class ObjectionOpen(errors.Problem):
    code, status, title, title_en = "objection_open", 409, "有未了结的异议", "An objection is open"
    cause, remedy = "异议受理后、驳回之前不能审批;异议成立的,须退回或不予通过。", "请先办结异议(/v1/objections),再办理审批。"


class CalendarYearMissing(errors.Problem):
    code, status, title, title_en = "calendar_year_missing", 409, "缺少该年度的工作日历", "The working days of that year are not known"
    cause, remedy = "推算工作日需要的年度不在工作日历中。", "请按国务院办公厅放假通知补充该年度的日历文件后重试。"
