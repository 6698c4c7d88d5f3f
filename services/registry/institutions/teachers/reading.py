"""Teachers as they are shown."""

from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from services.registry.codes import TeacherEmployment
from services.registry.institutions.institutions import reading as institutions
from services.registry.institutions.institutions.policy import OWN
from services.registry.institutions.teachers.schemas import TeacherOut, TeacherPaper
from services.registry.institutions.teachers.tables import Teacher
from shared import errors, history, pages, wire
from shared.access import Call
from shared.steps import wrong_role

SHOWN = (
    Teacher.id,
    Teacher.institution_id,
    Teacher.name,
    Teacher.id_number_masked.label("id_number"),
    Teacher.employment,
    Teacher.from_on,
    Teacher.to_on,
    Teacher.qualification,
    Teacher.dual_qualified,
    Teacher.recognised_from_on,
    Teacher.recognised_until_on,
    Teacher.external_refs,
    Teacher.version,
)


async def find(session: AsyncSession, call: Call, institution_id: UUID, teacher_id: UUID) -> Teacher:
    """The teacher to change, of the caller's version, or 404."""
    await institutions.find(session, call, institution_id)
    teacher = await session.get(Teacher, teacher_id)
    if teacher is None or teacher.institution_id != institution_id:
        raise errors.NotFound()
    call.match(teacher.version)
    return teacher


async def get(session: AsyncSession, teacher_id: UUID) -> TeacherOut:
    return TeacherOut.model_validate((await session.execute(select(*SHOWN).where(Teacher.id == teacher_id))).one())


async def paper(session: AsyncSession, call: Call, institution_id: UUID, teacher_id: UUID, on: date | None) -> TeacherPaper:
    """The teacher; `on`: as it was known at the end of that day."""
    await find(session, call, institution_id, teacher_id)
    actions = wire.allowed_actions({"change": wrong_role(OWN, call.actor.role)})
    today = TeacherPaper(**(await get(session, teacher_id)).model_dump(), allowed_actions=actions)
    return today if on is None else await history.stood(session, today, on, await history.began_at(session, teacher_id))


async def list_teachers(
    session: AsyncSession,
    call: Call,
    institution_id: UUID,
    asked: pages.Asked,
    ref: pages.Reference,
    employment: list[TeacherEmployment] | None,
) -> dict[str, Any]:
    await institutions.find(session, call, institution_id)
    wanted = select(*SHOWN).where(Teacher.institution_id == institution_id, ref.among(Teacher.external_refs))
    wanted = pages.where(wanted, {Teacher.employment: employment})
    return await pages.page(session, wanted, Teacher.id, asked, TeacherOut.model_validate)
