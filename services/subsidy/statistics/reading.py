"""Counting claims and their money: by scheme, fund, town, month and institution; money beside results; an institution's month."""

import asyncio
from collections import defaultdict
from collections.abc import Mapping
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from typing import Any, Final
from uuid import UUID

from sqlalchemy import ColumnElement, Date, Text, and_, case, cast, func, literal, select, union_all
from sqlalchemy.ext.asyncio import AsyncSession

from services.subsidy.claims.policy import NOT_COUNTED, WITH_MONEY
from services.subsidy.claims.tables import Claim, Decision, Line
from services.subsidy.claims.visibility import rows, theirs
from services.subsidy.codes import ClaimStatus, LineVerdict
from services.subsidy.funds.tables import Posting
from services.subsidy.payments.tables import Payment, PaymentBatch
from services.subsidy.recoveries.tables import Receipt, Recovery
from services.subsidy.statistics import clients
from services.subsidy.statistics.policy import FIGURES, Counted, groups, whole
from services.subsidy.statistics.schemas import (
    By,
    ClaimCount,
    ClaimGroup,
    ClaimStatistics,
    Entry,
    ResultGroup,
    Results,
    ResultsBy,
    StatementOut,
    Sums,
)
from shared import clock, errors
from shared.access import Call
from shared.web import Kernel

NOTHING = Decimal("0.00")
SUBMITTED_ON: Final = cast(func.timezone(clock.SHANGHAI.key, Claim.submitted_at), Date)
ENDED_ON: Final = func.coalesce(Claim.class_ends_on, SUBMITTED_ON)  # of claims without a class, the day they were submitted
_BY: Final[Mapping[str, tuple[str, Any]]] = {
    "scheme": ("scheme", Claim.scheme),
    "fund": ("fund_id", Claim.fund_id),
    "region": ("region_code", Claim.counted_region_code),
    "month": ("month", func.to_char(func.timezone(clock.SHANGHAI.key, Claim.submitted_at), "YYYY-MM")),
    "institution": ("institution_id", Claim.institution_id),
}
_RESULTS_BY: Final[Mapping[str, tuple[str, Any, str]]] = {  # what the group is called, whose it is here, what the registry calls it
    "region": ("region_code", Claim.counted_region_code, "region"),
    "department": ("department", Claim.counted_department, "department"),
    "institution": ("institution_id", Claim.institution_id, "institution"),
    "scheme": ("scheme", Claim.scheme, "channel"),
}
_DECIDED: Final = {
    "submit": "submitted",
    "return": "returned",
    "reject": "rejected",
    "withdraw": "withdrawn",
    "approve": "approved",
    "close": "closed",
}


async def claims(session: AsyncSession, call: Call, by: By | None, from_on: date | None, to_on: date | None) -> ClaimStatistics:
    amount: Any = Claim.amount
    if call.actor.role == "person":
        of_line = select(func.coalesce(func.sum(Line.amount), 0)).where(Line.claim_id == Claim.id, Line.verdict == LineVerdict.ELIGIBLE)
        amount = of_line.where(theirs(call.actor)).scalar_subquery()
    within = and_(rows(call.actor), _submitted(from_on, to_on))
    wanted = select(Claim.scheme, Claim.status, func.count().label("claims"), func.sum(amount).label("amount")).where(within)
    counted = (await session.execute(wanted.group_by(Claim.scheme, Claim.status).order_by(Claim.scheme, Claim.status))).all()
    items = [ClaimCount.model_validate(row) for row in counted]
    found = [ClaimGroup.model_validate(row) for row in (await session.execute(_grouped(call, by, within))).mappings()] if by else []
    total = (
        {name: sum((getattr(each, name) for each in found), type(getattr(found[0], name))(0)) for name in Sums.model_fields}
        if found
        else {}
    )
    return ClaimStatistics(
        items=items,
        claims=sum(item.claims for item in items),
        amount=sum((item.amount for item in items), NOTHING),
        by=by,
        groups=found,
        total=Sums.model_validate(total) if found else None,
    )


