"""Each code list has one owner, and what another service reads of it is what the owner has."""

from collections.abc import Collection
from pathlib import Path

import pytest

from services.eastwest import codes as eastwest
from services.evaluation import codes as evaluation
from services.registry import codes as registry
from services.subsidy import codes as subsidy
from shared.codes import IN_PARTS
from tests.conftest import SERVICES
from tests.contracts.apps import app

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
    parts = {name: app(name, seals).state.part for name in SERVICES}
    return [(service, name, {row["code"] for row in rows}) for service, part in parts.items() for name, rows in part.codes.items()]


def test_no_list_has_two_owners(owned: list[tuple[str, str, set[str]]]) -> None:
    names = [name for _, name, _ in owned if name not in IN_PARTS]
    assert sorted(names) == sorted(set(names))


def test_the_parts_of_a_list_share_no_code(owned: list[tuple[str, str, set[str]]]) -> None:
    for part in IN_PARTS:
        codes = [code for _, name, has in owned if name == part for code in has]
        assert len(codes) == len(set(codes)) > 1


@pytest.mark.parametrize(("reader", "name", "codes"), READ, ids=[f"{reader}-reads-{name}" for reader, name, _ in READ])
def test_what_is_read_is_what_the_owner_has(reader: str, name: str, codes: Collection[str], owned: list[tuple[str, str, set[str]]]) -> None:
    [theirs] = [has for service, owns, has in owned if owns == name and service != reader]
    assert set(codes) == theirs
