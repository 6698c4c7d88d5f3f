"""A finding: what one rule has to say about one line, with its legal basis and what to do about it."""

from dataclasses import dataclass
from datetime import date

from services.subsidy.schemes.codes import FINDINGS
from services.subsidy.schemes.policy import Basis, Terms


@dataclass(frozen=True, slots=True)
class Finding:
    code: str
    effect: str  # refuse | hold | note
    detail: str
    seen: str
    allowed: str
    fix: str
    passes_from: date | None  # from this day on the same facts would pass, where time heals
    basis: Basis


def found(
    terms: Terms,
    code: str,
    effect: str,
    figure: str | None = None,
    *,
    seen: str,
    allowed: str,
    fix: str,
    passes_from: date | None = None,
) -> Finding:
    """The finding answers with the basis of the figure that the rule applies, or with the rule's own where it applies none."""
    detail = f"{FINDINGS[code]}:{seen}。规定:{allowed}。{fix}"
    return Finding(code, effect, detail, seen, allowed, fix, passes_from, terms.basis_of(figure or code))
