"""Who may do what with a job offer, and whether it was made when it says. Pure."""

from datetime import date
from typing import Final

from services.registry.codes import JobOfferResult as Result
from services.registry.codes import JobOfferStage as Stage
from services.registry.training.classes.policy import ENROLLERS
from shared import codes
from shared.steps import Machine, Step, by

SETTLERS: Final = ENROLLERS | {"person"}  # a person says so of their own
MACHINE: Final = Machine(
    "岗位推荐",
    {result: label.zh for result, label in codes.labels("job_offer_result").items()},
    (
        Step("accept", "接受", by(SETTLERS, Result.OPEN), to=Result.ACCEPTED),
        Step("decline", "不接受", by(SETTLERS, Result.OPEN), to=Result.DECLINED),
    ),
)


def days_of(stage: Stage, starts_on: date, ends_on: date) -> tuple[date, date]:
    """The first and the last day on which an offer of that stage is made; the first and last day of the class belong to two."""
    match stage:
        case Stage.BEFORE:
            return date.min, starts_on
        case Stage.DURING:
            return starts_on, ends_on
        case Stage.AFTER:
            return ends_on, date.max
