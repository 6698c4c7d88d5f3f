"""The life of an assessment batch (评价批次). Pure: values in, answers out."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Final

from services.evaluation.codes import AssessmentStatus as Status
from shared.steps import Step, by

INSTITUTION: Final = frozenset({"institution"})
STEPS: Final = (
    Step("results", "录入成绩", by(INSTITUTION, Status.OPEN)),
    Step("supervision", "登记督导", by(INSTITUTION, Status.OPEN)),
    Step("lock", "锁定成绩", by(INSTITUTION, Status.OPEN), Status.LOCKED),
    Step("issue", "发证", by(INSTITUTION, Status.LOCKED), Status.ISSUED),
)


@dataclass(frozen=True, slots=True)
class Candidate:
    """`categories`: those of the day of the assessment."""

    employer_id: str | None
    registered_here: bool
    categories: Sequence[str]


def too_early_to_issue(held_on: date, today: date) -> str | None:
    return f"考核日期为 {held_on},今天是 {today}。请在考核当日或之后发证。" if today < held_on else None


def is_own_worker(candidate: Candidate, institution_id: str, own_worker_category: str) -> bool:
    """A body's own worker: employed by it, or registered by it as such."""
    return candidate.employer_id == institution_id or (candidate.registered_here and own_worker_category in candidate.categories)
