"""The table of steps: every state, every action, every role; the state that money alone makes; holds by the day."""

from datetime import UTC, date, datetime
from decimal import Decimal
from itertools import product
from typing import Any

import pytest

from services.subsidy.claims.policy import (
    BY_FACTS,
    BY_REGISTER,
    BY_REVIEWER,
    MACHINE,
    MESSAGES,
    PART_OF,
    a_hold,
    by_money,
    message,
    on_hold,
)
from services.subsidy.codes import ClaimMessage, ClaimStatus
from shared.access import ROLES
from shared.steps import Doer

# What the office's process says, written down a second time: (action, role) → the states in which it may be taken.
APPLICANT = {"institution", "person", "town", "officer"}  # each of what they entered
ALLOWED = {
    **{("edit", role): {"draft", "returned"} for role in APPLICANT},
    **{("submit", role): {"draft", "returned"} for role in APPLICANT},
    **{("withdraw", role): {"draft", "returned", "submitted", "reviewed", "in_notice", "approved"} for role in APPLICANT},
    **{("attach", role): {"submitted", "reviewed", "in_notice"} for role in APPLICANT},
    ("review", "officer"): {"submitted"},
    ("confirm", "reviewer"): {"reviewed"},
    ("approve", "finance"): {"in_notice"},
    ("return", "officer"): {"submitted", "reviewed", "in_notice"},
    ("return", "reviewer"): {"submitted", "reviewed", "in_notice"},
    ("return", "finance"): {"in_notice", "approved"},
    ("reject", "finance"): {"approved"},
    ("close", "finance"): {"approved"},
    ("reject", "officer"): {"submitted", "reviewed"},
    ("reject", "reviewer"): {"reviewed", "in_notice"},
    ("hold", "officer"): {"submitted", "reviewed", "in_notice", "approved"},
    ("hold", "reviewer"): {"submitted", "reviewed", "in_notice", "approved"},
    ("release", "reviewer"): {"submitted", "reviewed", "in_notice", "approved"},
    ("resolve", "reviewer"): {"submitted", "reviewed", "in_notice"},
    ("payment", "finance"): {"approved"},
    **{("supplement", role): {"approved", "paid", "recovering", "recovered"} for role in APPLICANT},
    ("recover", "finance"): {"approved", "paid", "recovering", "recovered"},
}


@pytest.mark.parametrize("name", [step.action for step in MACHINE.steps])
def test_each_step_in_each_state_by_each_role(name: str) -> None:
    for status, role in product(ClaimStatus, ROLES):
        refused = MACHINE.why_not(name, status, Doer(role, "a"))
        expected = ALLOWED.get((name, role))
        code = "wrong_role" if expected is None else None if status in expected else "invalid_state"
        assert (refused.code if refused else None) == code, (status, role)
        assert refused is None or refused.detail


@pytest.mark.parametrize(
    ("step", "done", "refused"),
    [
        pytest.param("review", [("submit", "a")], True, id="the-submitter-does-not-review"),
        pytest.param("review", [("submit", "b")], False, id="another-reviews"),
        pytest.param("confirm", [("submit", "b"), ("review", "a")], True, id="the-first-reviewer-does-not-confirm"),
        pytest.param("resolve", [("submit", "b"), ("review", "a")], True, id="nor-settle-a-held-line"),
        pytest.param("confirm", [("submit", "b"), ("resolve", "a")], False, id="settling-and-confirming-are-one-part"),
        pytest.param("approve", [("confirm", "a")], True, id="the-second-reviewer-does-not-approve"),
        pytest.param("approve", [("payment", "a")], False, id="approving-and-paying-are-one-part"),
        pytest.param("submit", [("review", "a")], True, id="the-reviewer-does-not-submit-again"),
        pytest.param("submit", [("submit", "a"), ("return", "b")], False, id="the-submitter-submits-again"),
        pytest.param("return", [("submit", "a")], False, id="returning-is-nobodys-own-work"),
    ],
)
def test_four_eyes_are_four_persons(step: str, done: list[tuple[str, str]], refused: bool) -> None:
    taken = MACHINE.step(step)
    role, states = next(iter(taken.roles.items()))
    parts = [(PART_OF[action], person) for action, person in done if action in PART_OF]
    why_not = MACHINE.why_not(step, min(states), Doer(role, "a"), parts)
    assert (why_not.code if why_not else None) == ("same_person" if refused else None)


