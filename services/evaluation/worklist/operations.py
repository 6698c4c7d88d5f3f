"""What waits at evaluation: filings to be submitted, checked, decided and renewed, those that idle and those whose bodies' work asks for a second look;
batches to be marked, supervised, locked and issued; amendments to be approved, and the certificates that they take the ground from."""

from collections.abc import Iterable, Sequence
from typing import Any, Final

from sqlalchemy import ColumnElement, Date, Text, case, cast, exists, func, literal, or_, select, tuple_
from sqlalchemy.orm import aliased

from services.evaluation import rules
from services.evaluation.assessments import policy as batches
from services.evaluation.assessments import visibility as assessments
from services.evaluation.assessments.tables import Amendment, Assessment, Candidate, Supervision
from services.evaluation.bodies import conditions as bodies
from services.evaluation.certificates import visibility as certificates
from services.evaluation.certificates.tables import Certificate
from services.evaluation.codes import AmendmentStatus, AssessmentStatus, CertificateStatus, FilingStatus
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


LAST_ACTIVE: Final = func.greatest(
    Filing.valid_from_on,
    select(func.max(Assessment.held_on))
    .where(Assessment.filing_id == Filing.id, Assessment.status != AssessmentStatus.CANCELLED)
    .scalar_subquery(),
)
LAST_WORKED: Final = (
    select(func.max(Assessment.changed_at))
    .where(Assessment.institution_id == Filing.institution_id, Assessment.status != AssessmentStatus.CANCELLED)
    .scalar_subquery()
)
IDLE_SINCE: Final = worklist.day_after(cast(LAST_ACTIVE + func.make_interval(0, rules.here().idle_after_months), Date))
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


AMENDMENT: Final = worklist.Paper(
    "assessment_amendment",
    Amendment.id,
    assessments.rows,
    title=(literal("成绩更正", Text), Assessment.number, Amendment.reason),
    link=worklist.at("assessments", Assessment.id),
    status=Amendment.status,
    number=Assessment.number,
    institution_id=Assessment.institution_id,
    trainee_id=ALIASES.kept(Amendment.trainee_id),
    class_id=Assessment.class_id,
    joined=lambda wanted: wanted.join(Assessment, Assessment.id == Amendment.assessment_id),
)
CERTIFICATE: Final = worklist.Paper(
    "certificate",
    Certificate.id,
    certificates.rows,
    title=(Certificate.occupation_code, Certificate.issuer, literal("更正后成绩不合格", Text)),
    say=_occupation_first,
    link=worklist.at("certificates", Certificate.id),
    number=Certificate.number,
    trainee_id=ALIASES.kept(Certificate.trainee_id),
    class_id=Certificate.class_id,
)


def _filing(code: Waits, roles: frozenset[str], action: str, status: FilingStatus, **more: Any) -> Kind:
    return Kind(code, roles, action, FILING, frozenset({status}), **({"since_at": Filing.changed_at} | more))


def _by_others(*people: Any) -> Any:
    """The caller did none of these parts, by person and not by account."""
    return lambda call: [or_(person.is_(None), person != call.actor.doer.person) for person in people]


def _ends_soon(call: Call) -> Sequence[ColumnElement[bool]]:
    """Within the months in which it may be renewed: from `policy.renewable_from` on."""
    first = cast(Filing.valid_until_on + 1 - func.make_interval(0, rules.here().renewable_months), Date)
    return Filing.valid_until_on >= call.today, first <= call.today


def _not_asked(call: Call) -> Sequence[ColumnElement[bool]]:
    """Within those months, and its body has not asked for it."""
    return *_ends_soon(call), Filing.renewal_asked_on.is_(None)


def _idle(call: Call) -> Sequence[ColumnElement[bool]]:
    """In force, and for so many months without an exam that was not cancelled."""
    since = months_after(call.today, -rules.here().idle_after_months)
    return Filing.valid_until_on >= call.today, since > LAST_ACTIVE


def _flagged(call: Call) -> Sequence[ColumnElement[bool]]:
    """Of a body whose numbers ask for a second look, and which has worked since somebody last had one."""
    return Filing.valid_until_on >= call.today, bodies.to_look_into(call.today, Filing.institution_id, Filing.looked_into_on)


def _to_approve(call: Call) -> Sequence[ColumnElement[bool]]:
    """What somebody else proposed."""
    return (Amendment.proposed_by != call.actor.doer.person,)


def _unearned(_: Call) -> Sequence[ColumnElement[bool]]:
    """Whose result in the batch is a failure by now. Looked for among the few results that were amended, not among all certificates."""
    minted, seat = aliased(Certificate), (Candidate.assessment_id, Candidate.trainee_id)
    failed = select(minted.id).join(
        Amendment, tuple_(minted.assessment_id, minted.trainee_id) == tuple_(Amendment.assessment_id, Amendment.trainee_id)
    )
    failed = failed.join(Candidate, tuple_(*seat) == tuple_(Amendment.assessment_id, Amendment.trainee_id))
    failed = failed.where(Amendment.status == AmendmentStatus.APPROVED, Candidate.passed.is_(False))
    return Certificate.revoked_on.is_(None), Certificate.id.in_(failed)


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
    _filing(
        Waits.FILING_RENEWABLE, policy.INSTITUTION, "ask-renewal", FilingStatus.ACCEPTED, due_on=Filing.valid_until_on, where=_not_asked
    ),
    _filing(Waits.FILING_ENDING, policy.REVIEWER, "renew", FilingStatus.ACCEPTED, due_on=Filing.valid_until_on, where=_ends_soon),
    _filing(Waits.FILING_IDLE, policy.REVIEWER, "suspend", FilingStatus.ACCEPTED, since_at=IDLE_SINCE, where=_idle),
    _filing(Waits.FILING_FLAGGED, policy.REVIEWER, "acknowledge", FilingStatus.ACCEPTED, since_at=LAST_WORKED, where=_flagged),
    _batch(Waits.ASSESSMENT_UNSUPERVISED, "supervision", AssessmentStatus.OPEN, ~SUPERVISED, due_on=Assessment.held_on),
    _batch(Waits.ASSESSMENT_WITHOUT_RESULTS, "results", AssessmentStatus.OPEN, ~MARKED),
    _batch(Waits.ASSESSMENT_SUPERVISED, "lock", AssessmentStatus.OPEN, SUPERVISED, MARKED),
    _batch(Waits.ASSESSMENT_LOCKED, "issue", AssessmentStatus.LOCKED),
    Kind(
        Waits.AMENDMENT_PROPOSED,
        batches.APPROVERS,
        "approve",
        AMENDMENT,
        frozenset({AmendmentStatus.PROPOSED}),
        since_at=Amendment.proposed_at,
        where=_to_approve,
    ),
    Kind(
        Waits.CERTIFICATE_UNEARNED,
        policy.REVIEWER,
        "revoke",
        CERTIFICATE,
        frozenset({CertificateStatus.VALID}),
        since_at=Certificate.registered_at,
        where=_unearned,
    ),
)
router = worklist.router(KINDS)
