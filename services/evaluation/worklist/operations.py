"""What waits at evaluation: filings to be submitted, checked, decided and renewed; batches to be marked, supervised, locked and issued."""

from collections.abc import Iterable, Sequence
from typing import Any, Final

from sqlalchemy import ColumnElement, Text, case, exists, func, literal, or_, select

from services.evaluation import rules
from services.evaluation.assessments import policy as batches
from services.evaluation.assessments import visibility as assessments
from services.evaluation.assessments.tables import Assessment, Candidate, Supervision
from services.evaluation.codes import AssessmentStatus, FilingStatus
from services.evaluation.codes import WorklistKind as Waits
from services.evaluation.filings import policy, visibility
from services.evaluation.filings.tables import Filing
from services.evaluation.known.conditions import ALIASES
from shared import codes, names, worklist
from shared.access import Call
from shared.months import months_after
from shared.worklist import Kind

SUPERVISED: Final = exists().where(Supervision.assessment_id == Assessment.id)
MARKED: Final = exists().where(Candidate.assessment_id == Assessment.id, Candidate.passed.is_not(None))
PEOPLE: Final = (
    select(func.concat(func.count(ALIASES.kept(Candidate.trainee_id).distinct()), literal(" 人", Text)))
    .where(Candidate.assessment_id == Assessment.id)
    .scalar_subquery()
)


def _occupation_first(parts: Sequence[str]) -> Iterable[str]:
    return names.at_hand("occupations", parts[0]) or parts[0], *parts[1:]


FILING: Final = worklist.Paper(
    "filing",
    Filing.id,
    visibility.rows,
    title=(
        literal("评价备案", Text),
        Filing.institution_name,
        func.concat(func.jsonb_array_length(Filing.scope), literal(" 个职业", Text)),
    ),
    link=worklist.at("filings", Filing.id),
    status=Filing.status,
    number=Filing.number,
    institution_id=Filing.institution_id,
)
ASSESSMENT: Final = worklist.Paper(
    "assessment",
    Assessment.id,
    assessments.rows,
    title=(
        Assessment.occupation_code,
        case(codes.named("level"), value=Assessment.level, else_=Assessment.level),
        Filing.institution_name,
        func.concat(Assessment.held_on, literal(" 考核", Text)),
        PEOPLE,
    ),
    say=_occupation_first,
    link=worklist.at("assessments", Assessment.id),
    status=Assessment.status,
    number=Assessment.number,
    institution_id=Assessment.institution_id,
    class_id=Assessment.class_id,
    joined=lambda wanted: wanted.join(Filing, Filing.id == Assessment.filing_id),
)


def _filing(code: Waits, roles: frozenset[str], action: str, status: FilingStatus, **more: Any) -> Kind:
    return Kind(code, roles, action, FILING, frozenset({status}), **({"since_at": Filing.changed_at} | more))


def _by_others(*people: Any) -> Any:
    """The caller did none of these parts, by person and not by account."""
    return lambda call: [or_(person.is_(None), person != call.actor.doer.person) for person in people]


def _ends_soon(call: Call) -> Sequence[ColumnElement[bool]]:
    """Within the months in which it may be renewed."""
    return Filing.valid_until_on >= call.today, Filing.valid_until_on <= months_after(call.today, rules.here().renewable_months)


def _batch(code: Waits, action: str, status: AssessmentStatus, *conditions: Any, **more: Any) -> Kind:
    """From the day of the exam on."""
    said = {"since_at": Assessment.changed_at} | more

    def held(call: Call) -> tuple[Any, ...]:
        return (Assessment.held_on <= call.today, *conditions)

    return Kind(code, batches.INSTITUTION, action, ASSESSMENT, frozenset({status}), where=held, **said)


KINDS: Final = (
    _filing(Waits.FILING_DRAFT, policy.INSTITUTION, "submit", FilingStatus.DRAFT),
    _filing(Waits.FILING_RETURNED, policy.INSTITUTION, "submit", FilingStatus.RETURNED),
    _filing(Waits.FILING_SUBMITTED, policy.OFFICER, "check", FilingStatus.SUBMITTED, where=_by_others(Filing.submitted_by)),
    _filing(
        Waits.FILING_CHECKED, policy.REVIEWER, "accept", FilingStatus.CHECKED, where=_by_others(Filing.submitted_by, Filing.checked_by)
    ),
    _filing(Waits.FILING_ENDING, policy.REVIEWER, "renew", FilingStatus.ACCEPTED, due_on=Filing.valid_until_on, where=_ends_soon),
    _batch(Waits.ASSESSMENT_UNSUPERVISED, "supervision", AssessmentStatus.OPEN, ~SUPERVISED, due_on=Assessment.held_on),
    _batch(Waits.ASSESSMENT_WITHOUT_RESULTS, "results", AssessmentStatus.OPEN, ~MARKED),
    _batch(Waits.ASSESSMENT_SUPERVISED, "lock", AssessmentStatus.OPEN, SUPERVISED, MARKED),
    _batch(Waits.ASSESSMENT_LOCKED, "issue", AssessmentStatus.LOCKED),
)
router = worklist.router(KINDS)
