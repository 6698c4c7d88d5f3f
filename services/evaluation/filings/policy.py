"""The life of a filing (备案): its steps, and what it covers on a day. Pure: values in, answers out."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any, Final

from services.evaluation.codes import FilingMessage
from services.evaluation.codes import FilingStatus as Status
from services.evaluation.rules import LevelRule, MaterialRule
from shared.codes import label
from shared.months import months_after
from shared.steps import Refusal, Step, by

INSTITUTION, OFFICER, REVIEWER = frozenset({"institution"}), frozenset({"officer"}), frozenset({"reviewer"})
IN_FORCE: Final = frozenset({Status.ACCEPTED, Status.SUSPENDED})  # until its last day
UNDECIDED: Final = frozenset({Status.DRAFT, Status.SUBMITTED, Status.CHECKED, Status.RETURNED})
DECIDED: Final = IN_FORCE | {Status.REVOKED}  # has its days, its grants and its number prefix
ENDED: Final = frozenset({Status.REJECTED, Status.REVOKED, Status.EXPIRED})
UNFLAGGED: Final = Refusal("invalid_state", "该机构的评价工作没有被标出的情况,不必核查。")

Staff = Mapping[str, Sequence[Mapping[str, Any]]]  # people by team

PARTS: Final[Mapping[str, str]] = {"submit": "提交", "check": "初审", "decide": "备案决定"}
STEPS: Final = (
    Step("edit", "修改", by(INSTITUTION, Status.DRAFT, Status.RETURNED)),
    Step("staff", "更换人员", by(INSTITUTION, *(each for each in Status if each not in ENDED))),
    Step("submit", "提交", by(INSTITUTION, Status.DRAFT, Status.RETURNED), Status.SUBMITTED, "submit"),
    Step("check", "初审", by(OFFICER, Status.SUBMITTED), Status.CHECKED, "check"),
    Step("accept", "准予备案", by(REVIEWER, Status.CHECKED), Status.ACCEPTED, "decide"),
    Step("return", "退回补正", by(OFFICER | REVIEWER, Status.SUBMITTED, Status.CHECKED), Status.RETURNED),
    Step("reject", "不予备案", by(REVIEWER, Status.CHECKED), Status.REJECTED, "decide"),
    Step("ask-renewal", "申请续期", by(INSTITUTION, Status.ACCEPTED)),
    Step("renew", "续期", by(REVIEWER, Status.ACCEPTED)),
    Step("acknowledge", "核查", by(REVIEWER, *IN_FORCE)),
    Step("extend-scope", "增加职业等级", by(REVIEWER, Status.ACCEPTED)),
    Step("suspend", "暂停", by(REVIEWER, Status.ACCEPTED), Status.SUSPENDED),
    Step("reinstate", "恢复", by(REVIEWER, Status.SUSPENDED), Status.ACCEPTED),
    Step("revoke", "撤销", by(REVIEWER, *IN_FORCE), Status.REVOKED),
)

STANDING: Final = frozenset(
    {"submit", "accept", "ask-renewal", "renew", "extend-scope"}
)  # what only an institution that takes part comes by


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


def status_on(status: str, valid_until_on: date | None, today: date) -> Status:
    """`expired` is no state of its own: it is accepted or suspended, past its last day."""
    past = valid_until_on is not None and valid_until_on < today
    return Status.EXPIRED if past and status in IN_FORCE else Status(status)


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


def out_of_scope(coverage: Coverage | None, occupation_code: str, level: LevelRule, day: date) -> str | None:
    """Why this occupation at this level may not be assessed under the filing on that day, or None."""
    if (reason := not_in_force(coverage, day)) or coverage is None:
        return reason
    granted = [each for each in coverage.grants if (each.occupation_code, each.level) == (occupation_code, level.code)]
    if not granted:
        return f"备案范围不含职业 {occupation_code} 的{level.name}"
    first = min(each.from_on for each in granted)
    return None if first <= day else f"职业 {occupation_code} 的{level.name}自 {first} 起备案,{day} 尚未列入"


def staff_on(staff: Staff, history: Sequence[Mapping[str, Any]], day: date) -> Staff:
    """The teams as they were on a day; `history` runs from the earliest to the latest."""
    return next((each["staff"] for each in history if day <= date.fromisoformat(each["until_on"])), staff)


def checklist(named: Iterable[str], wanted: Iterable[MaterialRule]) -> list[tuple[MaterialRule, bool]]:
    """Each paper that a filing brings, and whether one of that name is there."""
    names = list(named)
    return [(rule, any(word in name for word in rule.words for name in names)) for rule in wanted]


def days_too_far(decided_on: date, valid_from_on: date, valid_until_on: date, years: int) -> tuple[date, date] | None:
    """Between which days a filing decided on a day lies, where it does not: so many years before the decision, and after it or the first day."""
    first, last = months_after(decided_on, -12 * years), months_after(max(decided_on, valid_from_on), 12 * years)
    near = first <= valid_from_on <= months_after(decided_on, 12 * years) and valid_until_on <= last
    return None if near else (first, last)


def renewable_from(valid_until_on: date, months: int) -> date:
    """The first of the last so many months: of three, a filing that ends on 31 December is renewable from 1 October."""
    return months_after(valid_until_on + timedelta(days=1), -months)


def reminder(number: str, valid_until_on: date, months: int) -> dict[str, Any]:
    """Its days and what its body is told of them, for a sender of short texts, who keeps it until the day: the feed has no event of a day that comes."""
    days = {"valid_until_on": str(valid_until_on), "renewable_from_on": str(renewable_from(valid_until_on, months))}
    said, code = {"number": number} | days, FilingMessage.RENEWABLE_FROM
    return days | {"message": {"code": code, "parameters": said, "text": label("filing_message", code).format(**said)}}


def repeated(pairs: Iterable[tuple[str, str]]) -> list[int]:
    """Positions of what already stood earlier in the list."""
    seen: set[tuple[str, str]] = set()
    found = []
    for index, pair in enumerate(pairs):
        if pair in seen:
            found.append(index)
        seen.add(pair)
    return found
