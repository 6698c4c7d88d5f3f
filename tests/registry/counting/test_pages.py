"""A board reads the sums of months: forty times as many classes, hardly two of them alike, cost it a few pages more."""

import json
from datetime import date
from typing import Any, Final

import asyncpg
from sqlalchemy import and_, literal_column
from sqlalchemy.dialects.postgresql import asyncpg as asyncpg_dialect

from services.registry.counting import conditions, facts, reading
from services.registry.counting.schemas import CountingIn
from services.registry.counting.tables import KEPT, SUMS
from shared import tallies
from tests.conftest import Databases, Service, Start
from tests.registry.counting.test_figures import TERMS

FEW, MANY = 500, 20_000
# Classes of two years: in seven channels, four occupations, one in eight to an order; nothing is due.
CLASSES: Final = """
    INSERT INTO class_figures (class_id, under, ends_on, channel, programmes, occupation_code, region_code, institution_id, order_id, demonstration, imported, name,
        enrolled, completed, certified, employed, already_employed, placed, began, settled_on, terms,
        certified_later, lapsed_later, employed_later, placed_later)
    SELECT gen_random_uuid(), '', '2024-01-01'::date + n * 731 / :many, 'channel ' || n % 7, CASE n % 3 WHEN 0 THEN '{four.technician}'::text[] ELSE '{}' END,
        'occupation ' || n % 4, '522601100', gen_random_uuid(), CASE n % 8 WHEN 0 THEN gen_random_uuid() END, n % 50 = 0, false, 'class ' || n,
        50, 40 + n % 10, 30, 20, 5, CASE n % 8 WHEN 0 THEN n % 40 ELSE 0 END, CASE n % 8 WHEN 0 THEN 45 ELSE 0 END, '2024-01-01'::date + n * 731 / :many, '', '{}', '{}', '{}', '{}'
    FROM generate_series(0, :many - 1) AS n
"""


def countings(as_of: date) -> list[CountingIn]:
    """Like a board's: each line of the whole time, and some of them of each year."""
    asked = []
    for number in range(20):
        first = date(2024 + number % 2, 1, 1) if number < 8 else date(2024, 1, 1)
        last = min(date(first.year, 12, 31), as_of) if number < 8 else as_of
        measure = ("person_times", "certified_share", "employed_share", "order_classes", "demonstration_classes", "placed_share")[
            number % 6
        ]
        body = {"key": str(number), "measure": measure, "from_on": str(first), "to_on": str(last), "channels": [f"channel {number % 7}"]}
        asked.append(CountingIn.model_validate(body | {"programmes": ["four.technician"]} | TERMS))
    return asked


async def pages(connection: asyncpg.Connection, statement: Any, asked_with: dict[str, Any]) -> int:
    compiled = statement.compile(dialect=asyncpg_dialect.dialect())
    params = compiled.construct_params(asked_with)
    said = [params[name] for name in compiled.positiontup]
    said = [json.dumps(each) if isinstance(each, list) and each and isinstance(each[0], dict) else each for each in said]
    [plan] = json.loads(await connection.fetchval(f"EXPLAIN (ANALYZE, BUFFERS, FORMAT JSON) {compiled.string}", *said))
    return int(plan["Plan"]["Shared Hit Blocks"] + plan["Plan"]["Shared Read Blocks"])


async def of_boards(connection: asyncpg.Connection, registry: Service, classes: int) -> list[tuple[int, int]]:
    """Of each day what the sums take, and what the order classes of which the fewest were placed."""
    await connection.execute("TRUNCATE class_figures, class_figures_tally")
    await connection.execute(CLASSES.replace(":many", str(classes)))
    await tallies.fold(registry.kernel.engine, SUMS.info["tallies"][0], 0)
    await connection.execute("VACUUM ANALYZE class_figures")
    await connection.execute("VACUUM ANALYZE class_figures_tally")
    found = []
    for as_of in (date(2025, 12, 31), date(2025, 8, 20)):
        asked, terms = countings(as_of), facts.terms_between(as_of, as_of)[0]
        asked_with = conditions.asked_with(asked, as_of, terms.employed_within_months) | conditions.one_by_one([asked[5]])
        undivided = and_(KEPT.c.under == literal_column("''"), KEPT.c.ends_on.is_not(None))
        least = reading.least_placed(0, True, KEPT, undivided, 100)
        sums, fewest = [await pages(connection, each, asked_with) for each in (reading.counted("none", True, None), least)]
        found.append((sums, fewest))
    return found


async def test_forty_times_as_many_classes_cost_a_board_hardly_more(start: Start, databases: Databases) -> None:
    """Amid a month the classes of two months are read one by one, and of no other."""
    url = await databases.lend("registry")
    async with start("registry", url=url) as registry:
        connection = await asyncpg.connect(databases.superuser(url))
        (end, least), (amid, _) = await of_boards(connection, registry, FEW)
        (ends, leasts), (amids, _) = await of_boards(connection, registry, MANY)
        await connection.close()
    told = (end, ends, amid, amids, least, leasts)
    assert ends <= end * 4, told
    assert amids <= amid * 6, told
    assert leasts <= 12, told  # those of the year's beginning, whatever the years before brought
