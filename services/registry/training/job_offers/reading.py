"""Job offers as they are shown, to whoever sees the enrolment."""

from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy import Select, select
from sqlalchemy.ext.asyncio import AsyncSession

from services.registry.codes import JobOfferResult, JobOfferStage
from services.registry.training.enrolments import reading as enrolments
from services.registry.training.job_offers import policy
from services.registry.training.job_offers.schemas import JobOfferOut, JobOfferPaper
from services.registry.training.job_offers.tables import JobOffer
from shared import errors, history, pages, wire
from shared.access import Call

SHOWN: Select[Any] = select(
    *(getattr(JobOffer, name) for name in JobOfferOut.model_fields if name in JobOffer.__mapper__.columns), JobOffer.wage_yuan.label("wage")
)


async def find(session: AsyncSession, call: Call, enrolment_id: UUID, offer_id: UUID, *, lock: bool = False) -> JobOffer:
    """The offer to work on, of the caller's version, or 404."""
    await enrolments.get(session, call, enrolment_id)
    wanted = select(JobOffer).where(JobOffer.id == offer_id, JobOffer.enrolment_id == enrolment_id)
    offer = await session.scalar(wanted.with_for_update() if lock else wanted)
    if offer is None:
        raise errors.NotFound()
    call.match(offer.version)
    return offer


async def get(session: AsyncSession, call: Call, enrolment_id: UUID, offer_id: UUID, as_of: date | None = None) -> JobOfferPaper:
    await enrolments.get(session, call, enrolment_id)
    row = (await session.execute(SHOWN.where(JobOffer.id == offer_id, JobOffer.enrolment_id == enrolment_id))).first()
    if row is None:
        raise errors.NotFound()
    actions = wire.allowed_actions(policy.MACHINE.every_action(row.result, call.actor.doer))
    paper = JobOfferPaper.model_validate({**row._mapping, "allowed_actions": actions})
    return await history.stood(session, paper, as_of, paper.recorded_at) if as_of else paper


async def list_offers(
    session: AsyncSession,
    call: Call,
    enrolment_id: UUID,
    asked: pages.Asked,
    stage: list[JobOfferStage] | None,
    result: list[JobOfferResult] | None,
) -> dict[str, Any]:
    await enrolments.get(session, call, enrolment_id)
    wanted = pages.where(SHOWN, {JobOffer.enrolment_id: enrolment_id, JobOffer.stage: stage, JobOffer.result: result})
    return await pages.page(session, wanted, JobOffer.id, asked, JobOfferOut.model_validate)
