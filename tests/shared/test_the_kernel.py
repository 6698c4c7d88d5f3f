"""What is in the kernel: the exact list of its modules, named for one thing each and for no business noun, and no drawer for odds and ends anywhere."""

from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
MODULES = [
    "access",
    "aliases",
    "audit",
    "batches",
    "changes",
    "clock",
    "codes",
    "county",
    "db",
    "deeds",
    "errors",
    "exports",
    "feed",
    "following",
    "forgetting",
    "gauges",
    "history",
    "http_client",
    "idempotency",
    "indexing",
    "keeping",
    "kernel_revision",
    "layouts",
    "limits",
    "migrate",
    "months",
    "names",
    "national_numbers",
    "pages",
    "periods",
    "person_names",
    "privacy",
    "publishing",
    "pulse",
    "receipts",
    "redaction",
    "reencrypt",
    "reindex",
    "replica",
    "sealing",
    "sealing.__main__",
    "sealing.chain",
    "sealing.heads",
    "sealing.keys",
    "sealing.sealer",
    "sealing.verifying",
    "search",
    "seeking",
    "settings",
    "sheet_jobs",
    "sheet_jobs.beside",
    "sheet_jobs.errors",
    "sheet_jobs.running",
    "sheet_jobs.schemas",
    "sheet_jobs.tables",
    "sheet_jobs.uploads",
    "sheets",
    "sheets.cells",
    "sheets.dates",
    "sheets.finding",
    "sheets.opening",
    "sheets.rows",
    "sheets.writing",
    "steps",
    "sound",
    "strict",
    "tallies",
    "telemetry",
    "typesetting",
    "web",
    "web.app",
    "web.calling",
    "web.deadlines",
    "web.documents",
    "web.door",
    "web.events",
    "web.examples",
    "web.kernel",
    "web.openapi",
    "web.operation",
    "web.origin",
    "web.problems",
    "web.refusing",
    "web.replaying",
    "web.routing",
    "web.serving",
    "web.shedding",
    "web.standing",
    "web.streaming",
    "web.strict_input",
    "web.tagging",
    "web.transaction",
    "web.wording",
    "web.workbooks",
    "wire",
    "workdays",
    "worklist",
]
DRAWERS = {"utils", "util", "common", "helpers", "helper", "misc", "base", "manager"}
NOUNS = [
    "trainee",
    "institution",
    "teacher",
    "class",
    "enrolment",
    "attendance",
    "roster",
    "sign_in",
    "status_record",
    "brand",
    "scheme",
    "claim",
    "line",
    "fund",
    "ledger",
    "notice",
    "objection",
    "payment",
    "recovery",
    "filing",
    "assessment",
    "certificate",
    "assessor",
    "order",
    "placement",
    "retention",
    "employer",
    "plan",
    "target",
    "webhook",
]


def modules_of(package: str) -> set[str]:
    files = (path.relative_to(ROOT / package).with_suffix("") for path in (ROOT / package).rglob("*.py"))
    return {".".join(path.parts).removesuffix("__init__").removesuffix(".") for path in files} - {""}


def words(module: str) -> set[str]:
    return {word for part in module.split(".") for word in part.split("_")}


def test_the_kernel_holds_these_modules_and_no_others() -> None:
    assert modules_of("shared") == set(MODULES)


@pytest.mark.parametrize("package", ["shared", "services", "gateway", "deploy"])
def test_no_module_is_named_as_a_drawer_for_odds_and_ends(package: str) -> None:
    assert not {module for module in modules_of(package) if words(module) & DRAWERS}


@pytest.mark.parametrize("noun", NOUNS)
def test_the_kernel_names_no_business_noun(noun: str) -> None:
    forms = {noun, f"{noun}s", f"{noun}es"}
    assert not {module for module in modules_of("shared") if any(part in forms for part in module.split(".")) or words(module) & forms}
