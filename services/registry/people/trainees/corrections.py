"""Corrections (更正申请): what someone says is wrong about a person, and the officer's decision, which makes the change."""

from typing import Any
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from services.registry import sealing
from services.registry.people.trainees import operations, reading
from services.registry.people.trainees.errors import CorrectionDecided
from services.registry.people.trainees.schemas import CorrectionIn, CorrectionOut, TraineeChange
from services.registry.people.trainees.tables import Trainee, TraineeCorrection
from shared import audit, changes, db, errors, pages, privacy
from shared.access import Call
from shared.web import Kernel

MASKED = {"id_number": privacy.mask_number, "bank_account": privacy.mask_number, "phone": privacy.mask_phone}


async def ask(session: AsyncSession, call: Call, kernel: Kernel, trainee_id: UUID, body: CorrectionIn) -> CorrectionOut:
    trainee = await operations.visible(session, call, trainee_id)
    _change(body.field, body.proposed, trainee, call)
    made = db.new_id()
    correction = TraineeCorrection(
        id=made, trainee_id=trainee.id, field=body.field, reason=body.reason, status="open", asked_by=call.actor.subject, asked_at=call.now,
        proposed=kernel.vault.encrypt(body.proposed, f"trainee_corrections/{made}/proposed"), proposed_masked=MASKED.get(body.field, str)(body.proposed),
    )  # fmt: skip
    session.add(correction)
    await session.flush()
    await audit.record(session, call, "trainee.correction_asked", "trainee", trainee.id, {"correction_id": str(made), "field": body.field})
    return _show(correction)


async def list_corrections(session: AsyncSession, call: Call, trainee_id: UUID, asked: pages.Asked) -> dict[str, Any]:
    await operations.visible(session, call, trainee_id)
    wanted = select(TraineeCorrection).where(TraineeCorrection.trainee_id == trainee_id)
    return await pages.page(session, wanted, TraineeCorrection.id, asked, lambda row: _show(row[0]))


async def accept(
    session: AsyncSession, call: Call, kernel: Kernel, trainee_id: UUID, correction_id: UUID, comment: str | None
) -> CorrectionOut:
    correction = await _open(session, call, trainee_id, correction_id)
    trainee = await operations.visible(session, call, trainee_id)
    proposed = sealing.opened(kernel.vault, "trainee_corrections", correction.id, "proposed", correction.proposed)
    await operations.apply(session, call, kernel, trainee, _change(correction.field, str(proposed), trainee, call))
    return await _decide(session, call, correction, "accepted", comment)


async def reject(session: AsyncSession, call: Call, trainee_id: UUID, correction_id: UUID, reason: str) -> CorrectionOut:
    return await _decide(session, call, await _open(session, call, trainee_id, correction_id), "rejected", reason)


async def _open(session: AsyncSession, call: Call, trainee_id: UUID, correction_id: UUID) -> TraineeCorrection:
    correction = await session.get(TraineeCorrection, correction_id)
    if correction is None or correction.trainee_id != trainee_id:
        raise errors.NotFound()
    call.match(correction.version)
    if correction.status != "open":
        raise CorrectionDecided()
    return correction


async def _decide(session: AsyncSession, call: Call, correction: TraineeCorrection, status: str, reason: str | None) -> CorrectionOut:
    correction.status, correction.decision_reason = status, reason
    correction.decided_by, correction.decided_at = call.actor.subject, call.now
    await session.flush()
    details = {"correction_id": str(correction.id), "field": correction.field}
    await audit.record(session, call, f"trainee.correction_{status}", "trainee", correction.trainee_id, details)
    await changes.publish(session, call, f"trainee.correction_{status}", correction.trainee_id, correction_id=correction.id)
    return _show(correction)


def _change(field: str, proposed: str, trainee: Trainee, call: Call) -> TraineeChange:
    """The correction as a change of the trainee, refused now if it could not be made later."""
    if field == "retirement_track" and proposed not in ("female_50", "female_55"):
        raise errors.Invalid(
            faults=[
                errors.Fault("invalid_value", pointer="/proposed", seen=proposed[:40], allowed="female_50、female_55", fix="请改正该值。")
            ]
        )
    change = TraineeChange.model_validate({field: proposed})
    if isinstance(faults := reading.changes(change, trainee.id_type, call.today), tuple):
        raise errors.Invalid(
            faults=[
                errors.Fault(each.code, "/proposed", seen=each.seen, allowed=each.allowed, fix=each.fix, basis=each.basis)
                for each in faults
            ]
        )
    return change


def _show(correction: TraineeCorrection) -> CorrectionOut:
    return CorrectionOut.model_validate(
        {name: getattr(correction, name) for name in CorrectionOut.model_fields} | {"proposed": correction.proposed_masked}
    )
