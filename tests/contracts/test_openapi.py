"""What every service says of itself: a valid OpenAPI 3.1 document in which each operation is told in full, with examples that fit their schemas."""

import ast
import json
import re
from collections.abc import Iterator
from itertools import combinations
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft202012Validator  # type: ignore[import-untyped]
from openapi_spec_validator import OpenAPIV31SpecValidator

from gateway.docs.operations import merge
from shared.web import examples, wording
from tests.conftest import SERVICES
from tests.contracts import apps

ROOT = Path(__file__).resolve().parents[2]
VERBS = "list|get|create|update|replace|delete"

Document = dict[str, Any]


@pytest.fixture(scope="module")
def documents() -> dict[str, Document]:
    return {name: apps.document(name) for name in SERVICES}


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
    """And no limit stands under the name that Python gives it, as one behind a validator does: no generator of code looks there."""
    OpenAPIV31SpecValidator(document).validate()
    assert document["openapi"].startswith("3.1")
    assert re.findall(r'"(?:ge|gt|le|lt|multiple_of)":', json.dumps(document["components"]["schemas"])) == []


def test_what_a_member_of_a_body_may_be_is_told_by_its_shape(document: Document) -> None:
    """Of several types that are tried one after the other each would be faulted, at a pointer that is no place in the body."""
    tried = [
        f"{name}/{member}"
        for name in _taken(document)
        for member, said in document["components"]["schemas"][name].get("properties", {}).items()
        for each in (said, said.get("items", {}))
        if len([kind for kind in each.get("anyOf", []) if kind.get("type") != "null"]) > 1
    ]
    assert tried == []


def _taken(document: Document) -> set[str]:
    """The schemas that bodies are made of."""
    found, left = set[str](), [described.get("requestBody") for _, _, described in operations(document)]
    while left:
        for name in set(re.findall(r"#/components/schemas/(\w+)", str(left.pop()))) - found:
            found.add(name)
            left.append(document["components"]["schemas"][name])
    return found


def test_a_single_resource_has_a_tag(document: Document) -> None:
    untagged = [
        path
        for method, path, described in operations(document)
        if method == "GET" and path.endswith("}") and path.startswith("/v1/")
        for answered in [described["responses"]["200"]]
        if "application/json" in answered["content"] and "ETag" not in answered["headers"]
    ]
    assert untagged == []


def test_every_operation_has_an_id_of_noun_and_verb_that_no_other_has(document: Document) -> None:
    ids = [described["operationId"] for _, _, described in operations(document)]
    assert len(ids) == len(set(ids))
    for method, path, described in operations(document):
        noun, action = path.removeprefix("/internal").removeprefix("/v1").split("/")[1].partition(":")[0], path.partition(":")[2]
        verb = action.replace("-", "_") or f"({VERBS})"
        begins = "internal" if path.startswith("/internal") else re.sub(r"\W", "_", noun.removeprefix("."))
        assert re.fullmatch(rf"{begins}_{verb}(_[a-z_]+)?", described["operationId"]), (method, path, described["operationId"])


def test_every_operation_says_what_it_does_and_for_whom(documents: dict[str, Document]) -> None:
    ids = {name: {described["operationId"] for _, _, described in operations(document)} for name, document in documents.items()}
    untold = {name: each - wording.of(name).operations.keys() for name, each in ids.items()}
    nobodys = {name: wording.own(name).operations.keys() - ids[name] for name in SERVICES}
    nobodys["shared"] = wording.own("shared").operations.keys() - set.union(*ids.values())
    assert not any(untold.values()) and not any(nobodys.values()), (untold, nobodys)
    for document in documents.values():
        for method, path, described in operations(document):
            said = described["description"].partition("\n\n")[0]
            assert 8 <= len(said) <= 150 and 1 <= said.count("。") <= 3, (method, path, said)


def explained(value: Any, where: str = "") -> Iterator[tuple[str, str, str]]:
    """Every property of every schema and every parameter: where it is, its name, how it is explained."""
    if isinstance(value, dict):
        if isinstance(properties := value.get("properties"), dict) and value.get("type", "object") == "object":
            for name, schema in properties.items():
                yield f"{where}/{name}", name, schema.get("description", "")
        if "in" in value and isinstance(value.get("name"), str):
            yield where, value["name"], value.get("description", "")
        for name, inner in value.items():
            if name not in ("example", "examples"):
                yield from explained(inner, f"{where}/{name}")
    elif isinstance(value, list):
        for index, inner in enumerate(value):
            yield from explained(inner, f"{where}/{index}")


