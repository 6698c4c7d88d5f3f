"""What may be done with a class: its states, who takes it from one to the next, from and until which day, and what bars its institution. Pure."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Final

from services.registry.codes import ClassStatus as Status
from services.registry.institutions.institutions.policy import Blacklisting, Designation, is_blacklisted, is_designated
from shared import codes
from shared.steps import Doer, Machine, Refusal, Step, by

PROPOSERS: Final = frozenset({"institution", "town", "department", "officer"})
ENROLLERS: Final = frozenset({"institution", "town", "officer"})
INSPECTORS: Final = frozenset({"officer", "town"})
OFFICER: Final = frozenset({"officer"})

# What is done within a state, with the class or with its people and days.
CHANGE: Final = Step("change", "修改", by(PROPOSERS, Status.DRAFT))
SCHEDULE: Final = Step("schedule", "排课", by(PROPOSERS, Status.DRAFT, Status.SUBMITTED, Status.APPROVED, Status.IN_PROGRESS))
INSPECT: Final = Step("inspect", "检查", by(INSPECTORS, Status.APPROVED, Status.IN_PROGRESS, Status.COMPLETED))
ENROL: Final = Step("enrol", "报名", by(ENROLLERS, Status.APPROVED, Status.IN_PROGRESS))
LEAVE: Final = Step("leave", "退出", by(ENROLLERS, Status.APPROVED, Status.IN_PROGRESS))
ATTEND: Final = Step("attend", "签到", by(ENROLLERS, Status.IN_PROGRESS))

MACHINE: Final = Machine(
    "班级",
    {status: label.zh for status, label in codes.labels("class_status").items()},
    (
        Step("submit", "提交", by(PROPOSERS, Status.DRAFT), to=Status.SUBMITTED),
        Step("approve", "批准", by(OFFICER, Status.SUBMITTED), to=Status.APPROVED),
        Step("reject", "不予批准", by(OFFICER, Status.SUBMITTED), to=Status.REJECTED),
        Step("start", "开班", by(PROPOSERS, Status.APPROVED), to=Status.IN_PROGRESS),
        Step("complete", "结班", by(PROPOSERS, Status.IN_PROGRESS), to=Status.COMPLETED),
        Step("cancel", "取消", by(PROPOSERS, Status.DRAFT, Status.SUBMITTED, Status.APPROVED, Status.IN_PROGRESS), to=Status.CANCELLED),
        Step("reschedule", "改期", by(PROPOSERS, Status.DRAFT, Status.SUBMITTED, Status.APPROVED)),
        CHANGE,
        SCHEDULE,
        INSPECT,
        ENROL,
        ATTEND,
    ),
)


@dataclass(frozen=True, slots=True)
class Organiser:
    """The institution of a class, as far as it may be barred from holding it. `needs_designation`: the class's channel asks it of this kind."""

    name: str
    needs_designation: bool
    designations: Sequence[Designation]
    blacklistings: Sequence[Blacklisting]


def number(series: str, year: int, serial: int) -> str:
    """The series, the year, six digits at least."""
    return f"{series}-{year}-{serial:06d}"


def days(starts_on: date, ends_on: date) -> Iterator[date]:
    """Every calendar day of a class, first and last counted in."""
    return (starts_on + timedelta(days=day) for day in range((ends_on - starts_on).days + 1))


def day_count(starts_on: date, ends_on: date) -> int:
    return (ends_on - starts_on).days + 1


def why_not(
    action: str, status: str, doer: Doer, starts_on: date, ends_on: date, today: date, organiser: Organiser | None
) -> Refusal | None:
    """Why the action is not possible now. `organiser`: of a class that is to be submitted; None where nothing depends on it."""
    return MACHINE.why_not(action, status, doer, further=lambda asked: _facts_against(asked, starts_on, ends_on, today, organiser))


def allowed_actions(
    status: str, doer: Doer, starts_on: date, ends_on: date, today: date, organiser: Organiser | None
) -> dict[str, Refusal | None]:
    """Every action, with why it is not possible now."""
    return MACHINE.every_action(status, doer, further=lambda asked: _facts_against(asked, starts_on, ends_on, today, organiser))


def _facts_against(action: str, starts_on: date, ends_on: date, today: date, organiser: Organiser | None) -> Refusal | None:
    if action == "submit" and organiser:
        return barred(organiser, starts_on, ends_on)
    return too_early(action, starts_on, ends_on, today)


def too_early(action: str, starts_on: date, ends_on: date, today: date) -> Refusal | None:
    if action == "start" and today < starts_on:
        return Refusal("too_early", f"班级 {starts_on} 开班,今天是 {today}。请从开班当天起办理开班,或先改期。")
    if action == "complete" and today <= ends_on:
        return Refusal("too_early", f"班级到 {ends_on} 结束,今天是 {today}。请在结束日的次日起办理结班。")
    return None


def barred(organiser: Organiser, starts_on: date, ends_on: date) -> Refusal | None:
    """An institution blacklisted on a day of the class, or not designated on each of them though its channel asks it."""
    name, held = organiser.name, f"本班 {starts_on} 至 {ends_on}"
    listed = next((day for day in days(starts_on, ends_on) if is_blacklisted(organiser.blacklistings, day)), None)
    if listed:
        detail = f"“{name}”在 {listed} 列入黑名单,{held} 开办。请由其他机构承办,或在移出黑名单之后另定日期。"
        return Refusal("institution_blacklisted", detail)
    missing = next((day for day in days(starts_on, ends_on) if not is_designated(organiser.designations, day)), None)
    if missing and organiser.needs_designation:
        detail = f"“{name}”在 {missing} 没有定点资格,{held} 每天都须有。请先由经办人员登记定点资格,或由定点机构承办。"
        return Refusal("institution_not_designated", detail)
    return None
