"""The table of steps: every state, every action, every role."""

from itertools import product

import pytest

from services.subsidy.claims.policy import MACHINE, PART_OF
from services.subsidy.codes import ClaimStatus
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
