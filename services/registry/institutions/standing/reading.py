"""An institution's standing on a day: gathers the facts, lets the policy judge."""

from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy import and_, func, or_, select
from sqlalchemy.ext.asyncio import AsyncSession

from services.registry.codes import MeasureKind, TeacherEmployment
from services.registry.institutions.institutions import reading as institutions
from services.registry.institutions.measures.conditions import covers
from services.registry.institutions.measures.tables import Measure
from services.registry.institutions.ratings.operations import standing as rated
from services.registry.institutions.ratings.tables import Rating
from services.registry.institutions.standing import policy
from services.registry.institutions.standing.schemas import StandingOut
from services.registry.institutions.teachers.tables import Teacher
from services.registry.reference import policy as reference
from shared import codes
from shared.access import Call


async def standing(session: AsyncSession, call: Call, institution_id: UUID, on: date | None) -> StandingOut:
    institution = await institutions.find(session, call, institution_id)
    on = on or call.today
    columns = (Teacher.id_number_key, Teacher.institution_id, Teacher.employment, Teacher.from_on, Teacher.to_on)
    here = select(Teacher.id_number_key).where(Teacher.institution_id == institution.id)
    engagements = await session.execute(select(*columns).where(Teacher.id_number_key.in_(here)))
    designations, blacklistings = await institutions.bars(session, institution.id)
    ratings = await session.execute(select(Rating.year, Rating.result).where(rated(institution.id)))
    facts = policy.StandingFacts(
        institution=str(institution.id),
        needs_designation=reference.kind_needs_designation(institution.kind),
        is_rated=reference.lists().institution_kinds[institution.kind].rated,
        designations=designations,
        blacklistings=blacklistings,
        engagements=[
            policy.Engagement(row.id_number_key.hex(), str(row.institution_id), TeacherEmployment(row.employment), row.from_on, row.to_on)
            for row in engagements
        ],
        ratings=[policy.Rating(row.year, codes.label("rating_result", row.result)) for row in ratings],
    )
    stand = or_(covers(on), and_(Measure.voided_at.is_(None), Measure.kind == MeasureKind.CRITICISM, Measure.from_on <= on))
    measures = select(Measure).where(Measure.institution_id == institution.id, stand).order_by(Measure.id)
    return StandingOut.model_validate(
        {
            "on": on,
            "teachers": await _teachers(session, institution.id, on),
            "rules": policy.standing(facts, reference.lists().standing, on),
            "measures": (await session.scalars(measures)).all(),
        }
    )


async def _teachers(session: AsyncSession, institution_id: UUID, on: date) -> dict[str, Any]:
    there = (Teacher.institution_id == institution_id, Teacher.from_on <= on, or_(Teacher.to_on.is_(None), Teacher.to_on >= on))
    recognised = and_(Teacher.recognised_from_on <= on, or_(Teacher.recognised_until_on.is_(None), Teacher.recognised_until_on >= on))
    people = func.count(Teacher.id_number_key.distinct())
    counted = select(
        people.label("total"),
        people.filter(Teacher.employment == TeacherEmployment.FULL_TIME).label("full_time"),
        people.filter(recognised).label("recognised"),
        people.filter(Teacher.dual_qualified).label("dual_qualified"),
    ).where(*there)
    found = dict((await session.execute(counted)).one()._mapping)
    return found | {"dual_qualified_share": round(found["dual_qualified"] / found["total"], 4) if found["total"] else None}
