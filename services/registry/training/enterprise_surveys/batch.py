"""Many surveys at once, as an office lists them: told once a year and enterprise; what stands otherwise is corrected one by one."""

from collections.abc import Mapping
from typing import Final
from uuid import UUID

from sqlalchemy import select, tuple_
from sqlalchemy.ext.asyncio import AsyncSession

from services.registry.institutions.institutions.tables import Institution
from services.registry.training.enterprise_surveys import rules
from services.registry.training.enterprise_surveys.errors import DuplicateSurvey
from services.registry.training.enterprise_surveys.schemas import SurveyFigures, SurveyIn
from services.registry.training.enterprise_surveys.tables import EnterpriseSurvey
from shared import db, deeds, wire
from shared.access import Call
from shared.batches import Result, rejected
from shared.errors import Fault

STANDS: Final = "该企业当年的调研已登记,内容与本行不同;请在该条调研上更正。"


async def keep(session: AsyncSession, call: Call, items: Mapping[int, SurveyIn]) -> dict[int, Result]:
    """A result for each item, in the caller's transaction; each names its enterprise, which the caller sees."""
    asked = select(Institution.id, Institution.kind).where(Institution.id.in_({each.institution_id for each in items.values()}))
    kinds: dict[UUID | None, str] = {row.id: row.kind for row in await session.execute(asked)}
    results = {
        index: rejected(*faults)
        for index, item in items.items()
        if (faults := wire.faults(rules.RULES, item, call.today) + rules.surveyed(kinds[item.institution_id], "/uscc"))
    }
    told: dict[tuple[UUID | None, int], EnterpriseSurvey] = {}
    key = tuple_(EnterpriseSurvey.institution_id, EnterpriseSurvey.year)
    wanted = select(EnterpriseSurvey).where(
        key.in_({(each.institution_id, each.year) for each in items.values()}), EnterpriseSurvey.voided_at.is_(None)
    )
    stands: dict[tuple[UUID | None, int], EnterpriseSurvey] = {
        (each.institution_id, each.year): each for each in await session.scalars(wanted)
    }
    for index, item in items.items():
        if index in results:
            continue
        known = stands.get((item.institution_id, item.year)) or told.get((item.institution_id, item.year))
        figures = item.model_dump(include=set(SurveyFigures.model_fields))
        if known is None:
            made = EnterpriseSurvey(id=db.new_id(), institution_id=item.institution_id, year=item.year, recorded_at=call.now, **figures)
            told[item.institution_id, item.year] = made
            results[index] = Result("created", made.id)
        elif all(getattr(known, name) == figures[name] for name in item.model_fields_set & figures.keys()):
            results[index] = Result("unchanged", known.id)
        else:
            fault = Fault(DuplicateSurvey.code, "/uscc", seen=str(item.year), fix=STANDS, more={"existing_id": str(known.id)})
            results[index] = rejected(fault, conflict=True)
    session.add_all(told.values())
    await session.flush()
    said = [
        deeds.deed(call, "enterprise_survey.told", each.id, institution_id=each.institution_id, year=each.year) for each in told.values()
    ]
    await deeds.record_all(session, said)
    return results
