"""The life of an assessment batch (评价批次), and who may not be what in it. Pure: values in, answers out."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Final

from services.evaluation.codes import AssessmentStatus as Status
from shared import person_names
from shared.steps import Step, by

INSTITUTION: Final = frozenset({"institution"})
STEPS: Final = (
    Step("results", "录入成绩", by(INSTITUTION, Status.OPEN)),
    Step("supervision", "登记督导", by(INSTITUTION, Status.OPEN)),
    Step("lock", "锁定成绩", by(INSTITUTION, Status.OPEN), Status.LOCKED),
    Step("issue", "发证", by(INSTITUTION, Status.LOCKED), Status.ISSUED),
)


@dataclass(frozen=True, slots=True)
class Identity:
    """What is known of who someone is. `id_number_masked` tells apart only together with a name."""

    name: str | None = None
    card: str | None = None
    trainee_id: str | None = None
    id_number_masked: str | None = None


@dataclass(frozen=True, slots=True)
class Candidate:
    """`categories`: those of the day of the assessment."""

    employer_id: str | None
    registered_here: bool
    categories: Sequence[str]


def too_early_to_issue(held_on: date, today: date) -> str | None:
    return f"考核日期为 {held_on},今天是 {today}。请在考核当日或之后发证。" if today < held_on else None


def is_same(one: Identity, other: Identity) -> bool:
    """Whether two papers speak of one person. Two trainee ids, or two ID numbers, decide; else the same card or the same name is enough."""
    if one.trainee_id is not None and other.trainee_id is not None:
        return one.trainee_id == other.trainee_id
    if one.card is not None and one.card == other.card:
        return True
    same_name = one.name is not None and other.name is not None and person_names.same(one.name, other.name)
    if one.id_number_masked is not None and other.id_number_masked is not None:
        return one.id_number_masked == other.id_number_masked and (same_name or None in (one.name, other.name))
    return same_name


def first_same(some: Iterable[Identity], others: Sequence[Identity]) -> tuple[Identity, Identity] | None:
    return next(((one, other) for one in some for other in others if is_same(one, other)), None)


def is_own_worker(candidate: Candidate, institution_id: str, own_worker_category: str) -> bool:
    """A body's own worker: employed by it, or registered by it as such."""
    return candidate.employer_id == institution_id or (candidate.registered_here and own_worker_category in candidate.categories)
