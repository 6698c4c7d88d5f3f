"""Surveys as they are shown: one with what was trained of its plan, and many."""

from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy import Select, func, or_, select
from sqlalchemy.ext.asyncio import AsyncSession

from services.registry.codes import SurveyWillingness
from services.registry.institutions.institutions import visibility
from services.registry.institutions.institutions.policy import OFFICER
from services.registry.institutions.institutions.tables import Institution
from services.registry.people.trainees.conditions import worked_for
from services.registry.people.trainees.tables import Trainee
from services.registry.reference import policy as reference
from services.registry.training.classes.tables import TrainingClass
from services.registry.training.enrolments.conditions import once, person
from services.registry.training.enrolments.tables import Enrolment
from services.registry.training.enterprise_surveys.schemas import SurveyOut, SurveyPaper
from services.registry.training.enterprise_surveys.tables import EnterpriseSurvey
from shared import errors, history, pages, wire
from shared.access import Call
from shared.steps import Refusal, wrong_role

ENTERS = OFFICER | {"institution", "town"}
VOIDED = Refusal("invalid_state", "该调研记录已被更正。请更正最新的一条。")
SHOWN: Select[Any] = select(EnterpriseSurvey).join(Institution, Institution.id == EnterpriseSurvey.institution_id)


async def find(session: AsyncSession, call: Call, survey_id: UUID, *, lock: bool = False) -> EnterpriseSurvey:
    wanted = SHOWN.where(EnterpriseSurvey.id == survey_id, visibility.rows(call.actor))
    survey = await session.scalar(wanted.with_for_update(of=EnterpriseSurvey) if lock else wanted)
    if survey is None:
        raise errors.NotFound("没有这份调研,或不在您的可见范围内。请核对编号。")
    return survey


async def permit(session: AsyncSession, call: Call, survey_id: UUID, *, lock: bool = False) -> EnterpriseSurvey:
    """The survey that stands, to be corrected."""
    survey = await find(session, call, survey_id, lock=lock)
    call.match(history.version_of(survey.voided_at))
    if survey.voided_at:
        raise errors.InvalidState(VOIDED.detail)
    return survey


async def get(session: AsyncSession, call: Call, survey_id: UUID, on: date | None = None) -> SurveyPaper:
    """`on`: as it stood at the end of that day."""
    survey = await find(session, call, survey_id)
    actions = wire.allowed_actions({"correct": wrong_role(ENTERS, call.actor.role) or (VOIDED if survey.voided_at else None)})
    shown = show(survey, await _trained(session, survey))
    return history.voidable(SurveyPaper(**shown.model_dump(), allowed_actions=actions), on)


async def _trained(session: AsyncSession, survey: EnterpriseSurvey) -> dict[str, int]:
    """By occupation, the person-times of the year: in classes that the enterprise held, or elsewhere of who was its worker on the first day."""
    theirs = or_(TrainingClass.institution_id == survey.institution_id, worked_for(survey.institution_id, TrainingClass.starts_on))
    counted = (
        select(TrainingClass.occupation_code, func.count())
        .select_from(Enrolment)
        .join(TrainingClass, TrainingClass.id == Enrolment.class_id)
        .join(Trainee, Trainee.id == person())
        .where(Enrolment.counted_on.between(date(survey.year, 1, 1), date(survey.year, 12, 31)), theirs, once())
        .where(TrainingClass.occupation_code.in_({each["occupation_code"] for each in (*survey.needs, *survey.plan)} - {None}))
        .group_by(TrainingClass.occupation_code)
    )
    return {str(code): people for code, people in await session.execute(counted)}


def show(survey: EnterpriseSurvey, trained: dict[str, int] | None = None) -> SurveyOut:
    """`trained`: by occupation; None where it was not counted."""
    told = {name: getattr(survey, name) for name in SurveyOut.model_fields if name in EnterpriseSurvey.__mapper__.columns}
    share = round(survey.certified_workers / survey.technical_workers, 4) if survey.technical_workers else None
    needs, plan = (
        [
            each | {"trained": None if trained is None or not each["occupation_code"] else trained.get(each["occupation_code"], 0)}
            for each in asked
        ]
        for asked in (survey.needs, survey.plan)
    )
    return SurveyOut.model_validate(told | {"certified_share": share, "needs": needs, "plan": plan})


async def list_surveys(
    session: AsyncSession,
    call: Call,
    asked: pages.Asked,
    *,
    year: list[int] | None,
    institution_id: list[UUID] | None,
    region_code: list[str] | None,
    willingness: list[SurveyWillingness] | None,
) -> dict[str, Any]:
    """Those that stand."""
    pages.known("region_code", region_code, reference.lists().regions)
    row = EnterpriseSurvey
    equal = {row.year: year, row.institution_id: institution_id, Institution.region_code: region_code, row.willingness: willingness}
    wanted = pages.where(SHOWN.where(visibility.rows(call.actor), row.voided_at.is_(None)), equal)
    return await pages.page(session, wanted, row.id, asked, lambda each: show(each[0]))
