"""The trail cannot be changed, says who, and is verified over HTTP. What tampering is found: `sealing/`."""

import pytest
from sqlalchemy import func, insert, select, text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import AsyncSession

from shared import access, audit
from shared.sealing import chain
from tests.conftest import Start
from tests.sealing import CALL, seal, tamper, write


@pytest.mark.parametrize(
    "statement",
    ["UPDATE audit SET actor = 'x'", "DELETE FROM audit", "TRUNCATE audit", "DELETE FROM audit_seals", "UPDATE audit_seals SET rows = 0"],
)
async def test_the_database_refuses_to_change_the_trail(start: Start, statement: str) -> None:
    async with start("evaluation") as service:
        await write(service.kernel.engine, 1)
        await seal(service)
        async with service.superuser() as connection:
            with pytest.raises(DBAPIError, match="append-only"):
                await connection.execute(text(statement))


async def test_a_service_cannot_seal(start: Start) -> None:
    async with start("evaluation") as service, AsyncSession(service.kernel.engine) as session:
        with pytest.raises(DBAPIError, match="permission denied for table audit_seals"):
            await session.execute(insert(audit.SEALS), [{"number": 1}])


async def test_an_untouched_trail_is_intact(start: Start) -> None:
    async with start("evaluation") as service:
        for count in (3, 2):
            await write(service.kernel.engine, count)
            await seal(service)
        answer = (await service.as_("auditor").get("/v1/audit:verify")).json()
        file = {"name": "file", "heads": 2, "intact": True, "first_broken": None, "reason": None, "text": None}
        assert answer == {
            "intact": True,
            "sealed_rows": 5,
            "seals": 2,
            "first_broken": None,
            "reason": None,
            "text": None,
            "unsealed_rows": 0,
            "unsealed_seconds": None,
            "copies": [file],
        }


async def test_a_broken_trail_says_where_and_why(start: Start) -> None:
    async with start("evaluation") as service:
        for _ in range(2):
            await write(service.kernel.engine, 2)
            await seal(service)
        await tamper(service, "UPDATE audit SET actor = 'someone-else' WHERE id = 3")
        answer = (await service.as_("auditor").get("/v1/audit:verify")).json()
        assert (answer["intact"], answer["first_broken"], answer["reason"], answer["sealed_rows"]) == (False, 2, "rows_changed", 2)
        assert answer["text"] == "第 2 号封存内的审计记录与封存时不同:有改动、删去或插入。"
        assert answer["copies"][0]["intact"] is True


async def test_rows_from_before_names_were_kept_are_sealed_as_they_were_and_a_name_put_in_later_is_found(start: Start) -> None:
    async with start("evaluation") as service:
        await write(service.kernel.engine, 1)
        async with AsyncSession(service.kernel.engine) as session:
            row = (await session.execute(select(audit.TRAIL))).one()
        assert row.actor_name is None and b"actor_name" not in chain.written(row)
        await seal(service)
        assert (await service.as_("auditor").get("/v1/audit:verify")).json()["intact"] is True
        await tamper(service, "UPDATE audit SET actor_name = '某人'")
        assert (await service.as_("auditor").get("/v1/audit:verify")).json()["first_broken"] == 1


async def test_the_trail_says_who_by_name(start: Start) -> None:
    async with start("evaluation") as service:
        named = access.Call(access.Actor("u-1", "officer", name="龙经办"), CALL.now, "r-2")
        async with AsyncSession(service.kernel.engine) as session, session.begin():
            await audit.record_all(session, [audit.entry(named, "class.approved", "class", None)])
        (entry,) = (await service.as_("auditor").get("/v1/audit")).json()["items"]
        assert (entry["actor"], entry["actor_name"]) == ("u-1", "龙经办")


@pytest.mark.parametrize(
    ("seconds", "status"), [pytest.param(50, "ok", id="50-seconds-may-be"), pytest.param(61, "unavailable", id="61-seconds-are-said")]
)
async def test_readiness_says_how_long_rows_wait_for_their_seal_and_refuses_nobody_for_it(start: Start, seconds: int, status: str) -> None:
    async with start("gateway") as service:
        await write(service.kernel.engine, 1)
        await tamper(service, f"UPDATE audit SET recorded_at = clock_timestamp() - interval '{seconds} seconds'")
        answer = await service.as_("public").get("/readyz")
        check = answer.json()["checks"]["sealing"]
        assert (answer.status_code, check["status"], check["needed"]) == (200, status, False)
        assert check["unsealed_seconds"] >= seconds
        found = (await service.as_("auditor").get("/v1/audit:verify")).json()["services"]["gateway"]["check"]
        assert (found["intact"], found["reason"]) == ((True, None) if status == "ok" else (False, "unsealed_too_long"))
        assert found["unsealed_rows"] == 1
        await seal(service)
        assert (await service.as_("public").get("/readyz")).json()["checks"]["sealing"]["unsealed_seconds"] is None
        found = (await service.as_("auditor").get("/v1/audit:verify")).json()["services"]["gateway"]["check"]
        assert (found["intact"], found["unsealed_rows"]) == (True, 0)


async def test_the_total_has_whoever_commits_late_and_whatever_a_restored_database_no_longer_has(start: Start) -> None:
    async with start("evaluation") as service:
        engine = service.kernel.engine

        async def total() -> int:
            async with AsyncSession(engine) as session:
                counted = await audit.total(session)
                assert counted == await session.scalar(select(func.count()).select_from(audit.TRAIL))
            return counted

        await write(engine, 2)
        assert await total() == 2
        async with AsyncSession(engine) as late, AsyncSession(engine) as undone:
            for session in (late, undone):
                await audit.record_all(session, [audit.entry(CALL, "claim.submitted", "claim", None)])
            await write(engine, 1)
            assert [await total(), await total()] == [3, 3]
            await late.commit()
            await undone.rollback()
        assert [await total(), await total()] == [4, 4]
        await tamper(service, "DELETE FROM audit WHERE id > 1")
        assert await total() == 1
        await write(engine, 3)
        assert await total() == 4
