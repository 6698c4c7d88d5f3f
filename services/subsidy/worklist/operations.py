"""What waits at subsidy: claims for whoever takes the next step, objections for the officer, money for finance, terms for a second administrator.

What is another person's work than the caller's (four eyes) waits for that other person.
"""

from collections.abc import Callable, Sequence
from datetime import datetime, time
from typing import Any, Final
from uuid import UUID

from sqlalchemy import ColumnElement, Date, DateTime, Text, Uuid, and_, case, cast, exists, func, literal, select, true

from services.subsidy.appeals import visibility as appeals
from services.subsidy.appeals.policy import DECIDERS
from services.subsidy.claims.conditions import HELD_SINCE, on_hold
from services.subsidy.claims.policy import APPLICANTS, OPEN, PART_OF, UNDER_REVIEW, WITH_MONEY
from services.subsidy.claims.tables import Appeal, Claim, Decision, Line
from services.subsidy.claims.visibility import entered_by, rows
from services.subsidy.codes import AppealStatus, BatchStatus, ClaimStatus, LineVerdict, ObjectionStatus, RecoveryStatus, TermsStatus
from services.subsidy.codes import WorklistKind as Waits
from services.subsidy.notices.tables import Notice
from services.subsidy.objections import visibility as objections
from services.subsidy.objections.tables import Objection
from services.subsidy.payments import visibility as batches
from services.subsidy.payments.policy import FINANCE
from services.subsidy.payments.tables import Payment, PaymentBatch
from services.subsidy.reassessments.tables import Reassessment
from services.subsidy.recoveries import visibility as recoveries
from services.subsidy.recoveries.tables import Recovery
from services.subsidy.schemes.tables import ProposedTerms
from services.subsidy.terms import visibility as terms
from shared import access, clock, codes, workdays, worklist
from shared.worklist import Kind

OFFICER, REVIEWER = frozenset({"officer"}), frozenset({"reviewer"})
HELD_LINE: Final = exists().where(Line.claim_id == Claim.id, Line.verdict == LineVerdict.HELD)
PEOPLE: Final = select(func.concat(func.count(), literal(" 人", Text))).where(Line.claim_id == Claim.id).scalar_subquery()
Where = Callable[[access.Call], Sequence[ColumnElement[bool]]]


def _scheme(column: Any) -> Any:
    return case(codes.named("scheme"), value=column, else_=column)


def _by(call: access.Call, person: Any, account: Any) -> ColumnElement[bool]:
    """Whether the caller did it, by person and not by account."""
    mine: ColumnElement[bool] = person.is_not_distinct_from(call.actor.person_id)
    return mine if call.actor.person_id else and_(mine, account == call.actor.subject)


def _by_another(part: str) -> Where:
    """Of a claim the caller did no other part than this one."""
    others = [action for action, of in PART_OF.items() if of != part]

    def where(call: access.Call) -> Sequence[ColumnElement[bool]]:
        mine = _by(call, Decision.person_id, Decision.actor)
        return (~exists().where(Decision.claim_id == Claim.id, Decision.action.in_(others), mine),)

    return where


def _no_part_in_it(call: access.Call) -> Sequence[ColumnElement[bool]]:
    """The caller took no step of the claim that an appeal is about, and did not make the appeal."""
    took = exists().where(Decision.claim_id == Appeal.claim_id, _by(call, Decision.person_id, Decision.actor))
    return ~took, ~_by(call, Appeal.person_id, Appeal.actor)


def _none_of_its_claims(call: access.Call) -> Sequence[ColumnElement[bool]]:
    """Of no claim in a batch the caller did another part than paying."""
    others = [action for action, of in PART_OF.items() if of != "payment"]
    mine = _by(call, Decision.person_id, Decision.actor)
    paid = Payment.claim_id == Decision.claim_id, Payment.batch_id == PaymentBatch.id
    return (~exists().where(*paid, Decision.action.in_(others), mine),)


def _claims(**more: Any) -> worklist.Paper:
    return worklist.Paper(
        "claim",
        Claim.id,
        rows,
        title=(_scheme(Claim.scheme), Claim.sought_by, PEOPLE),
        link=worklist.at("claims", Claim.id),
        status=Claim.status,
        number=Claim.number,
        institution_id=Claim.institution_id,
        trainee_id=Claim.trainee_id,
        class_id=Claim.class_id,
        amount=Claim.amount,
        **more,
    )


