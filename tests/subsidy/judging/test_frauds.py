"""Each kind of fraud that audits found is found again among honest claims, and honest people are left alone."""

import pytest

from tests.subsidy.judging import frauds

SEED = 1


@pytest.mark.parametrize("kind", frauds.KINDS)
def test_a_fraud_is_found(kind: str) -> None:
    assert frauds.found(kind, SEED) >= 0.95


def test_honest_people_are_not_stopped() -> None:
    assert frauds.false(SEED) <= 0.02
