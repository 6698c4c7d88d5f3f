"""Terms on their way to publication (`/v1/schemes/{code}/terms`), and what they would change."""

from functools import partial
from typing import Annotated, Any
from uuid import UUID

from fastapi import Body, Query, Response

from services.subsidy.codes import TermsStatus
from services.subsidy.schemes.errors import SamePerson, TermsDayTaken
from services.subsidy.schemes.tables import ProposedTerms
from services.subsidy.terms import operations
from services.subsidy.terms.schemas import ProposedTermsOut, WhatIfIn, WhatIfListed, WhatIfOut
from services.subsidy.terms.tables import WhatIf
from services.subsidy.terms.visibility import READERS
from shared import errors, pages, web, wire
from shared.sheet_jobs.schemas import ImportStatus

router = web.Router("schemes")
ADMIN = frozenset({"admin"})
Proposed = Annotated[pages.Asked, pages.asking(in_force_from=ProposedTerms.in_force_from, proposed_at=ProposedTerms.proposed_at)]
Tried = Annotated[pages.Asked, pages.asking(asked_at=WhatIf.asked_at, from_on=WhatIf.from_on)]
EXAMPLE = {
    "in_force_from": "2026-01-01",
    "document": "府发〔2026〕1号",
    "clause": "第三条",
    "basis_status": "confirmed",
    "age_counted_on": "class_start",
    "age_at_least": 16,
    "age_at_most": 65,
    "until_retirement_age": False,
    "excluded_statuses": ["employee_pension", "public_payroll"],
    "unverified_status_is": "note",
    "paid_once_per": "occupation_level",
    "certificate_required": False,
    "order_required": False,
    "retention_required": False,
    "payee": "organiser",
    "notice_working_days": 5,
    "roster_reuse_percent_at_least": 80,
    "yuan_per_person_day": "60.00",
    "days_paid_at_most": 3,
    "half_days_for_a_paid_day": 2,
    "class_days_at_most": 3,
}


@router.operation("GET", "/v1/schemes/{code}/terms", may=READERS, summary="管理员提出和发布的条款", errors=[errors.InvalidCursor])
async def list_proposed(
    code: str, session: web.Session, call: web.Caller, asked: Proposed, status: pages.AnyOf[TermsStatus] = None
) -> wire.Page[ProposedTermsOut]:
    return wire.Page[ProposedTermsOut].model_validate(await operations.page_of_proposed(session, call, asked, code, status))


@router.operation("GET", "/v1/schemes/{code}/terms/{terms_id:uuid}", may=READERS, summary="一组提出或发布的条款")
async def get_proposed(code: str, terms_id: UUID, session: web.Session, call: web.Caller) -> ProposedTermsOut:
    return ProposedTermsOut.model_validate(await operations.show_proposed(session, call, code, terms_id))


@router.operation(
    "POST",
    "/v1/schemes/{code}/terms",
    may=ADMIN,
    summary="提出一组条款,由另一名管理员批准",
    status=201,
    errors=[TermsDayTaken],
    example=EXAMPLE,
)
async def propose(
    code: str,
    body: Annotated[dict[str, Any], Body(description="与条款文件的键相同;多写、漏写、写错的键逐一指出")],
    session: web.Session,
    call: web.Caller,
) -> ProposedTermsOut:
    return ProposedTermsOut.model_validate(await operations.propose(session, call, code, body))


@router.operation(
    "POST",
    "/v1/schemes/{code}/terms/{terms_id:uuid}:approve",
    may=ADMIN,
    summary="批准并发布(须由提出者以外的管理员);发布后不再修改",
    errors=[SamePerson, TermsDayTaken, errors.InvalidState],
    paper=partial(operations.permit, action="approve"),
)
async def approve(
    code: str, terms_id: UUID, session: web.Session, call: web.Caller, body: wire.Commented | None = None
) -> ProposedTermsOut:
    return ProposedTermsOut.model_validate(await operations.approve(session, call, code, terms_id, body.comment if body else None))


@router.operation(
    "POST",
    "/v1/schemes/{code}/terms/{terms_id:uuid}:withdraw",
    may=ADMIN,
    summary="撤回尚未发布的条款",
    errors=[errors.InvalidState],
    paper=partial(operations.permit, action="withdraw"),
)
async def withdraw(
    code: str, terms_id: UUID, session: web.Session, call: web.Caller, body: wire.Commented | None = None
) -> ProposedTermsOut:
    return ProposedTermsOut.model_validate(await operations.withdraw(session, call, code, terms_id, body.comment if body else None))


@router.operation(
    "POST",
    "/v1/schemes/{code}/terms:what-if",
    may=READERS,
    summary="试算:一组条款用在过去的申领单上,金额、人数、班级会有什么变化",
    status=202,
    example={"block": EXAMPLE, "from_on": "2025-01-01", "to_on": "2025-12-31"},
)
async def what_if(code: str, body: WhatIfIn, response: Response, session: web.Session, call: web.Caller) -> WhatIfOut:
    asked = WhatIfOut.model_validate(await operations.ask(session, call, code, body))
    response.headers["Location"] = f"/v1/schemes/{code}/what-ifs/{asked.id}"
    return asked


@router.operation("GET", "/v1/schemes/{code}/what-ifs", may=READERS, summary="试算过的条款,新的在前", errors=[errors.InvalidCursor])
async def list_what_ifs(
    code: str,
    session: web.Session,
    call: web.Caller,
    asked: Tried,
    status: pages.AnyOf[ImportStatus] = None,
    asked_by: Annotated[pages.AnyOf[str], Query(description="提出试算的账号;填自己的账号即自己提出的")] = None,
) -> wire.Page[WhatIfListed]:
    return wire.Page[WhatIfListed].model_validate(await operations.page_of_what_ifs(session, call, asked, code, status, asked_by))


@router.operation("GET", "/v1/schemes/{code}/what-ifs/{what_if_id:uuid}", may=READERS, summary="一次试算的进度与结果")
async def get_what_if(code: str, what_if_id: UUID, session: web.Session, call: web.Caller) -> WhatIfOut:
    return WhatIfOut.model_validate(await operations.answered(session, call, code, what_if_id))
