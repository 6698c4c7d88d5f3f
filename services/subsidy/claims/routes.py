"""Claims (`/v1/claims`): asking, creating, changing, looking; and the steps of a claim, each with `If-Match` and `Idempotency-Key`."""

from collections.abc import Callable
from functools import partial
from typing import Annotated, Any, Literal
from uuid import UUID

from fastapi import Body, Depends, Query

from services.subsidy import clients
from services.subsidy.claims import batch, holds, operations, reading, rules, steps
from services.subsidy.claims import clients as asking
from services.subsidy.claims.clients import Gathered
from services.subsidy.claims.conditions import SOUGHT_IN, ClaimFilter
from services.subsidy.claims.errors import (
    ClaimInBatch,
    ClaimOnHold,
    HeldLinesOpen,
    NotYourClaim,
    PaperMissing,
    PaperOverdue,
    TermsUnconfirmed,
)
from services.subsidy.claims.policy import APPLICANTS, MACHINE
from services.subsidy.claims.schemas import (
    Attaching,
    ClaimChange,
    ClaimIn,
    ClaimOut,
    ClaimSummary,
    QuoteOut,
    ReplayOut,
    Resolution,
    Returned,
    Reviewed,
)
from services.subsidy.claims.tables import Claim
from services.subsidy.codes import ClaimKind, ClaimStatus, SchemeCode
from services.subsidy.funds.errors import FundExhausted
from services.subsidy.notices.errors import CalendarYearMissing, NoticeNotOver, ObjectionOpen
from services.subsidy.schemes.errors import SamePerson, TermsMissing
from shared import access, batches, county, errors, history, names, pages, web, wire

AGAINST_APPROVAL = (NoticeNotOver, ObjectionOpen, ClaimOnHold, HeldLinesOpen, TermsUnconfirmed, PaperOverdue, FundExhausted)
router = web.Router("claims", traced=(errors.InvalidState, ClaimInBatch, *AGAINST_APPROVAL))
READERS = access.STAFF | APPLICANTS | {"system"}
PATH = "/v1/claims/{claim_id:uuid}"
Listed = Annotated[
    pages.Asked,
    pages.asking(
        q=SOUGHT_IN,
        created_at=Claim.created_at,
        submitted_at=Claim.submitted_at,
        in_status_since_at=Claim.in_status_since_at,
        amount=Claim.amount,
    ),
]
EXAMPLE = {
    "kind": "training",
    "scheme": "agricultural_short",
    "applicant": {"institution_id": "01932f6e-7c1a-7000-8000-000000000011"},
    "class_id": "01932f6e-7c1a-7000-8000-000000000021",
    "fund_id": "01932f6e-7c1a-7000-8000-000000000031",
    "lines": [{"trainee_id": "01932f6e-7c1a-7000-8000-000000000041", "expected_amount": "180.00"}],
    "external_refs": [{"system": "省就业信息系统", "number": "GZ-2025-0001"}],
}
AGREED = {"comment": "同意"}
BECAUSE = {"reason": "材料不全,请补充签到表。"}
RESOLVED = {"trainee_id": "01932f6e-7c1a-7000-8000-000000000041", "outcome": "accept", "reason": "已核对签到原件。"}


# What is asked of registry ahead of the session


async def _application(body: ClaimIn, call: web.Caller, kernel: web.KernelOf) -> Gathered:
    return await operations.application(kernel, call, body)


async def _changed(claim_id: UUID, body: ClaimChange, call: web.Caller, kernel: web.KernelOf) -> Gathered:
    return await operations.again(kernel, call, claim_id, "edit", body)


async def _as_it_stands(claim_id: UUID, call: web.Caller, kernel: web.KernelOf) -> Gathered:
    return await operations.again(kernel, call, claim_id, "submit")


async def _named(claim_id: UUID, call: web.Caller, kernel: web.KernelOf) -> clients.Names:
    return await operations.named(kernel, call, claim_id)


async def _unknown_files(body: Attaching, call: web.Caller, kernel: web.KernelOf) -> frozenset[UUID]:
    return await asking.unknown_files(kernel, call, body.attachments)


async def _chosen(body: batch.DecideIn, call: web.Caller, kernel: web.KernelOf) -> batch.Chosen:
    return await batch.chosen(kernel, call, body)


async def _now_known(
    claim_id: UUID,
    call: web.Caller,
    kernel: web.KernelOf,
    facts: Annotated[Literal["stored", "current"], Query(description="stored 当时的事实;current 现在所知的事实")] = "stored",
) -> Gathered | None:
    return await reading.as_now_known(kernel, call, claim_id) if facts == "current" else None


@router.operation(
    "POST",
    "/v1/claims",
    may=APPLICANTS,
    summary="新建申领单(草稿),同时判定",
    status=201,
    key=web.REQUIRED,
    errors=[NotYourClaim, TermsMissing],
    example=EXAMPLE,
    rules=rules.RULES,
)
async def create(body: ClaimIn, gathered: Annotated[Gathered, Depends(_application)], session: web.Session, call: web.Caller) -> ClaimOut:
    return await operations.create(session, call, gathered, body)


