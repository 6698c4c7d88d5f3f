"""The code lists that subsidy owns, one StrEnum each, and below them what it reads of other services' lists. What each code is called is the county's data.

Tables, rules and wire name their codes from here; a contract test compares what is read of others with what their owners have.
"""

from collections.abc import Iterable, Mapping
from enum import StrEnum


class SchemeCode(StrEnum):
    AGRICULTURAL_SHORT = "agricultural_short"
    PROJECT = "project"
    STARTUP = "startup"
    APPRENTICESHIP = "apprenticeship"
    PRE_JOB = "pre_job"
    TRANSFER = "transfer"
    UPSKILL = "upskill"
    HIGH_SKILL = "high_skill"
    NEW_OCCUPATION = "new_occupation"
    SAFETY = "safety"
    CERTIFICATE_DIRECT = "certificate_direct"
    ASSESSMENT_FEE = "assessment_fee"
    PLACEMENT_STABILITY = "placement_stability"
    PLACEMENT_SERVICE = "placement_service"
    PLACEMENT_ABSORPTION = "placement_absorption"


class ClaimKind(StrEnum):
    TRAINING = "training"
    CERTIFICATE = "certificate"
    PLACEMENT = "placement"


class FundAccount(StrEnum):
    """Where a fund's money is: each movement leaves one and enters another."""

    EXTERNAL = "external"
    AVAILABLE = "available"
    RESERVED = "reserved"
    PAID = "paid"


class FundSource(StrEnum):
    EMPLOYMENT_SUBSIDY = "employment_subsidy"
    SKILLS_UPGRADE = "skills_upgrade"
    EAST_WEST = "east_west"
    RURAL_REVITALISATION = "rural_revitalisation"
    CULTURE_TOURISM = "culture_tourism"
    ENTERPRISE_EDUCATION = "enterprise_education"
    TALENT = "talent"


class BasisStatus(StrEnum):
    """Whether the text that a figure rests on was to be had."""

    CONFIRMED = "confirmed"
    UNCONFIRMED = "unconfirmed"


class TermsStatus(StrEnum):
    PROPOSED = "proposed"
    PUBLISHED = "published"


class Payee(StrEnum):
    ORGANISER = "organiser"
    TRAINEE = "trainee"


class DayCounted(StrEnum):
    """The day on which age, category, status and institution are looked at."""

    CLASS_START = "class_start"
    CERTIFICATE_ISSUE = "certificate_issue"
    PLACEMENT_START = "placement_start"


class PaidOncePer(StrEnum):
    OCCUPATION_LEVEL = "occupation_level"
    PLACEMENT = "placement"


class FindingCode(StrEnum):
    AGE_BELOW_LIMIT = "age_below_limit"
    AGE_ABOVE_LIMIT = "age_above_limit"
    CATEGORY_NOT_ELIGIBLE = "category_not_eligible"
    STATUS_EXCLUDED = "status_excluded"
    STATUS_UNVERIFIED = "status_unverified"
    INSTITUTION_NOT_DESIGNATED = "institution_not_designated"
    INSTITUTION_BLACKLISTED = "institution_blacklisted"
    CLASS_NOT_COMPLETED = "class_not_completed"
    CLASS_TOO_SHORT = "class_too_short"
    CLASS_TOO_LONG = "class_too_long"
    TRADE_NOT_FILED = "trade_not_filed"
    ATTENDANCE_TOO_LOW = "attendance_too_low"
    ATTENDANCE_IMPOSSIBLE = "attendance_impossible"
    CERTIFICATE_MISSING = "certificate_missing"
    CERTIFICATE_INVALID = "certificate_invalid"
    CERTIFICATE_OUT_OF_SCOPE = "certificate_out_of_scope"
    CERTIFICATE_TOO_OLD = "certificate_too_old"
    ALREADY_SUBSIDISED = "already_subsidised"
    LOWER_LEVEL_AFTER_HIGHER = "lower_level_after_higher"
    YEARLY_LIMIT_REACHED = "yearly_limit_reached"
    OVERLAPPING_CLASS = "overlapping_class"
    DUPLICATE_LINE = "duplicate_line"
    TRAINER_ON_ROSTER = "trainer_on_roster"
    ROSTER_REUSED = "roster_reused"
    SHARED_BANK_ACCOUNT = "shared_bank_account"
    CERTIFICATE_BURST = "certificate_burst"
    ORDER_MISSING = "order_missing"
    RETENTION_NOT_MET = "retention_not_met"
    AMOUNT_DIFFERS = "amount_differs"
    TERMS_UNCONFIRMED = "terms_unconfirmed"
    FUND_NOT_ALLOWED = "fund_not_allowed"


