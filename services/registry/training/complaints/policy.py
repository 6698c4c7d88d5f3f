"""The life of a complaint. Pure."""

from typing import Final

from services.registry.codes import ComplaintStatus as Status
from shared.codes import named
from shared.steps import Doer, Machine, Refusal, Step, by

OFFICER: Final = frozenset({"officer"})
DECIDERS: Final = frozenset({"officer", "reviewer"})
REVEALS: Final = DECIDERS | {"auditor"}
OPEN: Final = (Status.RECEIVED, Status.ACCEPTED)
MACHINE: Final = Machine(
    "投诉",
    named("complaint_status"),
    (
        Step("accept", "受理", by(OFFICER, Status.RECEIVED), to=Status.ACCEPTED),
        Step("answer", "答复", by(OFFICER, *OPEN), to=Status.ANSWERED),
        Step("dismiss", "认定不成立", by(DECIDERS, *OPEN), to=Status.DISMISSED),
        Step("uphold", "认定成立", by(DECIDERS, Status.ACCEPTED), to=Status.UPHELD),
        Step("hold", "暂缓申领", by(OFFICER, *OPEN)),
        Step("release", "解除暂缓", by(DECIDERS, *OPEN, Status.UPHELD)),
        Step("reveal", "查看投诉人", by(REVEALS, *Status)),
    ),
)
ENDS_THE_HOLD: Final = (Status.ANSWERED, Status.DISMISSED)
NO_CLASS: Final = Refusal("invalid_state", "这件投诉所关的证书、公示不出自哪个班级,不能据以暂缓申领。请按撤销证书、异议办理。")
HELD: Final = Refusal("invalid_state", "已据此投诉暂缓该班的申领。")
NOT_HELD: Final = Refusal("invalid_state", "没有据此投诉暂缓申领。")


def allowed_actions(status: str, doer: Doer, *, of_class: bool, held: bool) -> dict[str, Refusal | None]:
    return MACHINE.every_action(status, doer, further=lambda action: _further(action, of_class, held))


def why_not(action: str, status: str, doer: Doer, *, of_class: bool, held: bool) -> Refusal | None:
    return MACHINE.why_not(action, status, doer, further=lambda asked: _further(asked, of_class, held))


def _further(action: str, of_class: bool, held: bool) -> Refusal | None:
    if action == "hold":
        return HELD if held else None if of_class else NO_CLASS
    return NOT_HELD if action == "release" and not held else None
