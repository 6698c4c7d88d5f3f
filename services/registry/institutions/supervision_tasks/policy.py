"""The life of a supervision task: who was asked answers, the office that asked looks at the answer. Pure."""

from typing import Final

from services.registry.codes import SupervisionTaskStatus as Status
from shared.codes import named
from shared.steps import Machine, Step, by

ASKERS: Final = frozenset({"officer", "reviewer"})
ASKED: Final = frozenset({"institution", "town", "department"})
MACHINE: Final = Machine(
    "督办任务",
    named("supervision_task_status"),
    (
        Step("answer", "答复", by(ASKED, Status.OPEN), to=Status.ANSWERED),
        Step("extend", "延期", by(ASKERS, Status.OPEN)),
        Step("close", "办结", by(ASKERS, Status.ANSWERED), to=Status.CLOSED),
        Step("reopen", "退回重办", by(ASKERS, Status.ANSWERED, Status.CLOSED), to=Status.OPEN),
        Step("cancel", "取消", by(ASKERS, Status.OPEN, Status.ANSWERED), to=Status.CANCELLED),
    ),
)
