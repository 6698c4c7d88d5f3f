"""Giving a supervision task, answering it, and seeing it done."""

from collections.abc import Mapping
from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from services.registry.codes import SupervisionTaskStatus as Status
from services.registry.files import reading as files
from services.registry.institutions.institutions.rules import BODIES, unknown_institution
from services.registry.institutions.institutions.tables import Institution
from services.registry.institutions.supervision_tasks import policy, rules, visibility
from services.registry.institutions.supervision_tasks.schemas import (
    SupervisionTaskAnswered,
    SupervisionTaskExtended,
    SupervisionTaskIn,
    SupervisionTaskOut,
    SupervisionTaskPaper,
    SupervisionTaskReopened,
)
from services.registry.institutions.supervision_tasks.tables import SupervisionTask
from services.registry.reference.policy import lists
from shared import access, deeds, errors, history, pages, wire
from shared.access import Call
from shared.db import new_id

REFUSALS: dict[str, type[errors.Problem]] = {each.code: each for each in (access.WrongRole, errors.InvalidState)}
TOLD = ("status", "due_on", "answer", "file_ids", "answered_at", "answered_by_name", "comment", "changed_at")
EVENTS = {"answer": "answered", "extend": "extended", "close": "closed", "reopen": "reopened", "cancel": "cancelled"}


async def ask(session: AsyncSession, call: Call, body: SupervisionTaskIn) -> SupervisionTaskPaper:
    whom = body.to.institution_id
    known = await session.scalar(select(Institution.id).where(Institution.id == whom)) if whom else None
    if faults := [*wire.faults(rules.OF_TASK, body, call.today), *unknown_institution(whom, known, "/to")]:
        raise errors.Invalid(faults=faults)
    task = SupervisionTask(
        id=new_id(),
        status=Status.OPEN,
        file_ids=[],
        asked_at=call.now,
        asked_by_name=call.actor.name or None,
        changed_at=call.now,
        **body.to.model_dump(),
        **body.model_dump(exclude={"to"}),
    )
    session.add(task)
    await session.flush()
    await _announce(session, call, task, "asked", {"title": task.title, "reason": task.reason, "document": task.document})
    return paper(call, task)


async def get(session: AsyncSession, call: Call, task_id: UUID, as_of: date | None) -> SupervisionTaskPaper:
    shown = paper(call, await find(session, call, task_id))
    if as_of is None:
        return shown
    stood = await history.stood(session, shown, as_of, shown.asked_at)
    return stood.model_copy(update={"overdue": stood.status == Status.OPEN and stood.due_on < as_of})


async def permit(session: AsyncSession, call: Call, task_id: UUID, *, action: str, lock: bool = False) -> SupervisionTask:
    """The task, of the caller's version, where the step can be taken now."""
    task = await find(session, call, task_id, lock=lock)
    call.match(task.version)
    if refusal := policy.MACHINE.why_not(action, task.status, call.actor.doer):
        raise REFUSALS[refusal.code](refusal.detail)
    return task


async def find(session: AsyncSession, call: Call, task_id: UUID, *, lock: bool = False) -> SupervisionTask:
    wanted = select(SupervisionTask).where(SupervisionTask.id == task_id, visibility.rows(call.actor))
    task = await session.scalar(wanted.with_for_update() if lock else wanted)
    if task is None:
        raise errors.NotFound("没有这项督办任务,或不在您的可见范围内。请核对编号。")
    return task


async def answer(session: AsyncSession, call: Call, task_id: UUID, body: SupervisionTaskAnswered) -> SupervisionTaskPaper:
    """Who is asked says what was done. Whoever sees the task may read the files it names, so they are the answering party's own."""
    task = await permit(session, call, task_id, action="answer", lock=True)
    if faults := await files.unknown(session, call, {f"/file_ids/{place}": each for place, each in enumerate(body.file_ids)}):
        raise errors.Invalid(faults=faults)
    task.answer, task.file_ids = body.text, list(dict.fromkeys(body.file_ids))
    task.answered_at, task.answered_by_name = call.now, call.actor.name or None
    return await _take(session, call, task, "answer")


async def step(session: AsyncSession, call: Call, task_id: UUID, action: str, comment: str | None) -> SupervisionTaskPaper:
    """Of the office that asked."""
    task = await permit(session, call, task_id, action=action, lock=True)
    task.comment = comment
    return await _take(session, call, task, action, comment if action == "cancel" else None)


async def put_off(
    session: AsyncSession, call: Call, task_id: UUID, action: str, body: SupervisionTaskExtended | SupervisionTaskReopened
) -> SupervisionTaskPaper:
    """A step that may set a new day."""
    task = await permit(session, call, task_id, action=action, lock=True)
    if faults := wire.faults(rules.OF_DAY, body, call.today) or (rules.later(body, task.due_on) if action == "extend" else []):
        raise errors.Invalid(faults=faults)
    task.comment, task.due_on = body.reason, body.due_on or task.due_on
    return await _take(session, call, task, action, body.reason)


async def page(session: AsyncSession, call: Call, asked: pages.Asked, filters: Mapping[Any, Any], *also: Any) -> dict[str, Any]:
    wanted = pages.where(select(SupervisionTask).where(visibility.rows(call.actor), *also), filters)
    return await pages.page(session, wanted, SupervisionTask.id, asked, lambda row: SupervisionTaskOut.model_validate(_shown(call, row[0])))


def paper(call: Call, task: SupervisionTask) -> SupervisionTaskPaper:
    actions = wire.allowed_actions(policy.MACHINE.every_action(task.status, call.actor.doer))
    return SupervisionTaskPaper.model_validate(_shown(call, task) | {"allowed_actions": actions})


def _shown(call: Call, task: SupervisionTask) -> dict[str, Any]:
    line = lists().programmes.get(task.line) if task.line else None
    return {name: getattr(task, name) for name in SupervisionTaskOut.model_fields if name in SupervisionTask.__mapper__.columns} | {
        "to": {name: getattr(task, name) for name in BODIES},
        "line_title": line.title if line else None,
        "overdue": task.status == Status.OPEN and task.due_on < call.today,
    }


async def _take(session: AsyncSession, call: Call, task: SupervisionTask, action: str, reason: str | None = None) -> SupervisionTaskPaper:
    """A task that is only put off goes on waiting since it was given."""
    if to := policy.MACHINE.step(action).to:
        task.status, task.changed_at = to, call.now
    told = {"changes": history.unsaved(task, TOLD)} | ({"reason": reason} if reason else {})
    await session.flush()
    await _announce(session, call, task, EVENTS[action], told)
    return paper(call, task)


async def _announce(session: AsyncSession, call: Call, task: SupervisionTask, what: str, details: dict[str, Any]) -> None:
    whom = {name: value for name in (*BODIES, "line") if (value := getattr(task, name)) is not None}
    said = {"status": task.status, "due_on": task.due_on, "version": task.version}
    await deeds.record(session, call, f"supervision_task.{what}", task.id, details=details, **whom, **said)
