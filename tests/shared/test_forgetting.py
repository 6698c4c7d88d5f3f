"""What is kept for a term goes after it, and not an hour before."""

from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import func, insert, select, text
from sqlalchemy.ext.asyncio import AsyncEngine

from gateway.identity import tables as accounts
from gateway.identity.sessions import guesses
from gateway.webhooks.deliveries import job as sending
from gateway.webhooks.deliveries.operations import DELIVERIES
from services.eastwest.imports.tables import PlacementImport
from shared import db, forgetting
from shared.sheet_jobs import uploads
from tests.conftest import Service, Start
from tests.waiting import until

SESSIONS, ENDED, TRIES, HOMES = accounts.FORGETS
NOT_YET, OVER = -1, 1
DELIVERY: dict[str, Any] = {
    "type": "claim.paid",
    "occurred_at": func.now(),
    "feed": "subsidy",
    "transaction_id": 1,
    "position": 1,
    "event": {},
    "attempts": 1,
}
UPLOAD: dict[str, Any] = {
    "version": 1,
    "office": "foshan",
    "reported_on": func.current_date(),
    "mode": "commit",
    "filename": "表",
    "content": b"sealed",
    "caller": {"actor": {"sub": "local-partner"}},
    "status": "done",
    "attempts": 1,
    "rows_done": 0,
    "rows_total": 0,
    "errors": [],
    "header_rows": {},
    "received_at": func.now(),
}


async def _given(service: Service, term: forgetting.Term, hours: int, column: str, **row: Any) -> None:
    """A row whose term has been over for so many hours."""
    since = func.now() - text(f"interval '{term.days} days {hours} hours'")
    async with service.superuser() as connection:
        await connection.exec_driver_sql("SET LOCAL session_replication_role = replica")  # what it refers to is not made
        await connection.execute(insert(term.table).values({column: since} | row))


async def _left(engine: AsyncEngine, term: forgetting.Term) -> int:
    """How many rows are still there when everything whose term is over was forgotten (by us, or by the process's own job)."""
    await forgetting.forget(engine, term)
    async with engine.connect() as connection:
        left: int = (await connection.execute(select(func.count()).select_from(term.table))).scalar_one()
    return left


async def test_an_idempotency_key_is_kept_180_days(start: Start) -> None:
    async with start("evaluation") as service:
        for hours in (NOT_YET, OVER):
            row = {"caller": str(hours), "key": "k", "request": b"", "status": 200, "headers": {}, "body": b""}
            await _given(service, forgetting.KEYS, hours, "kept_at", **row)
        assert forgetting.KEYS.days == 180
        assert await _left(service.kernel.engine, forgetting.KEYS) == 1


async def test_a_session_is_kept_six_months_after_it_ended_or_ran_out(start: Start) -> None:
    async with start("gateway") as gateway:
        for hours in (NOT_YET, OVER):
            user: dict[str, Any] = {"user_id": db.new_id(), "refresh": b""}
            await _given(gateway, SESSIONS, hours, "expires_at", id=db.new_id(), ended_at=None, **user)
            await _given(gateway, SESSIONS, hours, "ended_at", id=db.new_id(), expires_at=func.now(), **user)
        assert SESSIONS.days == 184
        assert await _left(gateway.kernel.engine, SESSIONS) == 2


async def test_tries_at_a_password_are_kept_a_day(start: Start) -> None:
    async with start("gateway") as gateway:
        for hours in (NOT_YET, OVER):
            await _given(gateway, TRIES, hours, "counted_from", whom=str(hours).encode(), tries=1)
        assert await _left(gateway.kernel.engine, TRIES) == 1


async def test_where_a_user_signed_in_is_known_for_thirty_days(start: Start) -> None:
    async with start("gateway") as gateway:
        for hours in (NOT_YET, OVER):
            row = {"whom": str(hours).encode(), "tries": 0, "counted_from": func.now() - text("interval '90 days'")}
            await _given(gateway, HOMES, hours, "succeeded_at", **row)
        assert await _left(gateway.kernel.engine, TRIES) == 2
        assert (await _left(gateway.kernel.engine, HOMES), HOMES.days) == (1, guesses.LATELY.days)


async def test_which_tokens_ended_is_kept_a_day(start: Start) -> None:
    async with start("gateway") as gateway:
        for hours in (NOT_YET, OVER):
            await _given(gateway, ENDED, hours, "ended_at", sid=db.new_id())
        assert await _left(gateway.kernel.engine, ENDED) == 1


async def test_a_settled_webhook_delivery_is_kept_thirty_days_and_one_that_waits_until_it_is_settled(start: Start) -> None:
    async with start("gateway") as gateway:
        async with gateway.superuser() as connection:
            await connection.exec_driver_sql("SET LOCAL session_replication_role = replica")  # the endpoint is not made
            now: datetime = (await connection.execute(select(func.now()))).scalar_one()
            for hours in (NOT_YET, OVER):
                made = int((now - sending.KEPT_FOR - timedelta(hours=hours)).timestamp() * 1000) << 80
                for number, status in enumerate(("delivered", "failed", "pending")):
                    row = {"id": UUID(int=made + number), "endpoint_id": db.new_id(), "event_id": db.new_id(), "status": status}
                    due = {"next_at": now if status == "pending" else None, "delivered_at": now if status == "delivered" else None}
                    await connection.execute(insert(DELIVERIES).values(DELIVERY | row | due))
        await sending.purge(gateway.kernel, forgetting.Pace())
        async with gateway.kernel.engine.connect() as connection:
            left = (await connection.execute(select(DELIVERIES.c.status).order_by(DELIVERIES.c.id))).scalars().all()
    assert (left, sending.KEPT_FOR.days) == (["pending", "delivered", "failed", "pending"], 30)


async def test_an_uploaded_file_is_emptied_six_months_after_its_import_ended_and_what_became_of_it_stays(start: Start) -> None:
    term = uploads.term(PlacementImport)
    async with start("eastwest") as eastwest:
        ids = {hours: db.new_id() for hours in (NOT_YET, OVER)}
        for hours, made in ids.items():
            ended = func.now() - text("interval '900 days'")  # by the policy clock, which counts for nothing here
            await _given(eastwest, term, hours, "leased_until", id=made, finished_at=ended, **UPLOAD)
        assert await _left(eastwest.kernel.engine, term) == 2
        assert await forgetting.forget(eastwest.kernel.engine, term) == 0
        async with eastwest.kernel.engine.connect() as connection:
            left = {row.id: row.content for row in await connection.execute(select(term.table.c.id, term.table.c.content))}
        assert left == {ids[NOT_YET]: b"sealed", ids[OVER]: b""}
        paper = await eastwest.as_("officer").get(f"/v1/placement-imports/{ids[OVER]}")
        result = await eastwest.as_("officer").get(f"/v1/placement-imports/{ids[OVER]}/result")
        assert (paper.status_code, result.status_code, result.json()["code"]) == (200, 404, "not_found")


async def test_the_job_forgets_by_itself_soon_after_a_process_starts(start: Start) -> None:
    async with start("evaluation") as service:
        url = service.kernel.settings.database_url
        row = {"caller": "c", "key": "k", "request": b"", "status": 200, "headers": {}, "body": b""}
        await _given(service, forgetting.KEYS, OVER, "kept_at", **row)
        async with start("evaluation", url=url, forget_after_seconds=0, run_jobs=True) as again:

            async def nothing_is_kept() -> bool:
                async with again.kernel.engine.connect() as connection:
                    return not (await connection.execute(select(func.count()).select_from(forgetting.KEYS.table))).scalar_one()

            await until(nothing_is_kept)
