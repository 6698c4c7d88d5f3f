"""Results of a batch, entered as often as needed until they are locked."""

from collections.abc import Iterable, Mapping
from functools import partial
from typing import Any
from uuid import UUID

from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from services.evaluation.assessments import reading, rules, steps
from services.evaluation.assessments.schemas import ResultIn, ResultsBatch
from services.evaluation.assessments.tables import CANDIDATES
from services.evaluation.known.conditions import ALIASES
from shared import batches, db, errors, wire
from shared.access import Call


async def record(session: AsyncSession, call: Call, assessment_id: UUID, batch: ResultsBatch) -> batches.BatchOut:
    """Judges every item against the batch's candidates and keeps the new ones in one statement. `created` is a first result, `updated` another one;
    the `id` of an item is the trainee's."""
    assessment = await steps.begin(session, call, assessment_id, "results")
    people = await reading.candidates(session, assessment.id)
    before = {each.trainee_id: each for each in people}
    written_as = {each.trainee_id: each.written_as for each in people}
    ids = {each.written_as: each.trainee_id for each in people} | {each: each for each in before}

    async def keep(items: Mapping[int, ResultIn]) -> dict[int, batches.Result]:
        if early := [fault for item in items.values() for fault in rules.too_early(assessment, item, call.today)]:
            raise errors.Invalid(faults=early[:1])
        whose = ids | await ALIASES.resolved(session, {item.trainee_id for item in items.values()} - ids.keys())
        judged, seen, rows = dict[int, batches.Result](), set[UUID](), list[dict[str, Any]]()
        for index, item in items.items():
            who = whose[item.trainee_id]
            if faults := [*_faults(who, before, seen), *rules.of_outcome(assessment, item)]:
                judged[index] = batches.rejected(*faults)
                continue
            seen.add(who)
            judged[index] = batches.Result(_outcome(before[who], rules.kept(item)), who)
            if judged[index].outcome != "unchanged":
                rows.append({"assessment_id": assessment.id, "trainee_id": written_as[who]} | rules.kept(item))
        if rows:
            results = insert(CANDIDATES)
            known = results.on_conflict_do_update(
                index_elements=["assessment_id", "trainee_id"], set_={name: results.excluded[name] for name in rules.OUTCOME}
            )
            await db.insert_all(session, known, rows)
            await steps.finish(session, call, assessment, "results_recorded", results=len(rows))
        return judged

    return await batches.run(
        session, batch, keep, rules=partial(wire.faults, [lambda item, _: rules.of_outcome(assessment, item)], today=call.today)
    )


def _faults(trainee_id: UUID, people: Mapping[UUID, Any], seen: set[UUID]) -> Iterable[errors.Fault]:
    if trainee_id not in people:
        yield errors.Fault("not_a_candidate", "/trainee_id", seen=str(trainee_id), allowed="本批次的考生", fix="请核对学员编号。")
    elif trainee_id in seen:
        yield errors.Fault("listed_twice", "/trainee_id", seen=str(trainee_id), fix="请删除重复的一项;以先列的为准。")


def _outcome(before: Any, result: Mapping[str, Any]) -> batches.ItemOutcome:
    if all(getattr(before, name) == value for name, value in result.items()):
        return "unchanged"
    return "created" if before.passed is None else "updated"
