"""What may be done with a class: its states, who takes it from one to the next, from and until which day, and what bars its institution. Pure."""

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any, Final
from uuid import UUID

from services.registry.codes import ClassKind, InstitutionStatus
from services.registry.codes import ClassStatus as Status
from services.registry.institutions.institutions.policy import (
    Absence,
    Blacklisting,
    Designation,
    holds_on,
    is_blacklisted,
    is_designated,
    status_on,
)
from shared import codes
from shared.steps import Doer, Machine, Refusal, Step, by

PROPOSERS: Final = frozenset({"institution", "town", "department", "officer"})
ENROLLERS: Final = frozenset({"institution", "town", "officer"})
INSPECTORS: Final = frozenset({"officer", "town"})
OFFICER: Final = frozenset({"officer"})
EDITED: Final = (Status.DRAFT, Status.RETURNED)
TO_COME: Final = (Status.DRAFT, Status.SUBMITTED, Status.RETURNED, Status.APPROVED)
NOT_OVER: Final = (*TO_COME, Status.IN_PROGRESS)

READ_ONLY: Final = Refusal("forbidden", "该班级属于本部门牵头的项目,但不是本部门申报的,只能查看。请由申报方或经办人员办理。")

IMPORTED: Final = Refusal("invalid_state", "本班是导入的往年数据,不再办理。有误的请作废该次导入,改正后重新导入。")

# What is done within a state, with the class or with its people and days.
CHANGE: Final = Step("change", "修改", by(PROPOSERS, *EDITED))
SCHEDULE: Final = Step("schedule", "排课", by(PROPOSERS, *TO_COME, Status.IN_PROGRESS))
INSPECT: Final = Step("inspect", "检查", by(INSPECTORS, Status.APPROVED, Status.IN_PROGRESS, Status.COMPLETED))
ENROL: Final = Step("enrol", "报名", by(ENROLLERS, Status.APPROVED, Status.IN_PROGRESS))
LEAVE: Final = Step("leave", "退出", by(ENROLLERS, Status.APPROVED, Status.IN_PROGRESS))
CORRECT: Final = Step("correct", "更正签到", by(ENROLLERS, Status.IN_PROGRESS) | by(OFFICER, Status.IN_PROGRESS, Status.COMPLETED))
ATTEND: Final = Step("attend", "签到", by(ENROLLERS, Status.IN_PROGRESS))

MACHINE: Final = Machine(
    "班级",
    {status: label.zh for status, label in codes.labels("class_status").items()},
    (
        Step("submit", "提交", by(PROPOSERS, *EDITED), to=Status.SUBMITTED),
        Step("approve", "批准", by(OFFICER, Status.SUBMITTED), to=Status.APPROVED, part="approve"),
        Step("return", "退回", by(OFFICER, Status.SUBMITTED, Status.APPROVED, Status.REJECTED), to=Status.RETURNED),
        Step("reject", "不予批准", by(OFFICER, Status.SUBMITTED), to=Status.REJECTED),
        Step("start", "开班", by(PROPOSERS, Status.APPROVED), to=Status.IN_PROGRESS),
        Step("complete", "结班", by(PROPOSERS, Status.IN_PROGRESS), to=Status.COMPLETED),
        Step("cancel", "取消", by(PROPOSERS, *TO_COME, Status.IN_PROGRESS), to=Status.CANCELLED),
        Step("reschedule", "改期", by(PROPOSERS, *TO_COME)),
        Step("reopen", "重新开放", by(OFFICER, Status.COMPLETED), to=Status.IN_PROGRESS),
        CHANGE,
        SCHEDULE,
        INSPECT,
        ENROL,
        ATTEND,
    ),
    parts={"propose": "申报", "change": "修改", "submit": "提交", "approve": "批准"},
)
ORDER_NOT_OPEN: Final = "order_not_open"
PROGRAMME_CONTRADICTS: Final = "programme_contradicts"
OUTSIDE_LICENCE: Final = "outside_licence"
TRADE_NOT_ON_FILE: Final = "trade_not_on_file"
POSTS_MISSING: Final = "posts_missing"
STANDING: Final = ("submit", "approve", "start")  # what the institution must be free to do, on the class's days


