"""The paths of institutions (培训机构)."""

from datetime import date
from functools import partial
from typing import Annotated
from uuid import UUID

from fastapi import Depends, Query

from services.registry import fields
from services.registry.clients import Affected, Preview, affected
from services.registry.codes import InstitutionKind, InstitutionMark, InstitutionStatus, RatingResult
from services.registry.institutions.institutions import operations, reading, rules, steps
from services.registry.institutions.institutions.errors import AlreadyBlacklisted, DesignationOverlaps, DuplicateInstitution
from services.registry.institutions.institutions.policy import OFFICER, OWN, REVIEWER
from services.registry.institutions.institutions.schemas import (
    Blacklisted,
    Designated,
    DesignationVoided,
    Exited,
    Explained,
    InstitutionChange,
    InstitutionIn,
    InstitutionOut,
    InstitutionPaper,
    Suspended,
)
from services.registry.institutions.institutions.tables import Institution
from shared import access, errors, history, pages, web, wire

router = web.Router("institutions")

SEES = access.OFFICES | {"institution", "town", "department", "system"}
ASKING = (errors.UpstreamFailed, errors.UpstreamTimeout)  # a preview asks subsidy
ONE = "/v1/institutions/{institution_id:uuid}"
Listed = Annotated[
    pages.Asked, pages.asking(q=[Institution.name, Institution.uscc], name=Institution.name, registered_at=Institution.registered_at)
]


async def _if_blacklisted(
    institution_id: UUID, body: Blacklisted, call: web.Caller, kernel: web.KernelOf, preview: Preview = False
) -> Affected | None:
    """None where it is to be done."""
    if not preview:
        return None
    return await affected(kernel, call, institution_id=institution_id, listed=True, from_on=body.from_on, until_on=body.until_on)


async def _if_suspended(
    institution_id: UUID, body: Suspended, call: web.Caller, kernel: web.KernelOf, preview: Preview = False
) -> Affected | None:
    if not preview:
        return None
    return await affected(kernel, call, institution_id=institution_id, from_on=body.from_on or call.today, until_on=body.until_on)


async def _if_gone(institution_id: UUID, body: Exited, call: web.Caller, kernel: web.KernelOf, preview: Preview = False) -> Affected | None:
    return await affected(kernel, call, institution_id=institution_id, from_on=body.on or call.today) if preview else None


async def _if_reinstated(institution_id: UUID, call: web.Caller, kernel: web.KernelOf, preview: Preview = False) -> Affected | None:
    return await affected(kernel, call, institution_id=institution_id, listed=True, from_on=call.today) if preview else None


def _suspended_in_order(body: Suspended, today: date) -> list[errors.Fault]:
    return fields.backwards(body.from_on or today, body.until_on, "/until_on")


@router.operation("POST", "/v1/institutions", may=OFFICER, summary="登记机构", status=201, errors=[DuplicateInstitution], rules=rules.RULES)
async def create(body: InstitutionIn, session: web.Session, call: web.Caller, kernel: web.KernelOf) -> InstitutionPaper:
    return await operations.create(session, call, kernel, body)


@router.operation("GET", "/v1/institutions", may=SEES, summary="机构列表", errors=[errors.InvalidCursor])
async def list_institutions(
    session: web.Session,
    call: web.Caller,
    asked: Listed,
    ref: pages.ExternalRef,
    kind: pages.AnyOf[InstitutionKind] = None,
    status: pages.AnyOf[InstitutionStatus] = None,
    region_code: pages.AnyOf[str] = None,
    name: Annotated[pages.AnyOf[pages.Part], Query(description="名称的一部分")] = None,
    uscc: pages.AnyOf[pages.Part] = None,
    above_scale: Annotated[pages.AnyOf[bool], Query(description="今天是否规模以上企业")] = None,
    above_scale_on: Annotated[pages.AnyOf[wire.CivilDate], Query(description="这一天是规模以上企业")] = None,
    mark: Annotated[pages.AnyOf[InstitutionMark], Query(description="今天有这一标记")] = None,
    industry_code: pages.AnyOf[str] = None,
    designated_on: Annotated[pages.AnyOf[wire.CivilDate], Query(description="这一天有定点资格")] = None,
    rating: Annotated[pages.AnyOf[RatingResult], Query(description="最近一次办学评估的结果")] = None,
) -> wire.Page[InstitutionOut]:
    found = await reading.list_institutions(
        session,
        call,
        asked,
        ref,
        kind=kind,
        status=status,
        region_code=region_code,
        name=name,
        uscc=uscc,
        above_scale=above_scale,
        above_scale_on=above_scale_on,
        mark=mark,
        industry_code=industry_code,
        designated_on=designated_on,
        rating=rating,
    )
    return wire.Page[InstitutionOut].model_validate(found)


