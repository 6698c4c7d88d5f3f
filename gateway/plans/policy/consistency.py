"""What a plan says about itself: whether its targets add up, and which of its lines count the same people.

Pure: a plan in, findings out. `consistent` agrees, `note` is for an officer to know, `conflict` cannot all be met as written.
"""

from decimal import Decimal
from typing import TypedDict

from gateway.codes import PlanFindingEffect
from gateway.plans.policy.targets import TOTAL, Line, Plan, Relation


class PlanFinding(TypedDict):
    code: str
    effect: PlanFindingEffect
    lines: list[str]
    detail: str


def check(plan: Plan) -> list[PlanFinding]:
    """Every finding about the plan itself, lines first, then relations, then readings nobody has confirmed."""
    findings = [
        _years_and_total(line) for line in plan.lines if line.period == "each_year" and line.targets and line.targets[-1].period == TOTAL
    ]
    asked_for = {line.code for line in plan.lines if line.targets}
    for relation in plan.relations:
        if not asked_for.issuperset((*relation.parts, *([relation.whole] if relation.whole else []))):
            continue  # what asks for nothing contradicts nothing
        match relation.kind:
            case "within":
                findings.append(_within(plan, relation))
            case "same_people":
                findings.append(_same_people(plan, relation))
            case "yields":
                findings.append(_yields(plan, relation))
    for line in plan.lines:
        if line.basis_status == "unconfirmed":
            findings.append(_finding("line_unconfirmed", "note", [line.code], f"“{line.title}”的指标依据尚未核实。"))
    for reading in plan.readings:
        if reading.basis_status == "unconfirmed":
            findings.append(_finding("reading_unconfirmed", "note", [], f"理解待确认({reading.code}):{reading.text}"))
    return findings


def asked_in_all(plan: Plan, line: Line) -> Decimal:
    """What a line of plain counts asks for from the plan's first day to its last, yearly targets added up."""
    if not line.targets:
        return Decimal(0)
    if line.targets[-1].period == TOTAL:
        years = len(plan.years) if line.period == "average_a_year" else 1
        return (line.targets[-1].at_least or Decimal(0)) * years
    return _sum_of_years(line)


def _sum_of_years(line: Line) -> Decimal:
    return sum((target.at_least or Decimal(0) for target in line.targets if target.period != TOTAL), start=Decimal(0))


def _years_and_total(line: Line) -> PlanFinding:
    years, total = _sum_of_years(line), line.targets[-1].at_least or Decimal(0)
    added = " + ".join(str(target.at_least) for target in line.targets[:-1])
    if years == total:
        return _finding("years_equal_total", "consistent", [line.code], f"“{line.title}”各年目标 {added} = 总目标 {total}。")
    return _finding("years_differ_from_total", "conflict", [line.code], f"“{line.title}”各年目标 {added} = {years},总目标却为 {total}。")


def _within(plan: Plan, relation: Relation) -> PlanFinding:
    whole = plan.line(str(relation.whole))
    parts = _sum_in_all(plan, relation)
    asked = asked_in_all(plan, whole)
    seen = f"{relation.text}各项合计 {parts} {whole.unit},“{whole.title}”整个方案期 {asked} {whole.unit}"
    codes = [whole.code, *relation.parts]
    if parts == asked:
        return _finding("parts_equal_whole", "consistent", codes, f"{seen},两者一致。")
    if parts > asked:
        detail = f"{seen}:各项都完成时,即使有 {parts - asked} {whole.unit}重复计入,“{whole.title}”也已达到。"
        return _finding("parts_exceed_whole", "note", codes, detail)
    detail = f"{seen}:各项都完成后仍差 {asked - parts} {whole.unit},须由其他班次补足。"
    return _finding("parts_below_whole", "note", codes, detail)


def _same_people(plan: Plan, relation: Relation) -> PlanFinding:
    lines = [plan.line(code) for code in relation.parts]
    titles = "”“".join(line.title for line in lines)
    most = max(asked_in_all(plan, line) for line in lines)
    detail = (
        f"“{titles}”可计入同一批人:{relation.text}全部重叠时培训 {most} {lines[0].unit}即可,"
        f"完全不重叠时须 {_sum_in_all(plan, relation)} {lines[0].unit}。"
    )
    return _finding("same_people", "note", [line.code for line in lines], detail)


def _yields(plan: Plan, relation: Relation) -> PlanFinding:
    whole = plan.line(str(relation.whole))
    classes, share = (plan.line(code) for code in relation.parts)
    rate = share.targets[0].at_least or Decimal(0)
    people = asked_in_all(plan, classes) * (classes.class_trainees_at_least or 0) * rate
    asked = asked_in_all(plan, whole)
    seen = (
        f"{relation.text}按最低要求办 {asked_in_all(plan, classes)} {classes.unit}、每期 {classes.class_trainees_at_least or 0} 人、"
        f"比率 {rate:.0%},得 {people:.0f} 人;“{whole.title}”要求 {asked} {whole.unit}"
    )
    codes = [whole.code, *relation.parts]
    if people >= asked:
        return _finding("yields_enough", "consistent", codes, f"{seen},足够。")
    return _finding("yields_too_little", "note", codes, f"{seen},不足 {asked - people:.0f} 人,须多办班或提高比率。")


def _sum_in_all(plan: Plan, relation: Relation) -> Decimal:
    return sum((asked_in_all(plan, plan.line(code)) for code in relation.parts), start=Decimal(0))


def _finding(code: str, effect: PlanFindingEffect, lines: list[str], detail: str) -> PlanFinding:
    return {"code": code, "effect": effect, "lines": lines, "detail": detail}
