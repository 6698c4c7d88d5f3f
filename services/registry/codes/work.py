"""Lists about what people wish to learn, the work they are offered and find, and the workers that enterprises need."""

from enum import StrEnum


class EmploymentKind(StrEnum):
    EMPLOYER = "employer"
    FLEXIBLE = "flexible"
    SELF_EMPLOYED = "self_employed"
    FARMING = "farming"


class EmploymentState(StrEnum):
    """What became of who completed a class: work that counts, time left to find it, or none in time."""

    EMPLOYED = "employed"
    PENDING = "pending"
    MISSED = "missed"


class EmploymentChange(StrEnum):
    """How work for an employer began: newly hired (新招用), or put to another post there (转岗)."""

    HIRED = "hired"
    TRANSFERRED = "transferred"


class TrainingWishStatus(StrEnum):
    OPEN = "open"
    ANSWERED = "answered"
    WITHDRAWN = "withdrawn"


class JobOfferStage(StrEnum):
    """When work was offered: before, during or after the training."""

    BEFORE = "before"
    DURING = "during"
    AFTER = "after"


class JobOfferResult(StrEnum):
    OPEN = "open"
    ACCEPTED = "accepted"
    DECLINED = "declined"


class SurveyWillingness(StrEnum):
    """Whether an enterprise wishes all its technical workers to be certified (全员持证)."""

    WILLING = "willing"
    UNDECIDED = "undecided"
    UNWILLING = "unwilling"
