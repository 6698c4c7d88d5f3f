"""Who may do what with a training wish. Pure."""

from typing import Final

from services.registry.codes import TrainingWishStatus as Status
from shared import codes
from shared.steps import Machine, Step, by

ANSWERERS: Final = frozenset({"town", "officer"})
ASKERS: Final = ANSWERERS | {"person"}
MACHINE: Final = Machine(
    "培训意愿",
    {status: label.zh for status, label in codes.labels("training_wish_status").items()},
    (
        Step("answer", "答复", by(ANSWERERS, Status.OPEN), to=Status.ANSWERED),
        Step("withdraw", "撤回", by(ASKERS, Status.OPEN), to=Status.WITHDRAWN),
    ),
)