@router.operation("GET", ONE, may=SEES, summary="一家机构,附定点和黑名单记录")
async def get(institution_id: UUID, session: web.Session, call: web.Caller, as_of: history.AsOf = None) -> InstitutionPaper:
    return await reading.get(session, call, institution_id, as_of)


@router.operation("GET", f"{ONE}/history", may=SEES, summary="一家机构的办理经过,新的在前", errors=[errors.InvalidCursor])
async def list_history(
    institution_id: UUID, session: web.Session, call: web.Caller, asked: history.Listed
) -> wire.Page[history.HistoryEntry]:
    await reading.find(session, call, institution_id)
    return wire.Page[history.HistoryEntry].model_validate(await history.entries(session, institution_id, asked))


@router.operation(
    "PATCH", ONE, may=OWN, summary="修改机构信息;机构自己只能改电话", paper=partial(steps.permit, action="change"), rules=rules.CHANGE_RULES
)
async def change(
    institution_id: UUID, body: InstitutionChange, session: web.Session, call: web.Caller, kernel: web.KernelOf
) -> InstitutionPaper:
    return await operations.change(session, call, kernel, institution_id, body)


@router.operation(
    "POST",
    f"{ONE}:designate",
    may=OFFICER,
    summary="定点",
    errors=[errors.InvalidState, DesignationOverlaps],
    paper=partial(steps.permit, action="designate"),
    rules=(fields.in_order("from_on", "to_on"),),
)
async def designate(institution_id: UUID, body: Designated, session: web.Session, call: web.Caller) -> InstitutionPaper:
    return await steps.designate(session, call, institution_id, body)


@router.operation(
    "POST",
    f"{ONE}:void-designation",
    may=OFFICER,
    summary="撤回误定的一段定点",
    errors=[errors.InvalidState],
    paper=partial(steps.permit, action="void-designation"),
)
async def void_designation(institution_id: UUID, body: DesignationVoided, session: web.Session, call: web.Caller) -> InstitutionPaper:
    return await steps.void_designation(session, call, institution_id, body)


@router.operation(
    "POST",
    f"{ONE}:blacklist",
    may=REVIEWER,
    summary="列入黑名单(preview=true 只看涉及哪些申领单)",
    errors=[AlreadyBlacklisted, *ASKING],
    paper=partial(steps.permit, action="blacklist"),
    rules=(fields.in_order("from_on", "until_on"),),
)
async def blacklist(
    institution_id: UUID,
    body: Blacklisted,
    previewed: Annotated[Affected | None, Depends(_if_blacklisted)],
    session: web.Session,
    call: web.Caller,
) -> InstitutionPaper | Affected:
    return await web.rehearsed(session, previewed, steps.blacklist(session, call, institution_id, body))


@router.operation(
    "POST",
    f"{ONE}:reinstate",
    may=REVIEWER,
    summary="移出黑名单或结束暂停(preview=true 只看涉及哪些申领单)",
    errors=[errors.InvalidState, *ASKING],
    paper=partial(steps.permit, action="reinstate"),
)
async def reinstate(
    institution_id: UUID,
    previewed: Annotated[Affected | None, Depends(_if_reinstated)],
    session: web.Session,
    call: web.Caller,
    body: Explained | None = None,
) -> InstitutionPaper | Affected:
    return await web.rehearsed(session, previewed, steps.reinstate(session, call, institution_id, body or Explained()))


@router.operation(
    "POST",
    f"{ONE}:suspend",
    may=OFFICER,
    summary="暂停(preview=true 只看涉及哪些申领单)",
    errors=[errors.InvalidState, *ASKING],
    paper=partial(steps.permit, action="suspend"),
    rules=(_suspended_in_order,),
)
async def suspend(
    institution_id: UUID,
    body: Suspended,
    previewed: Annotated[Affected | None, Depends(_if_suspended)],
    session: web.Session,
    call: web.Caller,
) -> InstitutionPaper | Affected:
    return await web.rehearsed(session, previewed, steps.suspend(session, call, institution_id, body))


@router.operation(
    "POST",
    f"{ONE}:exit",
    may=OFFICER,
    summary="退出,定点资格当日为最后一日(preview=true 只看涉及哪些申领单)",
    errors=[errors.InvalidState, *ASKING],
    paper=partial(steps.permit, action="exit"),
)
async def leave(
    institution_id: UUID, body: Exited, previewed: Annotated[Affected | None, Depends(_if_gone)], session: web.Session, call: web.Caller
) -> InstitutionPaper | Affected:
    return await web.rehearsed(session, previewed, steps.leave(session, call, institution_id, body))
