"""The trail cannot be changed, and whoever changes it all the same is found."""

from pathlib import Path

import pytest
from sqlalchemy import select, text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import AsyncSession

from shared import access, audit, clock, db
from tests.conftest import Service, Start

CALL = access.Call(access.Actor("test-officer", "officer"), clock.read("2025-04-10T09:00:00+08:00"), "r-1")


async def _write(service: Service, count: int) -> None:
    async with AsyncSession(service.kernel.engine) as session, session.begin():
        await audit.record_all(session, [audit.entry(CALL, "class.approved", "class", db.new_id(), {"n": n}) for n in range(count)])


async def _seal(service: Service) -> None:
    async with AsyncSession(service.kernel.engine) as session, session.begin():
        head = await audit.seal(session, service.kernel.seal_key)
    if head:
        audit.keep_outside(service.kernel.seal_file, head)


@pytest.mark.parametrize(
    "statement",
    ["UPDATE audit SET actor = 'x'", "DELETE FROM audit", "TRUNCATE audit", "DELETE FROM audit_seals", "UPDATE audit_seals SET rows = 0"],
)
async def test_the_database_refuses_to_change_the_trail(start: Start, statement: str) -> None:
    async with start("evaluation", seal_every_seconds=3600) as service:
        await _write(service, 1)
        await _seal(service)
        async with service.superuser() as connection:
            with pytest.raises(DBAPIError, match="append-only"):
                await connection.execute(text(statement))


async def test_an_untouched_trail_is_intact(start: Start) -> None:
    async with start("evaluation", seal_every_seconds=3600) as service:
        for count in (3, 2):
            await _write(service, count)
            await _seal(service)
        answer = (await service.as_("auditor").get("/v1/audit:verify")).json()
        assert answer == {"intact": True, "sealed_rows": 5, "seals": 2, "first_broken": None}


async def test_a_row_changed_behind_the_trigger_is_found(start: Start) -> None:
    async with start("evaluation", seal_every_seconds=3600) as service:
        for _ in range(2):
            await _write(service, 2)
            await _seal(service)
        await _tamper(service, "UPDATE audit SET actor = 'someone-else' WHERE id = 3")
        answer = (await service.as_("auditor").get("/v1/audit:verify")).json()
        assert (answer["intact"], answer["first_broken"]) == (False, 2)


async def test_rows_from_before_names_were_kept_are_sealed_as_they_were_and_a_name_put_in_later_is_found(start: Start) -> None:
    async with start("evaluation", seal_every_seconds=3600) as service:
        await _write(service, 1)
        async with AsyncSession(service.kernel.engine) as session:
            row = (await session.execute(select(audit.TRAIL))).one()
        as_before = {name: value for name, value in row._mapping.items() if name != "actor_name"}
        assert row.actor_name is None and audit._sealed(row) == as_before
        await _seal(service)
        assert (await service.as_("auditor").get("/v1/audit:verify")).json()["intact"] is True
        await _tamper(service, "UPDATE audit SET actor_name = '某人'")
        assert (await service.as_("auditor").get("/v1/audit:verify")).json()["first_broken"] == 1


async def test_the_trail_says_who_by_name(start: Start) -> None:
    async with start("evaluation") as service:
        named = access.Call(access.Actor("u-1", "officer", name="龙经办"), CALL.now, "r-2")
        async with AsyncSession(service.kernel.engine) as session, session.begin():
            await audit.record_all(session, [audit.entry(named, "class.approved", "class", None)])
        (entry,) = (await service.as_("auditor").get("/v1/audit")).json()["items"]
        assert (entry["actor"], entry["actor_name"]) == ("u-1", "龙经办")


async def test_a_trail_cut_short_with_its_seals_is_found_by_the_signature_kept_outside(start: Start) -> None:
    async with start("evaluation", seal_every_seconds=3600) as service:
        for _ in range(2):
            await _write(service, 2)
            await _seal(service)
        await _tamper(service, "DELETE FROM audit WHERE id > 2", "DELETE FROM audit_seals WHERE number = 2")
        assert (await service.as_("auditor").get("/v1/audit:verify")).json()["intact"] is False


async def test_a_row_of_a_transaction_still_open_is_sealed_later_not_skipped(start: Start) -> None:
    async with start("evaluation", seal_every_seconds=3600) as service:
        async with AsyncSession(service.kernel.engine) as slow:
            await slow.begin()
            await audit.record_all(slow, [audit.entry(CALL, "slow", "class", None)])
            await _write(service, 1)
            await _seal(service)
            await slow.commit()
        await _seal(service)
        assert (await service.as_("auditor").get("/v1/audit:verify")).json() == {
            "intact": True,
            "sealed_rows": 2,
            "seals": 1,
            "first_broken": None,
        }


async def test_sealing_goes_on_by_itself_and_is_kept_outside(start: Start, tmp_path: Path) -> None:
    async with start("evaluation", seal_every_seconds=0.05) as service:
        await _write(service, 1)
        for _ in range(200):
            if service.kernel.seal_file.exists():
                break
            await _pause()
        assert '"number": 1' in service.kernel.seal_file.read_text()


async def _pause() -> None:
    import asyncio

    await asyncio.sleep(0.02)


async def _tamper(service: Service, *statements: str) -> None:
    async with service.superuser() as connection:
        await connection.execute(text("SET LOCAL session_replication_role = replica"))
        for statement in statements:
            await connection.execute(text(statement))
