"""The county's plans, read strictly from `plans/*.toml`: an unknown, missing or ill-typed key, and a line that makes no sense, stop the gateway at start
and are named by file, line and key, so that a slip is seen there and not on the board.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal
from functools import cache
from pathlib import Path

from gateway.plans.policy.targets import RATIO, TOTAL, Line, Plan, Relation
from shared import county
from shared.strict import BadFile, Fault, bad_text, read_toml, table

Targets = Mapping[tuple[str, str], Mapping[str, Decimal]]  # what towns, zones or departments are to bring, by line and period


def plans() -> Mapping[str, Plan]:
    """By code."""
    return _plans(county.folder())


@cache
def _plans(of: Path) -> Mapping[str, Plan]:
    read_plans = [load(file) for file in sorted((of / "plans").glob("*.toml"))]
    if not read_plans:
        raise BadFile("plans:没有任何方案文件")
    if twice := {plan.code for plan in read_plans if [each.code for each in read_plans].count(plan.code) > 1}:
        raise BadFile(f"plans:code {'、'.join(sorted(twice))} 用于两个方案")
    return {plan.code: plan for plan in read_plans}


@dataclass(frozen=True, slots=True)
class Region:
    """A town or zone of the county."""

    name: str
    kind: str

    @property
    def is_town(self) -> bool:
        return self.kind in ("subdistrict", "town", "township")


def regions() -> Mapping[str, Region]:
    """The county's own, by code."""
    return _regions(county.folder())


@cache
def _regions(of: Path) -> Mapping[str, Region]:
    return {row["code"]: Region(row["name"], row["kind"]) for row in table(of / "regions.toml")["regions"]}


def load(path: Path) -> Plan:
    return read(path.read_text(encoding="utf-8"), path.name)


def read(text: str, file: str) -> Plan:
    """The plan that `text` describes; `file` is only named in errors (`BadFile`)."""
    plan = read_toml(Plan, text, file)
    if faults := list(_faults(plan)):
        raise bad_text(text, file, faults)
    return plan


def _faults(plan: Plan) -> Iterator[Fault]:
    if plan.ends_on < plan.starts_on:
        yield Fault(path="ends_on", message="早于 starts_on")
    codes = [line.code for line in plan.lines]
    for index, line in enumerate(plan.lines):
        if line.code in codes[:index]:
            yield Fault(f"lines[{index}].code", f"{line.code} 出现多次")
        yield from _of_line(plan, line, codes, f"lines[{index}]")
    for index, annex in enumerate(plan.annexes):
        if not any(line.clause.startswith(annex.clause) for line in plan.lines):
            yield Fault(f"annexes[{index}].clause", f"没有 clause 以 {annex.clause} 开头的指标")
    for index, relation in enumerate(plan.relations):
        yield from _of_relation(relation, codes, f"relations[{index}]")


def _of_line(plan: Plan, line: Line, codes: list[str], path: str) -> Iterator[Fault]:
    periods = [target.period for target in line.targets]
    allowed = [str(year) for year in plan.years] if line.period == "each_year" else [TOTAL]
    if periods and periods not in (allowed, [*allowed, TOTAL] if line.period == "each_year" else allowed):
        yield Fault(f"{path}.targets", f"period 须为 {'、'.join(allowed)},现为 {'、'.join(periods) or '空'}")
    if line.is_share != (line.unit == RATIO):
        yield Fault(f"{path}.unit", f"比率类指标的 unit 须为 {RATIO},其他指标不得为 {RATIO};现为 {line.unit}")
    for target in line.targets:
        if target.at_least is None:
            yield Fault(f"{path}.targets", "没有目标的指标,targets 须为空")
            continue
        if target.at_least <= 0 or (target.at_most is not None and target.at_most < target.at_least):
            yield Fault(f"{path}.targets", "at_least 须大于 0 且不大于 at_most")
        if line.is_share and target.at_least > 1:
            yield Fault(f"{path}.targets", f"at_least 是比率,须写 0 至 1 的小数,现为 {target.at_least}")
    yield from (Fault(f"{path}.parents", f"{code} 不在 lines 中") for code in line.parents if code not in codes)
    if line.only_channels and not line.channels:
        yield Fault(f"{path}.only_channels", "须与 channels 一起写")
    if (line.channels or line.occupations or line.parents) and line.programme != line.code:
        yield Fault(f"{path}.programme", "写 channels、occupations、parents 的指标,programme 须为其自己的代码")


def _of_relation(relation: Relation, codes: list[str], path: str) -> Iterator[Fault]:
    for code in (*relation.parts, *([relation.whole] if relation.whole is not None else [])):
        if code not in codes:
            yield Fault(f"{path}.parts", f"{code} 不在 lines 中")
    if (relation.kind != "same_people") != (relation.whole is not None):
        yield Fault(f"{path}.whole", "在 within、yields 中必填,在 same_people 中不填")
    if relation.kind == "yields" and len(relation.parts) != 2:
        yield Fault(f"{path}.parts", "在 yields 中须为班次指标和比率指标两项")
