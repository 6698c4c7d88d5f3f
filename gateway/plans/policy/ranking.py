"""The breakdown of a line by town, zone, department, institution, channel, category or month: best first, months in their order. Pure.

The rows of a line add up to its numerator, but for categories: whoever has two is in both. A town or zone where nothing was counted is there with 0, so that a ranking names all of them;
what belongs to none of them is the last row, without a rank.
"""

from collections.abc import Callable, Iterable, Mapping
from decimal import Decimal
from fractions import Fraction
from typing import TypedDict

from gateway.plans.policy.board import number, shown
from gateway.plans.policy.targets import Line

NOBODYS = {
    "region": "镇、街道不明",
    "zone": "不在开发区",
    "department": "不由部门申报",
    "institution": "机构不明",
    "category": "当日没有人员类别",
}
# Measures that every town has its own figure of, be it 0.
DIVIDED = frozenset({"person_times", "certified_share", "employed_share", "demonstration_classes", "order_classes", "retained_people"})

Quantities = tuple[int | Decimal, int | Decimal | None]


SMALL_BASE_BELOW = 20  # people: one more or less moves the share by more than five points


class Ranked(TypedDict):
    """`actual` is measured as the line's own; equal ones share a rank. `share` is of the line's numerator. `small_base`: a share of so few that its rank
    says little."""

    rank: int | None
    code: str | None
    name: str
    target: int | float | None
    rate: float | None
    small_base: bool
    actual: int | float | None
    numerator: int | str | None
    denominator: int | str | None
    records: str | None


def ranked(
    line: Line,
    years: int,
    by: str,
    groups: Mapping[str | None, Quantities],
    names: Mapping[str, str],
    records_of: Callable[[str | None], str | None],
    targets: Mapping[str, Decimal],
) -> list[Ranked]:
    """The line's rows, ranked by their actual figure. `years`: an average over so many years is one of each row too; 1 for other lines. `targets`: what
    each is to bring, where anybody said so."""
    nothing: Quantities = (0, 0 if line.is_share else None)
    given = [code for code in targets if code not in names and code not in groups]
    every = [*names, *(code for code in groups if code not in names)] if by in ("region", "zone", "category") else [*groups, *given]
    rows: list[Ranked] = []
    for code in every:
        numerator, denominator = groups.get(code, nothing)
        divisor = denominator if line.is_share else years
        actual = Fraction(numerator) / Fraction(divisor) if divisor else None
        target = targets.get(code) if code else None
        rows.append(
            {
                "rank": None,
                "code": code,
                "name": NOBODYS.get(by, "不明") if code is None else names.get(code, code),
                "target": None if target is None else number(line, target),
                "actual": None if actual is None else number(line, actual),
                "rate": round(float(actual / Fraction(target)), 4) if actual is not None and target else None,
                "small_base": line.is_share and 0 < (divisor or 0) < SMALL_BASE_BELOW,
                "numerator": shown(numerator),
                "denominator": shown(denominator),
                "records": records_of(code),
            }
        )
    rows.sort(key=lambda row: (row["code"] is None, row["actual"] is None, -(row["actual"] or 0)))
    ranked = _with_ranks(rows)
    return sorted(ranked, key=lambda row: row["code"] or "") if by == "month" else ranked


def _with_ranks(rows: Iterable[Ranked]) -> list[Ranked]:
    placed: list[Ranked] = []
    for position, row in enumerate(rows, 1):
        before = placed[-1] if placed else None
        if row["code"] is not None and row["actual"] is not None:
            row["rank"] = before["rank"] if before and before["actual"] == row["actual"] else position
        placed.append(row)
    return placed
