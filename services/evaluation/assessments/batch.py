"""Results of a batch, entered as often as needed until they are locked."""

from uuid import UUID

from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from services.evaluation.assessments import reading, steps
from services.evaluation.assessments.schemas import ResultsBatch
from services.evaluation.assessments.tables import Candidate
from services.evaluation.known.conditions import ALIASES
from shared import batches, errors
from shared.access import Call


async def record(session: AsyncSession, call: Call, assessment_id: UUID, batch: ResultsBatch) -> batches.BatchOut:
    """Judges every item against the batch's candidates and keeps the new ones in one statement. `created` is a first result, `updated` another one;
    the `id` of an item is the trainee's."""
    assessment = await steps.begin(session, call, assessment_id, "results")
    people = await reading.candidates(session, assessment.id)
    standing = {each.trainee_id: (each.passed, each.score) for each in people}
    written_as = {each.trainee_id: each.written_as for each in people}
    ids = {each.written_as: each.trainee_id for each in people} | {each: each for each in standing}
    ids |= await ALIASES.resolved(session, {item.trainee_id for item in batch.items} - ids.keys())
    judged, seen = list[batches.Result](), set[UUID]()
    for item in batch.items:
        who = ids[item.trainee_id]
        if fault := _fault(who, standing, seen):
            judged.append(batches.rejected(fault))
            continue
        seen.add(who)
        before = standing[who]
        outcome: batches.ItemOutcome = "unchanged" if before == (item.passed, item.score) else "created" if before[0] is None else "updated"
        judged.append(batches.Result(outcome, who))
    batches.all_or_nothing(batch.atomic, judged)
    kept = [item for item, each in zip(batch.items, judged, strict=True) if each.outcome in ("created", "updated")]
    if batch.mode == "commit" and kept:
        results = insert(Candidate).values(
            [{"assessment_id": assessment.id, **each.model_dump(), "trainee_id": written_as[ids[each.trainee_id]]} for each in kept]
        )
        known = results.on_conflict_do_update(
            index_elements=["assessment_id", "trainee_id"], set_={"passed": results.excluded.passed, "score": results.excluded.score}
        )
        await session.execute(known)
        await steps.finish(session, call, assessment, "results_recorded", results=len(kept))
    return batches.answer(
        [
            batches.item(index, each.outcome, each.id, (batches.at(index, fault) for fault in each.faults))
            for index, each in enumerate(judged)
        ]
    )


def _fault(trainee_id: UUID, standing: dict[UUID, tuple[bool | None, float | None]], seen: set[UUID]) -> errors.Fault | None:
    if trainee_id not in standing:
        return errors.Fault("not_a_candidate", "/trainee_id", seen=str(trainee_id), allowed="本批次的考生", fix="请核对学员编号。")
    if trainee_id in seen:
        return errors.Fault("listed_twice", "/trainee_id", seen=str(trainee_id), fix="请删除重复的一项;以先列的为准。")
    return None
