"""The people whom the planner takes for none, and what a sheet that is read does about it."""

import pytest
from sqlalchemy import text

from tests.conftest import Service
from tests.registry.imports.sending import counts, imported, person, roster

pytestmark = pytest.mark.jobs


@pytest.mark.parametrize(("taken_for", "then"), [(0, 3), (5_000, 5_000)])
async def test_people_whom_the_planner_takes_for_none_are_counted_while_a_sheet_is_read(
    registry: Service, taken_for: int, then: int
) -> None:
    """It does after a large sheet was only tried and its rows were cleared away: each of the next sheet would be sought through all of them."""
    async with registry.superuser() as connection:
        await connection.execute(text(f"UPDATE pg_class SET reltuples = {taken_for}, relpages = 50 WHERE oid = 'trainees'::regclass"))
    tried = await imported(registry.as_("officer"), roster(*map(person, range(1, 4))), kind="trainees", mode="validate")
    assert tried["summary"] == counts(3, created=3)
    async with registry.superuser() as connection:
        assert await connection.scalar(text("SELECT reltuples FROM pg_class WHERE oid = 'trainees'::regclass")) == then