CLAIM: Final = _claims()
ON_NOTICE: Final = _claims(joined=lambda wanted: wanted.join(Notice, and_(Notice.claim_id == Claim.id, Notice.closed_on.is_(None))))
OBJECTION: Final = worklist.Paper(
    "objection",
    Objection.id,
    objections.rows,
    title=(_scheme(Notice.scheme), Notice.institution, Notice.class_name, func.left(Objection.reason, 40)),
    link=worklist.at("objections", Objection.id),
    status=Objection.status,
    number=Notice.number,
    institution_id=Claim.institution_id,
    trainee_id=Claim.trainee_id,
    class_id=Claim.class_id,
    amount=Notice.amount_yuan,
    joined=lambda wanted: wanted.join(Notice, Notice.id == Objection.notice_id).join(Claim, Claim.id == Objection.claim_id),
)
APPEAL: Final = worklist.Paper(
    "appeal",
    Appeal.id,
    appeals.rows,
    title=(_scheme(Claim.scheme), Claim.sought_by, func.left(Appeal.reason, 40)),
    link=literal("/v1/claims/", Text) + cast(Appeal.claim_id, Text) + literal("/appeals/", Text) + cast(Appeal.id, Text),
    status=Appeal.status,
    number=Claim.number,
    institution_id=Claim.institution_id,
    trainee_id=Appeal.trainee_id,
    class_id=Claim.class_id,
    joined=lambda wanted: wanted.join(Claim, Claim.id == Appeal.claim_id),
)
BATCH: Final = worklist.Paper(
    "payment_batch",
    PaymentBatch.id,
    batches.rows,
    title=(func.concat(PaymentBatch.payment_count, literal(" 笔", Text)), func.concat(PaymentBatch.amount_yuan, literal(" 元", Text))),
    link=worklist.at("payment-batches", PaymentBatch.id),
    status=PaymentBatch.status,
    number=PaymentBatch.number,
    amount=PaymentBatch.amount_yuan,
)
RECOVERY: Final = worklist.Paper(
    "recovery",
    Recovery.id,
    recoveries.rows,
    title=(_scheme(Claim.scheme), Claim.sought_by, func.left(Recovery.reason, 40)),
    link=worklist.at("recoveries", Recovery.id),
    status=Recovery.status,
    number=Claim.number,
    institution_id=Claim.institution_id,
    trainee_id=Claim.trainee_id,
    class_id=Claim.class_id,
    amount=Recovery.amount_yuan,
    joined=lambda wanted: wanted.join(Claim, Claim.id == Recovery.claim_id),
)
TERMS: Final = worklist.Paper(
    "scheme_terms",
    ProposedTerms.id,
    terms.rows,
    title=(_scheme(ProposedTerms.scheme), func.concat(literal("自 ", Text), ProposedTerms.in_force_from, literal(" 起施行", Text))),
    link=literal("/v1/schemes/", Text) + ProposedTerms.scheme + literal("/terms/", Text) + cast(ProposedTerms.id, Text),
    status=ProposedTerms.status,
)


def _claim(code: Waits, roles: frozenset[str], action: str, *states: ClaimStatus, paper: worklist.Paper = CLAIM, **more: Any) -> Kind:
    return Kind(code, roles, action, paper, frozenset(states), **({"since_at": Claim.in_status_since_at} | more))


def _batch(code: Waits, action: str, status: BatchStatus, since_at: Any) -> Kind:
    return Kind(code, FINANCE, action, BATCH, frozenset({status}), since_at=since_at, where=_none_of_its_claims)


def _held(call: access.Call) -> Sequence[ColumnElement[bool]]:
    return HELD_LINE, *_by_another("second_review")(call)


def _own(call: access.Call) -> Sequence[ColumnElement[bool]]:
    return (entered_by(call.actor),)


def _more_due(call: access.Call) -> Sequence[ColumnElement[bool]]:
    return exists().where(Line.claim_id == Claim.id, Line.more_due_yuan > 0, Line.paid_yuan > Line.asked_back_yuan), entered_by(call.actor)


def _over(call: access.Call) -> Sequence[ColumnElement[bool]]:
    """Against whose notice an objection stands is not over, whatever its last day."""
    running = Notice.concluded_on.is_(None), Notice.open_objections == 0, Notice.until_on < call.today
    return *running, ~on_hold(call.today), ~HELD_LINE, *_by_another("payment")(call)


def _unpaid(call: access.Call) -> Sequence[ColumnElement[bool]]:
    settled = Line.sending_yuan + Line.paid_yuan + Line.given_up_yuan
    left = exists().where(Line.claim_id == Claim.id, Line.verdict == LineVerdict.ELIGIBLE, Line.amount > settled)
    return ~on_hold(call.today), left, *_by_another("payment")(call)


def _received(kind: Waits, action: str, *where: ColumnElement[bool]) -> Kind:
    """An objection that nobody has accepted; once the claim was approved it can only be answered."""
    states = frozenset({ObjectionStatus.RECEIVED})
    return Kind(kind, OFFICER, action, OBJECTION, states, since_at=Objection.received_at, where=lambda _: where)


