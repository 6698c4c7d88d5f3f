"""What an attendance record can be refused for."""

from shared import errors


class AttendanceInFuture(errors.Problem):
    code, status = "attendance_in_future", 422


class OverlappingAttendance(errors.Problem):
    code, status = "overlapping_attendance", 409
