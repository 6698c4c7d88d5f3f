"""What an institution is on a day (designated, blacklisted, suspended, gone), and what may be done with it. Pure."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Final

from services.registry.codes import InstitutionKind
from services.registry.codes import InstitutionStatus as Status
from shared.steps import Doer, Further, Machine, Refusal, Step, by

OFFICER: Final = frozenset({"officer"})
REVIEWER: Final = frozenset({"reviewer"})
OWN: Final = frozenset({"officer", "institution"})  # an institution does so with its own

MACHINE: Final = Machine(
    "机构",
    {Status.ACTIVE: "正常", Status.SUSPENDED: "暂停", Status.EXITED: "已退出"},
    (
        Step("change", "修改", by(OFFICER | {"institution"}, *Status)),
        Step("designate", "定点", by(OFFICER, Status.ACTIVE, Status.EXITED), to=Status.ACTIVE),
        Step("void-designation", "撤回定点", by(OFFICER, *Status)),
        Step("blacklist", "列入黑名单", by(REVIEWER, *Status)),
        Step("reinstate", "恢复", by(REVIEWER, *Status)),
        Step("suspend", "暂停", by(OFFICER, Status.ACTIVE), to=Status.SUSPENDED),
        Step("exit", "退出", by(OFFICER, Status.ACTIVE, Status.SUSPENDED), to=Status.EXITED),
    ),
)
ALREADY_BLACKLISTED: Final = Refusal("already_blacklisted", "该机构已列入黑名单。请先办理信用修复,或改正日期。")
NOTHING_TO_REPAIR: Final = Refusal("invalid_state", "该机构不在黑名单,也未暂停,无须恢复。")


@dataclass(frozen=True, slots=True)
class Designation:
    """定点, both days counted in."""

    from_on: date
    to_on: date


@dataclass(frozen=True, slots=True)
class Blacklisting:
    """`until_on` is its last day, None: until repaired. On `reinstated_on` the institution is free again."""

    from_on: date
    until_on: date | None = None
    reinstated_on: date | None = None
    decision_no: str | None = None


@dataclass(frozen=True, slots=True)
class Absence:
    """暂停 or 退出 (`kind`), from day to day as a blacklisting is."""

    kind: Status
    from_on: date
    until_on: date | None = None
    reinstated_on: date | None = None


def status_on(absences: Sequence[Absence], on: date) -> Status:
    """Gone, suspended or taking part; who is both suspended and gone is gone."""
    return min((each.kind for each in absences if holds(each, on)), default=Status.ACTIVE, key=[Status.EXITED, Status.SUSPENDED].index)


def barred(name: str, absences: Sequence[Absence], blacklistings: Sequence[Blacklisting], on: date) -> Refusal | None:
    """Why an institution of that name takes no part on the day, whatever it is about."""
    match status_on(absences, on):
        case Status.SUSPENDED:
            return Refusal("institution_suspended", f"“{name}”在 {on} 处于暂停。请在恢复之后办理。")
        case Status.EXITED:
            return Refusal("institution_exited", f"“{name}”在 {on} 已退出。请在重新定点之后办理。")
    if is_blacklisted(blacklistings, on):
        return Refusal("institution_blacklisted", f"“{name}”在 {on} 列入黑名单。请在移出黑名单之后办理。")
    return None


def holds_on(from_on: date | None, until_on: date | None, on: date) -> bool:
    """Whether a dated fact holds; null: not known since when, or still."""
    return (from_on is None or from_on <= on) and (until_on is None or until_on >= on)


def scale_from(periods: Sequence[Mapping[str, str | None]], today: date, *, above: bool, since: date | None) -> list[dict[str, str | None]]:
    """The periods above scale (as JSON) when it is so, or is not, from today on. `since`: from when it is where it is."""

    kept = [(_day(each["from_on"]), _day(each["until_on"])) for each in periods]
    now = any(holds_on(*each, today) for each in kept)
    if above and not now:
        later = min((from_on for from_on, _ in kept if from_on and from_on > today), default=None)
        kept.append((since, later and later - timedelta(days=1)))
    elif now and not above:
        before = [each for each in kept if (each[0] or date.min) < today]
        kept = [(each[0], today - timedelta(days=1)) if holds_on(*each, today) else each for each in before]
    return [{"from_on": _said(from_on), "until_on": _said(until_on)} for from_on, until_on in kept]


def _said(day: date | None) -> str | None:
    return None if day is None else str(day)


def _day(said: str | None) -> date | None:
    return date.fromisoformat(said) if said else None


def filing_eligible(kind: str, *, above_scale: bool, status: str, exemptions: Sequence[str]) -> tuple[bool, str | None]:
    """Whether it must file to assess its own workers (附件2 二(三)), and if not, why. `exemptions`: the reasons that hold."""
    if kind != InstitutionKind.ENTERPRISE:
        return False, "不是企业"
    if not above_scale:
        return False, "当日不在规模以上期间"
    if status == Status.EXITED:
        return False, "当日已退出"
    return (False, exemptions[0]) if exemptions else (True, None)


def is_designated(designations: Sequence[Designation], on: date) -> bool:
    return any(designation.from_on <= on <= designation.to_on for designation in designations)


def is_blacklisted(blacklistings: Sequence[Blacklisting], on: date) -> bool:
    return any(holds(blacklisting, on) for blacklisting in blacklistings)


def holds(bar: Blacklisting | Absence, on: date) -> bool:
    """Whether it bars the institution on the day."""
    ended = bar.until_on is not None and on > bar.until_on
    reinstated = bar.reinstated_on is not None and on >= bar.reinstated_on
    return bar.from_on <= on and not ended and not reinstated


def last_day(bar: Blacklisting | Absence) -> date | None:
    """The last day on which it bars the institution; None: without an end. Before its first day: it never did."""
    reinstated = bar.reinstated_on and bar.reinstated_on - timedelta(days=1)
    return min((day for day in (bar.until_on, reinstated) if day is not None), default=None)


def why_not(action: str, doer: Doer, absences: Sequence[Absence], blacklistings: Sequence[Blacklisting], today: date) -> Refusal | None:
    """Why the action is not possible now. `absences` and `blacklistings`: all there are."""
    return MACHINE.why_not(action, status_on(absences, today), doer, further=_further(absences, blacklistings, today))


def allowed_actions(
    doer: Doer, absences: Sequence[Absence], blacklistings: Sequence[Blacklisting], today: date
) -> dict[str, Refusal | None]:
    """Every action, with why it is not possible now."""
    return MACHINE.every_action(status_on(absences, today), doer, further=_further(absences, blacklistings, today))


def _further(absences: Sequence[Absence], blacklistings: Sequence[Blacklisting], today: date) -> Further:
    """Who is listed without an end is not listed again (whether other days are free, the new listing's own days decide); who is neither suspended nor
    listed, today or on days to come, has nothing to be repaired."""
    to_repair: list[Blacklisting | Absence] = [*blacklistings, *(each for each in absences if each.kind == Status.SUSPENDED)]

    def further(action: str) -> Refusal | None:
        if action == "blacklist" and any(holds(each, today) and not (each.until_on or each.reinstated_on) for each in blacklistings):
            return ALREADY_BLACKLISTED
        if action == "reinstate" and not any(not_over(each, today) for each in to_repair):
            return NOTHING_TO_REPAIR
        return None

    return further


def not_over(bar: Blacklisting | Absence, today: date) -> bool:
    """Whether it holds today or will."""
    ended = bar.until_on is not None and bar.until_on < today
    return not ended and (bar.reinstated_on is None or bar.reinstated_on > today)
