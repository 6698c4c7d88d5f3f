"""Few names: a noun's folder holds only the files of this list, so who has learnt one has learnt all. A file named for a thing of the domain says why."""

from pathlib import Path

ROOT = Path(__file__).parents[1]
NAMES = {
    "routes": "paths, status codes, who may call",
    "operations": "what can be done, each a story from top to bottom",
    "schemas": "what goes over the wire",
    "tables": "tables and their named constraints",
    "policy": "pure decisions: facts and terms in, findings and amounts out",
    "errors": "the errors this noun can answer with",
    "reading": "what is looked up and shown",
    "steps": "what moves a paper from state to state",
    "visibility": "which rows a caller may see",
    "conditions": "SQL conditions that counting and listing share",
    "batch": "many at once",
    "job": "work that goes on after the answer",
    "facts": "what a decision may know, gathered",
    "codes": "code lists",
    "clients": "what is asked of neighbours, and the fields that are read of it",
    "rules": "what the data of this noun must satisfy",
}
OF_THE_DOMAIN = {
    "gateway/identity/sessions/guesses": "how many passwords may be tried, and from where",
    "gateway/identity/sessions/passwords": "how a password is kept and tried",
    "gateway/identity/tokens/signing": "the key that tokens are signed with",
    "gateway/identity/users/first_admin": "the administrator made from a shell, before anyone can sign in",
    "gateway/routing/cors": "which pages of other origins may read our answers",
    "gateway/routing/forwarding": "a request passed through, streamed both ways",
    "gateway/routing/nouns": "which noun is whose",
    "gateway/webhooks/signing": "the signature of Standard Webhooks",
    "services/eastwest/placements/second_looks": "what of placements asks for a second look",
    "services/eastwest/placements/receipts": "the signed receipt of what the partner posted",
    "services/evaluation/assessments/amendments": "a result changed after the lock, by two persons",
    "services/evaluation/certificates/minting": "numbers without gaps, under many at once",
    "services/evaluation/prints/signing": "the signature of a printed certificate",
    "services/registry/imports/columns": "the words by which offices name a sheet's columns",
    "services/registry/imports/keeping": "where the rows of such lists go, which is where requests go",
    "services/registry/imports/lists": "lists of trainees and of payments, whose rows are what a request would say",
    "services/registry/imports/past_classes": "the ledger of past years, whose rows are put together to classes",
    "services/registry/imports/sign_in": "the sign-in sheet, people down and half-days across",
    "services/registry/imports/templates": "the empty sheets that offices fill in",
    "services/subsidy/claims/counts": "how many people a claim has, as triggers keep it, and a recount of it",
    "services/subsidy/claims/earlier": "what other claims hold of the same people",
    "services/subsidy/claims/holds": "what stops a claim, and is found again by the next for the same people",
    "services/subsidy/claims/lines": "one person of a claim",
    "services/subsidy/claims/obstacles": "what stands against a step",
    "services/subsidy/claims/papers": "what a claim has to bring: papers, a signature, a fund",
    "services/subsidy/judging/cases": "one line with its claim and terms, as every rule is asked about it",
    "services/subsidy/judging/findings": "what a rule says",
    "services/subsidy/judging/invented": "people for whom everything is in order, to prove terms by",
    "services/subsidy/judging/limits": "who would go just beyond a limit that terms set",
    "services/subsidy/judging/papers": "what is known of a certificate, a placement and who applies for them",
    "services/subsidy/judging/proof": "that terms leave nobody without an answer",
    "services/subsidy/judging/rates": "what a line is worth",
    "services/subsidy/judging/trades": "when two trades are the same, and what a trade is about",
    "services/subsidy/judging/verdict": "facts and terms in, findings and amount out",
    "services/subsidy/schemes/retirement": "the statutory age, which moves by month of birth",
}
BESIDE_THE_NOUNS = {"app", "settings", "clients", "codes", "metadata", "fields", "rules", "gauges"}
PACKAGES = {"policy", "rules", "codes", "internal"}  # their files are named for what they are about


def _modules() -> list[Path]:
    """The modules of every noun, without those that stand beside the nouns and without migrations."""
    found = [path.relative_to(ROOT) for top in ("services", "gateway") for path in (ROOT / top).rglob("*.py")]
    beside = {(1, "gateway"), (2, "services")}  # gateway/app.py, services/registry/app.py
    return sorted(
        path
        for path in found
        if path.name != "__init__.py" and "migrations" not in path.parts and (len(path.parts) - 1, path.parts[0]) not in beside
    )


def test_a_nouns_folder_holds_only_files_of_the_list() -> None:
    named = {str(path.with_suffix("")) for path in _modules() if path.stem not in NAMES and path.parent.name not in PACKAGES}
    assert named == set(OF_THE_DOMAIN)


def test_at_most_one_module_in_five_is_named_for_a_thing_of_the_domain() -> None:
    assert 5 * len(OF_THE_DOMAIN) <= len(_modules())


def test_beside_the_nouns_stands_only_what_a_service_is_made_of() -> None:
    roots = [ROOT / "gateway", *(path for path in (ROOT / "services").iterdir() if path.is_dir() and path.name != "__pycache__")]
    assert {path.stem for root in roots for path in root.glob("*.py")} - {"__init__"} <= BESIDE_THE_NOUNS


def test_no_file_of_the_sources_is_two_files() -> None:
    """About 300 lines; a file that passes it by more is two."""
    sources = [path for top in ("shared", "services", "gateway", "deploy") for path in (ROOT / top).rglob("*.py")]
    long = {str(path.relative_to(ROOT)) for path in sources if "migrations" not in path.parts and len(path.read_text().splitlines()) > 350}
    assert long == set()
