"""What holds for every terms file that is shipped."""

import pytest

from services.subsidy.judging.claim_rules import CLAIM_RULES, ROSTER_RULES
from services.subsidy.judging.rules import RULES
from services.subsidy.judging.verdict import amount_differs
from services.subsidy.schemes.codes import FINDINGS, SCHEMES
from services.subsidy.schemes.policy import Terms, load
from shared import county

POLICY = load(county.folder())
BLOCKS = [
    pytest.param(code, terms, id=f"{code}-{terms.in_force_from}") for code, scheme in POLICY.schemes.items() for terms in scheme.terms
]


def test_every_scheme_has_its_file_and_title() -> None:
    assert {code: scheme.title for code, scheme in POLICY.schemes.items()} == SCHEMES


@pytest.mark.parametrize(("code", "terms"), BLOCKS)
def test_only_the_short_course_has_a_rate_that_may_be_paid(code: str, terms: Terms) -> None:
    payable = terms.rate is not None and terms.basis_of(terms.rate).status == "confirmed"
    assert payable is (code == "agricultural_short")


@pytest.mark.parametrize(("code", "terms"), BLOCKS)
def test_the_bounds_of_500_and_8000_stand_only_where_the_plan_states_them(code: str, terms: Terms) -> None:
    enterprise = {"apprenticeship", "pre_job", "transfer", "upskill", "high_skill", "new_occupation", "safety"}
    bounded = code in enterprise | {"certificate_direct"}
    assert (terms.yuan_per_person_at_least == 500, terms.yuan_per_person_at_most == 8000) == (bounded, bounded)
    assert not bounded or terms.basis_of("yuan_per_person_at_most").status == "confirmed"


def test_every_finding_code_has_exactly_one_rule() -> None:
    rules = [rule.__name__ for rule in (*RULES, *CLAIM_RULES, *ROSTER_RULES, amount_differs)]
    assert sorted(rules) == sorted(FINDINGS)
