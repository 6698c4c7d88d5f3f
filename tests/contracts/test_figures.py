"""Figures that two services apply, each from its own file of the county: when a class is filed is asked at registry's door and by the claim's judge."""

import pytest

from services.registry.reference import policy as registry
from services.subsidy.schemes.reading import load
from shared import county

CHANNELS = registry.lists().channels
BLOCKS = [
    pytest.param(code, terms, id=f"{code}-{terms.in_force_from}")
    for code, scheme in load(county.folder()).schemes.items()
    if code in CHANNELS
    for terms in scheme.terms
]


@pytest.mark.parametrize(("channel", "terms"), BLOCKS)
def test_the_door_and_the_judge_know_the_same_figures(channel: str, terms: object) -> None:
    for figure in ("filing_days_before_start_at_least", "class_hours_a_day_at_most"):
        assert getattr(CHANNELS[channel], figure) == getattr(terms, figure), figure
