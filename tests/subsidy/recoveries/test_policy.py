"""What is asked back of whom, by the plain rule alone."""

from decimal import Decimal
from uuid import UUID

import pytest

from services.subsidy.recoveries.policy import ALSO, CAUSES, Held, Proposal, Share, beside, shares

ANNA, BELA = UUID(int=1), UUID(int=2)
HELD = [Held(0, ANNA, Decimal("100.00")), Held(1, BELA, Decimal("80.00")), Held(2, ANNA, Decimal("50.00"))]


@pytest.mark.parametrize(
    ("amount", "named", "asked"),
    [
        pytest.param("0.01", None, {0: "0.01"}, id="a-fen-of-the-first"),
        pytest.param("100.00", None, {0: "100.00"}, id="the-first-whole"),
        pytest.param("100.01", None, {0: "100.00", 1: "0.01"}, id="a-fen-of-the-second"),
        pytest.param("230.00", None, {0: "100.00", 1: "80.00", 2: "50.00"}, id="all"),
        pytest.param("230.01", None, {0: "100.00", 1: "80.00", 2: "50.00"}, id="more-than-all-cannot-be-shared-out"),
        pytest.param("120.00", {ANNA: "120.00"}, {0: "100.00", 2: "20.00"}, id="of-one-named-from-both-her-lines"),
        pytest.param("80.01", {BELA: "80.01"}, {1: "80.00"}, id="of-one-named-no-more-than-held"),
        pytest.param("30.00", {ANNA: "10.00", BELA: "20.00"}, {0: "10.00", 1: "20.00"}, id="of-each-named-what-is-said"),
    ],
)
def test_what_is_asked_back_falls_on_lines_in_their_order_or_on_who_is_named(
    amount: str, named: dict[UUID, str] | None, asked: dict[int, str]
) -> None:
    said = named and {person: Decimal(yuan) for person, yuan in named.items()}
    found = shares(HELD, Decimal(amount), said)
    assert {held.position: str(yuan) for held, yuan in found} == asked


@pytest.mark.parametrize(
    ("stands", "now", "cause"),
    [("60.00", "60.00", "b"), ("60.01", "60.01", "b"), ("59.99", "60.00", "a")],
    ids=["as-much-stays", "more-stays", "less-gives-way"],
)
def test_of_a_line_that_two_propose_the_more_stands(stands: str, now: str, cause: str) -> None:
    a, b = list(ALSO)[:2]
    proposal = Proposal(UUID(int=9), "查实", {0: (ANNA, Decimal("60.00"))})
    open_now = {0: Share(ANNA, Decimal(stands), b), 1: Share(BELA, Decimal("1.00"), a)}
    reason, found = beside(proposal, a, open_now)
    assert found == {0: Share(ANNA, Decimal(now), {"a": a, "b": b}[cause])}, (
        "what this cause proposed before is proposed anew or not at all"
    )
    assert reason == f"查实;{ALSO[b]}"


def test_what_a_person_asks_back_gives_no_reason_of_its_own() -> None:
    open_now = {1: Share(BELA, Decimal("1.00"))}
    assert beside(Proposal(UUID(int=9), "查实", {}), CAUSES[0], open_now) == ("", open_now)
