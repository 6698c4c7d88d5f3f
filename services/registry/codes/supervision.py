"""The code lists of supervision: inspections, complaints, measures, supervision tasks."""

from enum import StrEnum


class MeasureKind(StrEnum):
    """What is done about a body that does not do its part (通报、摘牌、停止支持)."""

    CRITICISM = "criticism"
    PLAQUE_REMOVED = "plaque_removed"
    SUPPORT_STOPPED = "support_stopped"


class InspectionItem(StrEnum):
    """What an inspection looks at (师资、课程、教材、设备、评价考核)."""

    TEACHERS = "teachers"
    COURSES = "courses"
    MATERIALS = "materials"
    EQUIPMENT = "equipment"
    ASSESSMENT = "assessment"


class InspectionStatus(StrEnum):
    OPEN = "open"
    ANSWERED = "answered"
    CLOSED = "closed"


class ComplaintSubject(StrEnum):
    CLASS = "class"
    CERTIFICATE = "certificate"
    NOTICE = "notice"


class ComplaintStatus(StrEnum):
    RECEIVED = "received"
    ACCEPTED = "accepted"
    ANSWERED = "answered"
    DISMISSED = "dismissed"
    UPHELD = "upheld"


class SupervisionTaskStatus(StrEnum):
    OPEN = "open"
    ANSWERED = "answered"
    CLOSED = "closed"
    CANCELLED = "cancelled"
