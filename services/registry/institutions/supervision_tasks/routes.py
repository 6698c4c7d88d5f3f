"""The paths of supervision tasks (督办)."""

from functools import partial
from typing import Annotated, Any
from uuid import UUID

from fastapi import Query
from sqlalchemy import not_

from services.registry.codes import SupervisionTaskStatus
from services.registry.institutions.supervision_tasks import conditions, operations, policy, rules, schemas
from services.registry.institutions.supervision_tasks.schemas import SupervisionTaskOut, SupervisionTaskPaper
from services.registry.institutions.supervision_tasks.tables import SupervisionTask
from services.registry.institutions.supervision_tasks.visibility import READERS
from services.registry.reference.policy import lists
from shared import errors, history, pages, web, wire

router = web.Router("supervision-tasks")
ONE = "/v1/supervision-tasks/{task_id:uuid}"
Listed = Annotated[pages.Asked, pages.asking(asked_at=SupervisionTask.asked_at, due_on=SupervisionTask.due_on)]


@router.operation("POST", "/v1/supervision-tasks", may=policy.ASKERS, summary="交办一项督办任务", status=201, rules=rules.OF_TASK)
async def ask(body: schemas.SupervisionTaskIn, session: web.Session, call: web.Caller) -> SupervisionTaskPaper:
    return await operations.ask(session, call, body)


@router.operation("GET", "/v1/supervision-tasks", may=READERS, summary="督办任务列表", errors=[errors.InvalidCursor])
async def list_tasks(
    session: web.Session,
    call: web.Caller,
    asked: Listed,
    status: pages.AnyOf[SupervisionTaskStatus] = None,
    line: pages.AnyOf[str] = None,
    region_code: pages.AnyOf[str] = None,
    department: pages.AnyOf[str] = None,
    institution_id: pages.AnyOf[UUID] = None,
    overdue: Annotated[bool | None, Query(description="期限已过、尚未答复的;false 为其余的")] = None,
) -> wire.Page[SupervisionTaskOut]:
    pages.known("line", line, lists().programmes)
    pages.known("region_code", region_code, lists().regions)
    pages.known("department", department, lists().led_by)
    filters = {
        SupervisionTask.status: status,
        SupervisionTask.line: line,
        SupervisionTask.region_code: region_code,
        SupervisionTask.department: department,
        SupervisionTask.institution_id: institution_id,
    }
    late = conditions.overdue(call.today)
    also = [] if overdue is None else [late if overdue else not_(late)]
    return wire.Page[SupervisionTaskOut].model_validate(await operations.page(session, call, asked, filters, *also))


@router.operation("GET", ONE, may=READERS, summary="一项督办任务")
async def get(task_id: UUID, session: web.Session, call: web.Caller, as_of: history.AsOf = None) -> SupervisionTaskPaper:
    return await operations.get(session, call, task_id, as_of)


@router.operation("GET", f"{ONE}/history", may=READERS, summary="一项督办任务的办理经过", errors=[errors.InvalidCursor])
async def list_history(task_id: UUID, session: web.Session, call: web.Caller, asked: history.Listed) -> wire.Page[history.HistoryEntry]:
    await operations.find(session, call, task_id)
    return wire.Page[history.HistoryEntry].model_validate(await history.entries(session, task_id, asked))


def _step(action: str, summary: str, of_body: tuple[Any, ...] = ()) -> Any:
    return router.operation(
        "POST",
        f"{ONE}:{action}",
        may=frozenset(policy.MACHINE.step(action).roles),
        summary=summary,
        errors=[errors.InvalidState, errors.StaleVersion],
        rules=of_body,
        paper=partial(operations.permit, action=action),
    )


@_step("answer", "答复督办")
async def answer(task_id: UUID, body: schemas.SupervisionTaskAnswered, session: web.Session, call: web.Caller) -> SupervisionTaskPaper:
    return await operations.answer(session, call, task_id, body)


@_step("extend", "延长办理期限", rules.OF_DAY)
async def extend(task_id: UUID, body: schemas.SupervisionTaskExtended, session: web.Session, call: web.Caller) -> SupervisionTaskPaper:
    return await operations.put_off(session, call, task_id, "extend", body)


@_step("close", "办结督办")
async def close(task_id: UUID, session: web.Session, call: web.Caller, body: wire.Commented | None = None) -> SupervisionTaskPaper:
    return await operations.step(session, call, task_id, "close", body.comment if body else None)


@_step("reopen", "退回重办", rules.OF_DAY)
async def reopen(task_id: UUID, body: schemas.SupervisionTaskReopened, session: web.Session, call: web.Caller) -> SupervisionTaskPaper:
    return await operations.put_off(session, call, task_id, "reopen", body)


@_step("cancel", "取消督办")
async def cancel(task_id: UUID, body: wire.Reasoned, session: web.Session, call: web.Caller) -> SupervisionTaskPaper:
    return await operations.step(session, call, task_id, "cancel", body.reason)
