"""Which claims a new fact would concern, told before it is kept."""

from collections.abc import Collection
from datetime import date
from decimal import Decimal
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, and_, case, func, or_, select
from sqlalchemy.ext.asyncio import AsyncSession

from services.subsidy.claims import conditions
from services.subsidy.claims.policy import APPROVED, JUDGED_ANEW, UNDER_REVIEW
from services.subsidy.claims.tables import Claim, Line

NOTHING = Decimal("0.00")


def concerned(
    *,
    institution_id: UUID | None,
    region_code: str | None,
    department: str | None,
    listed: bool,
    trainee_ids: Collection[UUID] | None,
    from_on: date | None,
    until_on: date | None,
) -> ColumnElement[bool]:
    """The claims that would be judged anew."""
    found = conditions.of_trainees(trainee_ids) if trainee_ids is not None else conditions.on_days(from_on, until_on)
    if body := conditions.of_body(institution_id, region_code, department):
        found = and_(body[0], conditions.on_days(from_on, until_on))
        found = or_(found, conditions.own_money_of(body[0])) if listed else found
    return and_(Claim.status.in_(JUDGED_ANEW), found)


async def affected(session: AsyncSession, which: ColumnElement[bool]) -> dict[str, Any]:
    """These claims and what they come to, in one statement."""
    paid = func.sum(Line.paid_yuan)
    set_aside = func.sum(case((Line.verdict == "eligible", Line.amount - Line.paid_yuan - Line.given_up_yuan), else_=0))
    wanted = select(
        Claim.id, Claim.number, Claim.status, Claim.amount, (paid - func.sum(Line.asked_back_yuan)).label("paid"), set_aside.label("left")
    )
    wanted = wanted.join(Line, Line.claim_id == Claim.id).where(which)
    rows = (await session.execute(wanted.group_by(Claim.id).order_by(Claim.id))).all()
    return {
        "claims": rows,
        "open_amount": sum((row.amount for row in rows if row.status in UNDER_REVIEW), NOTHING),
        "approved_amount": sum((row.left for row in rows if row.status == APPROVED), NOTHING),
        "paid_amount": sum((row.paid for row in rows), NOTHING),
    }
