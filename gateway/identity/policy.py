"""What each role must be bound to, and what it may not be bound to."""

from collections.abc import Mapping
from typing import Any

NEEDED = {"institution": "institution_id", "person": "trainee_id", "town": "region_code", "department": "department", "system": "scopes"}
ONE_ROLE_ONLY = {"institution_id": "institution", "trainee_id": "person", "manager": "institution"}  # these decide which rows are seen
BINDINGS = ("institution_id", "trainee_id", "region_code", "department", "scopes")
OF_USERS = ("manager", "issuer", "subject")
SAID = ("name", *BINDINGS, *OF_USERS)


def missing(role: str, bound: Mapping[str, Any]) -> list[str]:
    """The bindings this role cannot act without and does not have."""
    needed = [NEEDED.get(role), "subject" if bound.get("issuer") else None, "issuer" if bound.get("subject") else None]
    return [name for name in SAID if name in needed and not bound.get(name)]


def misplaced(role: str, bound: Mapping[str, Any]) -> list[str]:
    """The bindings given that belong to another role."""
    return [name for name in SAID if bound.get(name) and ONE_ROLE_ONLY.get(name, role) != role]


def unknown_scopes(scopes: list[str], known: frozenset[str]) -> list[str]:
    return sorted(set(scopes) - known)
