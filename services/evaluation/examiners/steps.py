"""An examiner on the register: changed, excluded and reinstated by an officer."""

from datetime import date, timedelta
from functools import cache
from pathlib import Path
from typing import Any
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from services.evaluation.codes import ExaminerStatus as Status
from services.evaluation.examiners import policy, reading
from services.evaluation.examiners.errors import REFUSALS
from services.evaluation.examiners.schemas import ExaminerPaper, Exclusion
from services.evaluation.examiners.tables import Examiner
from shared import codes, county, deeds, wire
from shared.access import Call
from shared.steps import Machine


async def begin(session: AsyncSession, call: Call, examiner_id: UUID, action: str, *, lock: bool = True) -> Examiner:
    """The examiner, locked, at the version the caller knows, where this step may be taken now."""
    examiner = await reading.find(session, call, examiner_id, lock=lock)
    call.match(examiner.version)
    if refusal := machine_of(county.folder()).why_not(action, _status(examiner, call.today), call.actor.doer):
        raise REFUSALS[refusal.code](refusal.detail)
    return examiner


async def finish(session: AsyncSession, call: Call, examiner: Examiner, done: str, **details: Any) -> ExaminerPaper:
    examiner.changed_at = call.now
    await session.flush()
    await deeds.record(session, call, f"examiner.{done}", examiner.id, details=details, version=examiner.version)
    return paper(call, examiner)


def paper(call: Call, examiner: Examiner) -> ExaminerPaper:
    machine = machine_of(county.folder())
    found = {step.action: machine.why_not(step.action, _status(examiner, call.today), call.actor.doer) for step in machine.steps}
    return ExaminerPaper(**reading.shown(examiner, call.today).model_dump(), allowed_actions=wire.allowed_actions(found))


async def exclude(session: AsyncSession, call: Call, examiner_id: UUID, body: Exclusion) -> ExaminerPaper:
    """From today on the card stands in no team and no batch; what it did before stays."""
    examiner = await begin(session, call, examiner_id, "exclude")
    examiner.exclusions = [*examiner.exclusions, {"from_on": str(call.today)} | body.model_dump(mode="json")]
    return await finish(session, call, examiner, "excluded", reason=body.reason)


async def reinstate(session: AsyncSession, call: Call, examiner_id: UUID, reason: str) -> ExaminerPaper:
    examiner = await begin(session, call, examiner_id, "reinstate")
    yesterday = call.today - timedelta(days=1)
    ended = [each | {"until_on": str(yesterday)} if _runs(each, call.today) else each for each in examiner.exclusions]
    examiner.exclusions = [each for each in ended if each["until_on"] is None or each["from_on"] <= each["until_on"]]
    return await finish(session, call, examiner, "reinstated", reason=reason)


def _runs(exclusion: dict[str, Any], today: date) -> bool:
    return policy.excluded_on(reading.periods_of([exclusion]), today)


def _status(examiner: Examiner, today: date) -> Status:
    return Status.EXCLUDED if any(_runs(each, today) for each in examiner.exclusions) else Status.LISTED


@cache
def machine_of(_folder: Path) -> Machine:
    """With the county's words for the states."""
    return Machine("考评人员登记", {code: label.zh for code, label in codes.labels("examiner_status").items()}, policy.STEPS)
