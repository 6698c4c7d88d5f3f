"""What may be done with an enrolment while its class is not over. Pure."""

from typing import Final

from services.registry.codes import EnrolmentOutcome as Outcome
from services.registry.training.classes import policy as classes
from shared import codes
from shared.steps import Doer, Machine, Refusal, Step, by

MACHINE: Final = Machine(
    "报名记录",
    {outcome: label.zh for outcome, label in codes.labels("enrolment_outcome").items()},
    (Step("withdraw", "退出", by(classes.ENROLLERS, Outcome.ENROLLED), to=Outcome.WITHDRAWN),),
)


def why_not(action: str, outcome: str, doer: Doer, class_status: str) -> Refusal | None:
    return MACHINE.why_not(action, outcome, doer, further=lambda _: _class_over(class_status, doer.role))


def allowed_actions(outcome: str, doer: Doer, class_status: str) -> dict[str, Refusal | None]:
    return MACHINE.every_action(outcome, doer, further=lambda _: _class_over(class_status, doer.role))


def _class_over(class_status: str, role: str) -> Refusal | None:
    return classes.MACHINE.wrong_state(classes.LEAVE, class_status, role)
