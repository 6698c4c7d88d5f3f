"""Every list takes the same: pages, a total, an order each way, a filter twice; what it sorts by it reads from an index."""

import inspect
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from tempfile import mkdtemp
from typing import Any

import pytest
from fastapi.dependencies.models import Dependant
from sqlalchemy import Index, PrimaryKeyConstraint, UniqueConstraint

from shared.web.routing import Route
from tests.conftest import SERVICES
from tests.contracts.apps import app
from tests.contracts.merged import document

IN_ONE_ORDER = {
    "/v1/audit": "trails of five services, each in its own order, told as one",
    "/v1/changes": "a feed is read on from where one was",
    "/v1/worklist": "the most urgent first is what it is",
}
_OF_THE_TRAIL = {each: {each, "subject"} for each in ("trainee_id", "institution_id", "teacher_id", "class_id")}
_OF_THE_TRAIL |= {
    each: {each, "subject"}
    for each in (
        "enrolment_id",
        "attendance_id",
        "employment_id",
        "correction_id",
        "wish_id",
        "offer_id",
        "record_id",
        "paper_id",
        "survey_id",
        "measure_id",
        "inspection_id",
        "complaint_id",
        "task_id",
        "subtarget_id",
        "plan_id",
        "history_import_id",
        "claim_id",
        "filing_id",
        "list_id",
        "order_id",
        "placement_id",
        "payment_id",
    )
}
OF_A_PAPER = {
    **_OF_THE_TRAIL,
    "code": {"scheme"},
    "brand_id": {"class_id", "subject"},
}  # where the parent's id has another name than in the path
BOUNDS = ("_from_on", "_to_on", "_as_of", "_at_least", "_months", "_within_days", "_kinds")  # a day or a number from which on: one is meant
ONE_ALONE = {"from_on", "to_on", "on", "as_of", "covering_on", "limit", "cursor", "include_total", "sort", "q", "after", "wait", "overdue"}
ONE_ALONE |= {"in_force_on", "trained"}
FEW = {
    "/v1/funds": "some dozens, whose sums change with every claim",
    "/v1/trainees/{trainee_id:uuid}/status-facts": "of one person, found by the number",
}
NAMES_OF_BODIES = {"/v1/institutions", "/v1/brands", "/v1/regions", "/v1/occupations", "/v1/categories"}
SOUGHT = {"trainees", "institutions", "classes", "claims", "filings", "certificates", "orders"}


@dataclass(frozen=True, slots=True)
class Taken:
    """A parameter that a list takes: whether it may be given more than once, of what kind its values are, and which there are."""

    repeated: bool
    kind: str
    codes: Sequence[str] = ()


def lists_of(whole: Mapping[str, Any]) -> dict[str, dict[str, Taken]]:
    """Every list of a document, with what it takes by name."""
    found = {}
    for path, operations in whole["paths"].items():
        answered = _meant(whole, operations.get("get", {}).get("responses", {}).get("200", {})).get("content", {})
        schema = _meant(whole, answered.get("application/json", {}).get("schema", {}))
        if "items" in schema.get("properties", {}) and not path.startswith("/v1/statistics/"):
            taken = [_meant(whole, each) for each in operations["get"].get("parameters", [])]
            found[path] = {each["name"]: _taken(whole, each["schema"]) for each in taken if each["in"] == "query"}
    return found


def _taken(whole: Mapping[str, Any], schema: Mapping[str, Any], *, repeated: bool = False) -> Taken:
    schema = _meant(whole, schema)
    if codes := schema.get("enum"):
        return Taken(repeated, "enum", codes)
    for choice in schema.get("anyOf", ()):
        if choice.get("type") != "null":
            return _taken(whole, choice, repeated=repeated)
    if schema.get("type") == "array":
        return _taken(whole, schema["items"], repeated=True)
    return Taken(repeated, schema.get("format") or schema.get("type", "string"))


def _meant(whole: Any, said: Any) -> Any:
    while "$ref" in said:
        reference, said = said["$ref"], whole
        for part in reference.removeprefix("#/").split("/"):
            said = said[part]
    return said


@pytest.fixture(scope="module")
def lists() -> dict[str, dict[str, Any]]:
    return lists_of(document())


def test_every_list_comes_in_pages_with_a_total_and_in_more_than_one_order(lists: dict[str, dict[str, Any]]) -> None:
    assert len(lists) > 40 and lists.keys() >= IN_ONE_ORDER.keys()
    lacking = {
        path: missing
        for path, takes in lists.items()
        if (missing := {"limit", "cursor", "include_total", "sort"} - takes.keys() - ({"sort"} if path in IN_ONE_ORDER else set()))
    }
    assert lacking == {"/v1/changes": {"cursor", "include_total"}}  # its cursor is `after`, and it has no end to count to


