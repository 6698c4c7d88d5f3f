"""What a block would change for ten thousand past lines is known within ten seconds, in no more memory than for two thousand."""

import time
import tracemalloc
from datetime import date, timedelta

import pytest

from tests.conftest import Start
from tests.subsidy.office import a_fund
from tests.subsidy.terms.test_what_if import asked, block_with, claimed

pytestmark = pytest.mark.drill

LINES_A_CLASS = 40
SECONDS_AT_MOST, DEARER_AT_MOST = 10.0, 1.3


async def test_ten_thousand_lines_are_tried_in_seconds_and_memory_stays_flat(start: Start) -> None:
    taken, peak = {}, {}
    for many in (50, 250):
        async with start("subsidy") as subsidy:
            fund = await a_fund(subsidy, "99999999.00")
            for each in range(many):
                await claimed(subsidy, fund, date(2025, 1, 1) + timedelta(days=each), *[20 + person for person in range(LINES_A_CLASS)])
            block = await block_with(subsidy, yuan_per_person_day="80.00", age_at_most=50)
            await asked(subsidy, block)  # what is read once is read
            began, at_first = time.monotonic(), time.process_time()
            result = (await asked(subsidy, block))["result"]
            taken[many] = time.process_time() - at_first
            print(f"{result['lines']} lines: {time.monotonic() - began:.1f} s, {taken[many]:.1f} s of processor time")
            tracemalloc.start()
            await asked(subsidy, block)
            peak[many] = tracemalloc.get_traced_memory()[1]
            tracemalloc.stop()
            print(f"{peak[many] / 1e6:.1f} MB")
            assert (result["claims"], result["lines"]) == (many, many * LINES_A_CLASS)
    assert taken[250] <= SECONDS_AT_MOST
    assert peak[250] <= DEARER_AT_MOST * peak[50] + 1e6
