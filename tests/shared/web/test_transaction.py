"""One request, one transaction: when it begins, and that a slow neighbour holds no connection."""

import asyncio
from pathlib import Path

import pytest
from fastapi import FastAPI

from shared.web import Router
from tests.conftest import Databases
from tests.shared.web.papers import KEY, OFFICER, made, serving, slow
from tests.waiting import SECONDS_AT_MOST


async def test_a_slow_neighbour_holds_no_connection_and_no_key(databases: Databases, tmp_path: Path) -> None:
    async with serving(databases, tmp_path, database_connections=1) as papers:
        slow.clear()
        officer = papers.as_("officer")
        waiting = [asyncio.create_task(officer.post("/v1/papers", json={"words": "slow"}, headers=KEY)) for _ in range(3)]
        await asyncio.sleep(0.2)
        path = f"/v1/papers/{await made(papers)}:close"
        quick = officer.post("/v1/papers", json={"words": "quick"}, headers={"Idempotency-Key": "b"})
        assert (await asyncio.wait_for(quick, SECONDS_AT_MOST)).status_code == 201
        assert (
            await asyncio.wait_for(officer.post(path, json={"reason": "齐全"}, headers={"If-Match": "*"}), SECONDS_AT_MOST)
        ).status_code == 200
        assert not any(task.done() for task in waiting)
        slow.set()
        answers = await asyncio.gather(*waiting)
        assert {answer.status_code for answer in answers} <= {201, 409}
        assert len({answer.json()["id"] for answer in answers if answer.status_code == 201}) == 1
        assert (await officer.get("/v1/papers")).json()["count"] == 3


async def test_a_misshapen_body_asks_no_neighbour_and_begins_no_transaction(databases: Databases, tmp_path: Path) -> None:
    async with serving(databases, tmp_path) as papers:
        slow.clear()
        refused = papers.as_("officer").post("/v1/papers", json={"words": "slow", "colour": 1}, headers=KEY)
        assert (await asyncio.wait_for(refused, SECONDS_AT_MOST)).status_code == 422


async def test_a_reading_that_is_recorded_runs_in_a_transaction(databases: Databases, tmp_path: Path) -> None:
    async with serving(databases, tmp_path) as papers:
        auditor, path = papers.as_("auditor", scopes={"papers.read", "audit.read"}), f"/v1/papers/{await made(papers)}/reading"
        assert (await auditor.get(path)).json()["transaction"] is not None
        assert (await auditor.get(path, params={"fails": "true"})).status_code == 409
        assert len((await auditor.get("/v1/audit", params={"action": "paper.read"})).json()["items"]) == 1


async def test_a_route_is_declared_with_operation_alone() -> None:
    with pytest.raises(TypeError):
        Router("papers").operation("GET", "/v1/papers", may=OFFICER, summary="多余", colour="red")(FastAPI)
