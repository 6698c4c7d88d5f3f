"""Money beside what it brought: groups put together from three services, and the yuan for each."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

from services.subsidy.codes import SchemeCode

FIGURES = ("person_times", "certified", "employed", "retained")
FEN = Decimal("0.01")
_SCHEMES = frozenset(SchemeCode)
Counted = Mapping[str, Mapping[str | None, int] | None]  # by figure and group; None: nobody has counted it


@dataclass(frozen=True, slots=True)
class Group:
    paid: Decimal
    figures: Mapping[str, int | None]

    def wire(self) -> dict[str, Any]:
        """With the yuan for each, to the fen; None where nobody was counted."""
        each = {f"yuan_per_{_one(name)}": _each(self.paid, count) for name, count in self.figures.items()}
        return {"paid": self.paid, **self.figures, **each}


def under_schemes(counted: Counted) -> Counted:
    """People by their class's channel, put under schemes: a channel without subsidy (social) is none."""
    return {figure: None if of is None else _summed(of) for figure, of in counted.items()}


def _summed(people: Mapping[str | None, int]) -> dict[str | None, int]:
    found: dict[str | None, int] = {}
    for channel, number in people.items():
        scheme = channel if channel in _SCHEMES else None
        found[scheme] = found.get(scheme, 0) + number
    return found


def groups(paid: Mapping[str | None, Decimal], counted: Counted) -> dict[str | None, Group]:
    """Whatever has money or people, by code; what belongs to none comes last."""
    codes = {*paid, *(code for of in counted.values() for code in of or ())}
    return {
        code: Group(paid.get(code, Decimal("0.00")), {name: None if of is None else of.get(code, 0) for name, of in counted.items()})
        for code in sorted(codes, key=lambda each: (each is None, each or ""))
    }


def whole(of: Iterable[Group], counted: Counted) -> Group:
    several = [*of]
    sums = {name: None if by is None else sum(by.values()) for name, by in counted.items()}
    return Group(sum((each.paid for each in several), Decimal("0.00")), sums)


def _each(yuan: Decimal, people: int | None) -> Decimal | None:
    return (yuan / people).quantize(FEN, ROUND_HALF_UP) if people else None


def _one(name: str) -> str:
    return "person_time" if name == "person_times" else name
