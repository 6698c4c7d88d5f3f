"""Plans as they are read, and their boards: what the services counted, line by line."""

import asyncio
from collections.abc import Mapping
from datetime import date
from typing import Any

from gateway.codes import Breakdown
from gateway.plans import clients, reading
from gateway.plans.clients import CountRead, CountsRead, Source
from gateway.plans.errors import existing
from gateway.plans.policy import board, consistency, ranking, records
from gateway.plans.policy.board import Count, Window
from gateway.plans.policy.targets import Plan
from gateway.plans.schemas import PlanCheckOut, PlanFindingOut, PlanLineOut, PlanOut, ProgressOut
from gateway.plans.subtargets import operations as subtargets
from shared import errors, pages, web
from shared.access import Call

reading.plans()  # read at start: a slip in a plan file stops the gateway and not the board

SOURCES: tuple[Source, ...] = ("registry", "evaluation", "eastwest")


def listed(asked: pages.Asked) -> dict[str, Any]:
    return pages.of_rows(asked, reading.plans().values())


def defined(code: str) -> PlanOut:
    return PlanOut.model_validate(existing(code))


def checked(code: str) -> PlanCheckOut:
    findings = [PlanFindingOut.model_validate(finding) for finding in consistency.check(existing(code))]
    return PlanCheckOut(plan=code, consistent=all(finding.effect != "conflict" for finding in findings), findings=findings)


async def progress(kernel: web.Kernel, call: Call, code: str, as_of: date, by: Breakdown | None = None) -> ProgressOut:
    """The board of a day. A service that does not answer leaves its lines unknown; the others are shown."""
    plan = existing(code)
    windows = {key_of(window.line.code, window.period): window for window in board.windows(plan, as_of)}
    counted = dict(
        zip(SOURCES, await asyncio.gather(*(_ask(kernel, call, each, plan, windows, as_of, by) for each in SOURCES)), strict=True)
    )
    unavailable = [source for source, answer in counted.items() if answer is None]
    answers = {count.key: count for answer in counted.values() if answer for count in answer.counts}
    names = {name.code: name.name for answer in counted.values() if answer for name in answer.names}
    counts = {
        (window.line.code, window.period): _count(plan, window, answers[key], as_of) for key, window in windows.items() if key in answers
    }
    targets: reading.Targets = {}
    if by:
        async with kernel.reading() as session:
            targets = await subtargets.targets(session, plan, by)
    lines: list[dict[str, Any]] = [dict(line) for line in board.progress(plan, counts, as_of)]
    for line in lines if by else []:
        key = key_of(line["code"], line["period"])
        line["breakdown"] = _breakdown(plan, windows[key], answers[key], as_of, by, names, targets) if by and key in answers else []
    shown = [PlanLineOut.model_validate(line) for line in lines]
    return ProgressOut(plan=code, as_of=as_of, by=by, complete=not unavailable, unavailable=unavailable, lines=shown)


async def _ask(
    kernel: web.Kernel, call: Call, source: Source, plan: Plan, windows: Mapping[str, Window], as_of: date, by: Breakdown | None
) -> CountsRead | None:
    """What one service counted; None when it could not say."""
    its_own = {key: window for key, window in windows.items() if window.line.source == source}
    if not its_own:
        return CountsRead(counts=[], names=[])
    try:
        return await clients.counts(kernel, call, source, plan, its_own, as_of, by or "none")
    except (errors.Unavailable, errors.UpstreamTimeout, errors.UpstreamFailed):
        return None


def key_of(line_code: str, period: str) -> str:
    return f"{line_code} {period}"


def _count(plan: Plan, window: Window, answer: CountRead, as_of: date) -> Count:
    each = [(tally, records.of_subject(plan, window, as_of, tally.institution_id or tally.class_id)) for tally in answer.tallies]
    based = [tally.institution_id for tally in answer.tallies if tally.institution_id and tally.denominator is not None]
    if window.line.measure == "partner_enterprises":
        reported = [records.of_report(each.institution_id, each.year) for each in answer.tallies if each.institution_id and each.year]
        return Count(tuple(tally.tally(link) for tally, link in each), next(iter(reported), None))
    unlisted = not each or (answer.left_out and window.line.measure == "training_share")  # a link names each of its institutions
    whole = None if unlisted else each[0][1] if window.line.each and len(each) == 1 else records.of_subjects(plan, window, as_of, based)
    of_all = None if answer.whole is None else answer.whole.tally(whole)
    return Count(tuple(tally.tally(link) for tally, link in each), whole, of_all, answer.left_out)


def _breakdown(
    plan: Plan, window: Window, answer: CountRead, as_of: date, by: Breakdown, names: Mapping[str, str], targets: reading.Targets
) -> list[ranking.Ranked]:
    """Nothing to divide, such as brands by town, is an empty list and not a row of zeros."""
    divided = {"person_times"} if by == "category" else ranking.DIVIDED
    if not answer.groups and window.line.measure not in divided:
        return []
    groups = {group.code: (group.numerator, group.denominator) for group in answer.groups}
    years = min(as_of.year, plan.ends_on.year) - plan.starts_on.year + 1 if window.line.period == "average_a_year" else 1
    return ranking.ranked(
        window.line,
        years,
        by,
        groups,
        names,
        records.of_groups(plan, window, as_of, by),
        targets.get((window.line.code, window.period), {}),
    )
