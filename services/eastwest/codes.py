"""The code lists that eastwest owns, one StrEnum each, and below them what it reads of others' lists. What each code is called is the county's data."""

from collections.abc import Iterable, Mapping
from enum import StrEnum
from typing import Literal, get_args


class OrderStatus(StrEnum):
    OPEN = "open"
    CLOSED = "closed"


class OrderWarning(StrEnum):
    """What of an order asks for a second look, and hinders nothing."""

    UNEQUAL_PAY = "unequal_pay"


class WorkShift(StrEnum):
    DAY = "day"
    TWO_SHIFTS = "two_shifts"
    THREE_SHIFTS = "three_shifts"
    FLEXIBLE = "flexible"


class ContractForm(StrEnum):
    """By what kind of contract the people are taken on."""

    EMPLOYMENT = "employment"
    DISPATCH = "dispatch"
    OUTSOURCED = "outsourced"
    INTERNSHIP = "internship"


class PlacementStatus(StrEnum):
    ARRANGED = "arranged"
    WORKING = "working"
    LEFT = "left"


class UpdateKind(StrEnum):
    """In the order in which the facts of one day are told."""

    STARTED = "started"
    PRESENT = "present"
    EMPLOYER_CHANGED = "employer_changed"
    LEFT = "left"
    CORRECTED = "corrected"
    CANCELLED = "cancelled"


class EvidenceGrade(StrEnum):
    """A is the strongest proof, and compares as the least."""

    A = "A"
    B = "B"
    C = "C"
    D = "D"
    E = "E"


class RetentionVerdict(StrEnum):
    MET = "met"
    ON_TRACK = "on_track"
    UNPROVEN = "unproven"
    BROKEN = "broken"


class StatisticsBy(StrEnum):
    """By what placements are counted apart."""

    ORDER = "order"
    CLASS = "class"
    DISTRICT = "district"
    MONTH = "month"
    EMPLOYER = "employer"


class PlacementWarning(StrEnum):
    """What of a placement asks for a second look, and hinders nothing."""

    TWO_ORDERS = "two_orders"
    POSTS_EXCEEDED = "posts_exceeded"
    ORDER_EXPIRED = "order_expired"
    IN_CLASS = "in_class"
    CLASSES_UNKNOWN = "classes_unknown"
    OUTSIDE_CONDITIONS = "outside_conditions"
    INSURED_ELSEWHERE = "insured_elsewhere"


class InsuranceVerdict(StrEnum):
    """What an insurance office's record says of what was told of the month."""

    CONFIRMED = "confirmed"
    CONTRADICTED = "contradicted"
    NOBODY_PLACED = "nobody_placed"


class ChainLink(StrEnum):
    ORDER = "order"
    CLASS = "class"
    STANDARD = "standard"
    EXAM = "exam"
    CERTIFICATE = "certificate"
    START = "start"


class WorklistKind(StrEnum):
    """What may wait for somebody here."""

    PLACEMENT_ARRANGED = "placement_arranged"
    PLACEMENT_UNPROVEN = "placement_unproven"
    ORDER_OVER = "order_over"


LinkState = Literal["ok", "broken", "unknown"]

OWNED: Mapping[str, Iterable[str]] = {
    "chain_link_state": get_args(LinkState),
    "order_status": OrderStatus,
    "order_warning": OrderWarning,
    "work_shift": WorkShift,
    "contract_form": ContractForm,
    "placement_status": PlacementStatus,
    "placement_update_kind": UpdateKind,
    "evidence_grade": EvidenceGrade,
    "retention_verdict": RetentionVerdict,
    "chain_link": ChainLink,
    "placement_warning": PlacementWarning,
    "insurance_verdict": InsuranceVerdict,
    "placement_statistics_by": StatisticsBy,
    "worklist_kind": WorklistKind,
}


# What is read of registry and of evaluation


class Sex(StrEnum):
    MALE = "male"
    FEMALE = "female"


class Level(StrEnum):
    """Low to high: compare `rank`, never the digit in a level's name."""

    APPRENTICE = "apprentice"
    JUNIOR = "junior"
    INTERMEDIATE = "intermediate"
    SENIOR = "senior"
    TECHNICIAN = "technician"
    SENIOR_TECHNICIAN = "senior_technician"
    SPECIAL_TECHNICIAN = "special_technician"
    CHIEF_TECHNICIAN = "chief_technician"

    @property
    def rank(self) -> int:
        return list(Level).index(self)


class CertificateKind(StrEnum):
    SKILL_LEVEL = "skill_level"
    SPECIAL_SKILL = "special_skill"
    QUALIFICATION = "qualification"
    WORK_PERMIT = "work_permit"
    COMPLETION = "completion"


READ: Mapping[str, type[StrEnum]] = {"sex": Sex, "level": Level, "certificate_kind": CertificateKind}
