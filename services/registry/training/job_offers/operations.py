"""What can be done with a job offer: made, accepted, declined."""

from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from services.registry.codes import JobOfferResult
from services.registry.training.classes.tables import TrainingClass
from services.registry.training.enrolments import reading as enrolments
from services.registry.training.enrolments.rules import unborn
from services.registry.training.job_offers import policy, reading, rules
from services.registry.training.job_offers.schemas import JobOfferIn, JobOfferPaper
from services.registry.training.job_offers.tables import JobOffer
from shared import access, db, deeds, errors, history, wire
from shared.access import Call

REFUSALS: dict[str, type[errors.Problem]] = {each.code: each for each in (access.WrongRole, errors.InvalidState)}
ACTIONS = {JobOfferResult.ACCEPTED: "accept", JobOfferResult.DECLINED: "decline"}


async def offer(session: AsyncSession, call: Call, enrolment_id: UUID, body: JobOfferIn) -> JobOfferPaper:
    enrolment = await enrolments.get(session, call, enrolment_id)
    training = await session.get_one(TrainingClass, enrolment.class_id)
    born = (await enrolments.births(session, [enrolment_id])).get(enrolment_id)
    before_birth = unborn(body.offered_on, born, "/offered_on")
    if faults := [*wire.faults(rules.RULES, body, call.today), *rules.in_its_stage(training, body), *before_birth]:
        raise errors.Invalid(faults=faults)
    settled_at = call.now if body.result != JobOfferResult.OPEN else None
    told = body.model_dump(exclude={"wage"})
    made = JobOffer(id=db.new_id(), enrolment_id=enrolment_id, wage_yuan=body.wage, recorded_at=call.now, settled_at=settled_at, **told)
    session.add(made)
    await session.flush()
    said = {"enrolment_id": enrolment_id, "trainee_id": enrolment.trainee_id, "status": made.result, "version": made.version}
    await deeds.record(session, call, "job_offer.made", made.id, details={"stage": made.stage}, **said)
    return await reading.get(session, call, enrolment_id, made.id)


async def permit(
    session: AsyncSession, call: Call, enrolment_id: UUID, offer_id: UUID, *, result: JobOfferResult, lock: bool = False
) -> JobOffer:
    """The offer, where it can have this result now."""
    found = await reading.find(session, call, enrolment_id, offer_id, lock=lock)
    if refusal := policy.MACHINE.why_not(ACTIONS[result], found.result, call.actor.doer):
        raise REFUSALS[refusal.code](refusal.detail)
    return found


async def settle(
    session: AsyncSession, call: Call, enrolment_id: UUID, offer_id: UUID, result: JobOfferResult, reason: str | None
) -> JobOfferPaper:
    found = await permit(session, call, enrolment_id, offer_id, result=result, lock=True)
    if faults := rules.why(result, reason):
        raise errors.Invalid(faults=faults)
    found.result, found.reason, found.settled_at = result, reason, call.now
    told = {"changes": history.unsaved(found, ("result", "reason", "settled_at"))}
    await session.flush()
    said = {"enrolment_id": enrolment_id, "status": found.result, "version": found.version}
    await deeds.record(session, call, f"job_offer.{result}", found.id, details=told, **said)
    return await reading.get(session, call, enrolment_id, offer_id)