def _submitted(from_on: date | None, to_on: date | None) -> ColumnElement[bool]:
    """Submitted within the days, where any are named."""
    found: list[ColumnElement[bool]] = []
    if from_on:
        found.append(Claim.submitted_at >= datetime.combine(from_on, time(), clock.SHANGHAI))
    if to_on:
        found.append(Claim.submitted_at < datetime.combine(to_on + timedelta(days=1), time(), clock.SHANGHAI))
    return and_(literal(True), *found)


def _grouped(call: Call, by: By, within: ColumnElement[bool]) -> Any:
    """Lines are added up by claim before they meet money that came back, so that neither counts the other twice."""
    name, column = _BY[by]
    stands, approved = Claim.status.not_in(NOT_COUNTED), Claim.status.in_(WITH_MONEY | {ClaimStatus.CLOSED})
    eligible = Line.verdict == LineVerdict.ELIGIBLE
    asked = func.coalesce(Line.expected_amount, Line.amount)
    of_claim = (
        select(
            column.label("code"),
            func.count().label("people"),
            func.sum(asked).label("claimed"),
            func.sum(case((and_(stands, eligible), Line.amount), else_=0)).label("entitled"),
            func.sum(case((and_(approved, eligible), Line.amount - Line.given_up_yuan), else_=0)).label("approved"),
            func.sum(Line.paid_yuan).label("paid"),
            func.coalesce(
                select(func.sum(Posting.amount_yuan))
                .where(Posting.claim_id == Claim.id, Posting.receipt_id.is_not(None))
                .scalar_subquery(),
                0,
            ).label("recovered"),
        )
        .join(Line, Line.claim_id == Claim.id)
        .where(within, theirs(call.actor), Claim.submitted_at.is_not(None))
        .group_by(Claim.id)
        .subquery("of_claim")
    )
    sums = [func.sum(of_claim.c[each]).label(each) for each in ("people", "claimed", "entitled", "approved", "paid", "recovered")]
    return select(of_claim.c.code.label(name), func.count().label("claims"), *sums).group_by(of_claim.c.code).order_by(of_claim.c.code)


async def counted(kernel: Kernel, call: Call, by: ResultsBy, from_on: date, to_on: date) -> Counted:
    """What the neighbours count, each asked once, side by side and ahead of the session; of one that is away nothing."""

    async def from_registry() -> Mapping[str, Mapping[str | None, int] | None]:
        try:
            return await clients.trained(kernel, call, _RESULTS_BY[by][2], from_on, to_on)
        except errors.Problem:
            return dict.fromkeys(FIGURES[:3])

    async def from_eastwest() -> Mapping[str | None, int] | None:
        try:
            [said] = await clients.retained(kernel, call, "region" if by == "region" else "class", from_on, to_on)
        except errors.Problem:
            return None
        if by == "region":
            return {group.code: group.numerator for group in said.groups}
        return await _of_classes(kernel, by, {each.class_id: each.numerator for each in said.tallies})

    trained, retained = await asyncio.gather(from_registry(), from_eastwest())
    return {**trained, "retained": retained}


async def _of_classes(kernel: Kernel, by: ResultsBy, people: Mapping[UUID | None, int]) -> dict[str | None, int]:
    """Who came from which class, put under what that class's claims are put under; who came from none, or from one never claimed for, under none."""
    column = _RESULTS_BY[by][1]
    async with kernel.reading() as session:
        wanted = select(Claim.class_id, func.min(cast(column, Text)).label("code")).where(
            Claim.class_id.in_([each for each in people if each])
        )
        codes = {row.class_id: row.code for row in await session.execute(wanted.group_by(Claim.class_id))}
    found: dict[str | None, int] = defaultdict(int)
    for class_id, number in people.items():
        found[codes.get(class_id)] += number
    return dict(found)


