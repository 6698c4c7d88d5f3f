"""Paths of the register of examiners."""

from functools import partial
from typing import Annotated
from uuid import UUID

from fastapi import Query

from services.evaluation.codes import ExaminerTeam as Team
from services.evaluation.examiners import operations, reading, steps, visibility
from services.evaluation.examiners.errors import DuplicateExaminer
from services.evaluation.examiners.policy import OFFICER
from services.evaluation.examiners.schemas import ExaminerChange, ExaminerIn, ExaminerOut, ExaminerPaper, Exclusion, OccupationCode
from services.evaluation.examiners.tables import Examiner
from shared import errors, pages, web, wire

router = web.Router("examiners")
ONE = "/v1/examiners/{examiner_id:uuid}"
STEP = (errors.InvalidState, errors.StaleVersion)


@router.operation(
    "POST", "/v1/examiners", may=OFFICER, summary="登记考评人员", status=201, errors=[DuplicateExaminer], rules=operations.RULES
)
async def register(body: ExaminerIn, session: web.Session, call: web.Caller) -> ExaminerPaper:
    return await operations.register(session, call, body)


@router.operation("GET", "/v1/examiners", may=visibility.READERS, summary="考评人员登记", errors=[errors.InvalidCursor])
async def list_examiners(
    session: web.Session,
    call: web.Caller,
    asked: Annotated[
        pages.Asked,
        pages.asking(q=[Examiner.card, Examiner.name], registered_at=Examiner.registered_at, valid_until_on=Examiner.valid_until_on),
    ],
    card: Annotated[pages.AnyOf[str], Query(description="证卡编号")] = None,
    institution_id: pages.AnyOf[UUID] = None,
    verified: Annotated[pages.AnyOf[bool], Query(description="是否由经办人员核实")] = None,
    team: pages.AnyOf[Team] = None,
    occupation_code: Annotated[pages.AnyOf[OccupationCode], Query(description="可考评的职业代码")] = None,
) -> wire.Page[ExaminerOut]:
    filters = {Examiner.card: card, Examiner.institution_id: institution_id, Examiner.verified: verified}
    wanted = reading.listed(call, filters, [*team] if team else None, occupation_code)
    return wire.Page.model_validate(await pages.page(session, wanted, Examiner.id, asked, lambda row: reading.shown(row, call.today)))


@router.operation("GET", ONE, may=visibility.READERS, summary="考评人员")
async def get(examiner_id: UUID, session: web.Session, call: web.Caller) -> ExaminerPaper:
    return steps.paper(call, await reading.find(session, call, examiner_id))


@router.operation(
    "PATCH",
    ONE,
    may=OFFICER,
    summary="修改考评人员登记",
    errors=STEP,
    paper=partial(steps.begin, action="edit", lock=False),
    rules=operations.CHANGE_RULES,
)
async def change(examiner_id: UUID, body: ExaminerChange, session: web.Session, call: web.Caller) -> ExaminerPaper:
    return await operations.change(session, call, examiner_id, body)


@router.operation(
    "POST", f"{ONE}:exclude", may=OFFICER, summary="排除考评人员", errors=STEP, paper=partial(steps.begin, action="exclude", lock=False)
)
async def exclude(examiner_id: UUID, body: Exclusion, session: web.Session, call: web.Caller) -> ExaminerPaper:
    return await steps.exclude(session, call, examiner_id, body)


@router.operation(
    "POST", f"{ONE}:reinstate", may=OFFICER, summary="恢复考评人员", errors=STEP, paper=partial(steps.begin, action="reinstate", lock=False)
)
async def reinstate(examiner_id: UUID, body: wire.Reasoned, session: web.Session, call: web.Caller) -> ExaminerPaper:
    return await steps.reinstate(session, call, examiner_id, body.reason)
