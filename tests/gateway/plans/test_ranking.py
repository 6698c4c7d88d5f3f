"""The breakdown of a line: which shares are of so few that their rank says little."""

from decimal import Decimal

import pytest

from gateway.plans import reading
from gateway.plans.policy import ranking
from shared import county

PLAN = reading.load(county.folder() / "plans" / "kaili-2024.toml")


@pytest.mark.parametrize(
    ("code", "of", "small"),
    [
        pytest.param("four.technician.certified", 19, True, id="share-of-19"),
        pytest.param("four.technician.certified", 20, False, id="share-of-20"),
        pytest.param("four.technician.certified", 0, False, id="share-of-nobody-has-no-rank-at-all"),
        pytest.param("four.technician", 3, False, id="a-count-is-what-it-is"),
    ],
)
def test_a_share_of_fewer_than_twenty_is_marked(code: str, of: int, small: bool) -> None:
    line = PLAN.line(code)
    groups: dict[str | None, tuple[int | Decimal, int | Decimal | None]] = {"522601100": (min(of, 2), of if line.is_share else None)}
    [row] = ranking.ranked(line, 1, "region", groups, {"522601100": "三棵树镇"}, lambda _: None, {})
    assert row["small_base"] is small
