"""What an officer does with the register of examiners: enters a card that was seen, changes what stands of it."""

from collections.abc import Iterable
from datetime import date
from uuid import UUID

from sqlalchemy import or_, select
from sqlalchemy.ext.asyncio import AsyncSession

from services.evaluation.examiners import steps
from services.evaluation.examiners.errors import DuplicateExaminer
from services.evaluation.examiners.rules import occupation_faults
from services.evaluation.examiners.schemas import ExaminerChange, ExaminerIn, ExaminerPaper
from services.evaluation.examiners.tables import Examiner
from shared import errors, wire
from shared.access import Call


async def register(session: AsyncSession, call: Call, body: ExaminerIn) -> ExaminerPaper:
    """Verified from here on; a card that a filing named before under this name goes on as it."""
    if faults := wire.faults(RULES, body, call.today):
        raise errors.Invalid(faults=faults)
    same = select(Examiner).where(Examiner.card == body.card, or_(Examiner.verified, Examiner.name == body.name))
    known = (await session.scalars(same.order_by(Examiner.verified.desc()).limit(1).with_for_update())).first()
    if known is not None and known.verified:
        raise DuplicateExaminer(existing_id=str(known.id))
    values = body.model_dump(mode="json", include={"trainings"}) | body.model_dump(exclude={"trainings"}) | {"verified": True}
    examiner = known or Examiner(institution_id=None, exclusions=[], registered_at=call.now, changed_at=call.now)
    for name, value in values.items():
        setattr(examiner, name, value)
    session.add(examiner)
    return await steps.finish(session, call, examiner, "registered")


async def change(session: AsyncSession, call: Call, examiner_id: UUID, body: ExaminerChange) -> ExaminerPaper:
    examiner = await steps.begin(session, call, examiner_id, "edit")
    if faults := wire.faults(CHANGE_RULES, body, call.today):
        raise errors.Invalid(faults=faults)
    first, last = (
        getattr(body, name) if name in body.model_fields_set else getattr(examiner, name) for name in ("valid_from_on", "valid_until_on")
    )
    if first and last and last < first:
        raise errors.Invalid(faults=[_reversed(last, first)])
    given = body.model_dump(exclude_unset=True, exclude={"trainings"})
    given |= body.model_dump(mode="json", exclude_none=True, include={"trainings"})
    for name, value in given.items():
        if value is not None or name in ("trainee_id", "valid_from_on", "valid_until_on"):
            setattr(examiner, name, value)
    return await steps.finish(session, call, examiner, "changed", fields=sorted(given))


def _occupations(body: ExaminerIn | ExaminerChange, _: date) -> Iterable[errors.Fault]:
    for index, code in enumerate(body.occupations or ()):
        yield from occupation_faults(code, None, (f"/occupations/{index}", ""))


def _trainings(body: ExaminerIn | ExaminerChange, today: date) -> Iterable[errors.Fault]:
    """A training was held."""
    for index, each in enumerate(body.trainings or ()):
        if each.held_on > today:
            at = f"/trainings/{index}/held_on"
            yield errors.Fault("invalid_value", at, seen=str(each.held_on), allowed=f"不晚于 {today}", fix="培训办完再登记。")


def _validity(body: ExaminerIn, _: date) -> Iterable[errors.Fault]:
    if body.valid_from_on and body.valid_until_on and body.valid_until_on < body.valid_from_on:
        yield _reversed(body.valid_until_on, body.valid_from_on)


def _reversed(last: date, first: date) -> errors.Fault:
    return errors.Fault("validity_reversed", "/valid_until_on", seen=str(last), allowed=f"不早于 {first}", fix="请核对有效期止日。")


CHANGE_RULES = (_occupations, _trainings)
RULES = (*CHANGE_RULES, _validity)
