"""Paths of the attendance of a class."""

from functools import partial
from typing import Annotated
from uuid import UUID

from services.registry.codes import HalfDay
from services.registry.people.trainees.conditions import ALIASES
from services.registry.training.attendance import operations, reading, schemas, visibility
from services.registry.training.attendance.errors import AttendanceInFuture, OverlappingAttendance
from services.registry.training.attendance.tables import Attendance
from services.registry.training.classes import reading as classes
from services.registry.training.classes.operations import permit
from services.registry.training.classes.policy import ATTEND, ENROLLERS
from services.registry.training.classes.visibility import ATTENDERS, READERS
from shared import batches, errors, history, pages, web, wire

router = web.Router("attendance")
ONE = "/v1/attendance/{attendance_id:uuid}"
PATH = "/v1/classes/{class_id:uuid}/attendance"
Listed = Annotated[pages.Asked, pages.asking(on=Attendance.on)]
OPEN = partial(permit, step=ATTEND)
REFUSALS = (errors.InvalidState, OverlappingAttendance)


@router.operation("POST", f"{PATH}:batch", may=ENROLLERS, summary="批量签到", status=207, errors=REFUSALS, paper=OPEN)
async def record(class_id: UUID, body: batches.Batch[schemas.AttendanceIn], session: web.Session, call: web.Caller) -> batches.BatchOut:
    return await operations.record(session, call, class_id, body)


@router.operation("POST", PATH, may=ENROLLERS, summary="签到一个半天", status=201, errors=[*REFUSALS, AttendanceInFuture], paper=OPEN)
async def record_one(class_id: UUID, body: schemas.AttendanceIn, session: web.Session, call: web.Caller) -> schemas.AttendanceOut:
    return await operations.record_one(session, call, class_id, body)


@router.operation(
    "POST", f"{ONE}:correct", may=ENROLLERS, summary="更正或撤销一条签到", errors=[*REFUSALS, AttendanceInFuture], paper=operations.standing
)
async def correct(attendance_id: UUID, body: schemas.AttendanceCorrected, session: web.Session, call: web.Caller) -> schemas.AttendanceOut:
    return await operations.correct(session, call, attendance_id, body)


@router.operation("GET", ONE, may=ATTENDERS, summary="一条签到,更正过的也可")
async def get(attendance_id: UUID, session: web.Session, call: web.Caller, as_of: history.AsOf = None) -> schemas.AttendancePaper:
    return await reading.one(session, call, attendance_id, as_of)


@router.operation("GET", f"{ONE}/history", may=READERS, summary="一条签到的办理经过", errors=[errors.InvalidCursor])
async def list_history(
    attendance_id: UUID, session: web.Session, call: web.Caller, asked: history.Listed
) -> wire.Page[history.HistoryEntry]:
    return wire.Page[history.HistoryEntry].model_validate(await reading.entries(session, call, attendance_id, asked))


@router.operation("GET", PATH, may=ATTENDERS, summary="本班签到记录", errors=[errors.InvalidCursor])
async def list_attendance(
    class_id: UUID,
    session: web.Session,
    call: web.Caller,
    asked: Listed,
    trainee_id: pages.AnyOf[UUID] = None,
    on: pages.AnyOf[wire.CivilDate] = None,
    half_day: pages.AnyOf[HalfDay] = None,
) -> wire.Page[schemas.AttendanceOut]:
    await classes.find(session, call, class_id)
    wanted = pages.where(
        reading.SHOWN.where(visibility.rows(call.actor)), {Attendance.class_id: class_id, Attendance.on: on, Attendance.half_day: half_day}
    )
    if trainee_id:
        wanted = wanted.where(ALIASES.among(Attendance.trainee_id, trainee_id))
    return wire.Page[schemas.AttendanceOut].model_validate(
        await pages.page(session, wanted.where(Attendance.voided_at.is_(None)), Attendance.id, asked, schemas.AttendanceOut.model_validate)
    )
