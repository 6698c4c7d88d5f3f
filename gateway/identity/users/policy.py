"""Who makes and keeps whose accounts: administrators all, an institution's manager those of its staff, an officer those of trainees."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from gateway.codes import AccountStatus
from shared.access import ADMIN
from shared.codes import named
from shared.steps import Machine, Step, by

MAKES = {"institution": "institution", "officer": "person"}
KEEPERS = ADMIN | MAKES.keys()
RESETTERS = KEEPERS - {"officer"}
PENDING, ACTIVE, DISABLED = AccountStatus.PENDING, AccountStatus.ACTIVE, AccountStatus.DISABLED
MACHINE = Machine(
    "用户",
    named("account_status"),
    (
        Step("change", "修改", by(KEEPERS, PENDING, ACTIVE)),
        Step("confirm", "确认", by(ADMIN, PENDING), to=ACTIVE),
        Step("disable", "停用", by(KEEPERS, *AccountStatus), to=DISABLED),
        Step("reset-password", "重置密码", by(RESETTERS, PENDING, ACTIVE)),
    ),
)


def beyond(
    maker: str, institution_id: UUID | None, scopes: frozenset[str] | None, role: str, said: Mapping[str, Any], *, new: bool
) -> list[str]:
    """What of an account's members, as they are said, is not for this maker to give; `institution_id` and `scopes` are the maker's own.

    A manager names nobody who is known elsewhere as the one who acts, and gives no scope beyond their own. An officer says who a trainee is at the issuer,
    and has no password that would let him act as one.
    """
    if maker not in MAKES:
        return []
    found = ["role"] if role != MAKES[maker] else []
    if said.get("person_id"):
        found.append("person_id")
    if maker == "institution" and said.get("institution_id") not in (None, institution_id):
        found.append("institution_id")
    if maker == "officer" and said.get("password"):
        found.append("password")
    if maker == "officer" and not said.get("subject") and (new or "subject" in said):
        found.append("subject")
    if scopes is not None and (new or "scopes" in said) and (said.get("scopes") is None or not scopes.issuperset(said["scopes"])):
        found.append("scopes")
    return found