@dataclass(frozen=True, slots=True)
class Organiser:
    """The institution of a class, as far as it may be barred from holding it. `needs_designation`: the class's channel asks it of this kind."""

    name: str
    needs_designation: bool
    designations: Sequence[Designation]
    blacklistings: Sequence[Blacklisting]
    absences: Sequence[Absence]
    stopped: str | None = None  # the measure by which nothing new of the class's institution, town or department is supported


@dataclass(frozen=True, slots=True)
class Held:
    """A class as it stands. `filing_days`: how many days before its first it is to be filed, None: whenever. `done`: (part, person) of what was done with it.
    `organiser`: None where nothing depends on it. `claims`: the numbers of those made for it that were submitted, as far as anybody has asked.
    `no_seats`: why the year's plan has too few left for it. `imported`: it is told of past years."""

    status: Status
    starts_on: date
    ends_on: date
    filed_on: date | None
    late_reason: str | None
    filing_days: int | None
    done: Sequence[tuple[str, str]]
    organiser: Organiser | None
    claims: Sequence[str] = ()
    no_seats: str | None = None
    imported: bool = False


def order_not_open(number: str, closed: bool, until_on: date | None, on: date) -> str | None:
    """Why nobody can be trained for an order from that day on, or None."""
    if closed:
        return f"订单 {number} 已关闭"
    return f"订单 {number} 到 {until_on} 为止,{on} 已过" if until_on is not None and until_on < on else None


def outside_licence(licences: Sequence[Mapping[str, Any]], trades: Collection[str | None], on: date) -> str | None:
    """Why the licences to teach of which anything is known (as JSON) do not cover these names of a trade on the day, or None."""
    held = [each for each in licences if holds_on(_day(each["from_on"]), _day(each["until_on"]), on)]
    if not licences or any(not each["trades"] or set(each["trades"]) & set(trades) for each in held):
        return None
    numbers = "、".join(each["number"] for each in held)
    return f"{on} 有效的办学许可({numbers})不含本班的工种" if held else f"{on} 没有有效的办学许可"


def _day(said: str | None) -> date | None:
    return date.fromisoformat(said) if said else None


def kind_of(said: ClassKind | None, order_id: UUID | None, sponsor: str | None, stands: ClassKind = ClassKind.ORDINARY) -> ClassKind:
    """What kind of class it is where nobody says: one that names an order was ordered, and one whose order was taken away is for anyone again."""
    if said is not None or (sponsor and stands != ClassKind.ORDINARY):
        return said or stands
    if order_id and stands == ClassKind.ORDINARY:
        return ClassKind.ORDER
    return ClassKind.ORDINARY if stands == ClassKind.ORDER and not order_id else stands


def posts_missing(agreed: Sequence[date], filed_on: date | None) -> str | None:
    """Why a class that is held for posts has none: nobody agreed to any, or only after it was filed. None: it has some."""
    if not agreed:
        return "没有写明已落实的岗位,也没有订单"
    if filed_on is None or min(agreed) <= filed_on:
        return None
    return f"岗位到 {min(agreed)} 才约定,班级已于 {filed_on} 报送"


def number(series: str, year: int, serial: int) -> str:
    """The series, the year, six digits at least."""
    return f"{series}-{year}-{serial:06d}"


def days(starts_on: date, ends_on: date) -> Iterator[date]:
    """Every calendar day of a class, first and last counted in."""
    return (starts_on + timedelta(days=day) for day in range((ends_on - starts_on).days + 1))


def day_count(starts_on: date, ends_on: date) -> int:
    return (ends_on - starts_on).days + 1


def why_not(action: str, held: Held, doer: Doer, today: date) -> Refusal | None:
    """Why the action is not possible now."""
    refusal = MACHINE.why_not(action, held.status, doer, held.done, further=lambda asked: _facts_against(asked, held, doer.role, today))
    if held.imported and refusal and refusal.code == IMPORTED.code:
        return IMPORTED  # whatever its state: none of the steps that the state would allow is
    return refusal


def allowed_actions(held: Held, doer: Doer, today: date) -> dict[str, Refusal | None]:
    """Every action, with why it is not possible now."""
    return {step.action: why_not(step.action, held, doer, today) for step in MACHINE.steps}


def asks_standing(status: str, role: str) -> bool:
    """Whether one of the steps that the caller could take now depends on the institution."""
    return any(status in MACHINE.step(action).roles.get(role, ()) for action in STANDING)


