"""What a town's worklist reads: of those who wait for work an index alone, and more of those that are shown only."""

from datetime import timedelta

import asyncpg

from services.registry.codes import WorklistKind
from services.registry.worklist.operations import KINDS
from shared import access, clock
from tests.conftest import Databases, Start
from tests.registry.counting import registered
from tests.registry.counting.test_figures import ENDED
from tests.registry.counting.test_pages import pages

FEW, MANY, SHOWN = 60, 3_000, 10
AN_INDEX_PAGE = 20  # enrolments, at least: half of them were written twice
WORK = """
    INSERT INTO employments (id, enrolment_id, kind, from_on, grade, recorded_at)
    SELECT gen_random_uuid(), id, 'farming', counted_on + 1, 'E', now() FROM enrolments WHERE hashtext(id::text) % 2 = 0 ON CONFLICT DO NOTHING
"""
TOWN = access.Call(
    access.Actor("test-town", "town", region_code=registered.SANKESHU), clock.read(f"{ENDED + timedelta(30)}T09:00:00+08:00"), "r"
)


async def test_fifty_times_as_many_who_seek_work_cost_a_town_an_index(start: Start, databases: Databases) -> None:
    url = await databases.lend("registry")
    async with start("registry", url=url) as registry:
        connection = await asyncpg.connect(databases.superuser(url))
        waiting = next(kind for kind in KINDS if kind.code == WorklistKind.EMPLOYMENT_PENDING)
        counted, shown = waiting.counted(TOWN, registry.kernel.calendar), waiting.first(TOWN, [], SHOWN)
        class_id = await registered.training_class(registry, await registered.institution(registry, "甲校"), ends_on=ENDED)
        told = []
        for more in (FEW, MANY - FEW):
            await registered.people(registry, class_id, more, counted_on=ENDED)
            await connection.execute(WORK)
            for table in ("enrolments", "trainees", "employments"):
                await connection.execute(f"VACUUM ANALYZE {table}")
            told.append([await pages(connection, each, {}) for each in (counted, shown)])
        await connection.close()
    (count, first), (counts, firsts) = told
    assert counts <= count + MANY / AN_INDEX_PAGE, told
    assert firsts <= first + MANY / AN_INDEX_PAGE + SHOWN * 4, told
