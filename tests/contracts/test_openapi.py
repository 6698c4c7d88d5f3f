"""What every service says of itself: a valid OpenAPI 3.1 document in which each operation is told in full, with examples that fit their schemas."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft202012Validator  # type: ignore[import-untyped]
from openapi_spec_validator import OpenAPIV31SpecValidator

from gateway.docs.operations import merge
from tests.conftest import SERVICES
from tests.contracts.apps import app

NEVER_REFUSE = {"/.well-known/jwks.json", "/.well-known/oauth-authorization-server"}

Document = dict[str, Any]


@pytest.fixture(scope="module")
def documents(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Document]:
    seals: Path = tmp_path_factory.mktemp("seals")
    return {name: app(name, seals).openapi() for name in SERVICES}


@pytest.fixture(params=[*SERVICES, "merged"])
def document(request: pytest.FixtureRequest, documents: dict[str, Document]) -> Document:
    """Each service's own document, and the one that the gateway makes of all."""
    if request.param != "merged":
        return documents[request.param]
    return merge(documents["gateway"], {name: made for name, made in documents.items() if name != "gateway"})


def operations(document: Document) -> Iterator[tuple[str, str, dict[str, Any]]]:
    for path, methods in document["paths"].items():
        for method, described in methods.items():
            yield method.upper(), path, described


def test_the_document_is_valid(document: Document) -> None:
    OpenAPIV31SpecValidator(document).validate()
    assert document["openapi"].startswith("3.1")


def test_no_two_operations_share_an_id(document: Document) -> None:
    ids = [described["operationId"] for _, _, described in operations(document)]
    assert len(ids) == len(set(ids))


def test_every_operation_says_what_it_does_and_how_it_refuses(document: Document) -> None:
    wanting = []
    for method, path, described in operations(document):
        refusals = {status for status in described["responses"] if status.startswith("4")}
        expected = {"404"} if "{" in path else set()
        if described.get("security") and {} not in described["security"]:
            expected |= {"400", "401", "403"}
        if described.get("requestBody") and not path.startswith("/oauth2/"):
            expected |= {"400", "413", "415", "422"}
        if not described.get("summary") or not (refusals or path in NEVER_REFUSE) or not expected <= refusals:
            wanting.append((method, path, sorted(expected - refusals)))
    assert not wanting


def bodies(described: dict[str, Any]) -> Iterator[tuple[str, dict[str, Any]]]:
    """What goes in and what comes out, by media type."""
    for media in described.get("requestBody", {}).get("content", {}).values():
        yield "request", media
    for status, response in described["responses"].items():
        for media in response.get("content", {}).values():
            yield status, media


def test_every_body_and_every_answer_has_an_example(document: Document) -> None:
    wanting = [
        (method, path, where)
        for method, path, described in operations(document)
        for where, media in bodies(described)
        if "example" not in media and not media.get("examples")
    ]
    assert not wanting
    assert not [path for _, path, described in operations(document) if not any(status.startswith("2") for status in described["responses"])]


def test_every_example_fits_its_schema(document: Document) -> None:
    wanting = []
    for method, path, described in operations(document):
        for where, media in bodies(described):
            examples = [media["example"]] if "example" in media else [each["value"] for each in media["examples"].values()]
            fits = Draft202012Validator({**media.get("schema", {}), "components": document["components"]})
            for fault in (fault for example in examples for fault in fits.iter_errors(example)):
                wanting.append((method, path, where, fault.json_path, fault.message[:120]))
    assert not wanting


def test_what_needs_no_token_is_what_the_public_may_know(documents: dict[str, Document]) -> None:
    everything = merge(documents["gateway"], {name: made for name, made in documents.items() if name != "gateway"})
    public = {f"{method} {path}" for method, path, described in operations(everything) if "public" in described["x-roles"]}
    assert public == {
        "GET /livez",
        "GET /readyz",
        "GET /version",
        "GET /metrics",
        "GET /v1/problems",
        "GET /v1/problems/{code}",
        "GET /v1/codes",
        "GET /.well-known/jwks.json",
        "GET /.well-known/oauth-authorization-server",
        "POST /oauth2/token",
        "POST /v1/sessions",
        "POST /v1/sessions:refresh",
        "GET /v1/placement-receipts/key",
        "GET /v1/notices",
        "GET /v1/notices/{notice_id}",
        "POST /v1/notices/{notice_id}/objections",
        "POST /v1/certificates:verify",
    }


def test_internal_paths_are_in_no_public_document(documents: dict[str, Document]) -> None:
    everything = merge(documents["gateway"], {name: made for name, made in documents.items() if name != "gateway"})
    assert not [path for path in everything["paths"] if path.startswith("/internal")]
