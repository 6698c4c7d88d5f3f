"""How the shares of towns, zones or departments stand to what the city is to reach. Pure."""

from decimal import Decimal
from typing import Final, NamedTuple

from gateway.plans.policy.targets import Line

ABOVE: Final = "subtargets_above_target"
BELOW: Final = "subtargets_below_target"


class Told(NamedTuple):
    code: str
    detail: str


def asked(line: Line, period: str) -> Decimal | None:
    """The city's target of the period; None where the plan sets none."""
    return next((target.at_least for target in line.targets if target.period == period), None)


def differing(line: Line, period: str, allotted: Decimal) -> list[Told]:
    """A note where the shares add up to more or less than the city's target. Shares of a ratio do not add up, and more than asked is no fault."""
    whole = asked(line, period)
    if line.is_share or whole is None or allotted == whole:
        return []
    seen = f"“{line.title}”{period} 各项分解之和 {allotted:f} {line.unit},全市目标 {whole:f} {line.unit}"
    if allotted > whole:
        return [Told(ABOVE, f"{seen},多 {allotted - whole:f} {line.unit}。")]
    return [Told(BELOW, f"{seen},还差 {whole - allotted:f} {line.unit}。")]
