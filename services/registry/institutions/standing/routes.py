"""The path of an institution's standing."""

from typing import Annotated
from uuid import UUID

from fastapi import Query

from services.registry.institutions.institutions.routes import ONE, SEES
from services.registry.institutions.standing import reading
from services.registry.institutions.standing.schemas import StandingOut
from shared import web, wire

router = web.Router("institutions")


@router.operation("GET", f"{ONE}/standing", may=SEES, summary="某日的资质情况,逐条列出")
async def get_standing(
    institution_id: UUID, session: web.Session, call: web.Caller, on: Annotated[wire.CivilDate | None, Query(description="默认当日")] = None
) -> StandingOut:
    return await reading.standing(session, call, institution_id, on)
