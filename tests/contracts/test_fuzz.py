"""Requests that nobody foresaw, to every operation of every service: nothing fails, and every answer is one that the document states.

`FUZZ_EXAMPLES` (5) is how many requests each operation gets.
"""

import asyncio
import logging
import os
from pathlib import Path
from typing import Any

import httpx
import pytest
import schemathesis
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from shared import errors
from tests.conftest import SERVICES, Databases, Service, running
from tests.contracts import apps

EXAMPLES = int(os.environ.get("FUZZ_EXAMPLES", "5"))
SCHOOL = "01932f6e-7c1a-7000-8000-000000000001"
NEIGHBOUR_AWAY = {"502", "503", "504"}
SLOW = {"wait"}  # parameters that make the service wait


def clients(service: Service, scopes: set[str]) -> dict[str, httpx.AsyncClient]:
    return {
        "officer": service.as_("officer"),
        "institution": service.as_("institution", institution_id=SCHOOL),
        "system": service.as_("system", scopes=scopes),
        **{role: service.as_(role) for role in ("reviewer", "finance", "partner", "auditor", "admin")},
        "service": service.internal(),
        "public": service.as_("public"),
    }


def sent(case: Any, known: dict[str, list[str]], reuse: bool) -> dict[str, Any]:
    """The request to send. Where `reuse` says so, the path names something that was made before."""
    if reuse and case.path_parameters:
        noun = case.operation.path.split("/")[2]
        if ids := known.get(noun):
            case.path_parameters = {**case.path_parameters, next(iter(case.path_parameters)): ids[-1]}
    kwargs = case.as_transport_kwargs(base_url="http://service.test")
    params = {name: value for name, value in (kwargs.get("params") or {}).items() if name not in SLOW}
    headers = {
        name: value for name, value in dict(kwargs.get("headers") or {}).items() if name.lower() not in ("authorization", "user-agent")
    }
    request = {"method": kwargs["method"], "url": kwargs["url"], "params": params, "headers": headers}
    if "json" in kwargs:
        request["json"] = kwargs["json"]
    elif kwargs.get("files"):
        request["files"] = [(name, _part(value)) for name, value in _pairs(kwargs["files"])]
    elif kwargs.get("data") is not None:
        request["content"] = kwargs["data"] if isinstance(kwargs["data"], bytes | str) else repr(kwargs["data"]).encode()
    return request


def _pairs(files: Any) -> list[tuple[str, Any]]:
    return list(files.items()) if isinstance(files, dict) else list(files)


def departures(response: httpx.Response, described: dict[str, Any]) -> str | None:
    """What is wrong with an answer, by the document."""
    status, media = str(response.status_code), response.headers.get("content-type", "").partition(";")[0]
    if response.status_code >= 500 and status not in NEIGHBOUR_AWAY:
        return f"{status} {response.text[:200]}"
    if status == "405" or (status == "404" and "404" not in described["responses"]):
        return None  # the fuzzed path is another one
    if status not in described["responses"] and status not in NEIGHBOUR_AWAY:
        return f"{status} is not stated: {response.text[:300]}"
    if response.status_code >= 400:
        if media != "application/problem+json":
            return f"{status} as {media}"
        told = response.json()
        unlisted = {told["code"], *(fault["code"] for fault in told.get("errors", []))} - errors.CATALOGUE.keys()
        return f"codes not listed: {unlisted}" if unlisted else None
    stated = described["responses"][status].get("content")
    return f"{status} as {media}" if stated and media not in stated else None


def _part(value: Any) -> tuple[str | None, bytes]:
    name, content = value[:2] if isinstance(value, tuple) else (None, value)
    return name, content if isinstance(content, bytes) else str(content).encode(errors="replace")


@pytest.mark.parametrize("name", SERVICES)
async def test_no_request_breaks_a_service(name: str, databases: Databases, tmp_path: Path) -> None:
    logging.getLogger("schemathesis").setLevel(logging.ERROR)
    document = apps.document(name)
    asked = [(described.get("security") or [{}])[0] for methods in document["paths"].values() for described in methods.values()]
    scopes = {scope for each in asked for scope in each.get("oauth2", [])}
    async with running(apps.app(name, tmp_path, await databases.lend(name))) as service:
        await asyncio.to_thread(_fuzz, asyncio.get_running_loop(), clients(service, scopes), document)


def _fuzz(loop: asyncio.AbstractEventLoop, acting: dict[str, httpx.AsyncClient], document: dict[str, Any]) -> None:
    found: dict[str, str] = {}
    known: dict[str, list[str]] = {}
    for result in schemathesis.openapi.from_dict(document).get_all_operations():
        operation = result.ok()  # type: ignore[union-attr]
        if operation.path != "/oauth2/token":  # it speaks another standard's language
            _fuzz_one(loop, acting, operation, document["paths"][operation.path][operation.method.lower()], known, found)
    assert not found, "\n".join(f"{where}: {what}" for where, what in found.items())


def _fuzz_one(
    loop: asyncio.AbstractEventLoop,
    acting: dict[str, httpx.AsyncClient],
    operation: Any,
    described: dict[str, Any],
    known: dict[str, list[str]],
    found: dict[str, str],
) -> None:
    may = [role for role in acting if role in described["x-roles"]] or ["public"]
    cases = st.one_of([operation.as_strategy(generation_mode=mode) for mode in schemathesis.GenerationMode])

    @settings(
        max_examples=EXAMPLES,
        derandomize=True,
        deadline=None,
        database=None,
        phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    @given(case=cases, role=st.sampled_from(may), reuse=st.booleans())
    def ask(case: Any, role: str, reuse: bool) -> None:
        request = sent(case, known, reuse)
        try:
            response = asyncio.run_coroutine_threadsafe(acting[role].request(**request), loop).result()
        except (httpx.InvalidURL, httpx.LocalProtocolError, UnicodeEncodeError):
            return  # nothing that a client could send
        if response.status_code == 201 and "id" in response.json():
            known.setdefault(operation.path.split("/")[2].partition(":")[0], []).append(response.json()["id"])
        if fault := departures(response, described):
            found.setdefault(f"{operation.label} as {role}", f"{fault} {request}"[:700])

    ask()
