"""What is read of other services' code lists; a contract test compares it with what their owners have."""

from collections.abc import Mapping
from enum import StrEnum

# Of registry


class Category(StrEnum):
    POVERTY_FAMILY_CHILD = "poverty_family_child"
    GRADUATING_STUDENT = "graduating_student"
    SCHOOL_LEAVER = "school_leaver"
    RURAL_TRANSFER_WORKER = "rural_transfer_worker"
    REGISTERED_UNEMPLOYED = "registered_unemployed"
    ENTERPRISE_EMPLOYEE = "enterprise_employee"
    OTHER_WORKER = "other_worker"
    OUT_OF_POVERTY_WORKER = "out_of_poverty_worker"
    RELOCATED_WORKER = "relocated_worker"
    RURAL_WOMAN = "rural_woman"
    COLLEGE_STUDENT = "college_student"
    RETURNING_MIGRANT = "returning_migrant"
    VETERAN = "veteran"
    COOPERATIVE_MEMBER = "cooperative_member"
    RURAL_WORKER = "rural_worker"


class Level(StrEnum):
    """Low to high: compare by `rank`, never by the digit in a level's name."""

    APPRENTICE = "apprentice"
    JUNIOR = "junior"
    INTERMEDIATE = "intermediate"
    SENIOR = "senior"
    TECHNICIAN = "technician"
    SENIOR_TECHNICIAN = "senior_technician"
    SPECIAL_TECHNICIAN = "special_technician"
    CHIEF_TECHNICIAN = "chief_technician"


def rank(level: Level) -> int:
    return list(Level).index(level)


class PersonalStatus(StrEnum):
    EMPLOYEE_PENSION = "employee_pension"
    RESIDENT_PENSION = "resident_pension"
    PUBLIC_PAYROLL = "public_payroll"
    INSURED_EMPLOYEE = "insured_employee"
    FULL_TIME_STUDENT = "full_time_student"
    DECEASED = "deceased"


class ClassStatus(StrEnum):
    DRAFT = "draft"
    SUBMITTED = "submitted"
    RETURNED = "returned"
    APPROVED = "approved"
    REJECTED = "rejected"
    IN_PROGRESS = "in_progress"
    COMPLETED = "completed"
    CANCELLED = "cancelled"


class EnrolmentOutcome(StrEnum):
    ENROLLED = "enrolled"
    COMPLETED = "completed"
    ABSENT = "absent"
    WITHDRAWN = "withdrawn"


class HalfDay(StrEnum):
    AM = "am"
    PM = "pm"


class Sex(StrEnum):
    MALE = "male"
    FEMALE = "female"


class RetirementTrack(StrEnum):
    """As it is registered of a woman; a man's is known."""

    FEMALE_50 = "female_50"
    FEMALE_55 = "female_55"


# Of evaluation and of eastwest


class CertificateKind(StrEnum):
    SKILL_LEVEL = "skill_level"
    SPECIAL_SKILL = "special_skill"
    QUALIFICATION = "qualification"
    WORK_PERMIT = "work_permit"
    COMPLETION = "completion"


class CatalogueKind(StrEnum):
    URGENT = "urgent"
    CLASS_ONE = "class_one"
    CLASS_TWO = "class_two"


class RetentionVerdict(StrEnum):
    MET = "met"
    ON_TRACK = "on_track"
    UNPROVEN = "unproven"
    BROKEN = "broken"


class EvidenceGrade(StrEnum):
    """A is the strongest proof, and compares as the least."""

    A = "A"
    B = "B"
    C = "C"
    D = "D"
    E = "E"


READ: Mapping[str, type[StrEnum]] = {
    "category": Category,
    "level": Level,
    "personal_status": PersonalStatus,
    "class_status": ClassStatus,
    "enrolment_outcome": EnrolmentOutcome,
    "half_day": HalfDay,
    "sex": Sex,
    "retirement_track": RetirementTrack,
    "certificate_kind": CertificateKind,
    "catalogue_kind": CatalogueKind,
    "retention_verdict": RetentionVerdict,
    "evidence_grade": EvidenceGrade,
}
