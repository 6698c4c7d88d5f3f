"""What clients and users have in common: the checks, the bindings as they are kept, and where accounts of the local stack may be used."""

from typing import Any
from uuid import UUID

from gateway.identity import policy
from gateway.identity.codes import KNOWN
from gateway.identity.errors import MISPLACED, UNKNOWN_SCOPE
from gateway.identity.schemas import Bindings
from gateway.settings import Settings
from shared import db, errors, settings

LOCAL = "local-"


def faults(asked: Bindings) -> list[errors.Fault]:
    """Everything wrong with an account's bindings."""
    bound = asked.model_dump(include=set(policy.BINDINGS))
    found = [
        errors.Fault("missing_field", pointer=f"/{name}", allowed=f"角色 {asked.role} 须有 {name}", fix="请补充该字段。")
        for name in policy.missing(asked.role, bound)
    ]
    found += [
        errors.Fault(
            MISPLACED,
            pointer=f"/{name}",
            seen=asked.role,
            allowed=f"{name} 只用于角色 {policy.ONE_ROLE_ONLY[name]}",
            fix="请删除该字段,或改正角色。",
        )
        for name in policy.misplaced(asked.role, bound)
    ]
    unknown = policy.unknown_scopes(asked.scopes or [], KNOWN)
    if unknown:
        found.append(
            errors.Fault(
                UNKNOWN_SCOPE, pointer="/scopes", seen="、".join(unknown)[:200], allowed="GET /v1/scopes 所列", fix="请改正或删除所列范围。"
            )
        )
    return found


def columns(asked: Bindings) -> dict[str, Any]:
    """The bindings as columns. Who acts is a new person unless one is named."""
    kept = asked.model_dump(include={"name", "role", "person_id", *policy.BINDINGS})
    person: UUID | None = kept["person_id"]
    return kept | {"person_id": person or db.new_id(), "scopes": sorted(set(asked.scopes)) if asked.scopes else None}


def may_be_here(of: settings.Settings, name: str) -> bool:
    """Accounts whose names are their secrets are refused outside the local stack, whatever a database may still hold."""
    return not name.startswith(LOCAL) or (isinstance(of, Settings) and of.local_clients)
