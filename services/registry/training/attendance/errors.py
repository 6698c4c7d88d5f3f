"""What an attendance record can be refused for."""

from shared import errors


class OverlappingAttendance(errors.Problem):
    code, status, title, title_en = "overlapping_attendance", 409, "同一半天已在另一班签到", "The person was in another class that half-day"
    cause, remedy = "一人同一半天只能在一个班。被拒的记录已留存,两个班的申领都会看到。", "请核对签到表;由经办人员查明后处理。"


errors.describe(
    "not_on_roster", "不在本班花名册上", "Not on the class's roster", cause="该人没有报名本班,或已退出。", remedy="请先报名,或核对编号。"
)
