"""The released document is a promise: what breaks a caller is found, whatever it is; and what stands in the repository is true."""

import json
from collections.abc import Callable
from copy import deepcopy
from typing import Any

import pytest

from deploy import released_document, state_diagrams
from deploy.released_document import broken, releases, told
from tests.contracts.merged import document

Document = dict[str, Any]
RELEASED: list[tuple[str, Document]] = [(path.stem, json.loads(path.read_text(encoding="utf-8"))) for path in releases()]


def test_nothing_that_was_released_is_broken() -> None:
    date, released = RELEASED[-1]
    assert not broken(released, document()), (
        f"这些改动会使按 {date} 版接入的系统出错;确需如此,运行 python -m deploy.released_document 另行发布"
    )


def test_the_changes_are_told_as_the_releases_have_them() -> None:
    assert released_document.CHANGES.read_text(encoding="utf-8") == told(RELEASED)


def test_the_drawn_states_are_those_that_the_services_decide_by() -> None:
    assert state_diagrams.FILE.read_text(encoding="utf-8") == state_diagrams.drawn(state_diagrams.machines())


def test_every_machine_of_states_is_drawn() -> None:
    root = state_diagrams.FILE.parents[1]
    sources = [path.read_text(encoding="utf-8") for part in ("services", "gateway") for path in (root / part).rglob("*.py")]
    assert sum(source.count(" Machine(") for source in sources) == len(list(state_diagrams.machines()))


def drop_operation(of: Document) -> None:
    del of["paths"]["/v1/claims/{claim_id}:submit"]


def drop_status(of: Document) -> None:
    del of["paths"]["/v1/claims/{claim_id}:submit"]["post"]["responses"]["409"]


def drop_parameter(of: Document) -> None:
    listed = of["paths"]["/v1/claims"]["get"]
    listed["parameters"] = [each for each in listed["parameters"] if each["name"] != "status"]


def drop_property(of: Document) -> None:
    del of["components"]["schemas"]["ClaimOut"]["properties"]["amount"]


def change_type(of: Document) -> None:
    of["components"]["schemas"]["ClaimOut"]["properties"]["amount"] = {"type": "number"}


def drop_code(of: Document) -> None:
    of["components"]["schemas"]["ClaimStatus"]["enum"].remove("returned")


def demand_member(of: Document) -> None:
    of["components"]["schemas"]["ClaimIn"]["required"].append("class_id")


def demand_parameter(of: Document) -> None:
    for each in of["paths"]["/v1/claims"]["get"]["parameters"]:
        each["required"] = True


def rename_operation(of: Document) -> None:
    of["paths"]["/v1/claims/{claim_id}:submit"]["post"]["operationId"] = "submit_claim"


def drop_event(of: Document) -> None:
    del of["webhooks"]["claim.submitted"]


BREAKING: list[Callable[[Document], None]] = [
    drop_operation,
    drop_status,
    drop_parameter,
    drop_property,
    change_type,
    drop_code,
    demand_member,
    demand_parameter,
    rename_operation,
    drop_event,
]


@pytest.mark.parametrize("change", BREAKING, ids=lambda change: change.__name__)
def test_what_breaks_a_caller_is_found(change: Callable[[Document], None]) -> None:
    after = deepcopy(document())
    change(after)
    assert broken(document(), after)


def test_what_only_adds_breaks_nobody() -> None:
    after = deepcopy(document())
    schemas = after["components"]["schemas"]
    schemas["ClaimOut"]["properties"]["more"] = {"type": "string"}
    schemas["ClaimOut"]["required"].append("more")
    schemas["ClaimIn"]["properties"]["more"] = {"type": "string"}
    schemas["ClaimStatus"]["enum"].append("another")
    schemas["AnotherIn"] = {"type": "object", "required": ["x"], "properties": {"x": {"type": "string"}}}
    body = {"required": True, "content": {"application/json": {"schema": {"$ref": "#/components/schemas/AnotherIn"}}}}
    after["paths"]["/v1/another"] = {
        "post": {"operationId": "another_create", "requestBody": body, "responses": {"201": {"description": "x"}}}
    }
    assert not broken(document(), after)
