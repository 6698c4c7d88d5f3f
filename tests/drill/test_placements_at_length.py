"""A hundred thousand placements with four facts each: what is proved of all of them as of a day, and the list of whom to call."""

import statistics
import time
from typing import Any

import httpx
import pytest
from sqlalchemy import text

from tests.conftest import Service, Start
from tests.eastwest.neighbours import order

pytestmark = [pytest.mark.drill, pytest.mark.alone]
MANY, FEW, AT_A_TIME = 100_000, 2_500, 2_500
THEN = "2025-12-31T09:00:00+08:00"
# Everybody began on one of 400 days and has three months of proof, but for every tenth, whose second month lacks it.
FILL = """
    WITH made AS (
        INSERT INTO placements (id, version, order_id, trainee_id, started_on, retained_on, proof_wanted_on, proof_due_on, last_fact_on, proved_on,
            entered_by, entered_at)
        SELECT gen_random_uuid(), 5, :order_id, gen_random_uuid(), began, CASE WHEN n % 10 > 0 AND due <= '2025-12-31' THEN due END,
            CASE WHEN n % 10 = 0 THEN began + 31 END, CASE WHEN n % 10 = 0 THEN (began + interval '2 months')::date - 1 END,
            least(due - 1, '2025-12-31'), ARRAY[began + 1, CASE WHEN n % 10 > 0 THEN began + 2 END, began + 3], 'drill', now()
        FROM generate_series(1, :many) AS n,
            LATERAL (SELECT date '2024-11-01' + n % 400 AS began) AS a, LATERAL (SELECT (began + interval '3 months')::date AS due) AS b
        RETURNING id, started_on
    )
    INSERT INTO placement_updates (id, placement_id, office, sequence, external_ref, kind, effective_on, evidence, digest, received_at, posted_by)
    SELECT gen_random_uuid(), id, 'drill', (SELECT coalesce(max(sequence), 0) FROM placement_updates) + row_number() OVER (), id || '-' || k,
        CASE k WHEN 0 THEN 'started' ELSE 'present' END, started_on + k, '[]', '', now(), 'drill'
    FROM made, generate_series(0, 3) AS k
"""


async def fill(eastwest: Service, many: int) -> None:
    made = (await eastwest.as_("officer").post("/v1/orders", json=order())).json()
    order_id = made.get("existing_id") or made["id"]
    for done in range(0, many, AT_A_TIME):
        async with eastwest.kernel.writing.begin() as session:
            await session.execute(text(FILL), {"order_id": order_id, "many": min(AT_A_TIME, many - done)})
    async with eastwest.kernel.engine.connect() as connection:
        await (await connection.execution_options(isolation_level="AUTOCOMMIT")).execute(text("ANALYZE placements, placement_updates"))


async def median(client: httpx.AsyncClient, path: str) -> tuple[float, Any]:
    took = []
    for _ in range(9):
        began = time.process_time()
        answer = await client.get(path)
        took.append(time.process_time() - began)
        assert answer.status_code == 200, answer.text
    return statistics.median(took), answer.json()


async def test_retention_of_many_as_of_a_day_and_the_call_list(start: Start) -> None:
    async with start("eastwest") as eastwest:
        officer = eastwest.as_("officer", at=THEN)
        lists = {verdict: f"/v1/placements?retention={verdict}&limit=50" for verdict in ("unproven", "met")}
        await fill(eastwest, FEW)
        few = {verdict: (await median(officer, path))[0] for verdict, path in lists.items()}
        await fill(eastwest, MANY - FEW)
        many = {verdict: (await median(officer, path))[0] for verdict, path in lists.items()}
        print(f"lists, ms: {few} -> {many}")
        for day, least in (
            ("2025-12-31", MANY / 20),
            ("2025-04-30", MANY / 50),
        ):  # the newest, and an earlier one, after which most is still to come
            began = time.perf_counter()
            counted = (await officer.get(f"/v1/statistics/placements?as_of={day}")).json()
            took = time.perf_counter() - began
            print(f"statistics of {MANY:,} as of {day}: {took:.2f} s")
            assert counted["placements"] == MANY and counted["retention"]["unproven"] > least
            assert took < 2
        assert all(many[verdict] < 1.3 * few[verdict] + 0.005 for verdict in lists)
