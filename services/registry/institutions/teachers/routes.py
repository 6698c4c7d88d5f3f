"""The paths of teachers (教师)."""

from typing import Annotated
from uuid import UUID

from services.registry.codes import TeacherEmployment
from services.registry.institutions.institutions import reading as institutions
from services.registry.institutions.institutions.policy import OWN
from services.registry.institutions.institutions.routes import ONE, SEES
from services.registry.institutions.teachers import operations, reading, rules
from services.registry.institutions.teachers.errors import DuplicateTeacher
from services.registry.institutions.teachers.schemas import TeacherChange, TeacherIn, TeacherOut, TeacherPaper
from services.registry.institutions.teachers.tables import Teacher
from shared import errors, history, pages, web, wire
from shared.batches import Batch, BatchOut

router = web.Router("institutions")
Listed = Annotated[pages.Asked, pages.asking(from_on=Teacher.from_on)]


@router.operation(
    "POST",
    f"{ONE}/teachers",
    may=OWN,
    summary="登记教师",
    status=201,
    errors=[DuplicateTeacher],
    paper=institutions.find,
    rules=rules.RULES,
)
async def add_teacher(institution_id: UUID, body: TeacherIn, session: web.Session, call: web.Caller, kernel: web.KernelOf) -> TeacherOut:
    return await operations.add(session, call, kernel.vault, institution_id, body)


@router.operation("GET", f"{ONE}/teachers", may=SEES, summary="教师列表", errors=[errors.InvalidCursor])
async def list_teachers(
    institution_id: UUID,
    session: web.Session,
    call: web.Caller,
    asked: Listed,
    ref: pages.ExternalRef,
    employment: pages.AnyOf[TeacherEmployment] = None,
) -> wire.Page[TeacherOut]:
    return wire.Page[TeacherOut].model_validate(await reading.list_teachers(session, call, institution_id, asked, ref, employment))


@router.operation(
    "POST", f"{ONE}/teachers:batch", may=OWN, summary="批量登记教师", status=207, errors=[DuplicateTeacher], paper=institutions.find
)
async def take_teachers(
    institution_id: UUID, body: Batch[TeacherIn], session: web.Session, call: web.Caller, kernel: web.KernelOf
) -> BatchOut:
    return await operations.take_batch(session, call, kernel.vault, institution_id, body)


@router.operation(
    "PATCH",
    f"{ONE}/teachers/{{teacher_id:uuid}}",
    may=OWN,
    summary="修改教师信息或结束任职",
    errors=[DuplicateTeacher],
    paper=reading.find,
    rules=(rules.named,),
)
async def change_teacher(
    institution_id: UUID, teacher_id: UUID, body: TeacherChange, session: web.Session, call: web.Caller, kernel: web.KernelOf
) -> TeacherOut:
    return await operations.change(session, call, kernel.vault, institution_id, teacher_id, body)


@router.operation("GET", f"{ONE}/teachers/{{teacher_id:uuid}}", may=SEES, summary="一名教师")
async def get_teacher(
    institution_id: UUID, teacher_id: UUID, session: web.Session, call: web.Caller, as_of: history.AsOf = None
) -> TeacherPaper:
    return await reading.paper(session, call, institution_id, teacher_id, as_of)


@router.operation(
    "GET", f"{ONE}/teachers/{{teacher_id:uuid}}/history", may=SEES, summary="一名教师的办理经过", errors=[errors.InvalidCursor]
)
async def list_history(
    institution_id: UUID, teacher_id: UUID, session: web.Session, call: web.Caller, asked: history.Listed
) -> wire.Page[history.HistoryEntry]:
    await reading.find(session, call, institution_id, teacher_id)
    return wire.Page[history.HistoryEntry].model_validate(await history.entries(session, teacher_id, asked))
