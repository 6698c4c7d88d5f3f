"""What becomes of an inspection: what was wrong is put right by the institution and looked at by another person than found it. Pure."""

from typing import Final

from services.registry.codes import InspectionStatus as Status
from shared.codes import named
from shared.steps import Machine, Step, by

OFFICER: Final = frozenset({"officer"})
INSTITUTION: Final = frozenset({"institution"})
MACHINE: Final = Machine(
    "检查",
    named("inspection_status"),
    (
        Step("answer", "报告整改", by(INSTITUTION, Status.OPEN), to=Status.ANSWERED),
        Step("return", "退回整改", by(OFFICER, Status.ANSWERED), to=Status.OPEN),
        Step("close", "销号", by(OFFICER, Status.OPEN, Status.ANSWERED), to=Status.CLOSED, part="close"),
    ),
    parts={"inspect": "检查", "close": "销号"},
)
