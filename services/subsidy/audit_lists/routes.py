"""The path of auditors' lists."""

from collections.abc import Sequence
from typing import Annotated
from uuid import UUID

from fastapi import Depends

from services.subsidy.audit_lists import reading
from services.subsidy.audit_lists.schemas import AuditListIn, AuditListOut
from shared import county, web

router = web.Router("audit-lists")


async def _known(body: AuditListIn, call: web.Caller, kernel: web.KernelOf) -> Sequence[UUID | None]:
    return await reading.known(kernel, call, body)


@router.operation(
    "POST",
    "/v1/audit-lists",
    may=frozenset({"auditor"}),
    summary="审计名单:任何一份证件号码名单曾涉及的全部付款",
    key=None,
    example={"id_numbers": [county.here().examples.id_number], "from_on": "2025-01-01", "reason": "与社保待遇领取名单比对。"},
)
async def check(
    body: AuditListIn, people: Annotated[Sequence[UUID | None], Depends(_known)], session: web.Session, call: web.Caller
) -> AuditListOut:
    return await reading.audit(session, call, body, people)
