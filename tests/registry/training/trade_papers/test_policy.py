"""Papers about trades: whose they are to withdraw, with whom they are filed, and among which a trade stands once."""

import pytest

from services.registry.training.trade_papers.policy import authorities, every_action, scope, why_not
from shared.steps import Doer


@pytest.mark.parametrize(
    ("role", "action", "status", "own", "code"),
    [
        ("department", "withdraw", "proposed", True, None),
        ("department", "withdraw", "proposed", False, "forbidden"),
        ("department", "withdraw", "in_force", True, "invalid_state"),
        ("department", "file", "proposed", True, "wrong_role"),
        ("officer", "withdraw", "proposed", False, None),
        ("officer", "file", "proposed", False, None),
    ],
)
def test_what_others_proposed_is_withdrawn_by_them_or_by_an_officer(
    role: str, action: str, status: str, own: bool, code: str | None
) -> None:
    refusal = why_not(action, "catalogue", status, Doer(role, "a"), own=own)
    assert (refusal and refusal.code) == code
    assert every_action("catalogue", status, Doer(role, "a"), own=own)[action] == refusal


@pytest.mark.parametrize(
    ("noun", "kind", "among"),
    [
        ("catalogue", "urgent", "urgent"),
        ("catalogue", "class_one", "class"),
        ("catalogue", None, "class"),
        ("skill_standard", None, "skill_standard"),
        ("training_base", None, None),
    ],
)
def test_a_trade_stands_once_among_papers_of_one_list(noun: str, kind: str | None, among: str | None) -> None:
    assert scope(noun, kind) == among


def test_what_is_filed_with_nobody_needs_nobody() -> None:
    assert authorities("catalogue") and authorities("training_base") == ()
