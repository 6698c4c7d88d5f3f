"""Totals that are counted as rows are written are what a recount says, whatever is written, and nobody waits for another's count."""

import asyncio
import importlib
import random
from collections.abc import AsyncIterator
from datetime import date
from functools import partial
from typing import Any

import pytest
from alembic.migration import MigrationContext
from alembic.operations import Operations
from sqlalchemy import Column, Connection, Date, Integer, MetaData, Table, Text, delete, func, insert, literal, select, text, true, update
from sqlalchemy.engine import make_url
from sqlalchemy.ext.asyncio import AsyncEngine, AsyncSession, create_async_engine

from shared import kernel_revision, tallies
from tests.conftest import Databases, Start
from tests.registry import made

STATES = ("draft", "open", "done")
DAYS = (None, date(2025, 1, 1), date(2025, 1, 2))


class Paper:
    __table__ = Table(
        "papers", MetaData(), Column("id", Integer, primary_key=True), Column("state", Text), Column("on", Date), Column("gone", Integer)
    )


P = Paper.__table__
TALLY = tallies.tally(Paper, "state", "on", counted="gone IS NULL")


@pytest.fixture
async def engine(databases: Databases) -> AsyncIterator[AsyncEngine]:
    """A database with papers, three of which were there before they were counted."""
    made_there = create_async_engine(databases.server.url(str(make_url(await databases.make("evaluation")).database)))

    def revise(connection: Connection) -> None:
        with Operations.context(MigrationContext.configure(connection)):
            P.create(connection)
            connection.execute(insert(P), [{"id": -n, "state": "open", "on": None, "gone": n % 2 or None} for n in range(3)])
            kernel_revision.keep_tally("papers", Column("state", Text), Column("on", Date), counted="gone IS NULL")

    async with made_there.begin() as connection:
        await connection.run_sync(revise)
    yield made_there
    await made_there.dispose()


async def _differing(engine: AsyncEngine) -> list[dict[str, Any]]:
    async with engine.connect() as connection:
        return await tallies.differing(connection, TALLY)


@pytest.mark.parametrize("seed", range(4))
async def test_whatever_is_written_the_count_is_what_is_there(engine: AsyncEngine, seed: int) -> None:
    drawn, ids = random.Random(seed), iter(range(1, 10_000))

    def paper() -> dict[str, Any]:
        return {"id": next(ids), "state": drawn.choice(STATES), "on": drawn.choice(DAYS), "gone": drawn.choice((None, None, 1))}

    def write() -> tuple[Any, Any]:
        some = P.c.id % drawn.randint(1, 7) == 0
        changed = {"state": drawn.choice(STATES), "on": drawn.choice(DAYS), "gone": drawn.choice((None, None, 1))}
        return drawn.choice(
            [
                (insert(P), [paper() for _ in range(drawn.randint(1, 9))]),
                (update(P).where(some).values(changed), None),
                (update(P).where(some).values(state=changed["state"]), None),
                (delete(P).where(some, P.c.id > drawn.randint(0, 300)), None),
            ]
        )

    for _ in range(60):
        async with engine.connect() as connection:
            for _ in range(drawn.randint(1, 3)):
                statement, rows = write()
                await connection.execute(statement, rows)
            await (connection.commit if drawn.random() < 0.8 else connection.rollback)()
        if drawn.random() < 0.2:
            await tallies.fold(engine, TALLY, unfolded_at_most=0)
        assert await _differing(engine) == []
    async with engine.connect() as connection:
        rows, groups = (
            await connection.execute(select(func.count(), func.count(func.distinct(TALLY.table.c.state))).select_from(TALLY.table))
        ).one()
        assert rows > groups


async def test_a_list_asked_for_by_what_is_counted_takes_its_total_from_there(engine: AsyncEngine) -> None:
    stands = text("papers.gone IS NULL")
    conditions = [
        (true(), True),
        (P.c.state == "open", True),
        (P.c.state.in_(["open", "done"]) & (P.c.on >= DAYS[1]), True),
        (P.c.on.is_(None), True),
        (P.c.id > 5, False),
        (P.c.state == select(literal("open")).scalar_subquery(), False),
        (P.c.gone.is_(None) | (P.c.state == "open"), False),
    ]
    async with AsyncSession(engine) as session:
        await session.execute(
            insert(P), [{"id": n, "state": STATES[n % 3], "on": DAYS[n % 2], "gone": 1 if n % 5 == 0 else None} for n in range(1, 40)]
        )
        for condition, counted in conditions:
            wanted = select(P.c.id).where(P.c.gone.is_(None), condition)
            assert (tallies.of_tally(wanted, P.c.id) is not None) == counted, str(condition)
            there = await session.scalar(select(func.count()).select_from(P).where(stands, condition))
            assert there and await tallies.total(session, wanted, P.c.id) == there
        every = select(P.c.id)
        assert tallies.of_tally(every, P.c.id) is None  # what is not counted is listed as well
        assert await tallies.total(session, every, P.c.id) == 42


