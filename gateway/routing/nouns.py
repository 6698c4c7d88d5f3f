"""Which service answers which path: by its first noun, or by the second under `/v1/statistics/`."""

import re
from collections.abc import Mapping
from dataclasses import dataclass

NOUNS: Mapping[str, tuple[str, ...]] = {
    "registry": (
        "regions",
        "occupations",
        "categories",
        "trainees",
        "institutions",
        "classes",
        "open-classes",
        "enterprise-surveys",
        "yearly-reports",
        "training-wishes",
        "inspections",
        "complaints",
        "measures",
        "supervision-tasks",
        "enrolments",
        "attendance",
        "imports",
        "exports",
        "templates",
        "files",
        "status-records",
        "status-lists",
        "outside-payments",
        "trade-filings",
        "catalogues",
        "seat-plans",
        "history-imports",
        "skill-standards",
        "training-bases",
        "harvest-alarms",
        "brands",
        "talent",
    ),
    "subsidy": (
        "schemes",
        "funds",
        "claims",
        "notices",
        "objections",
        "payment-batches",
        "payments",
        "recoveries",
        "appeals",
        "workdays",
        "claim-receipts",
        "results",
        "audit-lists",
        "claim-samples",
    ),
    "evaluation": ("filings", "examiners", "assessments", "certificates", "certificate-imports", "bodies"),
    "eastwest": ("orders", "placements", "placement-updates", "placement-imports", "placement-receipts", "insurance-records"),
}

_FIRST_NOUN = re.compile(r"/v1/(?:statistics/)?([a-z-]+)(?=[/:]|\Z)")


@dataclass(frozen=True, slots=True)
class Destination:
    """The service, and the path's beginning as logs and metrics show it."""

    service: str
    path: str


_DESTINATIONS = {noun: Destination(service, f"/v1/{noun}") for service, nouns in NOUNS.items() for noun in nouns}


def destination(path: str) -> Destination | None:
    """Where a path belongs, or None when it is the gateway's own (overviews are) or nobody's. A path that climbs (`..`) is nobody's."""
    found = _FIRST_NOUN.match(path)
    if found is None or path.endswith("/overview") or "/.." in path or "\\" in path:
        return None
    return _DESTINATIONS.get(found[1])
