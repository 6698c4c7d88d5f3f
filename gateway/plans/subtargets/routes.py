"""The paths of subtargets (分解目标)."""

from typing import Annotated, Any
from uuid import UUID

from sqlalchemy import select

from gateway.plans.errors import existing
from gateway.plans.subtargets import operations
from gateway.plans.subtargets.operations import SETS, DuplicateSubtarget
from gateway.plans.subtargets.schemas import SubtargetChange, SubtargetIn, SubtargetOut, SubtargetPaper
from gateway.plans.tables import Subtarget
from shared import access, county, errors, history, pages, web, wire

router = web.Router("plans")
ALL = "/v1/plans/{plan}/subtargets"
ONE = f"{ALL}/{{subtarget_id:uuid}}"
READERS = access.SIGNED_IN - {"partner"}
Listed = Annotated[pages.Asked, pages.asking(set_at=Subtarget.set_at)]


@router.operation(
    "POST", ALL, may=SETS, summary="给一个镇街、开发区或部门定分解目标", status=201, errors=[errors.NotFound, DuplicateSubtarget]
)
async def set_subtarget(plan: str, body: SubtargetIn, session: web.Session, call: web.Caller) -> SubtargetPaper:
    return await operations.set_one(session, call, plan, body)


@router.operation("GET", ALL, may=READERS, summary="分解目标列表", errors=[errors.NotFound, errors.InvalidCursor])
async def list_subtargets(
    plan: str,
    session: web.Session,
    asked: Listed,
    line: pages.AnyOf[str] = None,
    town: pages.AnyOf[str] = None,
    zone: pages.AnyOf[str] = None,
    department: pages.AnyOf[str] = None,
    period: pages.AnyOf[str] = None,
) -> wire.Page[SubtargetOut]:
    of = existing(plan)
    towns, zones = operations.places()
    pages.known("line", line, [each.code for each in of.lines])
    pages.known("town", town, towns)
    pages.known("zone", zone, zones)
    pages.known("department", department, county.departments())
    pages.known("period", period, operations.periods(of))
    filters: dict[Any, Any] = {
        Subtarget.line: line,
        Subtarget.town: town,
        Subtarget.zone: zone,
        Subtarget.department: department,
        Subtarget.period: period,
    }
    wanted = pages.where(select(Subtarget).where(Subtarget.plan == of.code), filters)
    return wire.Page[SubtargetOut].model_validate(
        await pages.page(session, wanted, Subtarget.id, asked, lambda row: operations.show(row[0]))
    )


@router.operation("GET", ONE, may=READERS, summary="一项分解目标", errors=[errors.NotFound])
async def get_subtarget(
    plan: str, subtarget_id: UUID, session: web.Session, call: web.Caller, as_of: history.AsOf = None
) -> SubtargetPaper:
    return await operations.get(session, call, plan, subtarget_id, as_of)


@router.operation("PATCH", ONE, may=SETS, summary="调整一项分解目标,写明原因", errors=[errors.StaleVersion], paper=operations.matched)
async def change_subtarget(plan: str, subtarget_id: UUID, body: SubtargetChange, session: web.Session, call: web.Caller) -> SubtargetPaper:
    return await operations.change(session, call, plan, subtarget_id, body)


@router.operation("GET", f"{ONE}/history", may=READERS, summary="一项分解目标的经过,新的在前", errors=[errors.InvalidCursor])
async def list_subtarget_history(
    plan: str, subtarget_id: UUID, session: web.Session, asked: history.Listed
) -> wire.Page[history.HistoryEntry]:
    await operations.find(session, plan, subtarget_id)
    return wire.Page[history.HistoryEntry].model_validate(await history.entries(session, subtarget_id, asked))
