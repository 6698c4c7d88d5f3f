"""What may be done with a placement in which state, and which state it is in on a day."""

from datetime import date
from typing import Final

from services.eastwest.codes import PlacementStatus as Status
from services.eastwest.orders.policy import KEEPERS
from shared.steps import Step, by

STEPS: Final = (Step("change", "修改", by(KEEPERS, *Status)), Step("update", "报告在岗情况", by(KEEPERS, *Status)))


def status_on(on: date, started_on: date | None, left_on: date | None) -> Status:
    if started_on is None or on < started_on:
        return Status.ARRANGED
    return Status.LEFT if left_on is not None and left_on <= on else Status.WORKING