def _facts_against(action: str, held: Held, role: str, today: date) -> Refusal | None:
    if held.imported:
        return IMPORTED
    if action in STANDING and held.organiser and (refusal := barred(held.organiser, held.starts_on, held.ends_on)):
        return refusal
    if action == "approve" and held.no_seats:
        return Refusal("seat_plan_exceeded", held.no_seats)
    if action == "submit":
        return filed_late(held.starts_on, held.filed_on or today, held.late_reason, held.filing_days)
    if action == "reopen":
        return claimed(held.claims)
    if action == ENROL.action:
        return too_late(role, held.ends_on, today)
    return too_early(action, held.starts_on, held.ends_on, today)


def claimed(numbers: Sequence[str]) -> Refusal | None:
    """What a claim rests on is not taken back under it."""
    if not numbers:
        return None
    return Refusal("class_claimed", f"本班已有提交的申领单 {'、'.join(numbers)}。请先退回或撤回该申领单,再重新开放本班。")


def too_late(role: str, ends_on: date, today: date) -> Refusal | None:
    """After the last day only an officer enrols, and says why."""
    if today <= ends_on or role in OFFICER:
        return None
    return Refusal("too_late", f"班级到 {ends_on} 结束,今天是 {today},不再报名。确已参训而漏报的,请由经办人员写明理由并附证明补报。")


def stays(role: str, on: date, today: date, *, signed: bool) -> Refusal | None:
    """Why a lesson is not taken out of the timetable."""
    if signed:
        return Refusal("invalid_state", f"{on} 的这节课已有签到,不能取消。签到有误的请先更正签到。")
    if on > today or role in OFFICER:
        return None
    return Refusal("invalid_state", f"{on} 的这节课已到上课之日,今天是 {today}。确未上课的,请由经办人员写明理由取消。")


def filed_late(starts_on: date, filed_on: date, reason: str | None, filing_days: int | None) -> Refusal | None:
    """Later than so many days before the first day, and nobody says why."""
    before = (starts_on - filed_on).days
    if filing_days is None or before >= filing_days or reason:
        return None
    seen = f"{filed_on} 报送,{starts_on} 开班"
    return Refusal("class_filed_late", f"{seen};至少须提前 {filing_days} 天报送。请改期,或在 late_reason 写明未及时报送的理由。")


def too_early(action: str, starts_on: date, ends_on: date, today: date) -> Refusal | None:
    if action == "start" and today < starts_on:
        return Refusal("too_early", f"班级 {starts_on} 开班,今天是 {today}。请从开班当天起办理开班,或先改期。")
    if action == "complete" and today <= ends_on:
        return Refusal("too_early", f"班级到 {ends_on} 结束,今天是 {today}。请在结束日的次日起办理结班。")
    return None


def barred(organiser: Organiser, starts_on: date, ends_on: date) -> Refusal | None:
    """An institution suspended or gone on the first day, blacklisted on a day of the class, or not designated on each of them though its channel asks it."""
    name, held = organiser.name, f"本班 {starts_on} 至 {ends_on}"
    if organiser.stopped:
        return Refusal("support_stopped", f"按措施 {organiser.stopped},{starts_on} 停止支持,{held} 开办。请在停止支持期满或撤销之后办理。")
    match status_on(organiser.absences, starts_on):
        case InstitutionStatus.SUSPENDED:
            return Refusal("institution_suspended", f"“{name}”在 {starts_on} 处于暂停,{held} 开办。请由其他机构承办,或在恢复之后另定日期。")
        case InstitutionStatus.EXITED:
            return Refusal("institution_exited", f"“{name}”在 {starts_on} 已退出,{held} 开办。请由其他机构承办,或在重新定点之后另定日期。")
    listed = next((day for day in days(starts_on, ends_on) if is_blacklisted(organiser.blacklistings, day)), None)
    if listed:
        detail = f"“{name}”在 {listed} 列入黑名单,{held} 开办。请由其他机构承办,或在移出黑名单之后另定日期。"
        return Refusal("institution_blacklisted", detail)
    missing = next((day for day in days(starts_on, ends_on) if not is_designated(organiser.designations, day)), None)
    if missing and organiser.needs_designation:
        detail = f"“{name}”在 {missing} 没有定点资格,{held} 每天都须有。请先由经办人员登记定点资格,或由定点机构承办。"
        return Refusal("institution_not_designated", detail)
    return None
