"""What may be done with a trainee, and by whom. Pure."""

from collections.abc import Callable, Iterable, Mapping
from datetime import date
from typing import Any, Final

from shared import person_names
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
        Step("unmerge", "撤回合并", by(OFFICER, "merged"), to="registered"),
        Step("reveal", "查看全号", by(REVEALS, "registered")),
        Step("correct", "申请更正", by(CORRECTS, "registered")),
    ),
)
NOT_YOURS: Final = Refusal("forbidden", "只有登记该学员的机构、其所在镇和经办可以修改。请用 corrections 提出更正申请。")


def earlier_names(before: str, was: str, now: str) -> str:
    """One name a line, the latest first, when somebody called `was` is called `now`."""
    return "\n".join(dict.fromkeys(each for each in (was, *before.splitlines()) if each != now))


def is_known_as(names: Iterable[str], name: str) -> bool:
    """Whether a person of these names, today's and earlier ones, is meant by a name."""
    return any(person_names.same(each, name) for each in names)


def categories_differ_from(shown: Iterable[Mapping[str, Any]], stated: Iterable[Any]) -> date | None:
    """From which day the categories stated differ from those shown; None: they do not."""
    before = {(each["code"], each["since_on"], each["until_on"]) for each in shown}
    after = {(each.code, str(each.since_on), each.until_on and str(each.until_on)) for each in stated}
    return min((date.fromisoformat(since_on) for _, since_on, _ in before ^ after), default=None)


def relied_on_from(shown: Mapping[str, Any], values: Mapping[str, Any], is_known_account: Callable[[str | None], bool]) -> date | None:
    """From which day a change touches what a class may have counted on; None: it does not. Where no account was known, to give one changes none."""
    if "bank_account" in values and shown["bank_account"] and not is_known_account(values["bank_account"]):
        return date.min
    return categories_differ_from(shown["categories"], values["categories"]) if "categories" in values else None


def allowed_actions(doer: Doer, *, may_change: bool) -> dict[str, Refusal | None]:
    """Of a live trainee; `may_change`: the trainee is the caller's own to change."""
    return MACHINE.every_action("registered", doer, further=lambda action: None if action != "change" or may_change else NOT_YOURS)
