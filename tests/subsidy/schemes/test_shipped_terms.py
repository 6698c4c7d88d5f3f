"""What holds for every terms file that is shipped."""

import pytest

from services.subsidy.codes import FindingCode, SchemeCode
from services.subsidy.judging.rules import CLAIM_RULES, LINE_RULES, ROSTER_RULES
from services.subsidy.judging.verdict import amount_differs, facts_changed
from services.subsidy.schemes.policy import Terms
from services.subsidy.schemes.reading import load
from shared import codes, county

# What every block is worth in full, once the city's readings are joined to it. A change here is a change of what is paid: it needs a new block or a new
# reading with its own day, never another value for one of these. A figure that a new rule brings joins the block; the hash before it is a former one.
HASHES = {
    ("agricultural_short", "2024-09-23"): "e85b0faa811303b998c3304e3fb4ee290871e37ccfdd760f6cf6bca5f8f2873d",
    ("apprenticeship", "2024-09-23"): "c09a5a911eaaaf69323c3eb03b48c09bf4321cef4957fb9efcc6c90eeaa08d50",
    ("apprenticeship", "2025-04-18"): "3ad4c37cfc35833918bcbd91594c3fa960af03888188a79315009dcdbb6a4a2d",
    ("assessment_fee", "2024-09-23"): "c9bae3338c9c4d1032dbde4c879ac40224ce3c98082777e40d8ed3c0b735faf7",
    ("assessment_fee", "2025-04-18"): "64df5b4cb234cb5af06f451ffcfb9414b31013a49ff7f69b3472e43954bfd89b",
    ("certificate_direct", "2024-09-23"): "2b168dfbbafcbe120d765f612f8f3dba11f47a2ec594f72c6af577a929688487",
    ("certificate_direct", "2025-04-18"): "1367ad2cc33a54769c8b3da6688b66a94737bebd126ee79bf79fe8ab4c4fec57",
    ("high_skill", "2024-09-23"): "c09a5a911eaaaf69323c3eb03b48c09bf4321cef4957fb9efcc6c90eeaa08d50",
    ("high_skill", "2025-04-18"): "3ad4c37cfc35833918bcbd91594c3fa960af03888188a79315009dcdbb6a4a2d",
    ("new_occupation", "2024-09-23"): "c09a5a911eaaaf69323c3eb03b48c09bf4321cef4957fb9efcc6c90eeaa08d50",
    ("new_occupation", "2025-04-18"): "3ad4c37cfc35833918bcbd91594c3fa960af03888188a79315009dcdbb6a4a2d",
    ("placement_absorption", "2024-09-23"): "deaa58007154c65c87c8c16d1e78494beec97606165f18c1a4f3ea4bb436b635",
    ("placement_service", "2024-09-23"): "c7a79f5e54ff8b16f795a493a059ca7d0ba6d4df7b49e34609841a3ac6ab752a",
    ("placement_stability", "2024-09-23"): "a9966a8d9638bd02e29a7560f017585f85f5cf4483f4662c585effeb4e03c340",
    ("pre_job", "2024-09-23"): "c09a5a911eaaaf69323c3eb03b48c09bf4321cef4957fb9efcc6c90eeaa08d50",
    ("pre_job", "2025-04-18"): "3ad4c37cfc35833918bcbd91594c3fa960af03888188a79315009dcdbb6a4a2d",
    ("project", "2024-09-23"): "3edee56650edcbd499f3de4006055fc9a7a6971228b585d798a7b196788bf2e1",
    ("project", "2025-04-18"): "db2c5aa5f50391550ab1cf658008204f2fdf776a31b33032206f5401ce09ee8f",
    ("safety", "2024-09-23"): "c09a5a911eaaaf69323c3eb03b48c09bf4321cef4957fb9efcc6c90eeaa08d50",
    ("safety", "2025-04-18"): "3ad4c37cfc35833918bcbd91594c3fa960af03888188a79315009dcdbb6a4a2d",
    ("startup", "2024-09-23"): "5e3996c635786e9ba48e1be7c91cfff2687179a11c4ceb615779bd0ac6170840",
    ("startup", "2025-04-18"): "c897fc71b39428a313923005dd5ef1d05d99a76389652ae391800ef33103d0e1",
    ("transfer", "2024-09-23"): "c09a5a911eaaaf69323c3eb03b48c09bf4321cef4957fb9efcc6c90eeaa08d50",
    ("transfer", "2025-04-18"): "3ad4c37cfc35833918bcbd91594c3fa960af03888188a79315009dcdbb6a4a2d",
    ("upskill", "2024-09-23"): "c09a5a911eaaaf69323c3eb03b48c09bf4321cef4957fb9efcc6c90eeaa08d50",
    ("upskill", "2025-04-18"): "3ad4c37cfc35833918bcbd91594c3fa960af03888188a79315009dcdbb6a4a2d",
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
    assert terms.payable is (code == "agricultural_short")


@pytest.mark.parametrize(("code", "terms"), BLOCKS)
def test_the_bounds_of_500_and_8000_stand_only_where_the_plan_states_them(code: str, terms: Terms) -> None:
    enterprise = {"apprenticeship", "pre_job", "transfer", "upskill", "high_skill", "new_occupation", "safety"}
    bounded = code in enterprise | {"certificate_direct"}
    assert (terms.yuan_per_person_at_least == 500, terms.yuan_per_person_at_most == 8000) == (bounded, bounded)
    assert not bounded or terms.basis_of("yuan_per_person_at_most").status == "confirmed"


def test_every_finding_code_has_exactly_one_rule() -> None:
    """Of the same name; what bars an applicant who is not the class's institution is one rule for the three codes of an institution that is barred, and what
    was paid and came back whole is only told, under the code of what it does not use up."""
    rules = [rule.__name__ for rule in (*(rule.says for rule in LINE_RULES), *CLAIM_RULES, *ROSTER_RULES, amount_differs, facts_changed)]
    assert sorted(rules) == sorted([*FindingCode, "applicant_barred", "came_back"])