def test_every_property_and_every_parameter_is_explained(document: Document) -> None:
    assert not [where for where, _, said in explained(document) if not said and "/webhooks/" not in where]


def test_what_callers_read_is_chinese(documents: dict[str, Document]) -> None:
    """What services ask one another may be explained in English."""
    merged = merge(documents["gateway"], {name: made for name, made in documents.items() if name != "gateway"})
    assert not [where for where, _, said in explained(merged) if said and not re.search("[一-鿿]", said)]


def test_the_vocabulary_has_no_word_that_nobody_uses(documents: dict[str, Document]) -> None:
    used = {name for document in documents.values() for _, name, _ in explained(document)}
    words = wording.own("shared")
    assert not words.words.keys() - used
    assert not words.examples.keys() - used - {""}
    assert not [name for name, said in words.words.items() if not said.endswith("。")]


def test_every_tag_is_explained(document: Document) -> None:
    borne = {tag for _, _, described in operations(document) for tag in described["tags"]}
    assert borne == {tag["name"] for tag in document["tags"]}
    assert all(tag["description"] for tag in document["tags"])


def test_schemas_are_called_the_same_whichever_services_are_up(documents: dict[str, Document]) -> None:
    behind = [name for name in SERVICES if name != "gateway"]
    every = merge(documents["gateway"], {name: documents[name] for name in behind})["components"]["schemas"]
    for few in (few for many in range(len(behind)) for few in combinations(behind, many)):
        merged = merge(documents["gateway"], {name: documents[name] for name in few})
        assert merged["components"]["schemas"].items() <= every.items(), few
        assert set(references(merged)) <= merged["components"]["schemas"].keys()
    assert all(schema["title"] == name for name, schema in every.items())


def test_a_schema_is_called_by_its_own_name(document: Document) -> None:
    assert [name for name in document["components"]["schemas"] if "__" in name or "." in name] == []


def test_two_services_mean_the_same_by_the_same_name(documents: dict[str, Document]) -> None:
    bare: Document = {"paths": {}, "tags": [], "components": {"schemas": {}, "securitySchemes": {"oauth2": {}}}}
    known: dict[str, Any] = {}
    for name, document in documents.items():
        alone = merge(document, {}) if name == "gateway" else merge(bare, {name: document})
        for schema, said in alone["components"]["schemas"].items():
            assert known.setdefault(schema, said) == said, (name, schema)
    assert len(known) > 300


def references(value: Any) -> Iterator[str]:
    if isinstance(value, dict):
        if isinstance(value.get("$ref"), str) and value["$ref"].startswith("#/components/schemas/"):
            yield value["$ref"].rpartition("/")[2]
        for inner in value.values():
            yield from references(inner)
    elif isinstance(value, list):
        for inner in value:
            yield from references(inner)


def test_what_stands_in_the_head_of_an_answer_is_told(document: Document) -> None:
    for method, path, described in operations(document):
        for status, response in described["responses"].items():
            if path.startswith("/oauth2/"):
                continue
            head = response.get("headers", {}).keys()
            assert "X-Request-Id" in head, (method, path, status)
            assert status[0] == "3" or ("Content-Language" in head) == (status[0] in "45"), (method, path, status)
            assert status not in ("429", "503") or "Retry-After" in head
    if "/v1/claims" in document["paths"]:
        made, read = document["paths"]["/v1/claims"]["post"], document["paths"]["/v1/claims/{claim_id}"]["get"]
        assert {"ETag", "Location", "Idempotent-Replayed"} <= made["responses"]["201"]["headers"].keys()
        assert "ETag" in read["responses"]["200"]["headers"] and "ETag" in read["responses"]["304"]["headers"]
        assert "Retry-After" in made["responses"]["409"]["headers"] and "If-None-Match" in {each["name"] for each in read["parameters"]}


def test_every_operation_says_what_it_does_and_how_it_refuses(document: Document) -> None:
    wanting = []
    for method, path, described in operations(document):
        refusals = {status for status in described["responses"] if status.startswith("4")}
        expected = {"404"} if "{" in path else set()
        if described.get("security") and {} not in described["security"]:
            expected |= {"400", "401", "403"}
        if described.get("requestBody") and not path.startswith("/oauth2/"):
            expected |= {"400", "413", "415", "422"}
        if not described.get("summary") or not refusals or not expected <= refusals:
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


