"""The life of an assessment batch (评价批次), and who may not be what in it. Pure: values in, answers out."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Final, Literal

Status = Literal["open", "locked", "issued"]
Action = Literal["results", "supervision", "lock", "issue"]
Method = Literal["process", "modular", "achievement", "direct"]
Mode = Literal["online", "on_site"]

STATUSES: Final[Mapping[str, tuple[str, str]]] = {
    "open": ("办理中", "Open"),
    "locked": ("成绩已锁定", "Results locked"),
    "issued": ("已发证", "Certificates issued"),
}
METHODS: Final[Mapping[str, tuple[str, str]]] = {
    "process": ("过程化考核", "Continuous assessment"),
    "modular": ("模块化考核", "Modular assessment"),
    "achievement": ("业绩评审", "Review of achievements"),
    "direct": ("直接认定", "Direct recognition"),
}
MODES: Final[Mapping[str, tuple[str, str]]] = {"online": ("线上", "Online"), "on_site": ("线下", "On site")}
INSTITUTION: Final = frozenset({"institution"})


@dataclass(frozen=True, slots=True)
class Step:
    """`to` None: the batch stays in its state."""

    label: str
    state: Status
    to: Status | None = None


STEPS: Final[Mapping[Action, Step]] = {
    "results": Step("录入成绩", "open"),
    "supervision": Step("登记督导", "open"),
    "lock": Step("锁定成绩", "open", "locked"),
    "issue": Step("发证", "locked", "issued"),
}


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


def wrong_state(action: Action, status: str) -> str | None:
    """Why the step cannot be taken in this state, or None."""
    step = STEPS[action]
    if status == step.state:
        return None
    now = "、".join(each.label for each in STEPS.values() if each.state == status) or "没有可办的事项"
    return f"评价批次当前状态为“{STATUSES[status][0]}”,“{step.label}”须在“{STATUSES[step.state][0]}”时办理。现在可以办理:{now}。"


def too_early_to_issue(held_on: date, today: date) -> str | None:
    return f"考核日期为 {held_on},今天是 {today}。请在考核当日或之后发证。" if today < held_on else None


def is_same(one: Identity, other: Identity) -> bool:
    """Whether two papers speak of one person. Two trainee ids, or two ID numbers, decide; else the same card or the same name is enough."""
    if one.trainee_id is not None and other.trainee_id is not None:
        return one.trainee_id == other.trainee_id
    if one.card is not None and one.card == other.card:
        return True
    same_name = one.name is not None and one.name == other.name
    if one.id_number_masked is not None and other.id_number_masked is not None:
        return one.id_number_masked == other.id_number_masked and (same_name or None in (one.name, other.name))
    return same_name


def first_same(some: Iterable[Identity], others: Sequence[Identity]) -> tuple[Identity, Identity] | None:
    return next(((one, other) for one in some for other in others if is_same(one, other)), None)


def is_own_worker(candidate: Candidate, institution_id: str) -> bool:
    """A Y body assesses its own workers: employed by it, or registered by it as an enterprise's employee."""
    return candidate.employer_id == institution_id or (candidate.registered_here and "enterprise_employee" in candidate.categories)
