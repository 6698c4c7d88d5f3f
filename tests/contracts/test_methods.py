"""What may be done at a path is said by the path itself: `Allow` names all its methods, in whichever routers they stand, refused or asked for. What is done with
a paper finds the paper first."""

import re
from collections import defaultdict
from pathlib import Path

import httpx
import pytest

from shared import db
from shared.web.routing import Route
from tests.conftest import SERVICES
from tests.contracts.apps import app

PARAMETER = re.compile(r"{[^}]*}")


@pytest.mark.parametrize("name", SERVICES)
async def test_allow_names_all_methods_of_every_path(name: str, tmp_path: Path) -> None:
    made, declared = app(name, tmp_path), defaultdict[str, set[str]](set)
    paper = str(db.new_id())
    for route in made.routes:
        if isinstance(route, Route):
            declared[PARAMETER.sub(lambda found: paper if "uuid" in found[0] else "x", route.path)] |= route.methods or set()
    async with httpx.AsyncClient(transport=httpx.ASGITransport(made), base_url="http://s.test") as anyone:
        for path, methods in declared.items():
            allowed = methods | {"OPTIONS"} | ({"HEAD"} if "GET" in methods else set())
            for method, status in (("OPTIONS", 204), ("TRACE", 405)):
                answer = await anyone.request(method, path)
                assert (answer.status_code, set(answer.headers["allow"].split(", "))) == (status, allowed), (method, path)
            assert answer.json()["code"] == "method_not_allowed" and str(sorted(allowed)[0]) in answer.json()["detail"]
    assert {"GET", "POST"} in declared.values()


def test_who_changes_a_paper_finds_it_before_the_body_is_judged(tmp_path: Path) -> None:
    """A stale version and a wrong state come first."""
    routes = [route for name in SERVICES for route in app(name, tmp_path).routes if isinstance(route, Route)]
    on_papers = [each.operation for each in routes if each.operation.method in ("PATCH", "POST") and re.search(r"}:|}$", each.path)]
    assert [f"{each.method} {each.path}" for each in on_papers if each.changes and each.paper is None] == []