@router.operation(
    "POST",
    "/v1/claims:quote",
    may=APPLICANTS,
    summary="试算:同样的判定,不保存",
    writes=False,
    errors=[NotYourClaim, TermsMissing],
    example=EXAMPLE,
    rules=rules.RULES,
)
async def quote(gathered: Annotated[Gathered, Depends(_application)], session: web.Session, call: web.Caller) -> QuoteOut:
    return await operations.quote(session, call, gathered)


@router.operation("GET", "/v1/claims", may=READERS, summary="申领单列表,新的在前", errors=[errors.InvalidCursor])
async def list_claims(
    session: web.Session,
    call: web.Caller,
    asked: Listed,
    refs: pages.ExternalRef,
    status: pages.AnyOf[ClaimStatus] = None,
    kind: pages.AnyOf[ClaimKind] = None,
    scheme: pages.AnyOf[SchemeCode] = None,
    institution_id: Annotated[pages.AnyOf[UUID], Query(description="申领机构")] = None,
    trainee_id: Annotated[pages.AnyOf[UUID], Query(description="名单中有该学员")] = None,
    class_id: pages.AnyOf[UUID] = None,
    certificate_id: Annotated[pages.AnyOf[UUID], Query(description="凭该证书申领")] = None,
    placement_id: Annotated[pages.AnyOf[UUID], Query(description="凭该就业记录申领")] = None,
    fund_id: pages.AnyOf[UUID] = None,
    region_code: Annotated[pages.AnyOf[str], Query(description="计入哪个乡镇、街道:班级所在地;没有班级的为本人登记地")] = None,
    number: Annotated[pages.AnyOf[str], Query(max_length=40, description="申领单号")] = None,
    on_hold: Annotated[pages.AnyOf[bool], Query(description="今日是否暂缓")] = None,
    from_on: Annotated[wire.CivilDate | None, Query(description="新建日期不早于")] = None,
    to_on: Annotated[wire.CivilDate | None, Query(description="新建日期不晚于")] = None,
) -> wire.Page[ClaimSummary]:
    pages.known("region_code", region_code, names.codes_at_hand("regions"))
    by = ClaimFilter.model_construct(
        status=status,
        kind=kind,
        scheme=scheme,
        institution_id=institution_id,
        trainee_id=trainee_id,
        class_id=class_id,
        certificate_id=certificate_id,
        placement_id=placement_id,
        fund_id=fund_id,
        region_code=region_code,
        number=number,
        on_hold=on_hold,
        from_on=from_on,
        to_on=to_on,
        external_system=[*refs.systems],
        external_number=[*refs.numbers],
    )
    return wire.Page[ClaimSummary].model_validate(await reading.page(session, call, asked, by))


@router.operation("GET", PATH, may=READERS, summary="一张申领单:逐人判定、办理记录、可办事项")
async def get(claim_id: UUID, session: web.Session, call: web.Caller) -> ClaimOut:
    return await reading.get(session, call, claim_id)


@router.operation("GET", f"{PATH}/history", may=READERS, summary="一张申领单的办理经过,新的在前", errors=[errors.InvalidCursor])
async def list_history(claim_id: UUID, session: web.Session, call: web.Caller, asked: history.Listed) -> wire.Page[history.HistoryEntry]:
    return wire.Page[history.HistoryEntry].model_validate(await reading.history_of(session, call, claim_id, asked))


@router.operation(
    "PATCH",
    PATH,
    may=APPLICANTS,
    summary="修改草稿或退回的申领单,重新判定",
    if_match=True,
    errors=[errors.InvalidState, NotYourClaim, TermsMissing],
    example={"lines": EXAMPLE["lines"]},
    paper=partial(steps.permit, action="edit"),
    rules=rules.CHANGE_RULES,
)
async def edit(body: ClaimChange, gathered: Annotated[Gathered, Depends(_changed)], session: web.Session, call: web.Caller) -> ClaimOut:
    return await operations.edit(session, call, gathered, body)


@router.operation("GET", f"{PATH}:replay", may=READERS, summary="重新判定并与当时的结果比较,不改变申领单", errors=[TermsMissing])
async def replay(
    claim_id: UUID,
    gathered: Annotated[Gathered | None, Depends(_now_known)],
    session: web.Session,
    call: web.Caller,
    rules_on: Annotated[wire.CivilDate | None, Query(description="按哪一天有效的条款;默认当时适用的条款")] = None,
) -> ReplayOut:
    return await reading.replay(session, call, claim_id, rules_on, gathered)


@router.operation(
    "POST",
    "/v1/claims:decide",
    may=batch.DECIDERS,
    summary="批量办理:同一步骤,至多 500 张,逐张判断",
    status=207,
    key=web.REQUIRED,
    errors=[access.WrongRole],
    example={
        "action": "review",
        "filter": {"status": "submitted", "region_code": county.here().examples.region_code},
        "comment": "材料齐全",
    },
    rules=batch.RULES,
)
async def decide(
    body: batch.DecideIn, chosen: Annotated[batch.Chosen, Depends(_chosen)], session: web.Session, call: web.Caller, kernel: web.KernelOf
) -> batches.BatchOut:
    return await batch.decide(session, call, kernel, body, chosen)


