"""What the board asks of the services that count, and the fields it reads of their answers."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import date
from decimal import Decimal
from typing import Annotated, Any, Final, Literal
from uuid import UUID

from pydantic import BaseModel, BeforeValidator

from gateway.plans.policy.board import Tally, Window
from gateway.plans.policy.targets import Plan, counted
from shared import errors, web
from shared.access import Call
from shared.http_client import read

# Counts are numbers and amounts of money are strings.
Quantity = Annotated[int | Decimal, BeforeValidator(lambda value: Decimal(value) if isinstance(value, str) else value)]


BESIDE: Final = ("pending", "already_employed", "completed", "certified", "imported", "others")


class TallyRead(BaseModel):
    numerator: Quantity
    denominator: Quantity | None = None
    denominator_enrolled: int | None = None
    pending: int | None = None
    already_employed: int | None = None
    completed: int | None = None
    certified: int | None = None
    imported: int | None = None
    others: int | None = None
    underway: int | None = None
    institution_id: str | None = None
    institution_name: str | None = None
    year: int | None = None
    class_id: str | None = None
    class_name: str | None = None

    def tally(self, records: str | None) -> Tally:
        """`records`: the link to the rows behind it alone."""
        told = {name: getattr(self, name) for name in BESIDE}
        shown = {name: number for name, number in told.items() if number is not None}
        subject = (self.institution_id or self.class_id, self.institution_name or self.class_name)
        return Tally(self.numerator, self.denominator, self.denominator_enrolled, *subject, shown or None, records, self.underway)


class GroupRead(BaseModel):
    code: str | None
    numerator: Quantity
    denominator: Quantity | None = None


class CountRead(BaseModel):
    key: str
    tallies: list[TallyRead]
    whole: TallyRead | None = None
    left_out: int = 0
    groups: list[GroupRead]


class NameRead(BaseModel):
    code: str
    name: str


class CountsRead(BaseModel):
    counts: list[CountRead]
    names: list[NameRead]


Source = Literal["registry", "evaluation", "eastwest"]


async def counts(
    kernel: web.Kernel, call: Call, source: Source, plan: Plan, windows: Mapping[str, Window], as_of: date, by: str
) -> CountsRead:
    """A service's counts for its windows, each named by its key, in one call. Raises what `Neighbour` raises when it cannot say."""
    countings = [_counting(source, plan, key, window) for key, window in windows.items()]
    body = {"as_of": str(as_of), "by": by, "countings": countings}
    answer = await kernel.neighbours[source].post("/internal/v1/counts", call, body, timeout_seconds=kernel.settings.counts_within_seconds)
    if answer is None:
        raise errors.UpstreamFailed(f"{source} 服务没有方案计数的接口。")
    return read(CountsRead, answer, source)


class ClassSetRead(BaseModel):
    keys: list[str]
    class_ids: list[str]


class ClassesRead(BaseModel):
    sets: list[ClassSetRead]


CLASSES_A_CALL: Final = 50_000


class PaidRead(BaseModel):
    paid: list[Decimal]


async def classes_behind(kernel: web.Kernel, call: Call, plan: Plan, windows: Mapping[str, Window], as_of: date) -> list[ClassSetRead]:
    """Which classes stand behind which countings."""
    body = {"as_of": str(as_of), "countings": [_counting("registry", plan, key, window) for key, window in windows.items()]}
    answer = await kernel.neighbours["registry"].post("/internal/v1/counted-classes", call, body)
    return read(ClassesRead, answer, "registry").sets


async def paid_for(kernel: web.Kernel, call: Call, sets: Sequence[ClassSetRead], as_of: date) -> Mapping[str, Decimal]:
    """What had been paid by that day for the classes behind each counting, in yuan."""
    each_class = [(number, class_id) for number, each in enumerate(sets) for class_id in each.class_ids]
    sums: dict[str, Decimal] = defaultdict(Decimal)
    for first in range(0, max(len(each_class), 1), CLASSES_A_CALL):  # asked of none as well: whether it answers
        some: list[list[str]] = [[] for _ in sets]
        for number, class_id in each_class[first : first + CLASSES_A_CALL]:
            some[number].append(class_id)
        answer = await kernel.neighbours["subsidy"].post("/internal/v1/paid-for-classes", call, {"sets": some, "as_of": str(as_of)})
        for each, amount in zip(sets, read(PaidRead, answer, "subsidy").paid, strict=True):
            for key in each.keys:
                sums[key] += amount
    return sums


class LineTasksRead(BaseModel):
    line: str
    open: int
    overdue: int


NO_TASKS = LineTasksRead(line="", open=0, overdue=0)


class MeasureRead(BaseModel):
    id: UUID
    number: str
    kind: str
    whom: str
    reason: str
    document: str
    from_on: date
    until_on: date | None


class SupervisionRead(BaseModel):
    lines: list[LineTasksRead]
    measures: list[MeasureRead]


async def supervision(kernel: web.Kernel, call: Call, as_of: date, department: str | None) -> SupervisionRead:
    """The tasks that stood open under each line, and the measures in force: those against one department, or all."""
    answer = await kernel.neighbours["registry"].post(
        "/internal/v1/supervision-facts", call, {"as_of": str(as_of), "department": department}
    )
    return read(SupervisionRead, answer, "registry")


def _counting(source: Source, plan: Plan, key: str, window: Window) -> dict[str, Any]:
    line = window.line
    asked = {
        "key": key,
        "measure": line.measure,
        "from_on": str(window.from_on),
        "to_on": str(window.to_on),
        "until_on": window.until_on and str(window.until_on),
    }
    if source != "registry":
        return asked | ({"after_order_class": True} if line.after_order_class else {})
    classes = counted(plan, line)
    return asked | {
        "programmes": classes.programmes if classes else (),
        "channels": classes.channels if classes else (),
        "occupations": classes.occupations if classes else (),
        "institution_kinds": line.institution_kinds,
        "institution_name": line.institution_name,
        "class_trainees_at_least": line.class_trainees_at_least,
        "employed_within_months": plan.employed_within_months,
        "employed_kinds": plan.employed_kinds,
        "certified_kinds": plan.certified_kinds,
    }