TOLD_SINCE: Final = select(func.max(Reassessment.at)).where(Reassessment.claim_id == Claim.id).scalar_subquery()
UPHELD: Final = exists().where(Objection.notice_id == Notice.id, Objection.status == ObjectionStatus.UPHELD)
KINDS: Final = (
    _claim(Waits.CLAIM_DRAFT, APPLICANTS, "submit", ClaimStatus.DRAFT, where=_own),
    _claim(Waits.CLAIM_RETURNED, APPLICANTS, "submit", ClaimStatus.RETURNED, where=_own),
    _claim(Waits.CLAIM_MORE_DUE, APPLICANTS, "supplement", *WITH_MONEY, since_at=TOLD_SINCE, where=_more_due),
    _claim(Waits.CLAIM_SUBMITTED, OFFICER, "review", ClaimStatus.SUBMITTED, where=_by_another("first_review")),
    _claim(Waits.CLAIM_REVIEWED, REVIEWER, "confirm", ClaimStatus.REVIEWED, where=_by_another("second_review")),
    _claim(Waits.CLAIM_LINES_HELD, REVIEWER, "resolve", *UNDER_REVIEW, where=_held),
    _claim(Waits.CLAIM_ON_HOLD, REVIEWER, "release", *OPEN, since_at=HELD_SINCE, where=lambda call: (on_hold(call.today),)),
    _claim(Waits.CLAIM_OBJECTED, REVIEWER, "return", ClaimStatus.IN_NOTICE, paper=ON_NOTICE, where=lambda _: (UPHELD,)),
    _claim(
        Waits.CLAIM_NOTICE_OVER,
        FINANCE,
        "approve",
        ClaimStatus.IN_NOTICE,
        paper=ON_NOTICE,
        since_at=worklist.day_after(Notice.until_on),
        where=_over,
    ),
    _claim(Waits.CLAIM_APPROVED, FINANCE, "payment", ClaimStatus.APPROVED, where=_unpaid),
    _claim(Waits.CLAIM_WORTH_NOTHING, FINANCE, "close", ClaimStatus.APPROVED, where=lambda _: (Claim.amount == 0,)),
    _received(Waits.OBJECTION_RECEIVED, "accept", Notice.concluded_on.is_(None)),
    _received(Waits.OBJECTION_LATE, "dismiss", Notice.concluded_on.is_not(None)),
    Kind(
        Waits.OBJECTION_ACCEPTED,
        OFFICER,
        "dismiss",
        OBJECTION,
        frozenset({ObjectionStatus.ACCEPTED}),
        since_at=Objection.accepted_at,
        due_on=Objection.due_on,
    ),
    Kind(
        Waits.APPEAL_RECEIVED,
        DECIDERS,
        "decide",
        APPEAL,
        frozenset({AppealStatus.RECEIVED}),
        since_at=Appeal.at,
        due_on=Appeal.due_on,
        where=_no_part_in_it,
    ),
    _batch(Waits.PAYMENT_BATCH_DRAFT, "export", BatchStatus.DRAFT, PaymentBatch.created_at),
    _batch(Waits.PAYMENT_BATCH_EXPORTED, "confirm", BatchStatus.EXPORTED, PaymentBatch.exported_at),
    Kind(Waits.RECOVERY_PROPOSED, FINANCE, "accept", RECOVERY, frozenset({RecoveryStatus.PROPOSED}), since_at=Recovery.opened_at),
    Kind(Waits.RECOVERY_UNCHECKED, REVIEWER, "dismiss", RECOVERY, frozenset({RecoveryStatus.PROPOSED}), since_at=Recovery.opened_at),
    Kind(Waits.RECOVERY_OPEN, FINANCE, "confirm", RECOVERY, frozenset({RecoveryStatus.RECOVERING}), since_at=Recovery.opened_at),
    Kind(
        Waits.TERMS_PROPOSED,
        access.ADMIN,
        "approve",
        TERMS,
        frozenset({TermsStatus.PROPOSED}),
        since_at=ProposedTerms.proposed_at,
        where=lambda call: (~_by(call, ProposedTerms.proposed_by_person_id, ProposedTerms.proposed_by),),
    ),
)


def calendar_year(calendar: workdays.Calendar) -> Kind:
    """The next year of working days, which somebody must add before a notice runs into it: asked for from sixty days before the last day that is known."""
    year, due_from = calendar.last_year + 1, workdays.reminder_due_on(calendar)
    row = select(literal(UUID(int=year), Uuid).label("id")).subquery("calendar_year")
    paper = worklist.Paper(
        "calendar_year",
        row.c.id,
        lambda _: true(),
        title=(literal(f"{year} 年工作日历", Text), literal(f"请按放假通知补充 {year}.toml", Text)),
        link=literal("/v1/problems/calendar_year_missing", Text),
        number=literal(str(year), Text),
        table=row,
    )
    return Kind(
        Waits.CALENDAR_YEAR_MISSING,
        OFFICER | REVIEWER | FINANCE | access.ADMIN,
        "add",
        paper,
        frozenset(),
        since_at=literal(datetime.combine(due_from, time(), clock.SHANGHAI), DateTime(timezone=True)),
        due_on=literal(calendar.last_day, Date),
        where=lambda call: (literal(call.today >= due_from),),
    )


router = worklist.router(KINDS, lambda calendar: (calendar_year(calendar),))
