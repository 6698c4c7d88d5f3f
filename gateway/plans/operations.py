"""Plans as they are read, and their boards: what the services counted, line by line."""

from collections.abc import Mapping
from datetime import date
from pathlib import Path
from typing import Any

from gateway.plans import clients, consistency, policy, ranking, records, targets
from gateway.plans.clients import CountRead, CountsRead
from gateway.plans.policy import Count, Window
from gateway.plans.schemas import By, LineOut, PlanBrief, PlanCheckOut, PlanFindingOut, PlanOut, PlansOut, ProgressOut
from gateway.plans.targets import Plan
from shared import errors, web
from shared.access import Call

# Read at start: a slip in a plan file stops the gateway and not the board.
PLANS: Mapping[str, Plan] = {plan.code: plan for plan in map(targets.load, sorted(Path(__file__).parent.glob("*.toml")))}

# What the registry can count. The other measures wait for the services that know, and are unknown until then.
OF_REGISTRY = frozenset({
    "person_times", "employed_share", "demonstration_classes", "brands", "dishes", "training_share", "partner_enterprises", "frontline_share",
})  # fmt: skip


def find(code: str) -> Plan:
    try:
        return PLANS[code]
    except KeyError:
        raise errors.NotFound(f"没有这个方案。现有方案:{'、'.join(PLANS)}。") from None


def listed() -> PlansOut:
    return PlansOut(items=[PlanBrief.model_validate(plan) for plan in PLANS.values()])


def defined(code: str) -> PlanOut:
    return PlanOut.model_validate(find(code))


def checked(code: str) -> PlanCheckOut:
    findings = [PlanFindingOut.model_validate(finding) for finding in consistency.check(find(code))]
    return PlanCheckOut(plan=code, consistent=all(finding.effect != "conflict" for finding in findings), findings=findings)


async def progress(kernel: web.Kernel, call: Call, code: str, as_of: date, by: By | None) -> ProgressOut:
    """The board of a day. A service that does not answer leaves its lines unknown; the others are shown."""
    plan = find(code)
    windows = {
        _key(window.line.code, window.period): window for window in policy.windows(plan, as_of) if window.line.measure in OF_REGISTRY
    }
    counted, unavailable = CountsRead(counts=[], names=[]), []
    try:
        if windows:
            counted = await clients.counts(kernel, call, plan, windows, as_of, by or "none")
    except (errors.Unavailable, errors.UpstreamTimeout, errors.UpstreamFailed):
        unavailable.append("registry")
    answers = {count.key: count for count in counted.counts}
    names = {name.code: name.name for name in counted.names}
    counts = {
        (window.line.code, window.period): _count(plan, window, answers[key], as_of) for key, window in windows.items() if key in answers
    }
    lines: list[dict[str, Any]] = [dict(line) for line in policy.progress(plan, counts, as_of)]
    for line in lines if by else []:
        key = _key(line["code"], line["period"])
        line["breakdown"] = _breakdown(plan, windows[key], answers[key], as_of, by, names) if by and key in answers else []
    shown = [LineOut.model_validate(line) for line in lines]
    return ProgressOut(plan=code, as_of=as_of, by=by, complete=not unavailable, unavailable=unavailable, lines=shown)


def _key(line_code: str, period: str) -> str:
    return f"{line_code} {period}"


def _count(plan: Plan, window: Window, answer: CountRead, as_of: date) -> Count:
    each = [(tally, records.of_institution(window, tally.institution_id)) for tally in answer.tallies]
    whole = each[0][1] if window.line.each and len(each) == 1 else records.of_line(plan, window, as_of)
    return Count(tuple(tally.tally(link) for tally, link in each), whole)


def _breakdown(plan: Plan, window: Window, answer: CountRead, as_of: date, by: By, names: Mapping[str, str]) -> list[ranking.Ranked]:
    """Nothing to divide, such as brands by town, is an empty list and not a row of zeros."""
    if not answer.groups and window.line.measure not in ranking.DIVIDED:
        return []
    groups = {group.code: (group.numerator, group.denominator) for group in answer.groups}
    years = min(as_of.year, plan.ends_on.year) - plan.starts_on.year + 1 if window.line.period == "average_a_year" else 1
    return ranking.ranked(window.line, years, by, groups, names, lambda code: records.of_group(plan, window, as_of, by, code))