def test_every_filter_may_be_given_twice(lists: dict[str, dict[str, Any]]) -> None:
    once = [
        (path, name)
        for path, takes in lists.items()
        for name, taken in takes.items()
        if not taken.repeated and name not in ONE_ALONE and not name.endswith(BOUNDS)
    ]
    assert once == []


def test_what_has_a_name_or_a_number_is_found_by_a_part_of_it(lists: dict[str, dict[str, Any]]) -> None:
    assert [noun for noun in sorted(SOUGHT) if "q" not in lists[f"/v1/{noun}"]] == []


def _listing() -> Iterator[tuple[str, Any]]:
    """(path, what its page was declared with) of every list in a database."""
    for name in SERVICES:
        for route in app(name, Path(mkdtemp())).routes:
            if isinstance(route, Route) and route.operation.method == "GET":
                yield from ((route.path, call) for call in _calls(route.dependant) if hasattr(call, "sort"))


def _calls(dependant: Dependant) -> Iterator[Any]:
    for below in dependant.dependencies:
        yield below.call
        yield from _calls(below)


def _column(said: Any) -> Any:
    return getattr(said, "expression", said)


def _indexes(column: Any) -> list[Any]:
    return [each for each in (*column.table.indexes, *column.table.constraints) if getattr(each, "columns", None)]


def _serves(index: Any, column: Any, path: str) -> bool:
    """Of all papers: it begins with the column and the id, or the column is unique. Of one paper, which has a bounded number: it begins with that paper."""
    keys = [each.name for each in index.columns]
    if "{" not in path:
        return keys[:2] == [column.name, "id"] or (keys == [column.name] and isinstance(index, UniqueConstraint | PrimaryKeyConstraint))
    parent = path.rpartition("{")[2].partition("}")[0].partition(":")[0]
    return keys[0] in OF_A_PAPER.get(parent, {parent})


def test_what_a_list_is_sorted_by_is_read_from_an_index() -> None:
    columns = [(path, _column(each)) for path, asked in _listing() for each in asked.sort.values() if not isinstance(each, str)]
    slow = [(path, column.name) for path, column in columns if not any(_serves(index, column, path) for index in _indexes(column))]
    assert len(columns) > 50
    assert {each for each in slow if each[0] not in FEW} == set()
    assert FEW.keys() == {path for path, _ in slow}


def test_what_a_part_of_is_sought_in_has_an_index_for_parts() -> None:
    """Three characters and more by trigrams, fewer by themselves."""
    sought = [(path, _column(each)) for path, asked in _listing() for each in asked.q if not isinstance(each, str)]
    assert len(sought) > 10
    assert [(path, column.name) for path, column in sought if not any(_of_parts(index, column) for index in _indexes(column))] == []
    assert [(path, column.name) for path, column in sought if not _in_parts(column)] == []
    assert [path for path, column in sought if not any(_is_gin(index, "parts") for index in _indexes(column))] == []


def _of_parts(index: Any, column: Any) -> bool:
    return index.dialect_options["postgresql"]["ops"].get(column.name) == "gin_trgm_ops" if isinstance(index, Index) else False


def _in_parts(column: Any) -> bool:
    """`parts` is computed of the column, or of what that one is computed of."""
    made_of = str(column.table.c.parts.computed.sqltext)
    return column.name in made_of or (column.computed is not None and str(column.computed.sqltext) in made_of)


def _is_gin(index: Any, name: str) -> bool:
    return isinstance(index, Index) and index.dialect_options["postgresql"]["using"] == "gin" and list(index.columns.keys()) == [name]


def test_no_list_is_sorted_by_what_is_personal() -> None:
    personal = [(path, name) for path, asked in _listing() for name in asked.sort if "name" in name and path not in NAMES_OF_BODIES]
    personal += [(path, name) for path, asked in _listing() for name in asked.sort if name in ("id_number", "phone", "bank_account")]
    assert personal == []


def test_nothing_that_a_request_asks_for_is_sent_to_a_thread() -> None:
    """FastAPI runs what is no coroutine in a thread, and the request waits for two changes of it."""

    def all_of(dependant: Dependant) -> Iterator[Dependant]:
        yield dependant
        for inner in dependant.dependencies:
            yield from all_of(inner)

    routes = [route for name in SERVICES for route in app(name, Path(mkdtemp())).routes if isinstance(route, Route)]
    assert {each.call for route in routes for each in all_of(route.dependant) if not inspect.iscoroutinefunction(each.call)} == set()
