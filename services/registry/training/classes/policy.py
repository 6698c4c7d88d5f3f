"""What may be done with a class: its states, who takes it from one to the next, from and until which day. Pure: values in, answers out."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Final, Literal

Status = Literal["draft", "submitted", "approved", "rejected", "in_progress", "completed", "cancelled"]
Action = Literal["submit", "approve", "reject", "start", "complete", "cancel", "reschedule"]

PROPOSERS: Final = frozenset({"institution", "town", "department", "officer"})
OFFICER: Final = frozenset({"officer"})

LABELS: Final[Mapping[str, str]] = {
    "draft": "草稿",
    "submitted": "已提交",
    "approved": "已批准",
    "rejected": "未批准",
    "in_progress": "培训中",
    "completed": "已结束",
    "cancelled": "已取消",
}


@dataclass(frozen=True, slots=True)
class Step:
    """`to` None: the class stays in its state."""

    label: str
    may: frozenset[str]
    states: frozenset[str]
    to: Status | None


STEPS: Final[Mapping[Action, Step]] = {
    "submit": Step("提交", PROPOSERS, frozenset({"draft"}), "submitted"),
    "approve": Step("批准", OFFICER, frozenset({"submitted"}), "approved"),
    "reject": Step("不予批准", OFFICER, frozenset({"submitted"}), "rejected"),
    "start": Step("开班", PROPOSERS, frozenset({"approved"}), "in_progress"),
    "complete": Step("结班", PROPOSERS, frozenset({"in_progress"}), "completed"),
    "cancel": Step("取消", PROPOSERS, frozenset({"draft", "submitted", "approved", "in_progress"}), "cancelled"),
    "reschedule": Step("改期", PROPOSERS, frozenset({"draft", "submitted", "approved"}), None),
}
CHANGED_IN: Final = frozenset({"draft"})
ENROLLED_IN: Final = frozenset({"approved", "in_progress"})
ATTENDED_IN: Final = frozenset({"in_progress"})
TIMETABLED_IN: Final = frozenset({"draft", "submitted", "approved", "in_progress"})
INSPECTED_IN: Final = frozenset({"approved", "in_progress", "completed"})


@dataclass(frozen=True, slots=True)
class Refusal:
    code: Literal["invalid_state", "too_early", "wrong_role"]
    detail: str


def number(year: int, serial: int) -> str:
    """KL-PX-2025-000123."""
    return f"KL-PX-{year}-{serial:06d}"


def days(starts_on: date, ends_on: date) -> Iterator[date]:
    """Every calendar day of a class, first and last counted in."""
    return (starts_on + timedelta(days=day) for day in range((ends_on - starts_on).days + 1))


def day_count(starts_on: date, ends_on: date) -> int:
    return (ends_on - starts_on).days + 1


def possible(status: str) -> list[Action]:
    return [action for action, step in STEPS.items() if status in step.states]


def refusal(action: Action, status: str, starts_on: date, ends_on: date, today: date) -> Refusal | None:
    """Why the action is not possible now, or None."""
    if status not in STEPS[action].states:
        return Refusal("invalid_state", wrong_state(STEPS[action].label, status, STEPS[action].states))
    if action == "start" and today < starts_on:
        return Refusal("too_early", f"班级 {starts_on} 开班,今天是 {today}。请从开班当天起办理开班,或先改期。")
    if action == "complete" and today <= ends_on:
        return Refusal("too_early", f"班级到 {ends_on} 结束,今天是 {today}。请在结束日的次日起办理结班。")
    return None


def wrong_state(label: str, status: str, states: frozenset[str]) -> str:
    """What stands in the way of `label` (提交, 报名 …) and what can be done instead."""
    needed = "、".join(LABELS[state] for state in LABELS if state in states)
    now = "、".join(STEPS[action].label for action in possible(status)) or "没有可办的事项"
    return f"班级当前状态为“{LABELS[status]}”,“{label}”须在“{needed}”时办理。现在可以办理:{now}。"


def allowed(status: str, role: str, starts_on: date, ends_on: date, today: date) -> list[tuple[Action, Refusal | None]]:
    """Every action, with why this role may not take it now."""
    answers: list[tuple[Action, Refusal | None]] = []
    for action, step in STEPS.items():
        if role in step.may:
            answers.append((action, refusal(action, status, starts_on, ends_on, today)))
        else:
            answers.append((action, Refusal("wrong_role", f"由 {'、'.join(sorted(step.may))} 办理。")))
    return answers
