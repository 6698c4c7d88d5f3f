"""What clients and users have in common: the checks, the bindings as they are kept, and where accounts of the local stack may be used."""

from collections.abc import Mapping
from typing import Any

from gateway.identity import policy
from gateway.identity.codes import KNOWN
from gateway.identity.errors import MISPLACED, UNKNOWN_ISSUER, UNKNOWN_SCOPE
from gateway.identity.schemas import AccountChange, Bindings
from gateway.settings import Settings
from shared import clock, db, errors, redaction, settings
from shared.national_numbers import InvalidNumber, citizen_id

LOCAL = "local-"


def faults(role: str, bound: Mapping[str, Any]) -> list[errors.Fault]:
    """Everything wrong with what an account of this role is bound to."""
    found = [
        errors.Fault("missing_field", pointer=f"/{name}", allowed=f"角色 {role} 须有 {name}", fix="请补充该字段。")
        for name in policy.missing(role, bound)
    ]
    found += [
        errors.Fault(
            MISPLACED,
            pointer=f"/{name}",
            seen=role,
            allowed=f"{name} 只用于角色 {policy.ONE_ROLE_ONLY[name]}",
            fix="请删除该字段,或改正角色。",
        )
        for name in policy.misplaced(role, bound)
    ]
    unknown = policy.unknown_scopes(bound.get("scopes") or [], KNOWN)
    if unknown:
        found.append(
            errors.Fault(
                UNKNOWN_SCOPE, pointer="/scopes", seen="、".join(unknown)[:200], allowed="GET /v1/scopes 所列", fix="请改正或删除所列范围。"
            )
        )
    return found


def unfit_to_bind(of: settings.Settings, said: Mapping[str, Any]) -> list[errors.Fault]:
    """A binding to an issuer whose tokens nobody takes, or to a subject that is a citizen's number: those are kept by no name that is shown."""
    found, trusted = [], of.oidc_issuer if isinstance(of, Settings) else None
    if said.get("issuer") not in (None, trusted):
        allowed = trusted or "没有设置可信签发者(OIDC_ISSUER)"
        found.append(
            errors.Fault(
                UNKNOWN_ISSUER, pointer="/issuer", seen=redaction.quoted(said["issuer"]), allowed=allowed, fix="请改正签发者的网址。"
            )
        )
    if is_a_number(said.get("subject")):
        allowed, fix = "签发者给此人的编号,不能是证件号码", "请由签发者另给编号,证件号码另列为经核实的声明。"
        found.append(errors.Fault("invalid_value", pointer="/subject", allowed=allowed, fix=fix))
    return found


def is_a_number(subject: str | None) -> bool:
    """Whether an issuer calls someone by their citizen ID number."""
    try:
        return bool(subject and citizen_id(subject, today=clock.now().date()))
    except InvalidNumber:
        return False


def columns(asked: Bindings) -> dict[str, Any]:
    """A new account's columns. Who acts is a new person unless one is named."""
    return bound(asked) | {"role": asked.role, "person_id": asked.person_id or db.new_id()}


def bound(asked: Bindings | AccountChange) -> dict[str, Any]:
    """The name and the bindings that are said, as they are kept. No scope at all is not every scope: that is null."""
    said = asked.model_dump(include={*policy.SAID}, exclude_unset=isinstance(asked, AccountChange))
    return said | ({"scopes": sorted(set(said["scopes"]))} if said.get("scopes") is not None else {})


def may_be_here(of: settings.Settings, name: str) -> bool:
    """Accounts whose names are their secrets are refused outside the local stack, whatever a database may still hold."""
    return not name.startswith(LOCAL) or (isinstance(of, Settings) and of.local_clients)
