"""The code lists that the gateway owns: roles, how an account stands, and how a line of a plan does."""

from collections.abc import Mapping
from enum import StrEnum
from typing import Final


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


OWNED: Final[Mapping[str, type[StrEnum]]] = {
    "role": Role,
    "account_status": AccountStatus,
    "plan_status": PlanStatus,
    "worklist_kind": WorklistKind,
}