def test_every_part_is_somebodys_and_whoever_enters_a_claim_does_the_applicants() -> None:
    assert set(PART_OF.values()) == set(MACHINE.parts) and PART_OF["create"] == "submit"


@pytest.mark.parametrize(
    ("given_up", "paid", "asked_back", "received", "status"),
    [
        ("0", "0", "0", "0", "approved"),
        ("40", "59.99", "0", "0", "approved"),  # a fen is left to pay
        ("40", "60", "0", "0", "paid"),
        ("100", "0", "0", "0", "paid"),
        ("40", "60", "0.01", "0", "recovering"),
        ("40", "60", "30", "29.99", "recovering"),
        ("40", "60", "30", "30", "recovered"),
        ("40", "60", "0.01", "0.01", "recovered"),
        ("40", "60", "60", "30", "recovering"),
        ("40", "59.99", "30", "0", "approved"),  # what is left to pay comes first
    ],
)
def test_an_approved_claims_state_is_what_its_money_says(given_up: str, paid: str, asked_back: str, received: str, status: str) -> None:
    assert by_money(Decimal("100"), *map(Decimal, (given_up, paid, asked_back, received))) == status


def test_a_short_text_names_the_claim_and_nobody() -> None:
    said = message(MESSAGES["claim.paid"], "SL-7")["message"]
    assert (said["code"], said["parameters"]) == (ClaimMessage.CLAIM_PAID, {"number": "SL-7"}) and "SL-7" in said["text"]
    assert message(None, "SL-7") == {}


NOON, TODAY = datetime(2025, 3, 10, 12, tzinfo=UTC), date(2025, 3, 10)


@pytest.mark.parametrize(
    ("from_on", "until_on", "since_at", "standing"),
    [
        (None, None, "2025-03-10T12:00:00+00:00", True),
        (date(2025, 3, 9), None, "2025-03-10T12:00:00+00:00", True),
        (TODAY, TODAY, "2025-03-10T12:00:00+00:00", True),
        (date(2025, 3, 11), None, "2025-03-11T00:00:00+00:00", False),
        (None, date(2025, 3, 9), "2025-03-10T12:00:00+00:00", False),
    ],
)
def test_a_hold_stands_on_its_days_and_on_no_other(from_on: date | None, until_on: date | None, since_at: str, standing: bool) -> None:
    hold = a_hold("blacklisted", "列入黑名单", NOON, BY_REGISTER, from_on, until_on)
    days = {"from_on": from_on and str(from_on), "until_on": until_on and str(until_on)}
    assert hold == {"code": "blacklisted", "reason": "列入黑名单", "since_at": since_at, "ended_by": BY_REGISTER, **days}
    assert bool(on_hold([hold], TODAY)) is standing


def test_of_several_holds_the_one_hardest_to_end_is_shown_with_every_reason() -> None:
    def one(reason: str, ended_by: str, **days: Any) -> dict[str, Any]:
        return a_hold(reason, reason, NOON, ended_by, **days)

    holds = [one("甲", BY_REGISTER), one("乙", BY_REVIEWER), one("丙", BY_FACTS), one("丁", BY_REVIEWER, until_on=date(2025, 3, 9))]
    shown = on_hold(holds, TODAY)
    assert shown and (shown["code"], shown["ended_by"], shown["reason"]) == ("乙", BY_REVIEWER, "乙;丙;甲")
    assert on_hold([], TODAY) is None
