"""A correction is asked for once and decided once, accepted by another person than asked for it. Pure."""

from collections.abc import Callable, Sequence
from typing import Final, TypeVar

from services.registry.codes import CorrectionStatus
from shared.steps import Further, Machine, Refusal, Step, by, nothing_further

Period = TypeVar("Period")
OFFICER: Final = frozenset({"officer"})
ON_BEHALF: Final = frozenset({"officer", "town"})  # who may ask for a person that has signed for it
MACHINE: Final = Machine(
    "更正申请",
    {CorrectionStatus.OPEN: "待办", CorrectionStatus.ACCEPTED: "已采纳", CorrectionStatus.REJECTED: "已驳回"},
    (
        Step("accept", "采纳", by(OFFICER, *CorrectionStatus), to=CorrectionStatus.ACCEPTED, part="accept"),
        Step("reject", "驳回", by(OFFICER, *CorrectionStatus), to=CorrectionStatus.REJECTED),
    ),
    {"ask": "申请", "accept": "采纳"},
)
DECIDED: Final = Refusal("correction_decided", "该更正申请已被采纳或驳回。如仍需更正,请重新申请。")


def still_open(status: str) -> Further:
    """Who comes after the decision is told so by a code of its own."""
    return nothing_further if status == CorrectionStatus.OPEN else lambda _action: DECIDED


def corrected(
    seen: Sequence[Period], proposed: Sequence[Period], now: Sequence[Period], clash: Callable[[Period, Period], bool]
) -> list[Period]:
    """The list as a correction leaves it: what it takes away and adds of the list that the asker saw, and beside it what came in since. Where both say
    something of the same days, the correction stands."""
    added = [each for each in proposed if each not in seen]
    kept = [each for each in now if (each in proposed or each not in seen) and each not in added]
    return [*(each for each in kept if not any(clash(each, other) for other in added)), *added]
