"""A finding: what one rule has to say about one line, with its legal basis and what to do about it."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from pathlib import Path

from services.subsidy.codes import Effect, FindingCode
from services.subsidy.schemes.policy import Basis, Terms
from shared import county
from shared.codes import label, named

REMOVE = "请将该学员移出申领名单。"


@dataclass(slots=True)  # not frozen: they are made by the thousand, and freezing would treble the cost
class Finding:
    code: FindingCode
    effect: Effect
    detail: str
    seen: str
    allowed: str
    fix: str
    passes_from: date | None  # from this day on the same facts would pass, where time heals
    basis: Basis


def found(
    terms: Terms,
    code: FindingCode,
    effect: Effect,
    figure: str | None = None,
    *,
    seen: str,
    allowed: str,
    fix: str,
    passes_from: date | None = None,
) -> Finding:
    """The finding answers with the basis of the figure that the rule applies, or with the rule's own where it applies none."""
    detail = f"{label('finding', code)}:{seen}。规定:{allowed}。{fix}"
    return Finding(code, effect, detail, seen, allowed, fix, passes_from, terms.basis_of(figure or code))


def labelled(name: str, codes: Iterable[str]) -> str:
    """What codes of one list are called, in the order of the list."""
    return _labelled(county.folder(), name, frozenset(codes))


@lru_cache(1024)
def _labelled(_of: Path, name: str, wanted: frozenset[str]) -> str:
    return "、".join(label for code, label in named(name).items() if code in wanted)
