"""Who is who in a batch, and whose worker someone is."""

import pytest

from services.evaluation.assessments import policy
from services.evaluation.assessments.policy import Candidate, Identity


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        pytest.param(Identity("吴建国", "KP-1"), Identity("吴建国", "DD-1"), True, id="one-name-two-cards"),
        pytest.param(Identity("吴建国", "KP-1"), Identity("吴老三", "KP-1"), True, id="one-card"),
        pytest.param(Identity("吴建国", "KP-1"), Identity("吴老三", "DD-1"), False, id="two-people"),
        pytest.param(
            Identity("吴建国", trainee_id="a"), Identity("吴建国", trainee_id="b"), False, id="namesakes-told-apart-by-trainee-id"
        ),
        pytest.param(Identity("吴建国", trainee_id="a"), Identity("吴老三", trainee_id="a"), True, id="one-trainee"),
        pytest.param(
            Identity("吴建国", id_number_masked="5226**1"),
            Identity("吴建国", id_number_masked="5226**2"),
            False,
            id="namesakes-by-id-number",
        ),
        pytest.param(
            Identity(None, id_number_masked="5226**1"),
            Identity("吴建国", id_number_masked="5226**1"),
            True,
            id="an-unknown-card-that-is-the-id-number",
        ),
        pytest.param(
            Identity("吴老三", id_number_masked="5226**1"),
            Identity("吴建国", id_number_masked="5226**1"),
            False,
            id="equal-masks-of-two-names",
        ),
        pytest.param(Identity(None, "KP-9"), Identity(None, "KP-8"), False, id="nothing-known"),
    ],
)
def test_two_papers_speak_of_one_person(one: Identity, other: Identity, same: bool) -> None:
    assert policy.is_same(one, other) is policy.is_same(other, one) is same


@pytest.mark.parametrize(
    ("candidate", "own"),
    [
        pytest.param(Candidate("e", False, []), True, id="employed-by-it"),
        pytest.param(Candidate("other", False, ["enterprise_employee"]), False, id="employed-elsewhere"),
        pytest.param(Candidate(None, True, ["enterprise_employee"]), True, id="registered-by-it-as-its-employee"),
        pytest.param(Candidate(None, True, ["veteran"]), False, id="registered-by-it-as-something-else"),
        pytest.param(Candidate(None, False, ["enterprise_employee"]), False, id="registered-by-another"),
    ],
)
def test_an_own_worker_is_employed_or_registered_as_an_employee(candidate: Candidate, own: bool) -> None:
    assert policy.is_own_worker(candidate, "e", "enterprise_employee") is own
