"""Corrections (更正申请): what someone says is wrong about a person, and the officer's decision, which makes the change."""

from dataclasses import replace
from datetime import date
from typing import Any
from uuid import UUID

from pydantic import ValidationError
from sqlalchemy import and_, select
from sqlalchemy.ext.asyncio import AsyncSession

from services.registry import fields
from services.registry.codes import CorrectableField, CorrectionStatus, RetirementTrack
from services.registry.files import reading as files
from services.registry.people.corrections import policy
from services.registry.people.corrections.errors import CorrectionDecided
from services.registry.people.corrections.schemas import CATEGORIES, CorrectionIn, CorrectionOut, Proposed
from services.registry.people.corrections.tables import TraineeCorrection
from services.registry.people.trainees import operations as trainees
from services.registry.people.trainees import reading, rules
from services.registry.people.trainees.conditions import ALIASES
from services.registry.people.trainees.schemas import TraineeChange
from services.registry.people.trainees.tables import TraineeCategory
from services.registry.reference.errors import SamePerson
from shared import audit, db, deeds, errors, history, pages, privacy, redaction, wire
from shared.access import Call
from shared.web import Kernel

REFUSALS: dict[str, type[errors.Problem]] = {each.code: each for each in (CorrectionDecided, SamePerson)}
MASKED = {"id_number": privacy.mask_number, "bank_account": privacy.mask_account, "phone": privacy.mask_phone}


async def ask(session: AsyncSession, call: Call, kernel: Kernel, trainee_id: UUID, body: CorrectionIn) -> CorrectionOut:
    trainee = await reading.find(session, call, trainee_id)
    faults = await _of_the_signed(session, call, trainee.id, body)
    try:
        _change(body.field, body.proposed, call, trainee.birth_on)
    except errors.Invalid as error:
        faults += error.faults
    if faults:
        raise errors.Invalid(faults=faults)
    proposed = body.proposed if isinstance(body.proposed, str) else CATEGORIES.dump_json(body.proposed).decode()
    made = db.new_id()
    correction = TraineeCorrection(
        id=made,
        trainee_id=trainee.id,
        field=body.field,
        reason=body.reason,
        status=CorrectionStatus.OPEN,
        asked_by=call.actor.subject,
        asked_by_person=call.actor.doer.person,
        asked_at=call.now,
        on_behalf=bool(body.on_behalf),
        attachments=list(dict.fromkeys(body.attachments)),
        proposed=kernel.vault.encrypt(proposed, f"trainee_corrections/{made}/proposed"),
        proposed_masked=MASKED.get(body.field, redaction.redact)(proposed),
        seen=(await reading.shown(session, trainee.id))["categories"] if body.field == CorrectableField.CATEGORIES else None,
    )
    session.add(correction)
    await session.flush()
    said = {"correction_id": made, "field": body.field} | ({"on_behalf": True} if body.on_behalf else {})
    await deeds.record(session, call, "trainee.correction_asked", trainee.id, details=said, event=False)
    return _show(call, correction)


async def _of_the_signed(session: AsyncSession, call: Call, trainee_id: UUID, body: CorrectionIn) -> list[errors.Fault]:
    """Who asks for another by their wish hands in what that person signed; files are named by whoever may read them."""
    found = []
    if body.on_behalf and call.actor.role not in policy.ON_BEHALF:
        found.append(errors.Fault("invalid_value", "/on_behalf", allowed="乡镇或经办机构代办时为 true,其余省略", fix="请改正或删除该项。"))
    elif body.on_behalf and not body.attachments:
        found.append(errors.Fault("authorisation_missing", "/attachments", allowed="本人签字的材料", fix="请上传材料并填写其文件编号。"))
    named: dict[str, UUID | str | None] = {f"/attachments/{index}": each for index, each in enumerate(body.attachments)}
    named |= {f"/proposed/{index}/proof": each.proof for index, each in enumerate(() if isinstance(body.proposed, str) else body.proposed)}
    kept = await session.scalars(select(TraineeCategory.proof).where(TraineeCategory.trainee_id == trainee_id))
    return found + await files.unknown(session, call, named, kept.all())


async def list_corrections(
    session: AsyncSession, call: Call, trainee_id: UUID, asked: pages.Asked, status: list[CorrectionStatus] | None
) -> dict[str, Any]:
    await reading.find(session, call, trainee_id)
    wanted = pages.where(select(TraineeCorrection), {TraineeCorrection.status: status})
    wanted = wanted.where(ALIASES.among(TraineeCorrection.trainee_id, [trainee_id]))
    return await pages.page(session, wanted, TraineeCorrection.id, asked, lambda row: _show(call, row[0]))


async def get(session: AsyncSession, call: Call, trainee_id: UUID, correction_id: UUID, on: date | None) -> CorrectionOut:
    """One correction; `on`: as it stood at the end of that day."""
    await reading.find(session, call, trainee_id)
    shown = _show(call, await _find(session, trainee_id, correction_id))
    if on is None:
        return shown
    if shown.asked_at >= history.end_of(on):
        raise errors.NotFound(history.NOT_YET)
    undecided = {"status": CorrectionStatus.OPEN, "decided_at": None, "decision_reason": None}
    return shown.model_copy(update=undecided) if shown.decided_at and shown.decided_at >= history.end_of(on) else shown


async def list_history(session: AsyncSession, call: Call, trainee_id: UUID, correction_id: UUID, asked: pages.Asked) -> dict[str, Any]:
    await reading.find(session, call, trainee_id)
    correction, trail = await _find(session, trainee_id, correction_id), audit.TRAIL.c
    of_it = trail.details["correction_id"].astext == str(correction.id)
    return await history.entries(session, and_(trail.subject == correction.trainee_id, of_it), asked)


