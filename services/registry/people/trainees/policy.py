"""What may be done with a trainee, and by whom. Pure."""

from typing import Final

from shared.steps import Doer, Machine, Refusal, Step, by

REGISTERS: Final = frozenset({"officer", "institution", "town", "system"})
OFFICER: Final = frozenset({"officer"})
REVEALS: Final = frozenset({"officer", "reviewer", "auditor"})
CORRECTS: Final = frozenset({"officer", "person", "institution", "town"})

MACHINE: Final = Machine(
    "学员",
    {"registered": "已登记", "merged": "已并入他人"},
    (
        Step("change", "修改", by(REGISTERS, "registered")),
        Step("merge", "并入另一学员", by(OFFICER, "registered"), to="merged"),
        Step("reveal", "查看全号", by(REVEALS, "registered")),
        Step("correct", "申请更正", by(CORRECTS, "registered")),
    ),
)
NOT_YOURS: Final = Refusal("forbidden", "只有登记该学员的机构、其所在镇和经办可以修改。请用 corrections 提出更正申请。")


def earlier_names(before: str, was: str, now: str) -> str:
    """One name a line, the latest first, when somebody called `was` is called `now`."""
    return "\n".join(dict.fromkeys(each for each in (was, *before.splitlines()) if each != now))


def allowed_actions(doer: Doer, *, may_change: bool) -> dict[str, Refusal | None]:
    """Of a live trainee; `may_change`: the trainee is the caller's own to change."""
    return MACHINE.every_action("registered", doer, further=lambda action: None if action != "change" or may_change else NOT_YOURS)
