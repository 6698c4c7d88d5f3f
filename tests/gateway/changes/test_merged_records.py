"""The trail, the problems and the codes of all services as one; and readiness, which waits for none of them."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from sqlalchemy import text

from gateway import clients
from gateway import codes as own
from shared import codes as labels
from shared import errors
from tests.conftest import Databases, Start
from tests.gateway.houses import House, house
from tests.sealing import seal


@pytest.fixture
async def home(start: Start, databases: Databases, tmp_path: Path) -> AsyncIterator[House]:
    async with house(start, databases, tmp_path) as made:
        yield made


@pytest.mark.parametrize("limit", [1, 3, 200])
async def test_the_trail_is_one_newest_first_page_by_page(home: House, limit: int) -> None:
    expected = []
    for name in ("registry", "gateway", "subsidy", "registry", "gateway", "eastwest"):
        expected += [(name, subject) for subject in await home.happens(name, "a.made")]
    auditor, found, cursor = home.gateway.as_("auditor"), [], {}
    while True:
        page = (await auditor.get("/v1/audit", params={"limit": limit} | cursor)).json()
        assert page["complete"] is True and len(page["items"]) <= limit
        found += [(entry["service"], entry["subject"]) for entry in page["items"]]
        if page["next_cursor"] is None:
            break
        cursor = {"cursor": page["next_cursor"]}
    assert found == expected[::-1]


async def test_a_filter_reaches_every_trail_and_its_cursor_belongs_to_it(home: House) -> None:
    await home.happens("registry", "a.made", "b.made", "a.made")
    auditor = home.gateway.as_("auditor")
    page = (await auditor.get("/v1/audit", params={"action": "a.made", "limit": 1})).json()
    assert [entry["action"] for entry in page["items"]] == ["a.made"] and page["next_cursor"]
    for params in ({"action": "b.made"}, {}):
        other = await auditor.get("/v1/audit", params=params | {"cursor": page["next_cursor"]})
        assert (other.status_code, other.json()["code"]) == (400, "invalid_cursor")
    assert (await auditor.get("/v1/audit", params={"cursor": "x"})).json()["code"] == "invalid_cursor"
    either = (await auditor.get("/v1/audit", params={"action": ["a.made", "b.made"]})).json()["items"]
    assert [entry["action"] for entry in either] == ["a.made", "b.made", "a.made"]


async def test_a_trail_that_cannot_be_read_is_said(home: House) -> None:
    await home.happens("registry", "a.made")
    await home.stop("subsidy")
    page = (await home.gateway.as_("auditor").get("/v1/audit")).json()
    assert (len(page["items"]), page["complete"]) == (1, False)


async def test_only_an_auditor_reads_the_trail(home: House) -> None:
    for role in ("admin", "officer", "system"):
        assert (await home.gateway.as_(role).get("/v1/audit")).status_code == 403


async def test_tampering_at_one_service_is_found_at_the_gateway(home: House) -> None:
    await home.happens("eastwest", "a.made")
    auditor, services = home.gateway.as_("auditor"), home.services
    await seal(services["eastwest"])
    assert (await auditor.get("/v1/audit:verify")).json()["services"]["eastwest"]["check"]["sealed_rows"] == 1
    assert (await auditor.get("/v1/audit:verify")).json()["intact"] is True
    async with services["eastwest"].superuser() as connection:
        await connection.execute(text("SET LOCAL session_replication_role = replica"))
        await connection.execute(text("UPDATE audit SET action = 'b.made'"))
    found = (await auditor.get("/v1/audit:verify")).json()
    assert (found["intact"], found["complete"], found["services"]["eastwest"]["status"]) == (False, True, "broken")
    await home.stop("registry")
    found = (await auditor.get("/v1/audit:verify")).json()
    assert (found["complete"], found["services"]["registry"]) == (False, {"status": "unavailable", "check": None})


async def test_problems_and_codes_of_all_services_are_listed_also_while_one_is_away(home: House, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(clients, "KNOWN_FOR_SECONDS", -1)
    public = home.gateway.as_("public")
    for _ in range(2):
        problems, codes = (await public.get("/v1/problems")).json(), (await public.get("/v1/codes")).json()
        assert {entry["code"] for entry in problems["items"]} >= set(errors.CATALOGUE) and problems["complete"] is True
        theirs = {f"{service}_kinds" for service in ("registry", "subsidy", "evaluation", "eastwest")}
        assert set(codes) == theirs | own.OWNED.keys() | labels.OWNED.keys()
        await home.stop("subsidy")
    entry = (await public.get("/v1/problems/sign_in_locked")).json()
    assert (entry["status"], entry["kind"], entry["retryable"]) == (429, "problem", True) and entry["remedy"]
    assert (await public.get("/v1/problems/nothing")).status_code == 404


async def test_readiness_shows_the_services_and_waits_for_none(home: House) -> None:
    await home.stop("subsidy")
    answer = await home.gateway.as_("public").get("/readyz")
    checks = answer.json()["checks"]
    assert (answer.status_code, checks["database"]["status"], checks["registry"]["status"], checks["subsidy"]["status"]) == (
        200,
        "ok",
        "ok",
        "unavailable",
    )


async def test_without_its_database_the_gateway_is_not_ready(start: Start) -> None:
    async with start("gateway", url="postgresql+asyncpg://nobody@127.0.0.1:9/nothing") as gateway:
        assert (await gateway.as_("public").get("/readyz")).status_code == 503
        assert (await gateway.as_("public").get("/livez")).status_code == 200
