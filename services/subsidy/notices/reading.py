"""Looking at notices: one, and those of a day."""

from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy import Date, and_, func, literal, literal_column, or_, select
from sqlalchemy.dialects.postgresql import DATERANGE
from sqlalchemy.ext.asyncio import AsyncSession

from services.subsidy.codes import SchemeCode
from services.subsidy.notices.schemas import NoticeOut
from services.subsidy.notices.tables import Notice
from services.subsidy.notices.visibility import rows
from shared import errors, pages
from shared.access import Call

_DAYS = func.daterange(Notice.posted_on, Notice.until_on, literal_column("'[]'"), type_=DATERANGE)  # as an index has them


async def get(session: AsyncSession, call: Call, notice_id: UUID, *, for_update: bool = False) -> Notice:
    wanted = select(Notice).where(Notice.id == notice_id, rows(call.actor))
    notice = await session.scalar(wanted.with_for_update() if for_update else wanted)
    if notice is None:
        raise errors.NotFound("没有这份公示,或申领单已撤出公示。")
    return notice


async def page(
    session: AsyncSession, call: Call, asked: pages.Asked, on: date | None, claim_ids: list[UUID] | None, schemes: list[SchemeCode] | None
) -> dict[str, Any]:
    """The notices running on a day (posting day included, also while an objection holds the clock); of named claims, theirs on whatever day."""
    wanted = pages.where(select(Notice).where(rows(call.actor)), {Notice.claim_id: claim_ids, Notice.scheme: schemes})
    if claim_ids is None:
        day = on or call.today
        wanted = wanted.where(or_(_DAYS.contains(literal(day, Date)), and_(Notice.stopped_on <= day, Notice.posted_on <= day)))
    return await pages.page(session, wanted, Notice.id, asked, lambda row: NoticeOut.model_validate(row[0]))
