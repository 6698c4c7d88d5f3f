"""The links of the board: the list that returns exactly the rows counted. Pure.

Where a number has no rows of its own (a zone, a department) there is no link.
"""

from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import date, timedelta
from functools import lru_cache
from urllib.parse import quote_plus, urlencode

from gateway.plans.policy.board import Window
from gateway.plans.policy.targets import Line, Plan, counted
from shared.months import months_after

# The filter of a list that narrows it to one row of a breakdown.
_FILTER = {"region": "region_code", "institution": "institution_id", "channel": "channel", "category": "category"}


def of_line(plan: Plan, window: Window, as_of: date, **narrower: str) -> str | None:
    """The rows of the whole line in this window, or of the part of it that `narrower` filters out."""
    line = window.line
    days = (str(window.from_on), str(window.to_on))
    match line.measure:
        case "person_times":
            return _completed(plan, window, **narrower)
        case "employed_share":
            kinds, months = ",".join(plan.employed_kinds), str(plan.employed_within_months)
            return _completed(plan, window, employed_as_of=str(as_of), employed_within_months=months, employed_kinds=kinds, **narrower)
        case "certified_share":
            held = {"certified_as_of": str(as_of), "certified_kinds": ",".join(plan.certified_kinds)}
            return _completed(plan, window, **held, **narrower)
        case "placed_share":
            return _completed(plan, window, placed_as_of=str(as_of), **narrower)
        case "order_classes":
            ended = {"ended_from_on": days[0], "ended_to_on": days[1], "ordered_begun_at_least": str(line.class_trainees_at_least or 1)}
            return _link("/v1/classes", **_classes(plan, line), status="completed", **ended, **narrower)
        case "filings_coverage" if narrower.keys() <= {"institution_id"}:
            return _link("/v1/filings", covering_on=days[1], **narrower)
        case "retained_people" if not narrower:
            trained = {"trained": "true"} if line.after_order_class else {}
            return _link("/v1/placements", retention="met", met_from_on=days[0], met_to_on=days[1], **trained, as_of=str(as_of))
        case "demonstration_classes":
            ended = {"ended_from_on": days[0], "ended_to_on": days[1]}
            return _link("/v1/classes", **_classes(plan, line), demonstration="true", status="completed", **ended, **narrower)
        case "frontline_share" if not narrower:
            year = str(window.from_on.year)
            return _link("/v1/yearly-reports", year=year, institution_kind=line.institution_kinds, has="training_funds_frontline")
        case "brands" | "dishes" if not narrower:
            kind = "brand" if line.measure == "brands" else "dish"
            return _link("/v1/brands", kind=kind, complete_from_on=days[0], complete_to_on=days[1])
    return None


def of_subject(plan: Plan, window: Window, as_of: date, subject_id: str | None) -> str | None:
    """The rows of one institution or class, for a line that is measured at each."""
    if subject_id is None:
        return None
    match window.line.measure:
        case "training_share":
            return _completed(plan, window, institution_id=subject_id)
        case "frontline_share":
            return of_report(subject_id, window.from_on.year)
        case "placed_share":
            return of_line(plan, window, as_of, class_id=subject_id)
    return None


def of_subjects(plan: Plan, window: Window, as_of: date, subject_ids: Sequence[str]) -> str | None:
    """The rows of all the institutions or classes that a line adds up."""
    if window.line.measure == "training_share" and subject_ids:
        return _completed(plan, window, institution_id=tuple(subject_ids))
    return of_line(plan, window, as_of)


def of_report(institution_id: str, year: int) -> str:
    """What one institution reported of a year."""
    return _link("/v1/yearly-reports", year=str(year), institution_id=institution_id)


def of_groups(plan: Plan, window: Window, as_of: date, by: str) -> Callable[[str | None], str | None]:
    """The rows of each town, institution, channel, category or month. But for months a link ends with what narrows it, and is the same before that."""
    if by == "month":
        return lambda month: None if month is None else of_line(plan, _month(window, month), as_of)
    before: str | None = None
    if by == "institution" and window.line.measure == "training_share":
        before = of_subject(plan, window, as_of, "")
    elif by in _FILTER:
        before = of_line(plan, window, as_of, **{_FILTER[by]: ""})
    return lambda code: None if code is None or before is None else before + quote_plus(code, safe=",")


def _month(window: Window, month: str) -> Window:
    """The days of the window in that month."""
    first = date.fromisoformat(f"{month}-01")
    last = months_after(first, 1) - timedelta(days=1)
    return replace(window, from_on=max(window.from_on, first), to_on=min(window.to_on, last))


def _completed(plan: Plan, window: Window, **narrower: str | tuple[str, ...]) -> str:
    days = {"completed_from_on": str(window.from_on), "completed_to_on": str(window.to_on)}
    return _link("/v1/enrolments", **_classes(plan, window.line), outcome="completed", **days, **narrower)


def _classes(plan: Plan, line: Line) -> dict[str, tuple[str, ...]]:
    """The filters that find the classes which count towards the line; none finds all."""
    classes = counted(plan, line)
    if classes is None:
        return {}
    return {"programme": classes.programmes, "or_channel": classes.channels, "or_occupation_code": classes.occupations}


def _link(path: str, **filters: str | tuple[str, ...]) -> str:
    return f"{path}?{'&'.join(_encoded(name, value) for name, value in filters.items() if value != ())}"


@lru_cache(10_000)
def _encoded(name: str, value: str | tuple[str, ...]) -> str:
    """The thousands of links of a board say the same few hundred filters again and again."""
    return urlencode({name: value}, doseq=True, safe=",")
