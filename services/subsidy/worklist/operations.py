"""What waits at subsidy: claims for whoever takes the next step, objections for the officer, money for finance."""

from datetime import datetime
from typing import Any, Final

from sqlalchemy import Text, case, exists, func, literal
from sqlalchemy.ext.asyncio import AsyncSession

from services.subsidy.claims.policy import APPLICANTS, UNDER_REVIEW
from services.subsidy.claims.tables import Claim, Line
from services.subsidy.claims.visibility import rows
from services.subsidy.notices.tables import Notice
from services.subsidy.objections.policy import ANSWERED_WITHIN_WORKING_DAYS
from services.subsidy.objections.tables import Objection
from services.subsidy.payments.policy import ON_ITS_WAY
from services.subsidy.payments.tables import Payment, PaymentBatch
from shared import clock, codes, workdays, worklist
from shared.access import Call
from shared.web import Kernel

HELD_LINE: Final = exists().where(Line.claim_id == Claim.id, Line.verdict == "held")
SCHEME: Final = case(codes.named("scheme"), value=Claim.scheme, else_=Claim.scheme)


async def of(session: AsyncSession, call: Call, kernel: Kernel) -> list[worklist.Item]:
    role = call.actor.role
    if role in APPLICANTS:
        return await worklist.read(session, _applicants(call))
    if role == "officer":
        items = await worklist.read(session, [_claims("claim_submitted", "review", Claim.status == "submitted"), *_objections()])
        return [_answered_in_time(item, kernel) for item in items]
    if role == "reviewer":
        return await worklist.read(session, _reviewers())
    if role == "finance":
        return await worklist.read(session, _finances(call))
    return []


def _claims(kind: str, action: str, *conditions: Any, since_at: Any = None) -> worklist.Kind:
    since = func.coalesce(Claim.submitted_at, Claim.created_at) if since_at is None else since_at
    wanted = worklist.waiting(kind, action, "claim", "claims", Claim.id, number=Claim.number, title=SCHEME, since_at=since)
    return wanted.where(*conditions).order_by(Claim.id)


def _applicants(call: Call) -> list[worklist.Kind]:
    own = rows(call.actor)
    return [
        _claims("claim_returned", "submit", own, Claim.status == "returned"),
        _claims("claim_draft", "submit", own, Claim.status == "draft", since_at=Claim.created_at),
    ]


def _reviewers() -> list[worklist.Kind]:
    under_review = Claim.status.in_(UNDER_REVIEW)
    return [
        _claims("claim_reviewed", "confirm", Claim.status == "reviewed"),
        _claims("claim_lines_held", "resolve", under_review, HELD_LINE),
        _claims("claim_on_hold", "release", under_review, Claim.hold_code.is_not(None), since_at=Claim.hold_since_at),
    ]


def _finances(call: Call) -> list[worklist.Kind]:
    # A notice that an accepted or upheld objection stops is not over, whatever its last day.
    over = exists().where(
        Notice.claim_id == Claim.id,
        Notice.closed_on.is_(None),
        Notice.concluded_on.is_(None),
        Notice.stopped_on.is_(None),
        Notice.until_on < call.today,
    )
    on_its_way = exists().where(Payment.claim_id == Claim.id, Payment.status.in_(ON_ITS_WAY))
    free = Claim.hold_code.is_(None)
    return [
        _claims("claim_notice_over", "approve", Claim.status == "in_notice", free, over, ~HELD_LINE),
        _claims("claim_approved", "pay", Claim.status == "approved", free, ~on_its_way),
        _batches("payment_batch_draft", "export", "draft", PaymentBatch.created_at),
        _batches("payment_batch_exported", "confirm", "exported", PaymentBatch.exported_at),
    ]


def _batches(kind: str, action: str, status: str, since_at: Any) -> worklist.Kind:
    title = func.concat(PaymentBatch.payment_count, literal(" 笔,", Text), PaymentBatch.amount_yuan, literal(" 元", Text))
    wanted = worklist.waiting(
        kind, action, "payment_batch", "payment-batches", PaymentBatch.id, number=PaymentBatch.number, title=title, since_at=since_at
    )
    return wanted.where(PaymentBatch.status == status).order_by(PaymentBatch.id)


def _objections() -> list[worklist.Kind]:
    return [_objection("received", "accept", Objection.received_at), _objection("accepted", "dismiss", Objection.accepted_at)]


def _objection(status: str, action: str, since_at: Any) -> worklist.Kind:
    wanted = worklist.waiting(
        f"objection_{status}",
        action,
        "objection",
        "objections",
        Objection.id,
        number=Notice.number,
        title=func.left(Objection.reason, 40),
        since_at=since_at,
        due_on=Objection.due_on,
    )
    return wanted.join(Notice, Notice.id == Objection.notice_id).where(Objection.status == status).order_by(Objection.id)


def _answered_in_time(item: worklist.Item, kernel: Kernel) -> worklist.Item:
    """An objection that nobody has accepted yet is to be answered within the same working days."""
    if item.kind != "objection_received":
        return item
    return item.model_copy(update={"due_on": _working_days_after(item.since_at, kernel)})


def _working_days_after(at: datetime, kernel: Kernel) -> Any:
    try:
        return workdays.add_working_days(at.astimezone(clock.SHANGHAI).date(), ANSWERED_WITHIN_WORKING_DAYS, kernel.calendar)
    except workdays.CalendarYearMissing:
        return None  # the list is shown without the day rather than not at all


router = worklist.router(of)
