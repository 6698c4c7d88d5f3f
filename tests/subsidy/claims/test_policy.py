"""The table of steps: every state, every action, every role."""

from itertools import product

import pytest

from services.subsidy.claims.policy import ACTIONS, STATUSES, may_take, same_person
from shared.access import ROLES

# What the office's process says, written down a second time: (action, role) → the states in which it may be taken.
APPLICANT = {"institution", "person", "town"}
ALLOWED = {
    **{("edit", role): {"draft", "returned"} for role in APPLICANT},
    **{("submit", role): {"draft", "returned"} for role in APPLICANT},
    **{("withdraw", role): {"draft", "returned", "submitted", "reviewed", "in_notice"} for role in APPLICANT},
    ("review", "officer"): {"submitted"},
    ("confirm", "reviewer"): {"reviewed"},
    ("approve", "finance"): {"in_notice"},
    ("return", "officer"): {"submitted", "reviewed"},
    ("return", "reviewer"): {"reviewed", "in_notice"},
    ("reject", "officer"): {"submitted", "reviewed"},
    ("reject", "reviewer"): {"reviewed", "in_notice"},
    ("hold", "officer"): {"submitted", "reviewed", "in_notice", "approved"},
    ("hold", "reviewer"): {"submitted", "reviewed", "in_notice", "approved"},
    ("release", "reviewer"): {"submitted", "reviewed", "in_notice", "approved"},
    ("resolve", "reviewer"): {"submitted", "reviewed", "in_notice"},
    ("recover", "finance"): {"paid"},
}


@pytest.mark.parametrize("name", ACTIONS)
def test_each_step_in_each_state_by_each_role(name: str) -> None:
    for status, role in product(STATUSES, ROLES):
        refused = may_take(ACTIONS[name], role, status, held=name == "release")
        expected = ALLOWED.get((name, role))
        code = "wrong_role" if expected is None else None if status in expected else "invalid_state"
        assert (refused.code if refused else None) == code, (status, role)
        assert refused is None or refused.detail


@pytest.mark.parametrize(
    ("name", "held", "code"),
    [
        pytest.param("hold", False, None, id="hold-what-is-not-held"),
        pytest.param("hold", True, "invalid_state", id="hold-twice"),
        pytest.param("release", True, None, id="release-what-is-held"),
        pytest.param("release", False, "invalid_state", id="release-nothing"),
    ],
)
def test_a_hold_is_set_once_and_released_once(name: str, held: bool, code: str | None) -> None:
    refused = may_take(ACTIONS[name], "reviewer", "submitted", held=held)
    assert (refused.code if refused else None) == code


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
    assert (same_person(ACTIONS[step].part, "a", done) is not None) is refused
