"""What an attendance record can be refused for."""

from shared import errors


class OverlappingAttendance(errors.Problem):
    code, status = "overlapping_attendance", 409
