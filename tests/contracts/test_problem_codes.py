"""No code is ever answered that `/v1/problems` does not list: every code in the source is looked up in the catalogue."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from shared import errors, strict
from tests.conftest import SERVICES
from tests.contracts.apps import app

ROOT = Path(__file__).resolve().parents[2]
CODE = re.compile(r"[a-z]+(_[a-z0-9]+)+")
TELLS = re.compile(r"fault|finding|refus", re.IGNORECASE)  # what makes a fault, a finding or a refusal is called so
RFC_6749 = {
    ROOT / "gateway/identity" / room for room in ("tokens", "exchange", "oauth2")
}  # the token endpoint speaks its own standard's words

NAMED = """
invalid_state idempotency_key_required idempotency_key_reused request_in_progress same_person duplicate_trainee trainee_merged institution_blacklisted
institution_not_designated class_too_long overlapping_attendance notice_not_over objection_open claim_on_hold held_lines_open fund_exhausted
payee_account_missing supervision_missing conflict_of_interest out_of_scope order_after_class standard_after_exam certificate_after_start certificate_missing
"""
ROWS = """
invalid_id_number id_number_rounded sex_differs_from_id_number duplicate_row unknown_category unknown_region name_missing invalid_phone invalid_date
not_on_roster unreadable_file file_too_large unknown_sheet_layout not_on_order
"""
FINDINGS = """
age_below_limit age_above_limit category_not_eligible status_excluded status_unverified institution_not_designated institution_blacklisted class_not_completed
class_too_short class_too_long trade_not_filed attendance_too_low attendance_impossible certificate_missing certificate_invalid certificate_out_of_scope
certificate_too_old already_subsidised lower_level_after_higher yearly_limit_reached overlapping_class duplicate_line trainer_on_roster roster_reused
shared_bank_account certificate_burst order_missing retention_not_met amount_differs terms_unconfirmed fund_not_allowed
institution_suspended institution_exited class_filed_late headcount_differs trade_not_allowed ability_not_stated facts_changed
"""


@pytest.fixture(scope="module", autouse=True)
def all_services(tmp_path_factory: pytest.TempPathFactory) -> None:
    for name in SERVICES:
        app(name, tmp_path_factory.mktemp("seals"))


def told() -> Iterator[tuple[str, str]]:
    """Every code written where a fault, a finding or a refusal is made, and the file it is in."""
    for file in (file for part in ("services", "gateway", "shared") for file in sorted((ROOT / part).rglob("*.py"))):
        for call in (node for node in ast.walk(ast.parse(file.read_text())) if isinstance(node, ast.Call)):
            name = call.func.attr if isinstance(call.func, ast.Attribute) else getattr(call.func, "id", "")
            if not TELLS.search(name) or file.parent in RFC_6749:
                continue
            for given in [*call.args[:2], *(keyword.value for keyword in call.keywords if keyword.arg == "code")]:
                if isinstance(given, ast.Constant) and isinstance(given.value, str) and CODE.fullmatch(given.value):
                    yield given.value, str(file.relative_to(ROOT))


def test_every_code_in_the_source_is_in_the_catalogue() -> None:
    found = list(told())
    assert len(found) > 100
    assert {(code, file) for code, file in found if code not in errors.CATALOGUE} == set()


def test_whoever_finds_a_value_wrong_says_which_would_be_right() -> None:
    """A fault of shape that is written where it is found; one that a sheet's reader found says so in its fix."""
    silent = []
    for file in (file for part in ("services", "gateway", "shared") for file in (ROOT / part).rglob("*.py")):
        for call in ast.walk(ast.parse(file.read_text())):
            if isinstance(call, ast.Call) and ast.unparse(call.func).rpartition(".")[2] == "Fault" and call.args:
                code, named = call.args[0], {each.arg for each in call.keywords}
                wrong = isinstance(code, ast.Constant) and str(code.value).startswith("invalid_") and code.value != "invalid_state"
                silent += [f"{file.relative_to(ROOT)}:{call.lineno}"] if wrong and not named & {"allowed", None} else []
    assert silent == []


@pytest.mark.parametrize("code", sorted({*NAMED.split(), *ROWS.split(), *FINDINGS.split()}))
def test_a_code_that_others_are_built_against_is_in_the_catalogue(code: str) -> None:
    assert code in errors.CATALOGUE


@pytest.mark.parametrize("code", NAMED.split())
def test_a_code_that_is_answered_by_itself_is_listed_with_its_status(code: str) -> None:
    assert errors.CATALOGUE[code].status


def test_every_code_says_why_and_what_to_do_in_both_languages() -> None:
    for entry in errors.CATALOGUE.values():
        chinese, english = (entry.title, entry.cause, entry.remedy), (entry.title_en, entry.cause_en, entry.remedy_en)
        assert all(chinese) and not any(text.isascii() for text in chinese), entry.code
        assert all(english) and not any(re.search(r"[\u4e00-\u9fff]{3,}|[{}]", text.replace("{id}", "")) for text in english), entry.code


def test_no_text_stands_in_a_file_without_an_answer_of_that_code() -> None:
    files = [*ROOT.glob("services/*/problems.toml"), ROOT / "shared/problems.toml", ROOT / "gateway/problems.toml"]
    assert len(files) == 6
    written = {code for file in files for code in strict.table(file).get("problem", {})}
    assert written == {entry.code for entry in errors.CATALOGUE.values() if entry.kind == "problem"} - {"note_taken", "words_taken"}


def test_a_problem_without_a_text_stops_the_start() -> None:
    with pytest.raises(strict.BadFile, match="never_written"):
        type("Unwritten", (errors.Problem,), {"code": "never_written", "status": 409, "__module__": "services.subsidy.claims.errors"})
