"""Who sends what insurance offices say, and takes it back. Pure."""

from typing import Final

from shared.steps import Doer, Refusal, wrong_role

SENDS: Final = frozenset({"officer", "system"})
VOIDED: Final = Refusal("invalid_state", "这条参保记录已作废。")


def allowed_actions(doer: Doer, *, voided: bool) -> dict[str, Refusal | None]:
    return {"void": wrong_role(SENDS, doer.role) or (VOIDED if voided else None)}
