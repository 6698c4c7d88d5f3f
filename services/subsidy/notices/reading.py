"""Looking at notices: one, and those of a day."""

from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from services.subsidy.codes import SchemeCode
from services.subsidy.notices.schemas import NoticeOut
from services.subsidy.notices.tables import Notice
from services.subsidy.notices.visibility import rows
from shared import errors, pages
from shared.access import Call


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
        wanted = wanted.where(Notice.posted_on <= day, (Notice.until_on >= day) | (Notice.stopped_on <= day))
    return await pages.page(session, wanted, Notice.id, asked, lambda row: NoticeOut.model_validate(row[0]))
