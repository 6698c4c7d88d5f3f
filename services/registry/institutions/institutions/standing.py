"""An institution's standing on a day: gathers the facts, lets the policy judge."""

from datetime import date
from typing import Literal, cast
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from services.registry.institutions.institutions import operations, policy
from services.registry.institutions.institutions.schemas import StandingOut
from services.registry.institutions.institutions.tables import Blacklisting, Designation, Rating, Teacher
from services.registry.reference import policy as reference
from shared.access import Call


async def standing(session: AsyncSession, call: Call, institution_id: UUID, on: date | None) -> StandingOut:
    institution = await operations.find(session, call, institution_id)
    on = on or call.today
    own = str(institution.id)
    here = select(Teacher.id_number_key).where(Teacher.institution_id == institution.id)
    engagements = await session.execute(
        select(Teacher.id_number_key, Teacher.institution_id, Teacher.employment, Teacher.from_on, Teacher.to_on).where(
            Teacher.id_number_key.in_(here)
        )
    )
    designations = await session.execute(select(Designation.from_on, Designation.to_on).where(Designation.institution_id == institution.id))
    listed = await session.execute(
        select(Blacklisting.from_on, Blacklisting.until_on, Blacklisting.reinstated_on, Blacklisting.decision_no).where(
            Blacklisting.institution_id == institution.id
        )
    )
    ratings = await session.execute(select(Rating.year, Rating.result).where(Rating.institution_id == institution.id))
    results = {each.code: each.name for each in reference.packaged().code_lists if each.list == "rating_result"}
    facts = policy.StandingFacts(
        institution=own,
        needs_designation=reference.kind_needs_designation(institution.kind),
        is_rated=reference.packaged().institution_kinds[institution.kind].rated,
        designations=[policy.Designation(*row) for row in designations],
        blacklistings=[policy.Blacklisting(*row) for row in listed],
        engagements=[
            policy.Engagement(
                row.id_number_key.hex(),
                str(row.institution_id),
                cast(Literal["full_time", "part_time"], row.employment),
                row.from_on,
                row.to_on,
            )
            for row in engagements
        ],
        ratings=[policy.Rating(row.year, results[row.result]) for row in ratings],
    )
    return StandingOut.model_validate({"on": on, "rules": policy.standing(facts, reference.packaged().standing, on)})
