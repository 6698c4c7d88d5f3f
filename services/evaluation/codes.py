"""The code lists that evaluation owns, one StrEnum each, and below them what it reads of the registry's. What each code is called is the county's data."""

from collections.abc import Mapping
from enum import StrEnum


class FilingStatus(StrEnum):
    """`EXPIRED` is shown, never stored: it follows from the last day."""

    DRAFT = "draft"
    SUBMITTED = "submitted"
    CHECKED = "checked"
    ACCEPTED = "accepted"
    RETURNED = "returned"
    REJECTED = "rejected"
    SUSPENDED = "suspended"
    REVOKED = "revoked"
    EXPIRED = "expired"


class BodyClass(StrEnum):
    """As what a body assesses; the first character of its certificate numbers."""

    Y = "Y"
    S = "S"


class AssessmentStatus(StrEnum):
    OPEN = "open"
    LOCKED = "locked"
    ISSUED = "issued"
    CANCELLED = "cancelled"


class AmendmentStatus(StrEnum):
    """`REPLACED`: by a later one, before anybody decided on it."""

    PROPOSED = "proposed"
    APPROVED = "approved"
    REJECTED = "rejected"
    REPLACED = "replaced"


class AssessmentMethod(StrEnum):
    PROCESS = "process"
    MODULAR = "modular"
    ACHIEVEMENT = "achievement"
    DIRECT = "direct"


class BodyFlag(StrEnum):
    """What of a body's work asks for a second look, and refuses nothing."""

    RATE_HIGH = "pass_rate_high"
    MANY_IN_A_DAY = "many_in_a_day"
    UNSUPERVISED = "unsupervised"


class FilingMessage(StrEnum):
    """What a body is told of its filing in a short text, by whoever sends such texts."""

    RENEWABLE_FROM = "renewable_from"


class ExaminerTeam(StrEnum):
    """The three teams (三支队伍) of a body."""

    MANAGERS = "managers"
    ASSESSORS = "assessors"
    SUPERVISORS = "supervisors"


class ExaminerStatus(StrEnum):
    LISTED = "listed"
    EXCLUDED = "excluded"


class SupervisionMode(StrEnum):
    ONLINE = "online"
    ON_SITE = "on_site"


class CertificateKind(StrEnum):
    SKILL_LEVEL = "skill_level"
    SPECIAL_SKILL = "special_skill"
    QUALIFICATION = "qualification"
    WORK_PERMIT = "work_permit"
    COMPLETION = "completion"


class CertificateStatus(StrEnum):
    VALID = "valid"
    REVOKED = "revoked"


class CertificateSheetKind(StrEnum):
    """What a sheet that is imported here lists; the word in the path of its template."""

    CERTIFICATES = "certificates"
    RESULTS = "results"


class Verification(StrEnum):
    """Why a certificate is not valid on a day."""

    NOT_FOUND = "not_found"
    NOT_YET_ISSUED = "not_yet_issued"
    REVOKED = "revoked"


class ScopeDecision(StrEnum):
    """What was decided on one occupation and level that a filing asks for."""

    GRANTED = "granted"
    REFUSED = "refused"


class WorklistKind(StrEnum):
    """What may wait for somebody here."""

    FILING_DRAFT = "filing_draft"
    FILING_RETURNED = "filing_returned"
    FILING_SUBMITTED = "filing_submitted"
    FILING_CHECKED = "filing_checked"
    FILING_RENEWABLE = "filing_renewable"
    FILING_ENDING = "filing_ending"
    FILING_IDLE = "filing_idle"
    FILING_FLAGGED = "filing_flagged"
    ASSESSMENT_WITHOUT_RESULTS = "assessment_without_results"
    ASSESSMENT_UNSUPERVISED = "assessment_unsupervised"
    ASSESSMENT_SUPERVISED = "assessment_supervised"
    ASSESSMENT_LOCKED = "assessment_locked"
    AMENDMENT_PROPOSED = "amendment_proposed"
    CERTIFICATE_UNEARNED = "certificate_unearned"


OWNED: Mapping[str, type[StrEnum]] = {
    "filing_status": FilingStatus,
    "body_class": BodyClass,
    "body_flag": BodyFlag,
    "filing_message": FilingMessage,
    "assessment_status": AssessmentStatus,
    "amendment_status": AmendmentStatus,
    "assessment_method": AssessmentMethod,
    "examiner_team": ExaminerTeam,
    "examiner_status": ExaminerStatus,
    "supervision_mode": SupervisionMode,
    "certificate_kind": CertificateKind,
    "certificate_status": CertificateStatus,
    "certificate_sheet_kind": CertificateSheetKind,
    "scope_decision": ScopeDecision,
    "verification": Verification,
    "worklist_kind": WorklistKind,
}


# What is read of registry


class Level(StrEnum):
    """What is decided by a level's rank or digit reads them from `rules.levels()`."""

    APPRENTICE = "apprentice"
    JUNIOR = "junior"
    INTERMEDIATE = "intermediate"
    SENIOR = "senior"
    TECHNICIAN = "technician"
    SENIOR_TECHNICIAN = "senior_technician"
    SPECIAL_TECHNICIAN = "special_technician"
    CHIEF_TECHNICIAN = "chief_technician"


READ: Mapping[str, type[StrEnum]] = {"level": Level}