# The steps


Comment = Annotated[wire.Commented | None, Body()]


def step(
    action: str, summary: str, *problems: type[errors.Problem], example: dict[str, Any]
) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
    """Declares one step: its path, and its roles from the table of steps."""
    may = frozenset(MACHINE.step(action).roles)
    return router.operation(
        "POST",
        f"{PATH}:{action}",
        may=may,
        summary=summary,
        key=web.REQUIRED,
        if_match=True,
        errors=[errors.InvalidState, *problems],
        example=example,
        paper=partial(steps.permit, action=action),
    )


@step("submit", "提交:用最新的事实重新判定", NotYourClaim, SamePerson, TermsMissing, PaperMissing, example=AGREED)
async def submit(
    gathered: Annotated[Gathered, Depends(_as_it_stands)],
    session: web.Session,
    call: web.Caller,
    kernel: web.KernelOf,
    body: Comment = None,
) -> ClaimOut:
    return await operations.submit(session, call, kernel, gathered, body.comment if body else None)


@step(
    "attach",
    "补交材料",
    NotYourClaim,
    example={"attachments": [{"code": "account_proof", "file_id": "01932f6e-7c1a-7000-8000-000000000051"}]},
)
async def attach(
    claim_id: UUID, body: Attaching, unknown: Annotated[frozenset[UUID], Depends(_unknown_files)], session: web.Session, call: web.Caller
) -> ClaimOut:
    return await operations.attach(session, call, claim_id, body, unknown)


@step("withdraw", "撤回", NotYourClaim, ClaimInBatch, example=AGREED)
async def withdraw(claim_id: UUID, session: web.Session, call: web.Caller, body: Comment = None) -> ClaimOut:
    return await operations.withdraw(session, call, claim_id, body.comment if body else None)


@step("review", "初审通过", SamePerson, example=AGREED)
async def review(claim_id: UUID, session: web.Session, call: web.Caller, body: Annotated[Reviewed | None, Body()] = None) -> ClaimOut:
    return await reading.after(
        session, call, await operations.review(session, call, claim_id, *((body.comment, body.fund_id) if body else (None, None)))
    )


@step("confirm", "复审通过并公示", SamePerson, CalendarYearMissing, example=AGREED)
async def confirm(
    claim_id: UUID,
    names: Annotated[clients.Names, Depends(_named)],
    session: web.Session,
    call: web.Caller,
    kernel: web.KernelOf,
    body: Comment = None,
) -> ClaimOut:
    confirmed = await operations.confirm(session, call, kernel, names, claim_id, body.comment if body else None)
    await operations.look_again(session, call, [claim_id])
    return await reading.after(session, call, confirmed)


@step("approve", "批准并占用资金", SamePerson, *AGAINST_APPROVAL, example=AGREED)
async def approve(claim_id: UUID, session: web.Session, call: web.Caller, body: Comment = None) -> ClaimOut:
    return await reading.after(session, call, await operations.approve(session, call, claim_id, body.comment if body else None))


@step("return", "退回补正", ClaimInBatch, example=BECAUSE)
async def send_back(claim_id: UUID, body: Returned, session: web.Session, call: web.Caller) -> ClaimOut:
    return await reading.after(session, call, await operations.send_back(session, call, claim_id, body.reason, body.lines))


@step("reject", "不予通过", ClaimInBatch, example=BECAUSE)
async def reject(claim_id: UUID, body: wire.Reasoned, session: web.Session, call: web.Caller) -> ClaimOut:
    return await reading.after(session, call, await operations.reject(session, call, claim_id, body.reason))


@step("close", "办结:批准后不再付款的", ClaimInBatch, example=BECAUSE)
async def close(claim_id: UUID, body: wire.Reasoned, session: web.Session, call: web.Caller) -> ClaimOut:
    return await reading.after(session, call, await operations.close(session, call, claim_id, body.reason))


@step("hold", "暂缓", example=BECAUSE)
async def hold(claim_id: UUID, body: wire.Reasoned, session: web.Session, call: web.Caller) -> ClaimOut:
    return await reading.after(session, call, await holds.hold(session, call, claim_id, body.reason))


@step("release", "解除暂缓", example=AGREED)
async def release(claim_id: UUID, session: web.Session, call: web.Caller, body: Comment = None) -> ClaimOut:
    return await reading.after(session, call, await holds.release(session, call, claim_id, body.comment if body else None))


@step("resolve", "处理一名待核实人员:认可、不予补贴或另立新单", SamePerson, TermsUnconfirmed, CalendarYearMissing, example=RESOLVED)
async def resolve(claim_id: UUID, body: Resolution, session: web.Session, call: web.Caller, kernel: web.KernelOf) -> ClaimOut:
    return await operations.resolve(session, call, kernel, claim_id, body)
