"""Who someone is, as far as papers tell (examiners, candidates and teachers are compared by what each paper has of them), and whose card holds. Pure."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Final

from services.evaluation.codes import ExaminerStatus as Status
from shared import person_names
from shared.steps import Step, by

OFFICER: Final = frozenset({"officer"})


@dataclass(frozen=True, slots=True)
class Identity:
    """What is known of who someone is. `id_number_masked` tells apart only together with a name."""

    name: str | None = None
    card: str | None = None
    trainee_id: str | None = None
    id_number_masked: str | None = None


def is_same(one: Identity, other: Identity) -> bool:
    """Whether two papers speak of one person. Two trainee ids, or two ID numbers, decide; else the same card or the same name is enough."""
    if one.trainee_id is not None and other.trainee_id is not None:
        return one.trainee_id == other.trainee_id
    if one.card is not None and one.card == other.card:
        return True
    same_name = one.name is not None and other.name is not None and person_names.same(one.name, other.name)
    if one.id_number_masked is not None and other.id_number_masked is not None:
        return one.id_number_masked == other.id_number_masked and (same_name or None in (one.name, other.name))
    return same_name


def first_same(some: Iterable[Identity], others: Sequence[Identity]) -> tuple[Identity, Identity] | None:
    return next(((one, other) for one in some for other in others if is_same(one, other)), None)


STEPS: Final = (
    Step("edit", "修改", by(OFFICER, *Status)),
    Step("exclude", "排除", by(OFFICER, Status.LISTED), Status.EXCLUDED),
    Step("reinstate", "恢复", by(OFFICER, Status.EXCLUDED), Status.LISTED),
)


@dataclass(frozen=True, slots=True)
class Registered:
    """A card as the register has it; `exclusions`: first and last day, None without end."""

    name: str
    verified: bool
    valid_from_on: date | None = None
    valid_until_on: date | None = None
    exclusions: Sequence[tuple[date, date | None]] = ()


def excluded_on(exclusions: Iterable[tuple[date, date | None]], day: date) -> bool:
    return any(first <= day and (last is None or day <= last) for first, last in exclusions)


def card_invalid(registered: Iterable[Registered], name: str | None, day: date) -> str | None:
    """Why a card does not hold on a day for who shows it, or None. What nobody verified holds, unless its bearer is excluded."""
    for each in registered:
        bearer = name is None or person_names.same(each.name, name)
        if bearer and excluded_on(each.exclusions, day):
            return "持卡人在这一天被排除"
        if not each.verified:
            continue
        if not bearer:
            return "证卡登记在他人名下"
        if each.valid_from_on is not None and day < each.valid_from_on:
            return f"证卡自 {each.valid_from_on} 起有效"
        if each.valid_until_on is not None and each.valid_until_on < day:
            return f"证卡有效期至 {each.valid_until_on}"
    return None