class Effect(StrEnum):
    """What a finding does to its line."""

    REFUSE = "refuse"
    HOLD = "hold"
    NOTE = "note"


class LineVerdict(StrEnum):
    ELIGIBLE = "eligible"
    REFUSED = "refused"
    HELD = "held"


class Outcome(StrEnum):
    """How a reviewer settles a held line."""

    ACCEPT = "accept"
    REFUSE = "refuse"
    SPLIT = "split"


class ClaimStatus(StrEnum):
    DRAFT = "draft"
    SUBMITTED = "submitted"
    REVIEWED = "reviewed"
    IN_NOTICE = "in_notice"
    APPROVED = "approved"
    PAID = "paid"
    RETURNED = "returned"
    REJECTED = "rejected"
    WITHDRAWN = "withdrawn"
    RECOVERING = "recovering"
    RECOVERED = "recovered"
    CLOSED = "closed"


class ObjectionStatus(StrEnum):
    RECEIVED = "received"
    ACCEPTED = "accepted"
    DISMISSED = "dismissed"
    UPHELD = "upheld"


class BatchStatus(StrEnum):
    DRAFT = "draft"
    EXPORTED = "exported"
    CONFIRMED = "confirmed"
    CANCELLED = "cancelled"


class PaymentStatus(StrEnum):
    PENDING = "pending"
    EXPORTED = "exported"
    PAID = "paid"
    FAILED = "failed"
    BOUNCED = "bounced"
    CANCELLED = "cancelled"
    RETURNED = "returned"


class RecoveryStatus(StrEnum):
    """Named as the claim's own states are."""

    RECOVERING = "recovering"
    RECOVERED = "recovered"


class WorklistKind(StrEnum):
    """What may wait for somebody here."""

    CLAIM_DRAFT = "claim_draft"
    CLAIM_RETURNED = "claim_returned"
    CLAIM_SUBMITTED = "claim_submitted"
    CLAIM_REVIEWED = "claim_reviewed"
    CLAIM_LINES_HELD = "claim_lines_held"
    CLAIM_ON_HOLD = "claim_on_hold"
    CLAIM_OBJECTED = "claim_objected"
    CLAIM_NOTICE_OVER = "claim_notice_over"
    CLAIM_APPROVED = "claim_approved"
    OBJECTION_RECEIVED = "objection_received"
    OBJECTION_LATE = "objection_late"
    OBJECTION_ACCEPTED = "objection_accepted"
    PAYMENT_BATCH_DRAFT = "payment_batch_draft"
    PAYMENT_BATCH_EXPORTED = "payment_batch_exported"
    RECOVERY_OPEN = "recovery_open"
    TERMS_PROPOSED = "terms_proposed"


OWNED: Mapping[str, Iterable[str]] = {
    "facts_judged": ("stored", "current"),
    "scheme": SchemeCode,
    "claim_kind": ClaimKind,
    "fund_source": FundSource,
    "fund_account": FundAccount,
    "basis_status": BasisStatus,
    "terms_status": TermsStatus,
    "payee": Payee,
    "day_counted": DayCounted,
    "paid_once_per": PaidOncePer,
    "finding": FindingCode,
    "finding_effect": Effect,
    "line_verdict": LineVerdict,
    "notice_result": LineVerdict,
    "line_outcome": Outcome,
    "claim_status": ClaimStatus,
    "objection_status": ObjectionStatus,
    "payment_batch_status": BatchStatus,
    "payment_status": PaymentStatus,
    "recovery_status": RecoveryStatus,
    "worklist_kind": WorklistKind,
}


# What is read of registry


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


# What is read of evaluation and of eastwest


class CertificateKind(StrEnum):
    SKILL_LEVEL = "skill_level"
    SPECIAL_SKILL = "special_skill"
    QUALIFICATION = "qualification"
    WORK_PERMIT = "work_permit"
    COMPLETION = "completion"


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
    "retention_verdict": RetentionVerdict,
    "evidence_grade": EvidenceGrade,
}