async def results(session: AsyncSession, by: ResultsBy, from_on: date, to_on: date, counted: Counted) -> Results:
    name, column, _ = _RESULTS_BY[by]
    paid = select(column.label("code"), func.sum(Line.paid_yuan).label("paid")).join(Line, Line.claim_id == Claim.id)
    paid = paid.where(Line.paid_yuan > 0, ENDED_ON.between(from_on, to_on)).group_by(column)
    money = {None if row.code is None else str(row.code): row.paid for row in await session.execute(paid)}
    found = groups(money, counted)
    return Results(
        by=by,
        from_on=from_on,
        to_on=to_on,
        complete=all(each is not None for each in counted.values()),
        groups=[ResultGroup.model_validate({name: code} | each.wire()) for code, each in found.items()],
        total=ResultGroup.model_validate(whole(found.values(), counted).wire()),
    )


async def statement(session: AsyncSession, call: Call, institution_id: UUID, month: str) -> StatementOut:
    """An institution's month, in the order in which things happened."""
    if call.actor.role == "institution" and call.actor.institution_id != institution_id:
        raise errors.NotFound()
    first = date.fromisoformat(f"{month}-01")
    after = (first + timedelta(days=31)).replace(day=1)
    entries = [Entry.model_validate(row) for row in (await session.execute(_entries(call, institution_id, first, after))).mappings()]
    due = select(func.coalesce(func.sum(Line.amount - Line.paid_yuan - Line.given_up_yuan), 0)).join(Claim, Claim.id == Line.claim_id)
    due = due.where(Claim.institution_id == institution_id, Claim.status == ClaimStatus.APPROVED, Line.verdict == LineVerdict.ELIGIBLE)

    def total(kind: str) -> Decimal:
        return sum((each.amount for each in entries if each.kind == kind), NOTHING)

    kinds = ("submitted", "approved", "paid", "paid_back", "recovered")
    sums: dict[str, Any] = {kind: total(kind) for kind in kinds}
    return StatementOut(
        institution_id=institution_id,
        month=month,
        entries=entries,
        due=await session.scalar(due.where(rows(call.actor))) or NOTHING,
        **sums,
    )


def _entries(call: Call, institution_id: UUID, first: date, after: date) -> Any:
    own = and_(Claim.institution_id == institution_id, rows(call.actor))
    at_first, at_after = (datetime.combine(day, time(), clock.SHANGHAI) for day in (first, after))
    decided = select(
        cast(func.timezone(clock.SHANGHAI.key, Decision.at), Date).label("on"),
        Claim.id.label("claim_id"),
        case(_DECIDED, value=Decision.action).label("kind"),
        Claim.amount.label("amount"),
        literal(None, Claim.number.type).label("number"),
        Decision.id.label("id"),
    ).join(Claim, Claim.id == Decision.claim_id)
    decided = decided.where(own, Decision.action.in_(_DECIDED), Decision.at >= at_first, Decision.at < at_after)

    def of_payments(on: Any, kind: str) -> Any:
        paid = select(on, Claim.id, literal(kind), Payment.amount_yuan, PaymentBatch.number, Payment.id)
        paid = paid.join(Claim, Claim.id == Payment.claim_id).join(PaymentBatch, PaymentBatch.id == Payment.batch_id)
        return paid.where(own, on >= first, on < after)

    back = select(Receipt.received_on, Claim.id, literal("recovered"), Receipt.amount_yuan, Receipt.voucher_no, Receipt.id)
    back = back.join(Recovery, Recovery.id == Receipt.recovery_id).join(Claim, Claim.id == Recovery.claim_id)
    back = back.where(own, Receipt.received_on >= first, Receipt.received_on < after)
    every = union_all(decided, of_payments(Payment.paid_on, "paid"), of_payments(Payment.returned_on, "paid_back"), back).subquery()
    return select(every).order_by(every.c.on, every.c.id)
