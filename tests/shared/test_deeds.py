"""One call writes trail and feed, in the caller's transaction: both or neither."""

from decimal import Decimal
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import event, select
from sqlalchemy.ext.asyncio import AsyncSession

from shared import access, audit, changes, clock, db, deeds
from tests.conftest import Service, Start

CALL = access.Call(access.Actor("test-officer", "officer", name="龙经办"), clock.read("2025-04-10T09:00:00+08:00"), "r-1")


async def _told(service: Service) -> tuple[list[Any], list[Any]]:
    async with AsyncSession(service.kernel.engine) as session:
        trail = (await session.execute(select(audit.TRAIL).order_by(audit.TRAIL.c.id))).all()
        feed = (await session.execute(select(changes.CHANGES).order_by(changes.CHANGES.c.id))).all()
    return list(trail), list(feed)


async def test_a_deed_is_on_the_trail_and_on_the_feed(start: Start) -> None:
    async with start("evaluation") as service:
        subject, other = db.new_id(), db.new_id()
        async with AsyncSession(service.kernel.engine) as session, session.begin():
            await deeds.record(
                session, CALL, "claim.paid", subject, details={"amount": Decimal("180.00"), "batch_id": other}, status="paid", version=3
            )
        (entry,), (told,) = await _told(service)
        assert (entry.action, entry.subject_type, entry.subject, entry.actor, entry.actor_name, entry.outcome) == (
            "claim.paid",
            "claim",
            subject,
            "test-officer",
            "龙经办",
            "done",
        )
        assert entry.details == {"status": "paid", "version": 3, "amount": "180.00", "batch_id": str(other)}
        assert (told.type, told.subject, told.at, told.data) == ("claim.paid", subject, CALL.now, {"status": "paid", "version": 3})
        assert entry.transaction_id == told.transaction_id


async def test_a_quiet_deed_is_on_the_trail_alone(start: Start) -> None:
    async with start("evaluation") as service:
        async with AsyncSession(service.kernel.engine) as session, session.begin():
            await deeds.record(session, CALL, "class.roster_exported", db.new_id(), event=False, rows=3)
            await deeds.record(session, CALL, "status_records.received", None, subject_type="status_list", rows=3)
            await deeds.record(session, CALL, "session.reused", db.new_id(), subject_type="user", event=False, refused=True)
        trail, feed = await _told(service)
        assert [(entry.subject_type, entry.details, entry.outcome) for entry in trail] == [
            ("class", {"rows": 3}, "done"),
            ("status_list", {"rows": 3}, "done"),
            ("user", {}, "refused"),
        ]
        assert feed == []


async def test_what_is_only_tried_leaves_its_deeds_out_and_what_follows_does_not(start: Start) -> None:
    async with start("evaluation") as service:
        async with AsyncSession(service.kernel.engine) as session, session.begin():
            with pytest.raises(RuntimeError), deeds.left_out():
                await deeds.record(session, CALL, "claim.paid", db.new_id())
                await deeds.record(session, CALL, "class.roster_exported", db.new_id(), event=False)
                raise RuntimeError
            await deeds.record(session, CALL, "claim.opened", db.new_id())
        trail, feed = await _told(service)
        assert ([entry.action for entry in trail], [told.type for told in feed]) == (["claim.opened"], ["claim.opened"])


@pytest.mark.parametrize("many", [20, 2 * db.MANY_ROWS])
async def test_many_deeds_take_one_statement_for_each_kind(start: Start, many: int) -> None:
    async with start("evaluation") as service:
        ids: list[UUID] = [db.new_id() for _ in range(many)]
        statements: list[str] = []
        event.listen(service.kernel.engine.sync_engine, "before_cursor_execute", lambda *given: statements.append(given[2]))
        async with AsyncSession(service.kernel.engine) as session, session.begin():
            made = [deeds.deed(CALL, "certificate.issued", each, event=n % 2 == 0, version=n) for n, each in enumerate(ids)]
            await deeds.record_all(session, made)
            await deeds.record_all(session, [])
        trail, feed = await _told(service)
        assert {entry.subject: entry.details["version"] for entry in trail} == dict(zip(ids, range(many), strict=True))
        assert [told.subject for told in feed] == ids[::2]
        assert {(entry.at, entry.actor_name, entry.origin, entry.person_id) for entry in trail} == {(CALL.now, "龙经办", None, None)}
        assert len([statement for statement in statements if "INSERT" in statement]) == 2


async def test_what_is_rolled_back_was_not_done(start: Start) -> None:
    async with start("evaluation") as service:
        async with AsyncSession(service.kernel.engine) as session:
            await session.begin()
            await deeds.record(session, CALL, "claim.paid", db.new_id(), version=1)
            await session.rollback()
        assert await _told(service) == ([], [])


async def test_neither_trail_nor_feed_holds_a_persons_number(start: Start) -> None:
    """Whatever the operation says, and however deep; the account's own name as well."""
    named = access.Call(access.Actor("test-officer", "officer", name="龙经办13812341234"), CALL.now, "r-1")
    digest = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"
    said = {"reason": "与 522601199003070025 同户", "seen": [{"phone": 13812341234}], "sha256": digest, "number": "KL-PX-2025-000123"}
    async with start("evaluation") as service:
        async with AsyncSession(service.kernel.engine) as session, session.begin():
            await deeds.record(session, named, "class.rejected", db.new_id(), details=said, note="６２２２０２００００００００１７")
        (entry,), (told,) = await _told(service)
    kept = {"reason": "与 5226**********0025 同户", "seen": [{"phone": "138****1234"}], "sha256": digest, "number": "KL-PX-2025-000123"}
    assert entry.details == kept | {"note": "*" * 16} and entry.actor_name == "龙经办138****1234"
    assert told.data == {"note": "*" * 16}