def test_every_example_is_believable(document: Document) -> None:
    """Nothing in it stands for nothing."""
    wanting = [
        (method, path, where)
        for method, path, described in operations(document)
        for where, media in bodies(described)
        if where[0] in "r2" and re.search(f"示例|: '{examples.UNKNOWN}'", str(media.get("example")))
    ]
    assert not wanting


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
        "GET /v1/certificates/signing-certificate",
        "GET /v1/claim-receipts/key",
        "GET /v1/placement-receipts/key",
        "GET /v1/notices",
        "GET /v1/notices/{notice_id}",
        "POST /v1/notices/{notice_id}/objections",
        "POST /v1/complaints",
        "POST /v1/complaints:state",
        "POST /v1/certificates:verify",
        "GET /v1/open-classes",
        "GET /v1/public-plans",  # 404 unless PUBLIC_BOARD
        "GET /v1/public-plans/{plan}",
        "GET /v1/public-plans/{plan}/check",
        "GET /v1/public-plans/{plan}/progress",
    }


def test_internal_paths_are_in_no_public_document(documents: dict[str, Document]) -> None:
    everything = merge(documents["gateway"], {name: made for name, made in documents.items() if name != "gateway"})
    assert not [path for path in everything["paths"] if path.startswith("/internal")]


def announced() -> Iterator[tuple[str, str]]:
    """Every event type that the source writes out where it records a deed for the feed, and whose it is."""
    for file in sorted((ROOT / "services").rglob("*.py")):
        for call in (node for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))) if isinstance(node, ast.Call)):
            if getattr(call.func, "attr", "") in ("record", "deed") and not any(each.arg == "event" for each in call.keywords):
                types = [each.value for each in call.args if isinstance(each, ast.Constant) and isinstance(each.value, str)]
                subjects = {ast.unparse(each) for each in call.args}
                yield from (
                    (file.parts[len(ROOT.parts) + 1], kind)
                    for kind in types
                    if re.fullmatch(r"[a-z_]+\.[a-z_]+", kind) and "None" not in subjects
                )


def test_every_event_is_a_webhook_of_the_document(documents: dict[str, Document]) -> None:
    document = merge(documents["gateway"], {name: made for name, made in documents.items() if name != "gateway"})
    found = list(announced())
    assert len(found) >= 15 and not [(service, kind) for service, kind in found if kind not in wording.own(service).events]
    assert document["webhooks"].keys() == set().union(*(wording.own(name).events for name in SERVICES))
    assert document["webhooks"]["claim.submitted"]["post"]["requestBody"]["content"]["application/json"]["schema"]


def test_a_file_is_bytes_to_generators_of_code_and_no_answer_is_unsaid(document: Document) -> None:
    for method, path, described in operations(document):
        for status, response in described["responses"].items():
            content = response.get("content", {})
            assert content or status in ("204", "304") or path == "/metrics", (method, path, status)
            for media_type, body in content.items():
                textual = "json" in media_type or media_type.startswith("text/")
                assert textual or body["schema"] == {"type": "string", "format": "binary"}, (method, path, media_type)
    sent = [inner for schema in document["components"]["schemas"].values() for inner in schema.get("properties", {}).values()]
    assert all(inner.get("format") == "binary" for inner in sent if "contentMediaType" in inner)


def test_whatever_every_operation_may_answer_is_said_of_each(document: Document) -> None:
    """A limit a client by setting, work at once beyond what is taken: a generated client must know these answers everywhere."""
    for method, path, described in operations(document):
        assert {"429", "503"} <= described["responses"].keys() or not path.startswith("/v1/"), (method, path)


def test_a_body_that_may_be_left_out_is_not_also_null(document: Document) -> None:
    for method, path, described in operations(document):
        for body in described.get("requestBody", {}).get("content", {}).values():
            assert {"type": "null"} not in body["schema"].get("anyOf", []), (method, path)


def test_a_member_that_a_request_may_leave_out_has_its_default_in_words(document: Document) -> None:
    """Generators take a member with a `default` for one that is always there, in a request as in an answer."""
    for name, schema in document["components"]["schemas"].items():
        if schema.get("additionalProperties") is False:
            assert not [member for member, inner in schema["properties"].items() if "default" in inner], name


def test_what_an_answer_always_says_is_promised(document: Document) -> None:
    """A name that may be null is there all the same: a front end need not ask whether."""
    paper = document["components"]["schemas"].get("ClaimOut") or document["components"]["schemas"].get("TraineePaper")
    if paper is not None:
        assert set(paper["required"]) == paper["properties"].keys()
