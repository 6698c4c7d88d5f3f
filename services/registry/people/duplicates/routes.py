"""The paths of possible duplicates (疑似重复登记)."""

from typing import Annotated
from uuid import UUID

from fastapi import Query

from services.registry.codes import DuplicateVerdict
from services.registry.people.duplicates import operations
from services.registry.people.duplicates.schemas import DuplicateDecision, PossibleDuplicateOut
from services.registry.people.duplicates.tables import PossibleDuplicate
from services.registry.people.trainees import policy
from services.registry.people.trainees.errors import TraineeMerged
from shared import errors, pages, web, wire

router = web.Router("trainees")
Listed = Annotated[pages.Asked, pages.asking(found_at=PossibleDuplicate.found_at)]


@router.operation(
    "GET",
    "/v1/trainees:possible-duplicates",
    may=policy.REVEALS,
    summary="可能登记了两次的人:姓名、出生日期、电话相同,或号码只差一位",
    errors=[errors.InvalidCursor],
)
async def list_possible_duplicates(
    session: web.Session,
    asked: Listed,
    trainee_id: pages.AnyOf[UUID] = None,
    verdict: Annotated[pages.AnyOf[DuplicateVerdict], Query(description="已有的结论;不填则列未决的")] = None,
) -> wire.Page[PossibleDuplicateOut]:
    return wire.Page[PossibleDuplicateOut].model_validate(await operations.list_possible(session, asked, trainee_id, verdict))


@router.operation(
    "POST",
    "/v1/trainees:decide-duplicate",
    may=policy.OFFICER,
    summary="认定两名学员是否同一人;认定为同一人的另行合并",
    errors=[TraineeMerged],
)
async def decide_duplicate(body: DuplicateDecision, session: web.Session, call: web.Caller) -> PossibleDuplicateOut:
    return await operations.decide(session, call, body)
