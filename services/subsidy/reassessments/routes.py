"""The path on which one sees what new facts came to. They come by themselves; what follows is a step of the claim or of a recovery."""

from typing import Annotated, Any
from uuid import UUID

from sqlalchemy import select

from services.subsidy.claims import steps as claim_steps
from services.subsidy.claims.routes import PATH, READERS
from services.subsidy.reassessments.schemas import ReassessmentOut
from services.subsidy.reassessments.tables import Reassessment
from shared import errors, pages, web, wire

router = web.Router("claims")


@router.operation("GET", f"{PATH}/reassessments", may=READERS, summary="事实变化后的重新判定,新的在前", errors=[errors.InvalidCursor])
async def list_reassessments(
    claim_id: UUID, session: web.Session, call: web.Caller, asked: Annotated[pages.Asked, pages.asking(at=Reassessment.at)]
) -> wire.Page[ReassessmentOut]:
    claim = await claim_steps.load(session, call, claim_id)
    wanted = select(Reassessment).where(Reassessment.claim_id == claim.id)
    page: dict[str, Any] = await pages.page(session, wanted, Reassessment.id, asked, lambda row: ReassessmentOut.model_validate(row[0]))
    return wire.Page[ReassessmentOut].model_validate(page)
