"""The life of an assessment batch (评价批次). Pure: values in, answers out."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Final, NamedTuple

from services.evaluation.codes import AssessmentMethod as Method
from services.evaluation.codes import AssessmentStatus as Status
from shared.steps import Step, by

INSTITUTION: Final = frozenset({"institution"})
AMENDABLE: Final = frozenset({Status.LOCKED, Status.ISSUED})
APPROVERS: Final = INSTITUTION | {"officer", "reviewer"}
STEPS: Final = (
    Step("reschedule", "改期", by(INSTITUTION, Status.OPEN)),
    Step("cancel", "取消", by(INSTITUTION, Status.OPEN), Status.CANCELLED),
    Step("results", "录入成绩", by(INSTITUTION, Status.OPEN)),
    Step("supervision", "登记督导", by(INSTITUTION, Status.OPEN)),
    Step("lock", "锁定成绩", by(INSTITUTION, Status.OPEN), Status.LOCKED),
    Step("amend", "更正成绩", by(INSTITUTION, *AMENDABLE)),
    Step("approve", "批准成绩更正", by(APPROVERS, *AMENDABLE)),
    Step("reject", "不批准成绩更正", by(APPROVERS, *AMENDABLE)),
    Step("issue", "发证", by(INSTITUTION, Status.LOCKED, Status.ISSUED), Status.ISSUED),
)


NOT_ISSUED: Final = (Status.OPEN, Status.LOCKED)
NOT_HELD: Final = frozenset({"cancelled", "rejected"})  # of classes


@dataclass(frozen=True, slots=True)
class Candidate:
    """`categories`: those of the day of the assessment; `employed_here`: by the body, on that day."""

    employed_here: bool
    registered_here: bool
    categories: Sequence[str]


def too_early_to_issue(held_on: date, today: date) -> str | None:
    return f"考核日期为 {held_on},今天是 {today}。请在考核当日或之后发证。" if today < held_on else None


@dataclass(frozen=True, slots=True)
class Held:
    """A class of which a batch examines the people, by its days."""

    starts_on: date
    ends_on: date


def before_class_end(method: str, held_on: date, taught: Held) -> date | None:
    """The first day on which the exam may be held, where it is before that: a class's last; of a continuous assessment, its first."""
    first = taught.starts_on if method == Method.PROCESS else taught.ends_on
    return first if held_on < first else None


def differs(passed: bool, score: float | None, pass_score: float) -> bool:
    return score is not None and passed != (score >= pass_score)


class Proof(NamedTuple):
    """What stands for an exam, and when it hung out (公示), where it says so."""

    name: str
    from_on: date | None = None
    until_on: date | None = None

    @property
    def is_notice(self) -> bool:
        return "公示" in self.name


def on_notice_until(method: str, proofs: Iterable[Proof]) -> date | None:
    """The last day on which a direct recognition hangs out, where its papers say so."""
    days = (each.until_on for each in proofs if each.is_notice and each.until_on) if method == Method.DIRECT else ()
    return max(days, default=None)


def wanting(method: str, modules: Sequence[str], proofs: Sequence[Proof], days: Iterable[int]) -> str | None:
    """What the method asks and the batch does not have, or None. `days`: on how many days each person's results were taken, once there are some."""
    if method == Method.MODULAR and not modules:
        return "模块化考核须写明各模块"
    if method == Method.ACHIEVEMENT and not proofs:
        return "业绩评审须附业绩材料"
    notices = [each for each in proofs if each.is_notice]
    if method == Method.DIRECT and not notices:
        return "直接认定须附业绩材料和公示"
    if method == Method.DIRECT and not any(each.from_on and each.until_on for each in notices):
        return "直接认定的公示须写明起止日期"
    if method == Method.PROCESS and any(each < 2 for each in days):
        return "过程化考核须有不同日期的多次成绩"
    return None


def is_own_worker(candidate: Candidate, own_worker_category: str) -> bool:
    """A body's own worker: employed by it, or registered by it as such."""
    return candidate.employed_here or (candidate.registered_here and own_worker_category in candidate.categories)
