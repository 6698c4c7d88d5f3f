"""The merged OpenAPI document and the page that shows it, without the internet."""

import json
import re
from pathlib import Path
from typing import Any

import pytest
from openapi_spec_validator import OpenAPIV31SpecValidator

from gateway import clients
from gateway.docs import reading
from gateway.docs.operations import merge
from shared import access, web, wire
from tests.conftest import Databases, Start, running, settings
from tests.gateway.houses import NOBODY

GRANT = {"200": {"description": "x", "content": {"application/json": {"schema": {"$ref": "#/components/schemas/Status"}}}}}


class Status(wire.Out):
    """The same name as another service's, with other words in it."""

    paid: bool


class ClaimOut(wire.Out):
    status: Status


claims = web.Router("claims")


@claims.operation("GET", "/v1/claims", may=access.SIGNED_IN, summary="申领单列表")
async def list_claims() -> wire.Page[ClaimOut]:
    return wire.Page(items=[])


@claims.operation("POST", "/internal/v1/claims", may=access.INTERNAL, summary="内部")
async def internal_claims() -> ClaimOut:
    return ClaimOut(status=Status(paid=True))


async def test_the_merged_document_is_valid_and_holds_what_is_routed_and_no_more(
    start: Start, databases: Databases, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    app = web.create_app(web.Part("subsidy", "补贴", [claims]), settings(await databases.lend("evaluation"), tmp_path))
    async with (
        start("gateway", **{f"{name}_url": NOBODY for name in ("registry", "evaluation", "eastwest")}) as gateway,
        running(app) as subsidy,
    ):
        gateway.knows(subsidy)
        document = (await gateway.as_("public").get("/openapi.json")).json()
        OpenAPIV31SpecValidator(document).validate()
        assert document["openapi"].startswith("3.1")
        assert {"/v1/claims", "/v1/clients", "/oauth2/token", "/v1/audit", "/livez"} <= set(document["paths"])
        assert not [path for path in document["paths"] if path.startswith("/internal")]
        assert document["x-missing"] == ["eastwest", "evaluation", "registry"]
        listed = document["paths"]["/v1/claims"]["get"]
        assert {"502", "503", "504"} <= set(listed["responses"])
        assert "upstream_timeout" in listed["responses"]["504"]["description"]
        numbers = [method["operationId"] for methods in document["paths"].values() for method in methods.values()]
        assert len(numbers) == len(set(numbers))
        assert "claims.read" in document["components"]["securitySchemes"]["oauth2"]["flows"]["clientCredentials"]["scopes"]
        monkeypatch.setattr(clients, "KNOWN_FOR_SECONDS", -1)
        await gateway.kernel.neighbours["subsidy"].close()
        gateway.kernel.neighbours["subsidy"].transport = None
        assert "/v1/claims" in (await gateway.as_("public").get("/openapi.json")).json()["paths"]


def test_only_what_is_routed_comes_in_with_the_schemas_that_it_needs() -> None:
    own: dict[str, Any] = {
        "paths": {},
        "tags": [],
        "components": {"schemas": {"Problem": {"type": "object"}}, "securitySchemes": {"oauth2": {}}},
    }
    theirs = {"Status": {"type": "array", "items": {"$ref": "#/components/schemas/Problem"}}, "Problem": {"type": "object"}, "Unused": {}}
    path: dict[str, Any] = {"get": {"tags": ["claims"], "responses": GRANT}}
    document = {"paths": {"/v1/classes": path, "/v1/claims": path, "/v1/changes": path}, "components": {"schemas": theirs}}
    merged = merge(own, {"subsidy": document | {"tags": [{"name": "claims", "description": "申领单"}, {"name": "classes"}]}})
    assert set(merged["paths"]) == {"/v1/claims"}
    assert set(merged["components"]["schemas"]) == {"Problem", "Status"}
    assert merged["tags"] == [{"name": "claims", "description": "申领单"}]


async def test_it_is_sent_compressed_and_not_again_to_who_has_it(start: Start) -> None:
    async with start("gateway") as gateway:
        public = gateway.as_("public")
        plain = await public.get("/openapi.json", headers={"Accept-Encoding": "identity"})
        packed = await public.get("/openapi.json", headers={"Accept-Encoding": "br, gzip"})
        assert "content-encoding" not in plain.headers and packed.headers["content-encoding"] == "gzip"
        assert packed.json() == plain.json() and int(packed.headers["content-length"]) * 8 < int(plain.headers["content-length"])
        assert packed.headers["etag"] == plain.headers["etag"] and packed.headers["vary"] == "Accept-Encoding"
        had = await public.get("/openapi.json", headers={"If-None-Match": plain.headers["etag"]})
        assert (had.status_code, had.content, had.headers["etag"]) == (304, b"", plain.headers["etag"])
        assert (await public.get("/openapi.json", headers={"If-None-Match": '"another"'})).status_code == 200
        refusing = await public.get("/openapi.json", headers={"Accept-Encoding": "gzip;q=0"})
        assert "content-encoding" not in refusing.headers
        first, again = gateway.app.state.document, (await public.get("/openapi.json"), gateway.app.state.document)[1]
        assert first is again


@pytest.mark.parametrize("service", ["registry", "subsidy"])
async def test_a_service_sends_its_own_the_same_way(start: Start, service: str) -> None:
    async with start(service) as running_service:
        answer = await running_service.as_("public").get("/openapi.json", headers={"Accept-Encoding": "gzip"})
        assert answer.headers["content-encoding"] == "gzip" and answer.json()["openapi"].startswith("3.1")
        had = await running_service.as_("public").get("/openapi.json", headers={"If-None-Match": answer.headers["etag"]})
        assert had.status_code == 304


@pytest.mark.parametrize("path", ["/docs", *(f"/docs/{name}" for name in reading.GUIDES)])
async def test_a_page_and_all_it_needs_come_from_here(start: Start, path: str) -> None:
    async with start("gateway") as gateway:
        public = gateway.as_("public")
        page = await public.get(path)
        assert page.headers["content-type"].startswith("text/html") and "default-src 'self'" in page.headers["content-security-policy"]
        assert not re.search(r"<style|\sstyle=|<script>|\son\w+=", page.text)
        loaded = re.findall(r'<(?:script|link|img)\b[^>]*(?:src|href)="([^"]+)"', page.text)
        linked = re.findall(r'<a href="(/[^"]*)"', page.text)
        assert all(each.startswith(("/docs/", "/pages/")) for each in loaded)
        assert {f"/docs/{name}" for name in reading.GUIDES} <= set(linked)
        for needed in (*loaded, *linked):
            assert (await public.get(needed)).status_code == 200, needed


async def test_the_page_shows_the_merged_document(start: Start) -> None:
    async with start("gateway") as gateway:
        public = gateway.as_("public")
        assert "/docs/start.js" in (await public.get("/docs")).text
        assert "/openapi.json" in (await public.get("/docs/start.js")).text


async def test_a_guide_is_a_page_and_what_it_quotes_is_no_markup(start: Start) -> None:
    async with start("gateway") as gateway:
        page = (await gateway.as_("public").get("/docs/first-hour-of-a-front-end")).text
        assert "<title>前端的第一小时</title>" in page and "<h1>前端的第一小时</h1>" in page
        assert "&lt;input type=&quot;file&quot;&gt;" in page and "{guide}" not in page


@pytest.mark.parametrize("name", ["nothing.js", "..%2fapp.py", "page.html", "guide.html", "first-hour-of-a-front-end.md"])
async def test_no_other_file_is_given_out(start: Start, name: str) -> None:
    async with start("gateway") as gateway:
        answer = await gateway.as_("public").get(f"/docs/{name}")
        assert (answer.status_code, answer.json()["code"]) == (404, "not_found")


async def test_a_part_of_it_is_about_one_noun_and_lacks_nothing_that_it_names(start: Start) -> None:
    async with start("registry") as registry, start("gateway") as gateway:
        gateway.knows(registry)
        public = gateway.as_("public")
        whole, part = (await public.get("/openapi.json")).json(), (await public.get("/openapi.json?noun=classes")).json()
        assert part["paths"] == {
            path: methods
            for path, methods in whole["paths"].items()
            if path == "/v1/classes" or path.startswith(("/v1/classes/", "/v1/classes:"))
        }
        named = set(re.findall(r"#/components/schemas/([A-Za-z0-9_]+)", json.dumps(part)))
        assert named <= part["components"]["schemas"].keys() < whole["components"]["schemas"].keys()
        OpenAPIV31SpecValidator(part).validate()
        refused = await public.get("/openapi.json?noun=clases")
        assert (refused.status_code, refused.json()["code"]) == (400, "invalid_parameter") and "classes" in refused.json()["detail"]
