"""A hundred thousand lines, each computed again by the oracle from its receipt alone: no difference."""

import pytest

from tests.oracle.receipts import receipts
from tests.oracle.recompute import differences

LINES = 100_000

pytestmark = pytest.mark.drill


def test_a_hundred_thousand_lines_are_computed_again_without_a_difference() -> None:
    lines, seed = 0, 0
    while lines < LINES:
        for each in receipts(f"at length {seed}"):
            assert differences(each) == [], each["name"]
            lines += len(each["lines"])
        seed += 1
