"""Whose worker someone is."""

import pytest

from services.evaluation.assessments import policy
from services.evaluation.assessments.policy import Candidate


@pytest.mark.parametrize(
    ("candidate", "own"),
    [
        pytest.param(Candidate(True, False, []), True, id="employed-by-it"),
        pytest.param(Candidate(False, False, ["enterprise_employee"]), False, id="employed-elsewhere"),
        pytest.param(Candidate(False, True, ["enterprise_employee"]), True, id="registered-by-it-as-its-employee"),
        pytest.param(Candidate(False, True, ["veteran"]), False, id="registered-by-it-as-something-else"),
        pytest.param(Candidate(False, False, ["enterprise_employee"]), False, id="registered-by-another"),
    ],
)
def test_an_own_worker_is_employed_or_registered_as_an_employee(candidate: Candidate, own: bool) -> None:
    assert policy.is_own_worker(candidate, "enterprise_employee") is own
