"""Who takes measures and takes them back. Pure."""

from typing import Final

from shared.steps import Doer, Refusal, wrong_role

REVIEWER: Final = frozenset({"reviewer"})
VOIDED: Final = Refusal("invalid_state", "该措施已撤销。")


def allowed_actions(doer: Doer, *, voided: bool) -> dict[str, Refusal | None]:
    return {"void": wrong_role(REVIEWER, doer.role) or (VOIDED if voided else None)}
