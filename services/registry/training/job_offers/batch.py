"""Job offers of many people at once, as an office lists them: new ones are kept, and an open one is settled by what is told of it later."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from services.registry.codes import JobOfferResult
from services.registry.training.classes.tables import TrainingClass
from services.registry.training.enrolments import reading as enrolments
from services.registry.training.enrolments.rules import unborn
from services.registry.training.job_offers import rules
from services.registry.training.job_offers.schemas import JobOfferIn
from services.registry.training.job_offers.tables import JobOffer
from shared import db, deeds, history, wire
from shared.access import Call
from shared.batches import Result, rejected
from shared.errors import Fault

SAME: Final = ("stage", "employer", "offered_on")  # of one enrolment, one offer
SETTLED: Final = "该推荐已登记为另一结果;请在该条推荐上核对。"


@dataclass(frozen=True, slots=True)
class Offer:
    enrolment_id: UUID
    class_id: UUID
    trainee_id: UUID
    body: JobOfferIn

    @property
    def same(self) -> tuple[Any, ...]:
        return self.enrolment_id, *(getattr(self.body, name) for name in SAME)


async def keep(session: AsyncSession, call: Call, items: Mapping[int, Offer]) -> dict[int, Result]:
    """A result for each item, in the caller's transaction."""
    classes = select(TrainingClass).where(TrainingClass.id.in_({each.class_id for each in items.values()}))
    held = {each.id: each for each in await session.scalars(classes)}
    standing = select(JobOffer).where(JobOffer.enrolment_id.in_({each.enrolment_id for each in items.values()})).order_by(JobOffer.id)
    known = {
        (each.enrolment_id, *(getattr(each, name) for name in SAME)): each for each in await session.scalars(standing.with_for_update())
    }
    born = await enrolments.births(session, {each.enrolment_id for each in items.values()})
    results: dict[int, Result] = {}
    said: list[Any] = []
    for index, item in items.items():
        body, found = item.body, known.get(item.same)
        before_birth = unborn(body.offered_on, born.get(item.enrolment_id), "/offered_on")
        if faults := [*wire.faults(rules.RULES, body, call.today), *rules.in_its_stage(held[item.class_id], body), *before_birth]:
            results[index] = rejected(*faults)
        elif found is None:
            settled_at = call.now if body.result != JobOfferResult.OPEN else None
            told = body.model_dump(exclude={"wage"}) | {"wage_yuan": body.wage, "recorded_at": call.now, "settled_at": settled_at}
            known[item.same] = made = JobOffer(id=db.new_id(), version=1, enrolment_id=item.enrolment_id, **told)
            session.add(made)
            about: dict[str, Any] = {"enrolment_id": item.enrolment_id, "trainee_id": item.trainee_id, "status": body.result, "version": 1}
            said.append(deeds.deed(call, "job_offer.made", made.id, details={"stage": body.stage}, **about))
            results[index] = Result("created", made.id)
        elif body.result in (JobOfferResult.OPEN, found.result):
            results[index] = Result("unchanged", found.id)
        elif found.result != JobOfferResult.OPEN:
            results[index] = rejected(Fault("invalid_state", "/result", seen=str(body.result), fix=SETTLED), conflict=True)
        else:
            found.result, found.reason, found.settled_at = body.result, body.reason, call.now
            changes = history.unsaved(found, ("result", "reason", "settled_at"))
            about = {"enrolment_id": item.enrolment_id, "status": body.result, "version": found.version + 1}
            said.append(deeds.deed(call, f"job_offer.{body.result}", found.id, details={"changes": changes}, **about))
            results[index] = Result("updated", found.id)
    await session.flush()
    await deeds.record_all(session, said)
    return results
