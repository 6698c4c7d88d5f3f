"""Paths of appeals (申诉), below the claim that they are about."""

from functools import partial
from typing import Annotated
from uuid import UUID

from fastapi import Depends

from services.subsidy import clients as neighbours
from services.subsidy.appeals import operations, policy, reading, steps
from services.subsidy.appeals.errors import AppealOpen
from services.subsidy.appeals.schemas import AppealDecided, AppealIn, AppealListed, AppealOut
from services.subsidy.claims import clients as asking
from services.subsidy.claims.clients import Gathered
from services.subsidy.claims.errors import NotYourClaim
from services.subsidy.claims.policy import APPLICANTS
from services.subsidy.claims.routes import PATH, READERS
from services.subsidy.claims.tables import Appeal
from services.subsidy.codes import AppealStatus
from services.subsidy.schemes.errors import SamePerson, TermsMissing
from shared import errors, pages, web, wire

router = web.Router("claims", traced=(errors.InvalidState,))
ONE = f"{PATH}/appeals/{{appeal_id:uuid}}"


async def _unknown_files(body: AppealIn, call: web.Caller, kernel: web.KernelOf) -> frozenset[UUID]:
    return await asking.unknown_files(kernel, call, body.attachments)


async def _of_resident(body: AppealIn, call: web.Caller, kernel: web.KernelOf) -> bool:
    if call.actor.role != "town" or body.trainee_id is None:
        return False
    told = await neighbours.people_facts(kernel, call, [body.trainee_id], None)
    return any(each.region_code == call.actor.region_code for each in told.people)


@router.operation(
    "POST",
    f"{PATH}/appeals",
    may=APPLICANTS | policy.OFFICES,
    summary="申诉:申领人对整单或一行,本人对自己的一行,乡镇或经办机构代本人",
    status=201,
    errors=[errors.InvalidState, NotYourClaim, AppealOpen],
    example={"reason": "学员当日确有签到,附签到表。"},
    paper=operations.to_appeal,
)
async def appeal(
    claim_id: UUID,
    body: AppealIn,
    unknown: Annotated[frozenset[UUID], Depends(_unknown_files)],
    of_resident: Annotated[bool, Depends(_of_resident)],
    session: web.Session,
    call: web.Caller,
    kernel: web.KernelOf,
) -> AppealOut:
    return await operations.raise_one(session, call, kernel, claim_id, body, unknown, of_resident=of_resident)


@router.operation("GET", f"{PATH}/appeals", may=READERS, summary="申领单的申诉,新的在前", errors=[errors.InvalidCursor])
async def list_appeals(
    claim_id: UUID,
    session: web.Session,
    call: web.Caller,
    asked: Annotated[pages.Asked, pages.asking(at=Appeal.at)],
    status: pages.AnyOf[AppealStatus] = None,
) -> wire.Page[AppealListed]:
    return wire.Page[AppealListed].model_validate(await reading.page(session, call, asked, claim_id, status))


@router.operation("GET", ONE, may=READERS, summary="一件申诉及其答复")
async def get(claim_id: UUID, appeal_id: UUID, session: web.Session, call: web.Caller) -> AppealOut:
    return await reading.get(session, call, claim_id, appeal_id)


async def _if_upheld(claim_id: UUID, appeal_id: UUID, body: AppealDecided, call: web.Caller, kernel: web.KernelOf) -> Gathered | None:
    return await steps.if_upheld(kernel, call, claim_id, appeal_id, body)


@router.operation(
    "POST",
    f"{ONE}:decide",
    may=policy.DECIDERS,
    summary="答复申诉:成立的按现有事实重新判定,不成立的说明理由",
    errors=[errors.InvalidState, SamePerson, TermsMissing],
    example={"outcome": "dismissed", "reason": "出生日期与身份证一致,开班当日已满 66 周岁。"},
    paper=partial(steps.permit),
)
async def decide(
    claim_id: UUID,
    appeal_id: UUID,
    body: AppealDecided,
    gathered: Annotated[Gathered | None, Depends(_if_upheld)],
    session: web.Session,
    call: web.Caller,
    kernel: web.KernelOf,
) -> AppealOut:
    return await steps.decide(session, call, kernel, gathered, claim_id, appeal_id, body)
