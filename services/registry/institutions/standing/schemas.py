"""An institution's standing on the wire."""

from datetime import date

from services.registry.codes import StandingRule
from shared import wire


class StandingBasis(wire.Out):
    document: str
    clause: str


class StandingRuleOut(wire.Out):
    """One rule: whether it is met, what was seen, what is needed, and who says so."""

    code: StandingRule
    met: bool
    seen: str
    needed: str
    basis: StandingBasis


class StandingOut(wire.Out):
    on: date
    rules: list[StandingRuleOut]
