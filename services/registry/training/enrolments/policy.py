"""What may be done with an enrolment, and until when: what is more than to tell of its work, while its class is not over. Pure."""

from typing import Final

from services.registry.codes import EnrolmentOutcome as Outcome
from services.registry.training.classes import policy as classes
from shared import codes
from shared.steps import Doer, Machine, Refusal, Step, by, wrong_role

MACHINE: Final = Machine(
    "报名记录",
    {outcome: label.zh for outcome, label in codes.labels("enrolment_outcome").items()},
    (
        Step("withdraw", "退出", by(classes.ENROLLERS, Outcome.ENROLLED), to=Outcome.WITHDRAWN),
        Step("employment", "记录就业去向", by(classes.ENROLLERS, *Outcome)),
        Step("readmit", "重新入班", by(classes.ENROLLERS, Outcome.WITHDRAWN), to=Outcome.ENROLLED),
    ),
)


OF_THE_CLASS: Final = frozenset({"withdraw", "readmit"})
WORK_GONE: Final = Refusal("not_found", "没有这条就业去向记录,或已被更正。请按就业去向列表核对。")
ELSEWHERE: Final = Refusal(
    "forbidden", "该班不在本镇(街道)的可见范围内,只能记录本镇学员的就业去向。退出和重新入班请由承办机构或班级所在的镇、街道办理。"
)
FULL: Final = Refusal("class_full", "本班已满。请在有人退出后再办理。")


def why_not(action: str, outcome: str, doer: Doer, class_status: str, seats_left: int) -> Refusal | None:
    """`seats_left`: of the class, now."""
    return MACHINE.why_not(action, outcome, doer, further=lambda asked: _of_class(asked, class_status, doer.role, seats_left))


def allowed_actions(outcome: str, doer: Doer, class_status: str, seats_left: int, *, elsewhere: bool) -> dict[str, Refusal | None]:
    """`elsewhere`: the caller sees the person and not the class."""
    told = MACHINE.every_action(outcome, doer, further=lambda asked: _of_class(asked, class_status, doer.role, seats_left))
    return {action: ELSEWHERE if elsewhere and action in OF_THE_CLASS else why for action, why in told.items()}


def _of_class(action: str, class_status: str, role: str, seats_left: int) -> Refusal | None:
    """A class that is over, or full."""
    if action == "employment":
        return None
    if over := classes.MACHINE.wrong_state(classes.LEAVE, class_status, role):
        return over
    return FULL if action == "readmit" and seats_left < 1 else None


def work_actions(doer: Doer, *, voided: bool) -> dict[str, Refusal | None]:
    """With a record of work: one that was voided is corrected no more."""
    return {"correct": wrong_role(classes.ENROLLERS, doer.role) or (WORK_GONE if voided else None)}
