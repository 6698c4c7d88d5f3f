"""Recording what was found on a visit to a class (开班检查)."""

from uuid import UUID

from sqlalchemy import insert
from sqlalchemy.ext.asyncio import AsyncSession

from services.registry.training.classes import policy
from services.registry.training.classes.operations import permit, require_day
from services.registry.training.inspections.schemas import InspectionIn, InspectionOut
from services.registry.training.inspections.tables import Inspection
from shared import deeds, errors
from shared.access import Call
from shared.db import new_id


async def inspect(session: AsyncSession, call: Call, class_id: UUID, body: InspectionIn) -> InspectionOut:
    """Records what an officer found on a visit."""
    training = await permit(session, call, class_id, step=policy.INSPECT)
    require_day(training, body.on, "/on")
    if body.on > call.today:
        raise errors.Invalid(
            faults=[errors.Fault("invalid_value", "/on", seen=str(body.on), allowed=f"不晚于 {call.today}", fix="请填写实际检查的日期。")]
        )
    made = InspectionOut(
        id=new_id(), inspected_by=call.actor.subject, inspected_by_name=call.actor.name or None, recorded_at=call.now, **body.model_dump()
    )
    await session.execute(insert(Inspection), [{"class_id": class_id, **made.model_dump()}])
    details = {"inspection_id": made.id, "half_day": body.half_day, "headcount": body.headcount}
    said = {"status": training.status, "version": training.version, "institution_id": training.institution_id, "from_on": body.on}
    await deeds.record(session, call, "class.inspected", class_id, details=details, **said)
    return made
