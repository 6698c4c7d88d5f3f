"""Counting claims and their money: by scheme, fund, town, month and institution; money beside results; an institution's month."""

import asyncio
from collections import defaultdict
from collections.abc import Mapping
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from typing import Any, Final
from uuid import UUID

from sqlalchemy import ColumnElement, Date, Select, Text, and_, case, cast, func, literal, or_, select, true, union_all
from sqlalchemy.ext.asyncio import AsyncSession

from services.subsidy.claims.policy import NOT_COUNTED, WITH_MONEY
from services.subsidy.claims.tables import Claim, Decision, Line
from services.subsidy.claims.visibility import rows, theirs
from services.subsidy.codes import ClaimStatus, LineVerdict
from services.subsidy.payments.tables import Payment, PaymentBatch
from services.subsidy.recoveries.tables import Receipt, Recovery
from services.subsidy.statistics import clients
from services.subsidy.statistics.policy import FIGURES, Counted, groups, under_schemes, whole
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
from services.subsidy.statistics.tables import GROUPS, MONEY, MONTH, OF_LINES, RECOVERED, SUMS
from shared import clock, errors
from shared.access import SEES_MONEY, Call
from shared.web import Kernel

NOTHING, ONE_DAY = Decimal("0.00"), timedelta(days=1)
SUBMITTED_ON: Final = cast(func.timezone(clock.SHANGHAI.key, Claim.submitted_at), Date)
ENDED_ON: Final = func.coalesce(Claim.class_ends_on, SUBMITTED_ON)  # of claims without a class, the day they were submitted
CALLED: Final[Mapping[By, str]] = {
    "scheme": "scheme",
    "fund": "fund_id",
    "region": "region_code",
    "month": "month",
    "institution": "institution_id",
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
    """From what is kept where the caller sees all claims; the days of months that are not asked for whole, and what others see, is counted afresh."""
    of_schemes = _sums(call, "scheme", from_on, to_on)
    of = of_schemes.c
    wanted = select(of.code.label("scheme"), of.status, func.sum(of.claims).label("claims"), func.sum(of.amount).label("amount"))
    wanted = wanted.group_by(of.code, of.status).having(func.sum(of.claims) > 0).order_by(of.code, of.status)
    items = [ClaimCount.model_validate(row) for row in await session.execute(wanted)]
    found = [ClaimGroup.model_validate(row) for row in (await session.execute(_grouped(call, by, from_on, to_on))).mappings()] if by else []
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


def _grouped(call: Call, by: By, from_on: date | None, to_on: date | None) -> Any:
    """Of claims that were submitted."""
    of = _sums(call, "scheme" if by == "month" else by, from_on, to_on).c
    code = func.to_char(of.month, "YYYY-MM") if by == "month" else of.code
    stands, approved = of.status.not_in(NOT_COUNTED), of.status.in_(WITH_MONEY | {ClaimStatus.CLOSED})
    sums = {
        "claims": of.claims,
        "people": of.people,
        "claimed": of.claimed,
        "entitled": case((stands, of.entitled), else_=0),
        "approved": case((approved, of.entitled - of.given_up), else_=0),
        "paid": of.paid,
        "recovered": of.recovered,
    }
    wanted = select(code.label(CALLED[by]), *(func.sum(each).label(name) for name, each in sums.items())).where(of.month.is_not(None))
    return wanted.group_by(code).having(func.sum(of.claims) > 0).order_by(code)


def _sums(call: Call, grouped_by: str, from_on: date | None, to_on: date | None) -> Any:
    """What claims come to by code, month and status, in rows to be added up."""
    if call.actor.role not in SEES_MONEY:
        return _afresh(call, grouped_by, and_(rows(call.actor), _submitted(from_on, to_on))).subquery("sums")
    kept = select(*(MONEY.c[name] for name in ("code", "month", "status", *SUMS))).where(MONEY.c.grouped_by == grouped_by)
    if from_on is None and to_on is None:
        return kept.subquery("sums")
    first, after = _whole_months(from_on, to_on)
    if first and after and first >= after:
        return _afresh(call, grouped_by, _submitted(from_on, to_on)).subquery("sums")
    ends = [_submitted(from_on, first - ONE_DAY)] if from_on and first and from_on < first else []
    ends += [_submitted(after, to_on)] if to_on and after and after <= to_on else []
    within = [MONEY.c.month >= first] if first else []
    within += [MONEY.c.month < after] if after else []
    kept = kept.where(MONEY.c.month.is_not(None), *within)
    return union_all(kept, _afresh(call, grouped_by, or_(*ends))).subquery("sums") if ends else kept.subquery("sums")


def _whole_months(from_on: date | None, to_on: date | None) -> tuple[date | None, date | None]:
    """The first day of the first month that lies within these days, and the day after the last."""

    def begins(day: date) -> date:
        return day if day.day == 1 else (day.replace(day=1) + timedelta(days=31)).replace(day=1)

    return from_on and begins(from_on), to_on and (to_on + ONE_DAY).replace(day=1)


def _afresh(call: Call, grouped_by: str, which: ColumnElement[bool]) -> Select[Any]:
    """Claim by claim: lines are added up before they meet money that came back, so that neither counts the other twice. Of another's claim a person sees
    their own lines and what these come to."""
    own, asked_back = theirs(call.actor), None
    if call.actor.role == "person":  # what came in for others of the claim is not theirs to know
        asked_back = select(func.coalesce(func.sum(Line.asked_back_yuan), 0)).where(Line.claim_id == Claim.id, own).scalar_subquery()
    of_lines = select(*(each.label(name) for name, each in OF_LINES.items())).where(Line.claim_id == Claim.id, own).lateral("of_lines")
    amount = of_lines.c.entitled if call.actor.role == "person" else Claim.amount
    columns: dict[str, Any] = {
        "code": cast(GROUPS[grouped_by], Text),
        "month": MONTH,
        "status": Claim.status,
        "claims": literal(1),
        "amount": amount,
    }
    columns |= {each.name: each for each in of_lines.c} | {
        "recovered": func.least(RECOVERED, asked_back) if asked_back is not None else RECOVERED
    }
    return select(*(each.label(name) for name, each in columns.items())).select_from(Claim).join(of_lines, true()).where(which)


def _submitted(from_on: date | None, to_on: date | None) -> ColumnElement[bool]:
    """Submitted within the days, where any are named."""
    found: list[ColumnElement[bool]] = []
    if from_on:
        found.append(Claim.submitted_at >= datetime.combine(from_on, time(), clock.SHANGHAI))
    if to_on:
        found.append(Claim.submitted_at < datetime.combine(to_on + ONE_DAY, time(), clock.SHANGHAI))
    return and_(literal(True), *found)


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
    found = {**trained, "retained": retained}
    return under_schemes(found) if by == "scheme" else found


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
