"""The life of a filing (备案): its states, who takes it from one to the next, and what it covers on a day. Pure: values in, answers out."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Final, Literal

from services.evaluation.levels import LEVELS
from shared.months import months_after

Status = Literal["draft", "submitted", "checked", "accepted", "returned", "rejected", "suspended", "revoked", "expired"]
Action = Literal["edit", "submit", "check", "accept", "return", "reject", "renew", "extend-scope", "suspend", "reinstate", "revoke"]

STATUSES: Final[Mapping[str, tuple[str, str]]] = {
    "draft": ("草稿", "Draft"),
    "submitted": ("已提交", "Submitted"),
    "checked": ("初审通过", "First check passed"),
    "accepted": ("已备案", "Accepted"),
    "returned": ("退回补正", "Returned for correction"),
    "rejected": ("不予备案", "Rejected"),
    "suspended": ("暂停", "Suspended"),
    "revoked": ("撤销", "Revoked"),
    "expired": ("到期", "Expired"),
}
BODY_LETTERS: Final[Mapping[str, str]] = {"enterprise": "Y", "assessment_organisation": "S"}
OWN_WORKERS_ONLY: Final = "Y"
RENEWABLE_MONTHS: Final = 3  # before the last day
INSTITUTION, OFFICER, REVIEWER = frozenset({"institution"}), frozenset({"officer"}), frozenset({"reviewer"})


@dataclass(frozen=True, slots=True)
class Step:
    """`to` None: the filing stays in its state. `others`: the steps whose doer may not take this one as well (four eyes)."""

    label: str
    may: frozenset[str]
    states: frozenset[str]
    to: Status | None = None
    others: tuple[str, ...] = ()


STEPS: Final[Mapping[Action, Step]] = {
    "edit": Step("修改", INSTITUTION, frozenset({"draft", "returned"})),
    "submit": Step("提交", INSTITUTION, frozenset({"draft", "returned"}), "submitted"),
    "check": Step("初审", OFFICER, frozenset({"submitted"}), "checked", ("submit",)),
    "accept": Step("备案", REVIEWER, frozenset({"checked"}), "accepted", ("submit", "check")),
    "return": Step("退回补正", OFFICER | REVIEWER, frozenset({"submitted", "checked"}), "returned"),
    "reject": Step("不予备案", REVIEWER, frozenset({"checked"}), "rejected", ("submit", "check")),
    "renew": Step("续期", REVIEWER, frozenset({"accepted"})),
    "extend-scope": Step("增加职业等级", REVIEWER, frozenset({"accepted"})),
    "suspend": Step("暂停", REVIEWER, frozenset({"accepted"}), "suspended"),
    "reinstate": Step("恢复", REVIEWER, frozenset({"suspended"}), "accepted"),
    "revoke": Step("撤销", REVIEWER, frozenset({"accepted", "suspended"}), "revoked"),
}


@dataclass(frozen=True, slots=True)
class Refusal:
    code: Literal["invalid_state", "same_person", "renewal_too_early", "wrong_role"]
    detail: str


@dataclass(frozen=True, slots=True)
class Grant:
    """An occupation at a level that is granted, and from which day."""

    occupation_code: str
    level: str
    from_on: date


@dataclass(frozen=True, slots=True)
class Suspension:
    """`reinstated_on`: the first day on which it is in force again; None: still suspended."""

    from_on: date
    reinstated_on: date | None = None


@dataclass(frozen=True, slots=True)
class Coverage:
    """What an accepted filing covers: both days of its validity counted in; on the day of a revocation it covers nothing any more."""

    valid_from_on: date
    valid_until_on: date
    grants: Sequence[Grant] = ()
    suspensions: Sequence[Suspension] = ()
    revoked_on: date | None = None


def status_on(status: str, valid_until_on: date | None, today: date) -> str:
    """`expired` is no state of its own: it is accepted or suspended, past its last day."""
    past = valid_until_on is not None and valid_until_on < today
    return "expired" if past and status in ("accepted", "suspended") else status


def not_in_force(coverage: Coverage | None, day: date) -> str | None:
    """Why the filing is not in force on that day, or None."""
    if coverage is None:
        return "该备案尚未通过"
    if not coverage.valid_from_on <= day <= coverage.valid_until_on:
        return f"备案有效期 {coverage.valid_from_on} 至 {coverage.valid_until_on},不含 {day}"
    if coverage.revoked_on is not None and coverage.revoked_on <= day:
        return f"备案已于 {coverage.revoked_on} 撤销"
    for each in coverage.suspensions:
        if each.from_on <= day and (each.reinstated_on is None or day < each.reinstated_on):
            return f"备案自 {each.from_on} 起暂停"
    return None


def out_of_scope(coverage: Coverage | None, occupation_code: str, level: str, day: date) -> str | None:
    """Why this occupation at this level may not be assessed under the filing on that day, or None."""
    if (reason := not_in_force(coverage, day)) or coverage is None:
        return reason
    granted = [each for each in coverage.grants if (each.occupation_code, each.level) == (occupation_code, level)]
    if not granted:
        return f"备案范围不含职业 {occupation_code} 的{LEVELS[level]}"
    first = min(each.from_on for each in granted)
    return None if first <= day else f"职业 {occupation_code} 的{LEVELS[level]}自 {first} 起备案,{day} 尚未列入"


def renewable_from(valid_until_on: date) -> date:
    """The first of the last three months: a filing that ends on 31 December is renewable from 1 October."""
    return months_after(valid_until_on + timedelta(days=1), -RENEWABLE_MONTHS)


def possible(status: str) -> list[Action]:
    return [action for action, step in STEPS.items() if status in step.states]


def refusal(
    action: Action, status: str, person: str, done_by: Mapping[str, str | None], valid_until_on: date | None, today: date
) -> Refusal | None:
    """Why this person may not take the step now, or None. `done_by`: who submitted and who checked. The role is not looked at."""
    step = STEPS[action]
    if status not in step.states:
        needed = "、".join(label for code, (label, _) in STATUSES.items() if code in step.states)
        now = "、".join(STEPS[each].label for each in possible(status)) or "没有可办的事项"
        return Refusal("invalid_state", f"备案当前状态为“{STATUSES[status][0]}”,“{step.label}”须在“{needed}”时办理。现在可以办理:{now}。")
    for other in step.others:
        if done_by.get(other) == person:
            return Refusal("same_person", f"本备案的{STEPS[other].label}由您办理,{step.label}须由另一人办理。")  # type: ignore[index]
    if action == "renew" and valid_until_on is not None and today < (first := renewable_from(valid_until_on)):
        return Refusal("renewal_too_early", f"备案有效期至 {valid_until_on},{first} 起可以办理续期,今天是 {today}。")
    return None


def repeated(pairs: Iterable[tuple[str, str]]) -> list[int]:
    """Positions of what already stood earlier in the list."""
    seen: set[tuple[str, str]] = set()
    found = []
    for index, pair in enumerate(pairs):
        if pair in seen:
            found.append(index)
        seen.add(pair)
    return found
