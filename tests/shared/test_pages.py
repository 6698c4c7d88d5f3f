"""Pages walk a list once, from the newest on, and a cursor belongs to its filter."""

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Annotated, Any
from uuid import UUID

import pytest
from fastapi import Query
from sqlalchemy import Uuid, column, select, table, text

from shared import access, db, pages
from shared.web import Part, Router, Session, create_app
from tests.conftest import Databases, Service, running, settings

router = Router("things")
THINGS = table("things", column("id", Uuid), column("colour"))


@router.operation("GET", "/v1/things", may=access.SIGNED_IN, summary="清单")
async def list_things(session: Session, asked: pages.PageAsked, colour: Annotated[str | None, Query()] = None) -> dict[str, Any]:
    wanted = select(THINGS.c.id, THINGS.c.colour)
    return await pages.page(
        session, wanted.where(THINGS.c.colour == colour) if colour else wanted, THINGS.c.id, asked, lambda row: str(row.id)
    )


@pytest.fixture
async def things(databases: Databases, tmp_path: Path) -> AsyncIterator[Service]:
    async with running(create_app(Part("things", "Things", [router]), settings(await databases.make("evaluation"), tmp_path))) as service:
        async with service.kernel.engine.begin() as connection:
            await connection.execute(text("CREATE TABLE things (id uuid PRIMARY KEY, colour text)"))
            await connection.execute(
                text("INSERT INTO things VALUES (:id, :colour)"), [{"id": db.new_id(), "colour": colour} for colour in ("red", "blue") * 5]
            )
        yield service


async def _walk(service: Service, **params: Any) -> list[str]:
    client, seen, cursor = service.as_("officer"), list[str](), None
    while True:
        answer = (await client.get("/v1/things", params=params | ({"cursor": cursor} if cursor else {}))).json()
        seen += answer["items"]
        if not (cursor := answer["next_cursor"]):
            return seen


@pytest.mark.parametrize("limit", [1, 3, 9, 10, 11])
async def test_every_row_comes_once_newest_first(things: Service, limit: int) -> None:
    seen = await _walk(things, limit=limit)
    assert seen == sorted(seen, key=UUID, reverse=True) and len(set(seen)) == len(seen) == 10


async def test_a_filter_holds_on_every_page(things: Service) -> None:
    assert len(await _walk(things, limit=2, colour="red")) == 5


async def test_a_cursor_of_another_filter_is_refused(things: Service) -> None:
    client = things.as_("officer")
    cursor = (await client.get("/v1/things", params={"limit": 2, "colour": "red"})).json()["next_cursor"]
    for params in (
        {"cursor": cursor, "colour": "blue"},
        {"cursor": cursor},
        {"cursor": cursor[:-2] + "AA", "colour": "red"},
        {"cursor": "我", "colour": "red"},
    ):
        answer = await client.get("/v1/things", params=params)
        assert (answer.status_code, answer.json()["code"]) == (400, "invalid_cursor")


async def test_the_total_counts_the_filter_not_the_page(things: Service) -> None:
    client = things.as_("officer")
    assert (await client.get("/v1/things", params={"limit": 2, "colour": "red", "include_total": True})).json()["total"] == 5
    assert "total" not in (await client.get("/v1/things")).json()


@pytest.mark.parametrize(("limit", "status"), [(0, 400), (1, 200), (200, 200), (201, 400), ("x", 400)])
async def test_a_page_has_1_to_200_rows(things: Service, limit: Any, status: int) -> None:
    assert (await things.as_("officer").get("/v1/things", params={"limit": limit})).status_code == status
