"""The paths of job offers (岗位推荐), under the enrolment."""

from functools import partial
from typing import Annotated
from uuid import UUID

from services.registry.codes import JobOfferResult, JobOfferStage
from services.registry.training.classes.policy import ENROLLERS
from services.registry.training.enrolments import reading as enrolments
from services.registry.training.enrolments.visibility import READERS
from services.registry.training.job_offers import operations, policy, reading, rules, schemas
from services.registry.training.job_offers.tables import JobOffer
from shared import errors, history, pages, web, wire

router = web.Router("enrolments")
ALL = "/v1/enrolments/{enrolment_id:uuid}/job-offers"
ONE = f"{ALL}/{{offer_id:uuid}}"
Listed = Annotated[pages.Asked, pages.asking(offered_on=JobOffer.offered_on)]


@router.operation("POST", ALL, may=ENROLLERS, summary="登记岗位推荐", status=201, paper=enrolments.get, rules=rules.RULES)
async def offer(enrolment_id: UUID, body: schemas.JobOfferIn, session: web.Session, call: web.Caller) -> schemas.JobOfferPaper:
    return await operations.offer(session, call, enrolment_id, body)


@router.operation("GET", ALL, may=READERS, summary="岗位推荐", errors=[errors.InvalidCursor])
async def list_offers(
    enrolment_id: UUID,
    session: web.Session,
    call: web.Caller,
    asked: Listed,
    stage: pages.AnyOf[JobOfferStage] = None,
    result: pages.AnyOf[JobOfferResult] = None,
) -> wire.Page[schemas.JobOfferOut]:
    found = await reading.list_offers(session, call, enrolment_id, asked, stage, result)
    return wire.Page[schemas.JobOfferOut].model_validate(found)


@router.operation("GET", ONE, may=READERS, summary="一次岗位推荐")
async def get(
    enrolment_id: UUID, offer_id: UUID, session: web.Session, call: web.Caller, as_of: history.AsOf = None
) -> schemas.JobOfferPaper:
    return await reading.get(session, call, enrolment_id, offer_id, as_of)


@router.operation("GET", f"{ONE}/history", may=READERS, summary="一次岗位推荐的办理经过", errors=[errors.InvalidCursor])
async def list_history(
    enrolment_id: UUID, offer_id: UUID, session: web.Session, call: web.Caller, asked: history.Listed
) -> wire.Page[history.HistoryEntry]:
    await reading.get(session, call, enrolment_id, offer_id)
    return wire.Page[history.HistoryEntry].model_validate(await history.entries(session, offer_id, asked))


@router.operation(
    "POST",
    f"{ONE}:accept",
    may=policy.SETTLERS,
    summary="学员接受推荐的岗位",
    errors=[errors.InvalidState],
    paper=partial(operations.permit, result=JobOfferResult.ACCEPTED),
)
async def accept(
    enrolment_id: UUID, offer_id: UUID, session: web.Session, call: web.Caller, body: schemas.JobOfferSettled | None = None
) -> schemas.JobOfferPaper:
    reason = body.reason if body else None
    return await operations.settle(session, call, enrolment_id, offer_id, JobOfferResult.ACCEPTED, reason)


@router.operation(
    "POST",
    f"{ONE}:decline",
    may=policy.SETTLERS,
    summary="学员不接受推荐的岗位",
    errors=[errors.InvalidState],
    paper=partial(operations.permit, result=JobOfferResult.DECLINED),
)
async def decline(
    enrolment_id: UUID, offer_id: UUID, body: schemas.JobOfferSettled, session: web.Session, call: web.Caller
) -> schemas.JobOfferPaper:
    return await operations.settle(session, call, enrolment_id, offer_id, JobOfferResult.DECLINED, body.reason)
