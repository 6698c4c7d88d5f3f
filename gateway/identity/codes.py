"""Which scopes can be granted: `<noun>.read` and `<noun>.write`, exactly those that operations ask for. What they are called is data."""

from typing import Any

from shared import codes

NOUNS = (
    "assessments",
    "attendance",
    "audit",
    "audit-lists",
    "brands",
    "catalogues",
    "certificate-imports",
    "certificates",
    "changes",
    "claim-samples",
    "claims",
    "classes",
    "complaints",
    "enrolments",
    "enterprise-surveys",
    "examiners",
    "exports",
    "files",
    "filings",
    "funds",
    "harvest-alarms",
    "history-imports",
    "identity",
    "imports",
    "inspections",
    "institutions",
    "insurance-records",
    "measures",
    "objections",
    "orders",
    "outside-payments",
    "payment-batches",
    "payments",
    "placement-imports",
    "placement-updates",
    "placements",
    "plans",
    "recoveries",
    "reference",
    "schemes",
    "seat-plans",
    "skill-standards",
    "statistics",
    "status-lists",
    "status-records",
    "supervision-tasks",
    "trade-filings",
    "trainees",
    "training-bases",
    "training-wishes",
    "worklist",
    "yearly-reports",
)
READ_ALONE = frozenset({"audit", "changes", "payments", "reference", "statistics", "worklist", "yearly-reports"})
WRITE_ALONE = frozenset({"audit-lists"})
KNOWN = frozenset(
    {f"{noun}.read" for noun in NOUNS if noun not in WRITE_ALONE} | {f"{noun}.write" for noun in NOUNS if noun not in READ_ALONE}
)
EVERY_READ = sorted(scope for scope in KNOWN if scope.endswith(".read"))


def listed() -> list[dict[str, Any]]:
    """Every scope with its labels, in the order of its name."""
    nouns, verbs = codes.labels("scope_noun"), codes.labels("scope_verb")
    parts = ((scope, *scope.split(".")) for scope in sorted(KNOWN))
    return [
        {"scope": scope, "label": f"{nouns[noun].zh}:{verbs[verb].zh}", "label_en": f"{nouns[noun].en}: {verbs[verb].en}"}
        for scope, noun, verb in parts
    ]
