"""Paths of public notices."""

from typing import Annotated
from uuid import UUID

from fastapi import Query

from services.subsidy.codes import SchemeCode
from services.subsidy.notices import reading
from services.subsidy.notices.schemas import NoticeOut
from services.subsidy.notices.tables import Notice
from shared import access, errors, pages, web, wire

router = web.Router("notices")
Listed = Annotated[pages.Asked, pages.asking(posted_on=Notice.posted_on, until_on=Notice.until_on)]


@router.operation("GET", "/v1/notices", may=access.PUBLIC, summary="正在公示的补贴名单", errors=[errors.InvalidCursor])
async def list_notices(
    session: web.Session,
    call: web.Caller,
    asked: Listed,
    on: Annotated[wire.CivilDate | None, Query(description="哪一天在公示;缺省为今天")] = None,
    claim_id: Annotated[pages.AnyOf[UUID], Query(description="某张申领单的公示,期满后也可查")] = None,
    scheme: pages.AnyOf[SchemeCode] = None,
) -> wire.Page[NoticeOut]:
    return wire.Page[NoticeOut].model_validate(await reading.page(session, call, asked, on, claim_id, scheme))


@router.operation("GET", "/v1/notices/{notice_id:uuid}", may=access.PUBLIC, summary="一份公示")
async def read(notice_id: UUID, session: web.Session, call: web.Caller) -> NoticeOut:
    return NoticeOut.model_validate(await reading.get(session, call, notice_id))
