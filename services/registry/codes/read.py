"""Lists of other services, as far as a class and a person's work name their codes; `tests/contracts/test_codes.py` compares them."""

from collections.abc import Mapping
from enum import StrEnum
from typing import Final


class FundSource(StrEnum):
    """Subsidy's: what a class is meant to be paid from."""

    EMPLOYMENT_SUBSIDY = "employment_subsidy"
    SKILLS_UPGRADE = "skills_upgrade"
    EAST_WEST = "east_west"
    RURAL_REVITALISATION = "rural_revitalisation"
    CULTURE_TOURISM = "culture_tourism"
    ENTERPRISE_EDUCATION = "enterprise_education"
    TALENT = "talent"


class Scheme(StrEnum):
    """Subsidy's: what a claim for a class may be made under."""

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


class CertificateKind(StrEnum):
    """Evaluation's: what a person may have been certified by."""

    SKILL_LEVEL = "skill_level"
    SPECIAL_SKILL = "special_skill"
    QUALIFICATION = "qualification"
    WORK_PERMIT = "work_permit"
    COMPLETION = "completion"


class CertificateSheetKind(StrEnum):
    """Evaluation's: the sheets it takes in, whose templates are given out here."""

    CERTIFICATES = "certificates"
    RESULTS = "results"


class EvidenceGrade(StrEnum):
    """Eastwest's: how well work is proved, from social insurance (A) to a call (E)."""

    A = "A"
    B = "B"
    C = "C"
    D = "D"
    E = "E"


READ: Final[Mapping[str, type[StrEnum]]] = {
    "fund_source": FundSource,
    "scheme": Scheme,
    "certificate_kind": CertificateKind,
    "certificate_sheet_kind": CertificateSheetKind,
    "evidence_grade": EvidenceGrade,
}
