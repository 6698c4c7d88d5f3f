"""Facts for evaluation's own rules: whose workers the candidates are, who teaches the class, which enterprises are above scale."""

from sqlalchemy import func, or_, select
from sqlalchemy.dialects.postgresql import aggregate_order_by
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import aliased

from services.registry.assessing.schemas import (
    AssessedClass,
    AssessmentAsked,
    AssessmentFacts,
    CandidateFacts,
    EnterpriseOut,
    Enterprises,
    TeacherFacts,
)
from services.registry.institutions.institutions.tables import Institution, Teacher
from services.registry.people.trainees.tables import Trainee, TraineeCategory, TraineeSighting
from services.registry.training.classes.tables import TrainingClass


async def assessment_facts(session: AsyncSession, asked: AssessmentAsked) -> AssessmentFacts:
    """A merged trainee is described as the one they go on as, under the id that was asked for."""
    old = aliased(Trainee)
    registered = select(TraineeSighting).where(
        TraineeSighting.trainee_id == Trainee.id,
        TraineeSighting.institution_id == asked.institution_id,
        TraineeSighting.how == "registered",
    )
    category = TraineeCategory
    held = (
        select(func.coalesce(func.array_agg(aggregate_order_by(category.code, category.code)), []))
        .where(
            category.trainee_id == Trainee.id,
            category.since_on <= asked.on,
            or_(category.until_on.is_(None), category.until_on >= asked.on),
        )
        .correlate(Trainee)
        .scalar_subquery()
    )
    people = (
        select(
            old.id, Trainee.name, Trainee.id_number_masked, Trainee.employer_id,
            registered.correlate(Trainee).exists().label("registered_here"), held.label("categories"),
        )
        .join(Trainee, Trainee.id == func.coalesce(old.merged_into, old.id))
        .where(old.id.in_(asked.trainee_ids))
        .order_by(old.id)
    )  # fmt: skip
    trainees = [CandidateFacts.model_validate(row) for row in await session.execute(people)]
    return AssessmentFacts(trainees=trainees, class_=await _class(session, asked))


async def above_scale_enterprises(session: AsyncSession) -> Enterprises:
    """Those taking part now: an institution keeps no dates of its size."""
    wanted = select(Institution.id, Institution.name, Institution.region_code)
    wanted = wanted.where(Institution.kind == "enterprise", Institution.above_scale, Institution.status != "exited").order_by(
        Institution.id
    )
    return Enterprises(institutions=[EnterpriseOut.model_validate(row) for row in await session.execute(wanted)])


async def _class(session: AsyncSession, asked: AssessmentAsked) -> AssessedClass | None:
    if asked.class_id is None or (training := await session.get(TrainingClass, asked.class_id)) is None:
        return None
    teachers = await session.execute(select(Teacher.name, Teacher.id_number_masked).where(Teacher.id == func.any(training.teacher_ids)))
    return AssessedClass(id=training.id, teachers=[TeacherFacts.model_validate(row) for row in teachers])
