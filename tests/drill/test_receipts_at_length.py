"""A hundred thousand lines, each computed again by the oracle from its receipt alone: no difference. And receipts of so many lines, one after the other, take the
memory of one, while whoever else calls is answered as ever."""

import asyncio
import resource
import statistics
import time
from collections.abc import Coroutine
from datetime import date
from typing import Any

import httpx
import pytest

from tests.conftest import Start
from tests.oracle.receipts import receipts
from tests.oracle.recompute import differences
from tests.subsidy.office import a_fund
from tests.subsidy.terms.test_what_if import claimed

LINES, LINES_A_CLAIM = 100_000, 10_000
LARGER_AT_MOST, MEDIAN_SECONDS_MORE_AT_MOST = 1.2, 0.05

pytestmark = pytest.mark.drill


def test_a_hundred_thousand_lines_are_computed_again_without_a_difference() -> None:
    lines, seed = 0, 0
    while lines < LINES:
        for each in receipts(f"at length {seed}"):
            assert differences(each) == [], each["name"]
            lines += len(each["lines"])
        seed += 1


@pytest.mark.alone
async def test_receipts_of_a_hundred_thousand_lines_take_the_memory_of_one_and_hold_nobody_up(start: Start) -> None:
    async with start("subsidy") as subsidy:
        fund = await a_fund(subsidy, "99999999.00")
        await claimed(subsidy, fund, date(2025, 4, 8), *[20 + person % 40 for person in range(LINES_A_CLAIM)])
        auditor, other = subsidy.as_("auditor"), subsidy.as_("finance")
        [claim] = (await auditor.get("/v1/claims")).json()["items"]

        async def asked(times: int) -> None:
            for _ in range(times):
                answer = await auditor.get(f"/v1/claims/{claim['id']}/receipt")
                assert answer.status_code == 200 and answer.content.count(b'"position":') == LINES_A_CLAIM

        alone = await _median(other, f"/v1/funds/{fund}", asyncio.sleep(2))
        await asked(2)
        at_first = _megabytes_at_most()
        began = time.monotonic()
        beside = await _median(other, f"/v1/funds/{fund}", asked(LINES // LINES_A_CLAIM))
        print(
            f"{LINES} lines: {time.monotonic() - began:.1f} s; another's median {alone * 1000:.1f} ms alone, {beside * 1000:.1f} ms beside"
        )
        print(f"memory at most: {at_first:.0f} MB, then {_megabytes_at_most():.0f} MB")
        assert _megabytes_at_most() <= LARGER_AT_MOST * at_first
        assert beside <= alone + MEDIAN_SECONDS_MORE_AT_MOST


def _megabytes_at_most() -> float:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


async def _median(client: httpx.AsyncClient, path: str, meanwhile: Coroutine[Any, Any, None]) -> float:
    """Of what another asks for, every few milliseconds, for as long as that goes on."""
    going, took = asyncio.ensure_future(meanwhile), list[float]()
    while not going.done():
        began = time.monotonic()
        assert (await client.get(path)).status_code == 200
        took.append(time.monotonic() - began)
        await asyncio.sleep(0.005)
    await going
    return statistics.median(took)
