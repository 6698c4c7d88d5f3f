"""What may be done with a trainee, and by whom. Pure."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import date, timedelta
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


Employments = Sequence[Mapping[str, Any]]  # as they are kept
TOLD = ("employer_id", "employer", "from_on", "until_on", "change")


def employer_of(employments: Employments) -> str | None:
    """Whom somebody works for now: the employer of the latest employment that goes on; None: nobody who is registered."""
    going_on = [each for each in employments if each["until_on"] is None]
    employer: str | None = max(going_on, key=lambda each: each["from_on"] or "")["employer_id"] if going_on else None
    return employer


def employed_from(kept: Employments, employer_id: str | None, today: date) -> list[dict[str, Any]]:
    """The employments when all that is said is for whom somebody works now: what went on ended yesterday. Of who had none before, since when is not known."""
    yesterday = str(today - timedelta(days=1))
    ended = [
        {**each, "until_on": each["until_on"] or yesterday} for each in kept if each["until_on"] or (each["from_on"] or "") <= yesterday
    ]
    begun = {**dict.fromkeys(TOLD), "employer_id": employer_id, "from_on": str(today) if kept else None}
    return [*ended, begun] if employer_id else ended


def employed(kept: Employments, employer_id: object, values: Mapping[str, Any], today: date, name: str | None) -> list[dict[str, Any]]:
    """The employments after what is stated of them (`values`), or of the employer alone; `employer_id`: the one known until now."""
    if "employments" in values:
        return told_by(kept, values["employments"], name)
    if "employer_id" in values and values["employer_id"] != employer_id:
        now = values["employer_id"]
        return told_by(kept, employed_from(kept, now and str(now), today), name)
    return [dict(each) for each in kept]


def told_by(kept: Employments, stated: Employments, name: str | None) -> list[dict[str, Any]]:
    """What is stated of employments, in the order of their days: what was known stays who told it first."""
    known = {_told(each): dict(each) for each in kept}
    told = [known.get(_told(each)) or {**{key: each[key] for key in TOLD}, "told_by_name": name} for each in stated]
    return sorted(told, key=lambda each: (each["from_on"] or "", each["until_on"] or "9999"))


def _told(employment: Mapping[str, Any]) -> tuple[Any, ...]:
    return tuple(employment[key] for key in TOLD)


def allowed_actions(doer: Doer, *, may_change: bool) -> dict[str, Refusal | None]:
    """Of a live trainee; `may_change`: the trainee is the caller's own to change."""
    return MACHINE.every_action("registered", doer, further=lambda action: None if action != "change" or may_change else NOT_YOURS)
