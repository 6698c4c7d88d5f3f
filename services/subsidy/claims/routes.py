"""Claims (`/v1/claims`): asking, creating, changing, looking."""

from typing import Annotated, Literal
from uuid import UUID

from fastapi import Query

from services.subsidy.claims import operations, reading
from services.subsidy.claims.errors import NotYourClaim
from services.subsidy.claims.policy import APPLICANTS
from services.subsidy.claims.schemas import (
    AppealIn,
    AppealList,
    AppealOut,
    ClaimChange,
    ClaimIn,
    ClaimKind,
    ClaimOut,
    ClaimStatistics,
    ClaimStatus,
    ClaimSummary,
    Eligibility,
    EligibilityAsked,
    QuoteOut,
    ReplayOut,
    SchemeCode,
)
from services.subsidy.claims.tables import Claim
from services.subsidy.schemes.errors import TermsMissing
from shared import access, errors, pages, web, wire

router = web.Router("claims")
READERS = access.STAFF | APPLICANTS | {"system"}
Listed = Annotated[
    pages.Asked, pages.asking(q=[Claim.number], created_at=Claim.created_at, submitted_at=Claim.submitted_at, amount=Claim.amount)
]
EXAMPLE = {
    "kind": "training", "scheme": "agricultural_short", "applicant": {"institution_id": "01932f6e-7c1a-7000-8000-000000000011"},
    "class_id": "01932f6e-7c1a-7000-8000-000000000021", "fund_id": "01932f6e-7c1a-7000-8000-000000000031",
    "lines": [{"trainee_id": "01932f6e-7c1a-7000-8000-000000000041", "expected_amount": "180.00"}],
    "external_refs": [{"system": "省就业信息系统", "number": "GZ-2025-0001"}],
}  # fmt: skip


@router.operation(
    "POST",
    "/v1/claims",
    may=APPLICANTS,
    summary="新建申领单(草稿),同时判定",
    status=201,
    key=web.REQUIRED,
    errors=[NotYourClaim, TermsMissing],
    example=EXAMPLE,
)
async def create(body: ClaimIn, session: web.Session, call: web.Caller, kernel: web.KernelOf) -> ClaimOut:
    return await operations.create(session, call, kernel, body)


@router.operation(
    "POST",
    "/v1/claims:quote",
    may=APPLICANTS,
    summary="试算:同样的判定,不保存",
    writes=False,
    errors=[NotYourClaim, TermsMissing],
    example=EXAMPLE,
)
async def quote(body: ClaimIn, session: web.Session, call: web.Caller, kernel: web.KernelOf) -> QuoteOut:
    return await operations.quote(session, call, kernel, body)


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
    fund_id: pages.AnyOf[UUID] = None,
    number: Annotated[pages.AnyOf[str], Query(max_length=40, description="申领单号")] = None,
    from_on: Annotated[wire.CivilDate | None, Query(description="新建日期不早于")] = None,
    to_on: Annotated[wire.CivilDate | None, Query(description="新建日期不晚于")] = None,
) -> wire.Page[ClaimSummary]:
    filters = {
        Claim.status: status, Claim.kind: kind, Claim.scheme: scheme, Claim.institution_id: institution_id, Claim.class_id: class_id,
        Claim.fund_id: fund_id, Claim.number: number,
    }  # fmt: skip
    return wire.Page[ClaimSummary].model_validate(await reading.page(session, call, asked, filters, from_on, to_on, trainee_id, refs))


@router.operation("GET", "/v1/claims/{claim_id:uuid}", may=READERS, summary="一张申领单:逐人判定、办理记录、可办事项")
async def get(claim_id: UUID, session: web.Session, call: web.Caller) -> ClaimOut:
    return await reading.get(session, call, claim_id)


@router.operation(
    "PATCH",
    "/v1/claims/{claim_id:uuid}",
    may=APPLICANTS,
    summary="修改草稿或退回的申领单,重新判定",
    if_match=True,
    errors=[errors.InvalidState, TermsMissing],
    example={"lines": EXAMPLE["lines"]},
)
async def edit(claim_id: UUID, body: ClaimChange, session: web.Session, call: web.Caller, kernel: web.KernelOf) -> ClaimOut:
    return await operations.edit(session, call, kernel, claim_id, body)


@router.operation(
    "GET", "/v1/claims/{claim_id:uuid}:replay", may=READERS, summary="重新判定并与当时的结果比较,不改变申领单", errors=[TermsMissing]
)
async def replay(
    claim_id: UUID,
    session: web.Session,
    call: web.Caller,
    kernel: web.KernelOf,
    rules_on: Annotated[wire.CivilDate | None, Query(description="按哪一天有效的条款;默认当时适用的条款")] = None,
    facts: Annotated[Literal["stored", "current"], Query(description="stored 当时的事实;current 现在所知的事实")] = "stored",
) -> ReplayOut:
    return await reading.replay(session, call, kernel, claim_id, rules_on, facts)


@router.operation(
    "POST",
    "/v1/claims/{claim_id:uuid}/appeals",
    may=APPLICANTS,
    summary="申领人申诉",
    status=201,
    errors=[errors.InvalidState],
    example={"reason": "学员当日确有签到,附签到表。"},
)
async def appeal(claim_id: UUID, body: AppealIn, session: web.Session, call: web.Caller) -> AppealOut:
    return AppealOut.model_validate(await operations.appeal(session, call, claim_id, body))


@router.operation("GET", "/v1/claims/{claim_id:uuid}/appeals", may=READERS, summary="申领单的申诉,新的在前")
async def list_appeals(claim_id: UUID, session: web.Session, call: web.Caller) -> AppealList:
    return AppealList(items=[AppealOut.model_validate(row) for row in await reading.appeals(session, call, claim_id)])


@router.operation("GET", "/v1/statistics/claims", may=READERS, summary="申领单数与金额,按项目和状态")
async def statistics(session: web.Session, call: web.Caller) -> ClaimStatistics:
    return await reading.statistics(session, call)


@router.operation(
    "POST", "/internal/v1/eligibility", may=access.INTERNAL, summary="按事实预先判定一个班的全部学员", writes=False, errors=[TermsMissing]
)
async def eligibility(body: EligibilityAsked, session: web.Session, call: web.Caller) -> Eligibility:
    return await reading.eligibility(session, call, body)
