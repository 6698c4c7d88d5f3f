"""Papers about trades: their states, who takes which step, which authorities they are filed with, and which day may follow which. Pure.

Catalogues (目录) and skill standards (考核规范) are proposed, filed with the authorities that the county's `trade_papers.toml` names, and in force from a
day to a day. A training base (培训基地) is proposed, approved and built.
"""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Final, NamedTuple

from services.registry.codes import FiledStatus, FilingAuthority, TradePaperNoun, TrainingBaseStatus
from services.registry.reference.policy import lists
from shared import codes
from shared.steps import Doer, Further, Machine, Refusal, Step, by

OFFICER: Final = frozenset({"officer"})
PROPOSES: Final = OFFICER | {"department"}
APPLIES: Final = PROPOSES | {"institution", "town"}  # for a base

_FILED_STEPS: Final = (
    Step("file", "备案", by(OFFICER, FiledStatus.PROPOSED)),
    Step("put-in-force", "实施", by(OFFICER, FiledStatus.FILED), to=FiledStatus.IN_FORCE),
    Step("end", "停止实施", by(OFFICER, FiledStatus.IN_FORCE), to=FiledStatus.ENDED),
    Step("withdraw", "撤回", by(PROPOSES, FiledStatus.PROPOSED, FiledStatus.FILED), to=FiledStatus.WITHDRAWN),
)


def _labels(list_name: str) -> dict[str, str]:
    return {code: label.zh for code, label in codes.labels(list_name).items()}


MACHINES: Final[Mapping[str, Machine]] = {
    TradePaperNoun.CATALOGUE: Machine("目录", _labels("filed_status"), _FILED_STEPS),
    TradePaperNoun.SKILL_STANDARD: Machine("考核规范", _labels("filed_status"), _FILED_STEPS),
    TradePaperNoun.TRAINING_BASE: Machine(
        "培训基地",
        _labels("training_base_status"),
        (
            Step("approve", "批准", by(OFFICER, TrainingBaseStatus.PROPOSED), to=TrainingBaseStatus.APPROVED),
            Step("reject", "不予批准", by(OFFICER, TrainingBaseStatus.PROPOSED), to=TrainingBaseStatus.REJECTED),
            Step("build", "建成", by(OFFICER, TrainingBaseStatus.APPROVED), to=TrainingBaseStatus.BUILT),
            Step("close", "关闭", by(OFFICER, TrainingBaseStatus.BUILT), to=TrainingBaseStatus.CLOSED),
            Step(
                "withdraw", "撤回", by(APPLIES, TrainingBaseStatus.PROPOSED, TrainingBaseStatus.APPROVED), to=TrainingBaseStatus.WITHDRAWN
            ),
        ),
    ),
}
STANDS: Final = (FiledStatus.IN_FORCE, FiledStatus.ENDED, TrainingBaseStatus.BUILT, TrainingBaseStatus.CLOSED)  # with days
OVER: Final = (FiledStatus.ENDED, FiledStatus.WITHDRAWN, TrainingBaseStatus.CLOSED, TrainingBaseStatus.REJECTED)  # nothing changes any more
GIVEN_UP: Final = (FiledStatus.WITHDRAWN, TrainingBaseStatus.REJECTED)


NOT_OWN: Final = Refusal("forbidden", "这份文书不是由您所在的单位提出的,只能查看。请由提出方或经办人员撤回。")


class Asked(NamedTuple):
    """A day that a step states, by where it stands in the body. `told`: a fact, which is known when it has come."""

    pointer: str
    on: date
    told: bool = True


def why_not(action: str, noun: str, status: str, doer: Doer, *, own: bool) -> Refusal | None:
    """Why the step is not possible now. `own`: proposed by the caller's department, institution or town."""
    return MACHINES[noun].why_not(action, status, doer, further=_further(doer, own))


def every_action(noun: str, status: str, doer: Doer, *, own: bool) -> dict[str, Refusal | None]:
    return MACHINES[noun].every_action(status, doer, further=_further(doer, own))


def _further(doer: Doer, own: bool) -> Further:
    """What others proposed they withdraw themselves, or an officer does."""
    return lambda action: NOT_OWN if action == "withdraw" and doer.role not in OFFICER and not own else None


def authorities(noun: str) -> Sequence[FilingAuthority]:
    """With whom a paper of this kind is to be filed before it can be in force."""
    terms = lists().trade_papers.get(noun)
    return terms.filed_with if terms else ()


def scope(noun: str, kind: str | None) -> str | None:
    """Among which papers a trade stands once on any day: class one and class two are one list, the urgent trades another. None: as often as you like."""
    if noun == TradePaperNoun.CATALOGUE:
        return "urgent" if kind == "urgent" else "class"
    return noun if noun == TradePaperNoun.SKILL_STANDARD else None
