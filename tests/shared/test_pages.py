"""Pages walk a list once, from the newest on, and a cursor belongs to its filter."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Annotated, Any
from uuid import UUID

import pytest
from sqlalchemy import Date, Numeric, Text, Uuid, column, event, select, table, text
from sqlalchemy.dialects import postgresql
from sqlalchemy.dialects.postgresql import ARRAY, JSONB
from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import AsyncSession

from shared import access, db, pages, seeking
from shared.web import Part, Router, Session, create_app
from tests.conftest import Databases, Service, running, settings


@dataclass(frozen=True)
class Ink:
    code: str
    name: str
    drops: int | None


router = Router("things")
THINGS = table(
    "things",
    column("id", Uuid),
    column("colour", Text),
    column("due_on", Date),
    column("price", Numeric),
    column("refs", JSONB),
    column("parts", ARRAY(Text)),
)
THINGS.c.price.nullable = False
Listed = Annotated[pages.Asked, pages.asking(q=[THINGS.c.colour], due_on=THINGS.c.due_on, price=THINGS.c.price)]
INKS = [Ink("k", "黑", 3), Ink("c", "青", None), Ink("m", "品红", 1), Ink("y", "黄", 2)]


@router.operation("GET", "/v1/things", may=access.SIGNED_IN, summary="清单")
async def list_things(
    session: Session,
    asked: Listed,
    refs: pages.ExternalRef,
    colour: pages.AnyOf[str] = None,
    due_from_on: date | None = None,
    due_to_on: date | None = None,
) -> dict[str, Any]:
    wanted = pages.where(select(THINGS.c.id, THINGS.c.colour), {THINGS.c.colour: colour}).where(refs.among(THINGS.c.refs))
    wanted, asked = pages.within(wanted, THINGS.c.due_on, due_from_on, due_to_on), asked.newest(THINGS.c.due_on, due_from_on, due_to_on)
    return await pages.page(session, wanted, THINGS.c.id, asked, lambda row: str(row.id))


@router.operation("GET", "/v1/plain", may=access.SIGNED_IN, summary="清单,只有一种次序")
async def list_plain(session: Session, asked: Annotated[pages.Asked, pages.asking()]) -> dict[str, Any]:
    return await pages.page(session, select(THINGS.c.id), THINGS.c.id, asked, lambda row: str(row.id))


@router.operation("GET", "/v1/inks", may=access.SIGNED_IN, summary="内存中的清单")
async def list_inks(
    asked: Annotated[pages.Asked, pages.asking(whole=True, q=["name"], drops="drops")], code: pages.AnyOf[str] = None
) -> dict[str, Any]:
    pages.known("code", code, [ink.code for ink in INKS])
    return pages.of_rows(asked, INKS, show=lambda ink: ink.code)


@pytest.fixture
async def things(databases: Databases, tmp_path: Path) -> AsyncIterator[Service]:
    async with running(create_app(Part("things", "Things", [router]), settings(await databases.make("evaluation"), tmp_path))) as service:
        async with service.kernel.engine.begin() as connection:
            await connection.execute(
                text(
                    "CREATE TABLE things (id uuid PRIMARY KEY, colour text, due_on date, price numeric NOT NULL, refs jsonb NOT NULL,"
                    f" parts text[] GENERATED ALWAYS AS ({seeking.sql('colour')}) STORED)"
                )
            )
            await connection.execute(
                text("INSERT INTO things VALUES (:id, :colour, :due_on, :price, CAST(:refs AS jsonb))"),
                [
                    {
                        "id": db.new_id(),
                        "colour": colour,
                        "due_on": None if n % 3 == 0 else date(2025, 4, 1 + n % 4),
                        "price": n % 4,
                        "refs": f'[{{"system": "甲", "number": "{n}"}}, {{"system": "乙", "number": "7"}}]',
                    }
                    for n, colour in enumerate(("red", "100%_blue") * 5)
                ],
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
        {"cursor": cursor, "colour": "100%_blue"},
        {"cursor": cursor, "colour": "red", "sort": "price"},
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


async def _sorted(service: Service, by: str) -> list[Any]:
    """What each thing should come as: by value and id, without a value last and the newest of those first."""
    async with service.kernel.engine.connect() as connection:
        rows = (await connection.execute(text("SELECT id, due_on, price FROM things"))).all()
    field, descending = by.removeprefix("-"), by.startswith("-")
    valued = sorted(
        (row for row in rows if getattr(row, field) is not None), key=lambda row: (getattr(row, field), row.id), reverse=descending
    )
    return [
        str(row.id)
        for row in [*valued, *sorted((row for row in rows if getattr(row, field) is None), key=lambda row: row.id, reverse=True)]
    ]


@pytest.mark.parametrize("limit", [1, 3, 4, 6, 10])
@pytest.mark.parametrize("by", ["due_on", "-due_on", "price", "-price"])
async def test_sorted_pages_hold_every_row_once_and_nulls_last(things: Service, by: str, limit: int) -> None:
    assert await _walk(things, limit=limit, sort=by) == await _sorted(things, by)


@pytest.mark.parametrize(
    "days", [{"due_to_on": "2025-04-03"}, {"due_from_on": "2025-04-02"}, {"due_from_on": "2025-04-02", "due_to_on": "2025-04-03"}]
)
async def test_a_list_of_days_comes_from_the_newest_of_them_on_and_in_another_order_when_asked(
    things: Service, days: dict[str, str]
) -> None:
    by_day, by_price = [await _sorted(things, by) for by in ("-due_on", "price")]
    for limit in (1, 2, 10):
        found = await _walk(things, limit=limit, **days)
        assert 0 < len(found) < 10 and found == [each for each in by_day if each in found]
        assert await _walk(things, limit=limit, sort="price", **days) == [each for each in by_price if each in found]


@pytest.mark.parametrize("by", ["colour", "-", "price,due_on", ""])
async def test_an_order_that_the_list_does_not_name_is_refused_with_those_it_does(things: Service, by: str) -> None:
    answer = await things.as_("officer").get("/v1/things", params={"sort": by})
    assert (answer.status_code, answer.json()["code"], answer.json()["parameter"]) == (400, "invalid_parameter", "sort")
    assert answer.json()["errors"][0]["allowed"] == "due_on、price、-due_on、-price"


async def test_a_list_that_declares_neither_knows_neither_sort_nor_q(things: Service) -> None:
    for name in ("sort", "q"):
        answer = await things.as_("officer").get("/v1/plain", params={name: "price"})
        assert (answer.status_code, answer.json()["code"]) == (400, "unknown_parameter")


async def test_a_filter_given_twice_means_either_and_another_parameter_may_not_be(things: Service) -> None:
    client = things.as_("officer")
    assert len((await client.get("/v1/things?colour=red&colour=100%25_blue")).json()["items"]) == 10
    assert len((await client.get("/v1/things?colour=red&colour=green")).json()["items"]) == 5
    answer = await client.get("/v1/things?limit=2&limit=3")
    assert (answer.status_code, answer.json()["parameter"]) == (400, "limit")


@pytest.mark.parametrize(
    ("part", "found"),
    [("RED", 5), ("Re", 5), ("ed", 5), ("rd", 0), ("E", 10), ("z", 0), ("%_", 5), ("%_B", 5), ("%", 5), ("_", 5), ("r_d", 0), ("\\", 0)],
)
async def test_q_finds_a_part_of_a_text_literally_whatever_its_case(things: Service, part: str, found: int) -> None:
    answer = (await things.as_("officer").get("/v1/things", params={"q": part, "include_total": True})).json()
    assert (len(answer["items"]), answer["total"]) == (found, found)


@pytest.mark.parametrize(
    ("sought", "found"),
    [
        ({"external_number": "7"}, 10),
        ({"external_number": "7", "external_system": "甲"}, 1),
        ({"external_number": ["3", "7"], "external_system": ["甲", "丙"]}, 2),
        ({"external_system": "丙"}, 0),
        ({}, 10),
    ],
)
async def test_a_number_of_another_platform_is_found_with_its_own_system(things: Service, sought: dict[str, Any], found: int) -> None:
    assert len((await things.as_("officer").get("/v1/things", params=sought)).json()["items"]) == found


def test_two_characters_are_asked_of_both_so_that_the_planner_takes_them_for_few() -> None:
    asked = {part: str(seeking.within([THINGS.c.colour], part).compile(dialect=postgresql.dialect())) for part in ("r", "re", "red")}
    assert {part: ("@>" in said, "ILIKE" in said) for part, said in asked.items()} == {
        "r": (True, False),
        "re": (True, True),
        "red": (False, True),
    }


async def test_the_plan_is_made_for_the_text_that_is_sought_and_for_no_other_statement(things: Service) -> None:
    engine, modes = things.kernel.engine, list[str]()

    def note(*given: Any) -> None:
        if "FROM things" in given[2]:
            given[1].execute("SHOW plan_cache_mode")
            modes.append(given[1].fetchone()[0])

    event.listen(engine.sync_engine, "before_cursor_execute", note)
    for params in ({"q": "red", "include_total": True}, {"colour": "red"}, {"q": "r"}):
        await things.as_("officer").get("/v1/things", params=params)
    assert modes == ["force_custom_plan", "force_custom_plan", "auto", "force_custom_plan"]
    async with engine.connect() as connection:
        assert await connection.scalar(text("SHOW plan_cache_mode")) == "auto"
        with pytest.raises(DBAPIError):
            async with AsyncSession(connection) as session, seeking.planned(session, THINGS.c.colour.like("%red%")):
                await session.execute(text("SELECT 1 / 0"))
        await connection.rollback()
        assert await connection.scalar(text("SHOW plan_cache_mode")) == "auto"
    for sessions in (things.kernel.reading, things.kernel.writing):  # what went wrong is what is told
        with pytest.raises(DBAPIError):
            async with sessions() as session, seeking.planned(session, THINGS.c.colour.like("%red%")):
                await session.execute(text("SELECT pg_terminate_backend(pg_backend_pid())"))
        with pytest.raises(TimeoutError):
            async with asyncio.timeout(0.05), sessions() as session, seeking.planned(session, THINGS.c.colour.like("%red%")):
                await session.execute(text("SELECT pg_sleep(30)"))


async def _inks(service: Service, **params: Any) -> dict[str, Any]:
    answer: dict[str, Any] = (await service.as_("officer").get("/v1/inks", params=params)).json()
    return answer


async def test_a_short_list_comes_whole_and_in_pages_when_asked(things: Service) -> None:
    assert await _inks(things) == {"items": ["k", "c", "m", "y"], "next_cursor": None}
    first = await _inks(things, limit=3, sort="-drops", include_total=True)
    assert (first["items"], first["total"]) == (["k", "y", "m"], 4)
    assert await _inks(things, limit=3, sort="-drops", cursor=first["next_cursor"]) == {"items": ["c"], "next_cursor": None}
    assert (await _inks(things, sort="drops"))["items"] == ["m", "y", "k", "c"]
    assert (await _inks(things, q="红"))["items"] == ["m"]
    assert (await _inks(things, limit=3, cursor=first["next_cursor"]))["code"] == "invalid_cursor"


async def test_a_code_that_does_not_exist_is_a_slip_and_no_empty_list(things: Service) -> None:
    answer = await _inks(things, code=["k", "zz"])
    assert (answer["status"], answer["code"], answer["parameter"]) == (400, "invalid_parameter", "code")
    assert (answer["errors"][0]["seen"], answer["errors"][0]["allowed"]) == ("zz", "k、c、m、y")


async def test_a_page_deep_in_a_sorted_list_is_read_from_the_index_alone(things: Service) -> None:
    async with things.kernel.engine.begin() as connection:
        await connection.execute(
            text(
                "INSERT INTO things SELECT gen_random_uuid(), 'grey', date '2020-01-01' + n % 900, n % 1000, '[]' FROM generate_series(1, 20000) n"
            )
        )
        await connection.execute(text("CREATE INDEX ON things (price, id)"))
        await connection.execute(text("ANALYZE things"))
    statements: list[tuple[str, Any]] = []
    event.listen(things.kernel.engine.sync_engine, "before_cursor_execute", lambda *given: statements.append((given[2], given[3])))
    first = (await things.as_("officer").get("/v1/things", params={"sort": "price", "limit": 200})).json()
    await things.as_("officer").get("/v1/things", params={"sort": "price", "limit": 200, "cursor": first["next_cursor"]})
    statement, values = next(each for each in reversed(statements) if "things" in each[0])
    async with things.kernel.engine.connect() as connection:
        plan = "\n".join(row[0] for row in await connection.exec_driver_sql(f"EXPLAIN {statement}", values))
    assert "Index Cond: (ROW(price, id) > ROW(" in plan and "Sort" not in plan