async def test_nobody_waits_for_anothers_count(engine: AsyncEngine) -> None:
    """Twelve transactions that write to one group, all open at once."""
    together = asyncio.Barrier(12)

    async def write(n: int) -> None:
        async with engine.begin() as connection:
            await connection.execute(text("SET LOCAL lock_timeout = '2s'"))
            await connection.execute(insert(P), {"id": n + 1, "state": "open", "on": None, "gone": None})
            await together.wait()

    many = create_async_engine(engine.url, pool_size=12)
    before, engine = engine, many
    await asyncio.gather(*(write(n) for n in range(12)))
    assert await _differing(engine) == []
    assert await tallies.fold(before, TALLY, unfolded_at_most=0)
    assert await _differing(engine) == []
    await many.dispose()


async def test_a_wrong_count_is_found_and_mended(engine: AsyncEngine) -> None:
    async with engine.begin() as connection:
        await connection.execute(insert(TALLY.table), {"state": "done", "on": None, "rows": 7})
        assert await tallies.recount(connection, TALLY) == [{"state": "done", "on": None, "rows": (7, 0)}]
        assert await tallies.differing(connection, TALLY) == []


@pytest.mark.parametrize("service", ["registry", "subsidy", "evaluation", "eastwest"])
async def test_every_tally_that_is_stated_is_kept(databases: Databases, service: str) -> None:
    importlib.import_module(f"services.{service}.app")
    stated = [each for each in tallies.of(importlib.import_module(f"services.{service}.metadata").Row.metadata) if each.there is None]
    engine = create_async_engine(await databases.lend(service))
    async with engine.connect() as connection:
        kept = {
            row.name: row.body
            for row in await connection.execute(
                text(
                    "SELECT p.proname AS name, min(pg_get_functiondef(t.tgfoid)) AS body FROM pg_trigger t JOIN pg_proc p ON p.oid = t.tgfoid"
                    " WHERE t.tgname LIKE '%\\_tally\\_%' GROUP BY p.proname HAVING count(*) = 3"
                )
            )
        }
    await engine.dispose()
    kept.pop("class_figures_tally", None)  # whose sums of months its own tests hold
    assert stated and kept.keys() == {each.table.name for each in stated}
    for each in stated:
        listed = ", ".join(f'"{name}"' for name in each.by)
        assert f"INSERT INTO {each.table.name} ({listed}, rows)" in kept[each.table.name]
        assert ("WHERE" in kept[each.table.name]) == (each.counted is not None) and (each.counted or "") in kept[each.table.name]


async def test_the_command_takes_any_address_and_says_whose_it_needs(
    databases: Databases, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    theirs = await databases.make("evaluation")
    counting = partial(tallies.mend, "evaluation")
    monkeypatch.setenv("DATABASE_URL", databases.server.dsn(str(make_url(theirs).database)))
    assert (await tallies.mending(counting), "certificates_tally: 0" in capsys.readouterr().out) == (0, True)
    monkeypatch.setenv("DATABASE_URL", theirs.replace("postgresql+asyncpg:", "postgresql:"))
    assert (await tallies.mending(counting), "所有者" in capsys.readouterr().err) == (2, True)


async def test_a_registry_that_lives_counts_what_is_there(start: Start) -> None:
    """People registered and merged, classes proposed and called off, people who come, leave and come back: every total is a recount's."""
    async with start("registry") as registry:
        officer, school = registry.as_("officer", at=made.FIRST), await made.school(registry)
        people = [await made.trainee(registry, n, region_code=("522601100", "522601101")[n % 2]) for n in range(6)]
        await made.posted(officer, f"/v1/trainees/{people[4]}:merge", {"into": people[5]}, 200)
        held = await made.proposed(registry, school, "approved")
        for status in ("draft", "rejected", "cancelled"):
            await made.proposed(registry, school, status)
        enrolled = [(await made.posted(officer, f"/v1/classes/{held}/enrolments", {"trainee_id": each}, 201))["id"] for each in people[:4]]
        await officer.patch(f"/v1/enrolments/{enrolled[0]}", json={"outcome": "withdrawn"})
        await officer.patch(f"/v1/enrolments/{enrolled[1]}", json={"outcome": "withdrawn"})
        await made.posted(officer, f"/v1/enrolments/{enrolled[1]}:readmit", {"reason": "误退"}, 200)
        for of in tallies.of(importlib.import_module("services.registry.metadata").Row.metadata):
            async with registry.kernel.engine.connect() as connection:
                assert await tallies.differing(connection, of) == [], of.table.name
        found = {
            asked: (await officer.get(f"/v1/{asked}include_total=true")).json()
            for asked in ("trainees?", "trainees?region_code=522601100&", "enrolments?outcome=withdrawn&", "classes?status=draft&")
        }
        assert {asked: (each["total"], len(each["items"])) for asked, each in found.items()} == {
            "trainees?": (5, 5),
            "trainees?region_code=522601100&": (2, 2),
            "enrolments?outcome=withdrawn&": (1, 1),
            "classes?status=draft&": (1, 1),
        }
