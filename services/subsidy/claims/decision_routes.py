"""The steps of a claim, each `POST /v1/claims/{id}:<action>` with `If-Match` and `Idempotency-Key`."""

from collections.abc import Callable
from typing import Annotated, Any
from uuid import UUID

from fastapi import Body

from services.subsidy.claims import operations, reviewing
from services.subsidy.claims.errors import ClaimOnHold, HeldLinesOpen
from services.subsidy.claims.policy import ACTIONS
from services.subsidy.claims.schemas import ClaimOut, Resolution
from services.subsidy.funds.errors import FundExhausted
from services.subsidy.notices.errors import CalendarYearMissing, NoticeNotOver, ObjectionOpen
from services.subsidy.schemes.errors import SamePerson, TermsMissing
from shared import errors, web, wire

router = web.Router("claims")
Comment = Annotated[wire.Commented | None, Body()]


def step(
    name: str, summary: str, *problems: type[errors.Problem], example: dict[str, Any]
) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
    """Declares one step: its path, and its roles from the table of actions."""
    path, may = f"/v1/claims/{{claim_id:uuid}}:{name}", ACTIONS[name].roles
    return router.operation(
        "POST", path, may=may, summary=summary, key=web.REQUIRED, if_match=True, errors=[errors.InvalidState, *problems], example=example
    )


AGREED = {"comment": "同意"}
BECAUSE = {"reason": "材料不全,请补充签到表。"}


@step("submit", "提交:用最新的事实重新判定", SamePerson, TermsMissing, example=AGREED)
async def submit(claim_id: UUID, session: web.Session, call: web.Caller, kernel: web.KernelOf, body: Comment = None) -> ClaimOut:
    return await operations.submit(session, call, kernel, claim_id, body.comment if body else None)


@step("withdraw", "撤回", example=AGREED)
async def withdraw(claim_id: UUID, session: web.Session, call: web.Caller, body: Comment = None) -> ClaimOut:
    return await operations.withdraw(session, call, claim_id, body.comment if body else None)


@step("review", "初审通过", SamePerson, example=AGREED)
async def review(claim_id: UUID, session: web.Session, call: web.Caller, body: Comment = None) -> ClaimOut:
    return await reviewing.review(session, call, claim_id, body.comment if body else None)


@step("confirm", "复审通过并公示", SamePerson, CalendarYearMissing, example=AGREED)
async def confirm(claim_id: UUID, session: web.Session, call: web.Caller, kernel: web.KernelOf, body: Comment = None) -> ClaimOut:
    return await reviewing.confirm(session, call, kernel, claim_id, body.comment if body else None)


@step("approve", "批准并占用资金", SamePerson, NoticeNotOver, ObjectionOpen, ClaimOnHold, HeldLinesOpen, FundExhausted, example=AGREED)
async def approve(claim_id: UUID, session: web.Session, call: web.Caller, body: Comment = None) -> ClaimOut:
    return await reviewing.approve(session, call, claim_id, body.comment if body else None)


@step("return", "退回补正", example=BECAUSE)
async def send_back(claim_id: UUID, body: wire.Reasoned, session: web.Session, call: web.Caller) -> ClaimOut:
    return await reviewing.send_back(session, call, claim_id, body.reason)


@step("reject", "不予通过", example=BECAUSE)
async def reject(claim_id: UUID, body: wire.Reasoned, session: web.Session, call: web.Caller) -> ClaimOut:
    return await reviewing.reject(session, call, claim_id, body.reason)


@step("hold", "暂缓", example=BECAUSE)
async def hold(claim_id: UUID, body: wire.Reasoned, session: web.Session, call: web.Caller) -> ClaimOut:
    return await reviewing.hold(session, call, claim_id, body.reason)


@step("release", "解除暂缓", example=AGREED)
async def release(claim_id: UUID, session: web.Session, call: web.Caller, body: Comment = None) -> ClaimOut:
    return await reviewing.release(session, call, claim_id, body.comment if body else None)


@step(
    "resolve",
    "处理一名待核实人员:认可、不予补贴或另立新单",
    SamePerson,
    example={"trainee_id": "01932f6e-7c1a-7000-8000-000000000041", "outcome": "accept", "reason": "已核对签到原件。"},
)
async def resolve(claim_id: UUID, body: Resolution, session: web.Session, call: web.Caller) -> ClaimOut:
    return await reviewing.resolve(session, call, claim_id, body)
