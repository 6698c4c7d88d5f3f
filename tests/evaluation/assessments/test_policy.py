"""Whose worker someone is, and what each method asks of a batch."""

from datetime import date
from typing import Any

import pytest

from services.evaluation.assessments import policy
from services.evaluation.assessments.policy import Candidate, Proof

PATENT, NOTICE = Proof("专利"), Proof("公示结果", date(2025, 6, 1), date(2025, 6, 10))


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


@pytest.mark.parametrize(
    ("method", "has", "said"),
    [
        pytest.param("modular", {"modules": ["一"]}, None, id="modular-with-modules"),
        pytest.param("modular", {}, "模块", id="modular-without"),
        pytest.param("achievement", {"proofs": [PATENT]}, None, id="achievement-with-proof"),
        pytest.param("achievement", {}, "业绩材料", id="achievement-without"),
        pytest.param("direct", {"proofs": [NOTICE]}, None, id="direct-with-a-public-notice"),
        pytest.param("direct", {"proofs": [PATENT]}, "须附业绩材料和公示", id="direct-with-proof-alone"),
        pytest.param("direct", {"proofs": [NOTICE._replace(until_on=None)]}, "起止日期", id="direct-with-a-notice-without-an-end"),
        pytest.param("direct", {"proofs": [NOTICE, NOTICE._replace(from_on=None)]}, None, id="direct-with-one-whole-notice-among-others"),
        pytest.param("process", {"days": [2, 3]}, None, id="process-over-two-days"),
        pytest.param("process", {"days": [2, 1]}, "不同日期", id="process-with-one-on-a-single-day"),
    ],
)
def test_each_method_asks_for_its_own_and_for_nothing_else(method: str, has: dict[str, list[Any]], said: str | None) -> None:
    wanting = policy.wanting(method, has.get("modules", []), has.get("proofs", []), has.get("days", []))
    assert wanting is None if said is None else said in str(wanting)


@pytest.mark.parametrize(
    ("passed", "score", "differs"),
    [(True, 60.0, False), (True, 59.9, True), (False, 59.9, False), (False, 60.0, True), (True, None, False)],
)
def test_who_passed_has_the_score_for_it(passed: bool, score: float | None, differs: bool) -> None:
    assert policy.differs(passed, score, 60.0) is differs


@pytest.mark.parametrize(
    ("method", "held_on", "first"),
    [
        pytest.param("modular", date(2025, 6, 9), date(2025, 6, 10), id="the-day-before-the-last"),
        pytest.param("modular", date(2025, 6, 10), None, id="the-last-day"),
        pytest.param("process", date(2025, 5, 31), date(2025, 6, 1), id="continuous-before-the-first-day"),
        pytest.param("process", date(2025, 6, 1), None, id="continuous-on-the-first-day"),
    ],
)
def test_an_exam_is_not_before_what_it_examines(method: str, held_on: date, first: date | None) -> None:
    assert policy.before_class_end(method, held_on, policy.Held(date(2025, 6, 1), date(2025, 6, 10))) == first


def test_certificates_are_issued_from_the_day_of_the_exam() -> None:
    day = date(2025, 6, 1)
    assert policy.too_early_to_issue(day, day) is None and policy.too_early_to_issue(day, date(2025, 5, 31))


@pytest.mark.parametrize(
    ("method", "proofs", "until"),
    [
        pytest.param("direct", [PATENT, NOTICE], date(2025, 6, 10), id="until-its-last-day"),
        pytest.param("direct", [NOTICE, NOTICE._replace(until_on=date(2025, 6, 12))], date(2025, 6, 12), id="until-the-later"),
        pytest.param("direct", [Proof("专利", None, date(2026, 1, 1))], None, id="days-of-something-else"),
        pytest.param("achievement", [NOTICE], None, id="asked-of-no-other-method"),
    ],
)
def test_only_a_direct_recognition_hangs_out(method: str, proofs: list[Proof], until: date | None) -> None:
    assert policy.on_notice_until(method, proofs) == until
