"""Who takes measures and takes them back. Pure."""

from typing import Final

from shared.steps import Doer, Refusal, wrong_role

REVIEWER: Final = frozenset({"reviewer"})
VOIDED: Final = Refusal("invalid_state", "该措施已撤销。")


def allowed_actions(doer: Doer, *, voided: bool, since: str | None) -> dict[str, Refusal | None]:
    """`since`: what was decided later and has to be taken back first."""
    later = Refusal("designation_overlaps", since) if since else None
    return {"void": wrong_role(REVIEWER, doer.role) or (VOIDED if voided else later)}
