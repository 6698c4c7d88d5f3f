"""What holds for every terms file that is shipped."""

import pytest

from services.subsidy.codes import FindingCode, SchemeCode
from services.subsidy.judging.rules import CLAIM_RULES, LINE_RULES, ROSTER_RULES
from services.subsidy.judging.verdict import amount_differs
from services.subsidy.schemes.policy import Terms
from services.subsidy.schemes.reading import load
from shared import codes, county

# What every block is worth in full, once the city's readings are joined to it. A change here is a change of what is paid: it needs a new block or a new
# reading with its own day, never another value for one of these.
HASHES = {
    ("agricultural_short", "2024-09-23"): "a3b7fc5190a68992d9d2d7382a0bde575659d3ad63cc6636b33934e7c4bc6d90",
    ("apprenticeship", "2024-09-23"): "f66f4810d89811d90ba0d9b70c3b56243198d4bbfceff1f00ce3ac031e8a769c",
    ("apprenticeship", "2025-04-18"): "09de6e9a2f3edf861ec05c236c2f0c0c4f187adaea6b5e263973256c70ad817a",
    ("assessment_fee", "2024-09-23"): "5d3a0b913afcc4541cb3dca986fc092c75999b367c7d052e9e0decf7d8e797ab",
    ("assessment_fee", "2025-04-18"): "33c5a98f00da06d9b10b738122d74a6071051d18616f709b2e0124e3105b65b4",
    ("certificate_direct", "2024-09-23"): "8ba2d9bfb917718f2358c8741a7cbb7cef503b31b2146b255e15d9c25b5c8c6a",
    ("certificate_direct", "2025-04-18"): "f184bbc7de195475fef80fa8d227544926c2c8dd361be9193b8d209f779f17a9",
    ("high_skill", "2024-09-23"): "f66f4810d89811d90ba0d9b70c3b56243198d4bbfceff1f00ce3ac031e8a769c",
    ("high_skill", "2025-04-18"): "09de6e9a2f3edf861ec05c236c2f0c0c4f187adaea6b5e263973256c70ad817a",
    ("new_occupation", "2024-09-23"): "f66f4810d89811d90ba0d9b70c3b56243198d4bbfceff1f00ce3ac031e8a769c",
    ("new_occupation", "2025-04-18"): "09de6e9a2f3edf861ec05c236c2f0c0c4f187adaea6b5e263973256c70ad817a",
    ("placement_absorption", "2024-09-23"): "deaa58007154c65c87c8c16d1e78494beec97606165f18c1a4f3ea4bb436b635",
    ("placement_service", "2024-09-23"): "c7a79f5e54ff8b16f795a493a059ca7d0ba6d4df7b49e34609841a3ac6ab752a",
    ("placement_stability", "2024-09-23"): "9ec4464d1a33f41b865d63b417a2eacd8319b87717487524ebf6bd3c16009e8c",
    ("pre_job", "2024-09-23"): "f66f4810d89811d90ba0d9b70c3b56243198d4bbfceff1f00ce3ac031e8a769c",
    ("pre_job", "2025-04-18"): "09de6e9a2f3edf861ec05c236c2f0c0c4f187adaea6b5e263973256c70ad817a",
    ("project", "2024-09-23"): "1d4a1594fc20beb814bb3cf89a755fb7d3de25a8d30d2dda816c24cef907d57b",
    ("project", "2025-04-18"): "8e12846963beaed8a6addd14d87ad5f9f6a12ce74744ff210841b0f47715da79",
    ("safety", "2024-09-23"): "f66f4810d89811d90ba0d9b70c3b56243198d4bbfceff1f00ce3ac031e8a769c",
    ("safety", "2025-04-18"): "09de6e9a2f3edf861ec05c236c2f0c0c4f187adaea6b5e263973256c70ad817a",
    ("startup", "2024-09-23"): "654f80f5cfb945474918fde1a4f3c4fbb8a43efe20a1fe5ca7b2dc39f1c12933",
    ("startup", "2025-04-18"): "2ffb5439a344dfdad51b4322ef0770ad5b0bc1546efe46638b316e9ebf6b3733",
    ("transfer", "2024-09-23"): "f66f4810d89811d90ba0d9b70c3b56243198d4bbfceff1f00ce3ac031e8a769c",
    ("transfer", "2025-04-18"): "09de6e9a2f3edf861ec05c236c2f0c0c4f187adaea6b5e263973256c70ad817a",
    ("upskill", "2024-09-23"): "f66f4810d89811d90ba0d9b70c3b56243198d4bbfceff1f00ce3ac031e8a769c",
    ("upskill", "2025-04-18"): "09de6e9a2f3edf861ec05c236c2f0c0c4f187adaea6b5e263973256c70ad817a",
}
POLICY = load(county.folder())
BLOCKS = [
    pytest.param(code, terms, id=f"{code}-{terms.in_force_from}") for code, scheme in POLICY.schemes.items() for terms in scheme.terms
]


def test_every_block_is_what_it_was() -> None:
    assert {(code, str(terms.in_force_from)): terms.hash for code, scheme in POLICY.schemes.items() for terms in scheme.terms} == HASHES


def test_every_block_is_found_by_the_hash_that_claims_kept_before() -> None:
    found = {(code, day) for code, days in POLICY.former_hashes.items() for kept, day in days.items() if POLICY.with_hash(code, kept)}
    assert found == {(code, terms.in_force_from) for code, scheme in POLICY.schemes.items() for terms in scheme.terms}


def test_the_short_course_is_for_rural_workers_and_asks_no_attendance() -> None:
    [terms] = POLICY.schemes["agricultural_short"].terms
    assert terms.categories == {
        "rural_worker",
        "rural_transfer_worker",
        "cooperative_member",
        "out_of_poverty_worker",
        "relocated_worker",
        "rural_woman",
        "returning_migrant",
        "other_worker",
    }
    assert terms.excluded_statuses == {"employee_pension", "public_payroll", "full_time_student", "deceased"}
    assert (terms.attendance_percent_at_least, terms.basis_of("attendance_percent_at_least").status) == (None, "unconfirmed")


def test_every_scheme_has_its_file_and_title() -> None:
    assert {code: scheme.title for code, scheme in POLICY.schemes.items()} == {code: codes.label("scheme", code) for code in SchemeCode}


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
    rules = [rule.__name__ for rule in (*LINE_RULES, *CLAIM_RULES, *ROSTER_RULES, amount_differs)]
    assert sorted(rules) == sorted(FindingCode)
