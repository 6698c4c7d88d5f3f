"""Each code list has one owner, and what another service reads of it is what the owner has."""

import re
from collections.abc import Collection, Iterator
from pathlib import Path
from typing import Any

import pytest

from gateway import codes as gateway
from gateway.worklist import operations as waits_at_gateway
from services.eastwest import codes as eastwest
from services.eastwest.orders import steps as orders
from services.eastwest.placements import steps as placements
from services.eastwest.worklist import operations as waits_at_eastwest
from services.evaluation import codes as evaluation
from services.evaluation.assessments import steps as assessments
from services.evaluation.certificates import steps as certificates
from services.evaluation.examiners import steps as examiners
from services.evaluation.filings import steps as filings
from services.evaluation.worklist import operations as waits_at_evaluation
from services.registry import codes as registry
from services.registry.institutions.institutions import policy as institutions
from services.registry.institutions.supervision_tasks import policy as supervision_tasks
from services.registry.people.corrections import policy as corrections
from services.registry.people.erasures import policy as erasures
from services.registry.people.harvests import policy as harvests
from services.registry.people.trainees import policy as trainees
from services.registry.training.classes import policy as classes
from services.registry.training.complaints import policy as complaints
from services.registry.training.enrolments import policy as enrolments
from services.registry.training.inspections import policy as inspections
from services.registry.training.job_offers import policy as job_offers
from services.registry.training.trade_papers import policy as trade_papers
from services.registry.training.training_wishes import policy as training_wishes
from services.registry.worklist import operations as waits_at_registry
from services.subsidy import codes as subsidy
from services.subsidy.appeals import policy as appeals
from services.subsidy.claims import policy as claims
from services.subsidy.objections import policy as objections
from services.subsidy.payments import policy as payments
from services.subsidy.recoveries import policy as recoveries
from services.subsidy.schemes import policy as schemes
from services.subsidy.worklist import operations as waits_at_subsidy
from shared import codes, county, errors
from tests.conftest import SERVICES
from tests.contracts.apps import app
from tests.contracts.merged import document

# Who reads which list of another service: every code that may arrive there.
READ: list[tuple[str, str, Collection[str]]] = [
    (service, name, list(codes))
    for service, lists in (
        ("registry", registry.READ),
        ("subsidy", subsidy.READ),
        ("evaluation", evaluation.READ),
        ("eastwest", eastwest.READ),
    )
    for name, codes in lists.items()
]


@pytest.fixture(scope="module")
def owned(tmp_path_factory: pytest.TempPathFactory) -> list[tuple[str, str, set[str]]]:
    """(service, list, codes) of all that the services answer `GET /v1/codes` with."""
    seals: Path = tmp_path_factory.mktemp("seals")
    lists = {name: app(name, seals).state.part.codes for name in SERVICES} | {"gateway": codes.shown({**gateway.OWNED, **codes.OWNED})}
    return [(service, name, {row["code"] for row in rows}) for service, owned in lists.items() for name, rows in owned.items()]


def test_no_list_has_two_owners(owned: list[tuple[str, str, set[str]]]) -> None:
    names = [name for _, name, _ in owned if name not in codes.IN_PARTS]
    assert sorted(names) == sorted(set(names))


def test_the_parts_of_a_list_share_no_code(owned: list[tuple[str, str, set[str]]]) -> None:
    for part in codes.IN_PARTS:
        parts = [code for _, name, has in owned if name == part for code in has]
        assert len(parts) == len(set(parts)) > 1


@pytest.mark.parametrize(("reader", "name", "codes"), READ, ids=[f"{reader}-reads-{name}" for reader, name, _ in READ])
def test_what_is_read_is_what_the_owner_has(reader: str, name: str, codes: Collection[str], owned: list[tuple[str, str, set[str]]]) -> None:
    [theirs] = [has for service, owns, has in owned if owns == name and service != reader]
    assert set(codes) == theirs


# What is no list of codes: what a standard says, and what a list can be sorted by.
OF_STANDARDS = {"/oauth2/token"}


def _enums(said: Any, at: str = "") -> Iterator[tuple[str, list[str]]]:
    """Every choice of several texts in the document, and where it stands."""
    for name, inner in said.items() if isinstance(said, dict) else enumerate(said) if isinstance(said, list) else ():
        if name == "enum" and isinstance(inner, list):
            yield at, inner
        elif not (isinstance(inner, dict) and inner.get("name") == "sort"):
            yield from _enums(inner, f"{at}/{name}")


def test_every_choice_in_the_document_is_a_code_list_or_part_of_one(owned: list[tuple[str, str, set[str]]]) -> None:
    whole = document()
    lists = [has for _, _, has in owned] + [set(errors.CATALOGUE)]
    schemas = list(_enums(whole["components"]["schemas"]))
    assert len(schemas) > 60
    places = [*schemas, *_enums({path: said for path, said in whole["paths"].items() if path not in OF_STANDARDS})]
    assert [(at, choice) for at, choice in places if not any(set(choice) <= has for has in lists)] == []


def test_every_action_of_every_paper_has_its_label() -> None:
    here = county.folder()
    machines = [
        each.MACHINE
        for each in (
            institutions,
            corrections,
            erasures,
            harvests,
            trainees,
            classes,
            enrolments,
            job_offers,
            training_wishes,
            inspections,
            supervision_tasks,
            complaints,
            claims,
            objections,
            appeals,
            payments,
            recoveries,
            schemes,
        )
    ]
    machines += trade_papers.MACHINES.values()
    machines += [each.machine_of(here) for each in (orders, placements, assessments, certificates, filings, examiners)]
    steps = {step.action for machine in machines for step in machine.steps}
    worklists = (waits_at_gateway, waits_at_registry, waits_at_subsidy, waits_at_evaluation, waits_at_eastwest)
    waited_for = {kind.action for worklist in worklists for kind in worklist.KINDS} | {
        "add",
        "sent",
        "create",
    }  # to the working calendar; of an export; what a claim's first decision is
    stated = re.compile(r'allowed_actions\(\{"([a-z-]+)"')  # of papers that have no states
    found = {
        action
        for root in ("services", "gateway", "shared")
        for path in Path(root).rglob("*.py")
        for action in stated.findall(path.read_text())
    }
    assert set(codes.labels("action")) == steps | waited_for | found


def test_every_event_has_its_label() -> None:
    assert codes.labels("event_type").keys() == document()["webhooks"].keys()


def test_every_department_that_accounts_are_bound_to_is_listed_as_are_zones_and_degrees(owned: list[tuple[str, str, set[str]]]) -> None:
    lists = {name: has for _, name, has in owned}
    assert {"市农业农村局", "市文体广电旅游局"} <= lists["department"] and "初中" in lists["education"]
    assert lists["zone"] == {"qiandongnan_hi_tech", "lubi"} <= lists["region"]
