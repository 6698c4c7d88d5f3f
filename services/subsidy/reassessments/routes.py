"""The path on which one sees what new facts came to. They come by themselves; what follows is a step of the claim or of a recovery."""

from collections.abc import Collection
from typing import Annotated, Any
from uuid import UUID

from sqlalchemy import or_, select

from services.subsidy.claims import steps as claim_steps
from services.subsidy.claims.routes import PATH, READERS
from services.subsidy.claims.visibility import own_ids
from services.subsidy.reassessments.schemas import ReassessmentOut
from services.subsidy.reassessments.tables import Reassessment
from shared import errors, pages, web, wire

router = web.Router("claims")


@router.operation("GET", f"{PATH}/reassessments", may=READERS, summary="事实变化后的重新判定,新的在前", errors=[errors.InvalidCursor])
async def list_reassessments(
    claim_id: UUID, session: web.Session, call: web.Caller, asked: Annotated[pages.Asked, pages.asking(at=Reassessment.at)]
) -> wire.Page[ReassessmentOut]:
    claim = await claim_steps.load(session, call, claim_id)
    own = await own_ids(session, call.actor)
    wanted = select(Reassessment).where(Reassessment.claim_id == claim.id)
    if call.actor.role == "person":
        wanted = wanted.where(or_(*(Reassessment.lines.contains([{"trainee_id": str(each)}]) for each in own)))
    page: dict[str, Any] = await pages.page(session, wanted, Reassessment.id, asked, lambda row: _shown(call, row[0], own))
    return wire.Page[ReassessmentOut].model_validate(page)


def _shown(call: web.Caller, found: Reassessment, own: Collection[UUID]) -> ReassessmentOut:
    """A person sees what it came to for them."""
    whole = ReassessmentOut.model_validate(found)
    return whole.model_copy(update={"lines": [each for each in whole.lines if each.trainee_id in own or call.actor.role != "person"]})
