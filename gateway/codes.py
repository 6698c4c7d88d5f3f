"""The code lists that the gateway owns: of accounts, plans, deliveries and overviews."""

from collections.abc import Iterable, Mapping
from enum import StrEnum
from typing import Final, Literal, get_args

from shared import sealing


class Role(StrEnum):
    """Who a client or user acts as (contract of roles: each is bound to what it may see)."""

    INSTITUTION = "institution"
    PERSON = "person"
    TOWN = "town"
    DEPARTMENT = "department"
    OFFICER = "officer"
    REVIEWER = "reviewer"
    FINANCE = "finance"
    PARTNER = "partner"
    AUDITOR = "auditor"
    SYSTEM = "system"
    ADMIN = "admin"


class AccountStatus(StrEnum):
    """`pending` until another administrator has confirmed it; then it can be used until it is disabled."""

    PENDING = "pending"
    ACTIVE = "active"
    DISABLED = "disabled"


class PlanStatus(StrEnum):
    """How a line stands on a day; `unknown` where a service that counts it did not answer or nothing is known yet."""

    MET = "met"
    ON_TRACK = "on_track"
    BEHIND = "behind"
    MISSED = "missed"
    UNKNOWN = "unknown"


class WorklistKind(StrEnum):
    """What may wait for somebody here."""

    CLIENT_PENDING = "client_pending"
    USER_PENDING = "user_pending"
    WEBHOOK_FAILED = "webhook_failed"
    WEBHOOK_OF_ANOTHER_FAILED = "webhook_of_another_failed"


Breakdown = Literal["region", "zone", "department", "institution", "month", "category", "channel"]
PublicBreakdown = Literal["region", "month"]  # of which no row is a person, a class or an institution
LinePeriod = Literal["average_a_year", "by_plan_end", "each_year"]
LineSubject = Literal["class", "college", "enterprise"]
LineJudged = Literal["over_time", "as_it_stands"]
CountedBy = Literal["registry", "evaluation", "eastwest"]
PlanFindingEffect = Literal["consistent", "note", "conflict"]
ReportChange = Literal["added", "removed"]
DeliveryStatus = Literal["pending", "delivered", "failed"]
SectionStatus = Literal["ok", "unavailable", "forbidden"]

OWNED: Final[Mapping[str, Iterable[str] | None]] = {
    "role": Role,
    "account_status": AccountStatus,
    "plan_status": PlanStatus,
    "worklist_kind": WorklistKind,
    "plan_breakdown": get_args(Breakdown),
    "plan_line_period": get_args(LinePeriod),
    "plan_line_subject": get_args(LineSubject),
    "plan_line_judged": get_args(LineJudged),
    "plan_line_source": get_args(CountedBy),
    "plan_finding_effect": get_args(PlanFindingEffect),
    "plan_report_change": get_args(ReportChange),
    "delivery_status": get_args(DeliveryStatus),
    "search_hit_kind": ("trainee", "institution", "class", "claim", "filing", "certificate", "order"),
    "section_status": get_args(SectionStatus),
    "trail_fault": sealing.Reason,
    "action": None,  # of all papers' machines
    "event_type": None,  # of all services' documents
}
