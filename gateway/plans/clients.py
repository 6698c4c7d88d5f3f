"""What the board asks of the registry, and the fields it reads of the answer."""

from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from typing import Annotated

from pydantic import BaseModel, BeforeValidator

from gateway.plans.policy import Tally, Window
from gateway.plans.targets import Plan
from shared import errors, web
from shared.access import Call

SECONDS_AT_MOST = 2.5

# Counts are numbers and amounts of money are strings.
Quantity = Annotated[int | Decimal, BeforeValidator(lambda value: Decimal(value) if isinstance(value, str) else value)]


class TallyRead(BaseModel):
    numerator: Quantity
    denominator: Quantity | None
    denominator_enrolled: int | None
    pending: int | None
    already_employed: int | None
    institution_id: str | None
    institution_name: str | None

    def tally(self, records: str | None) -> Tally:
        """`records`: the link to the rows behind it alone."""
        beside = {"pending": self.pending, "already_employed": self.already_employed}
        shown = {name: number for name, number in beside.items() if number is not None}
        subject = (self.institution_id, self.institution_name)
        return Tally(self.numerator, self.denominator, self.denominator_enrolled, *subject, shown or None, records)


class GroupRead(BaseModel):
    code: str | None
    numerator: Quantity
    denominator: Quantity | None


class CountRead(BaseModel):
    key: str
    tallies: list[TallyRead]
    groups: list[GroupRead]


class NameRead(BaseModel):
    code: str
    name: str


class CountsRead(BaseModel):
    counts: list[CountRead]
    names: list[NameRead]


async def counts(kernel: web.Kernel, call: Call, plan: Plan, windows: Mapping[str, Window], as_of: date, by: str) -> CountsRead:
    """The registry's counts for the windows, each named by its key. Raises what `Neighbour` raises when the registry cannot say."""
    countings = [
        {
            "key": key,
            "measure": window.line.measure,
            "from_on": str(window.from_on),
            "to_on": str(window.to_on),
            "programme": window.line.programme,
            "institution_kinds": window.line.institution_kinds,
            "institution_name": window.line.institution_name,
            "employed_within_months": plan.employed_within_months,
            "employed_kinds": plan.employed_kinds,
        }
        for key, window in windows.items()
    ]
    body = {"as_of": str(as_of), "by": by, "countings": countings}
    answer = await kernel.neighbours["registry"].post("/internal/v1/counts", call, body, timeout_seconds=SECONDS_AT_MOST)
    if answer is None:
        raise errors.UpstreamFailed("registry 服务没有方案计数的接口。")
    return CountsRead.model_validate(answer)