async def _find(session: AsyncSession, trainee_id: UUID, correction_id: UUID) -> TraineeCorrection:
    of_person = ALIASES.among(TraineeCorrection.trainee_id, [trainee_id])
    correction = await session.scalar(select(TraineeCorrection).where(TraineeCorrection.id == correction_id, of_person))
    if correction is None:
        raise errors.NotFound()
    return correction


async def accept(
    session: AsyncSession, call: Call, kernel: Kernel, trainee_id: UUID, correction_id: UUID, comment: str | None
) -> CorrectionOut:
    correction = await permit(session, call, trainee_id, correction_id, action="accept")
    trainee = await reading.find(session, call, trainee_id)
    kept = str(fields.opened(kernel.vault, "trainee_corrections", correction.id, "proposed", correction.proposed))
    proposed = _proposed(correction.field, kept)
    if correction.seen is not None and not isinstance(proposed, str):
        now = (await reading.shown(session, trainee.id))["categories"]
        seen, now = CATEGORIES.validate_python(correction.seen), CATEGORIES.validate_python(now)
        proposed = policy.corrected(seen, proposed, now, rules.clash)
    change = _change(correction.field, proposed, call, trainee.birth_on)
    told = {"source": f"更正申请 {correction.id}", "reason": correction.reason}
    await trainees.apply(session, call, kernel, trainee, change, correction=told)
    return await _decide(session, call, correction, CorrectionStatus.ACCEPTED, comment)


async def reject(session: AsyncSession, call: Call, trainee_id: UUID, correction_id: UUID, reason: str) -> CorrectionOut:
    return await _decide(
        session, call, await permit(session, call, trainee_id, correction_id, action="reject"), CorrectionStatus.REJECTED, reason
    )


async def permit(session: AsyncSession, call: Call, trainee_id: UUID, correction_id: UUID, *, action: str) -> TraineeCorrection:
    """The correction, of the caller's version and still open."""
    correction = await _find(session, trainee_id, correction_id)
    call.match(correction.version)
    still_open = policy.still_open(correction.status)
    if refusal := policy.MACHINE.why_not(action, correction.status, call.actor.doer, _asked(correction), still_open):
        raise REFUSALS[refusal.code](refusal.detail)
    return correction


async def _decide(
    session: AsyncSession, call: Call, correction: TraineeCorrection, status: CorrectionStatus, reason: str | None
) -> CorrectionOut:
    correction.status, correction.decision_reason = status, reason
    correction.decided_by, correction.decided_at = call.actor.subject, call.now
    decided = history.unsaved(correction, ("status", "decision_reason", "decided_at"), of=f"corrections/{correction.id}/")
    await session.flush()
    what, said = f"trainee.correction_{status}", {"field": correction.field, "changes": decided}
    await deeds.record(session, call, what, correction.trainee_id, details=said, correction_id=correction.id)
    return _show(call, correction)


def _change(field: str, proposed: Proposed, call: Call, born_on: date) -> TraineeChange:
    """The correction as a change of the trainee, refused now if it could not be made later."""
    if field == "retirement_track" and proposed not in set(RetirementTrack):
        raise errors.Invalid(
            faults=[
                errors.Fault(
                    "invalid_value",
                    pointer="/proposed",
                    seen=redaction.quoted(str(proposed)),
                    allowed="female_50、female_55",
                    fix="请改正该值。",
                )
            ]
        )
    if (field == CorrectableField.CATEGORIES) is isinstance(proposed, str):
        allowed = "人员类别的列表,写法与登记时的 categories 相同" if field == CorrectableField.CATEGORIES else "文字"
        raise errors.Invalid(faults=[errors.Fault("invalid_value", pointer="/proposed", allowed=allowed, fix="请改正该值。")])
    try:
        change = TraineeChange.model_validate({field: proposed})
    except ValidationError:
        raise errors.Invalid(
            faults=[errors.Fault("invalid_value", "/proposed", allowed=f"写法与登记时的 {field} 相同", fix="请改正该值。")]
        ) from None
    if isinstance(faults := rules.changes(change, call.today, born_on), tuple):
        raise errors.Invalid(
            faults=[replace(each, pointer=f"/proposed{(each.pointer or '').removeprefix(f'/{field}')}") for each in faults]
        )
    return change


def of_categories(body: CorrectionIn, _today: date) -> list[errors.Fault]:
    """Of each category that is proposed; called only beside faults of shape."""
    try:
        rules.categories(() if isinstance(body.proposed, str) else body.proposed)
    except rules.Faulty as faulty:
        return [replace(each, pointer=f"/proposed{(each.pointer or '').removeprefix('/categories')}") for each in faulty.faults]
    return []


def _show(call: Call, correction: TraineeCorrection) -> CorrectionOut:
    shown = {name: getattr(correction, name) for name in CorrectionOut.model_fields if hasattr(correction, name)}
    still_open = policy.still_open(correction.status)
    actions = policy.MACHINE.every_action(correction.status, call.actor.doer, _asked(correction), still_open)
    proposed = _proposed(correction.field, correction.proposed_masked)
    return CorrectionOut.model_validate(shown | {"proposed": proposed, "allowed_actions": wire.allowed_actions(actions)})


def _asked(correction: TraineeCorrection) -> list[tuple[str, str]]:
    return [("ask", correction.asked_by_person)] if correction.asked_by_person else []


def _proposed(field: str, kept: str) -> Proposed:
    return CATEGORIES.validate_json(kept) if field == CorrectableField.CATEGORIES else kept
