"""What can be done with a survey: told, one a year, and corrected by a new one."""

from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from services.registry.institutions.institutions import reading as institutions
from services.registry.training.enterprise_surveys import reading, rules
from services.registry.training.enterprise_surveys.schemas import SurveyCorrected, SurveyFigures, SurveyIn, SurveyPaper
from services.registry.training.enterprise_surveys.tables import EnterpriseSurvey
from shared import db, deeds, errors, history, wire
from shared.access import Call

FIGURES = tuple(SurveyFigures.model_fields)


async def tell(session: AsyncSession, call: Call, body: SurveyIn) -> SurveyPaper:
    institution_id = body.institution_id or call.actor.institution_id
    if faults := wire.faults(rules.RULES, body, call.today) + _whose(institution_id):
        raise errors.Invalid(faults=faults)
    assert institution_id
    enterprise = await institutions.find(session, call, institution_id)
    if faults := rules.surveyed(enterprise.kind, "/institution_id"):
        raise errors.Invalid(faults=faults)
    made = EnterpriseSurvey(
        id=db.new_id(), institution_id=institution_id, recorded_at=call.now, **body.model_dump(mode="python", exclude={"institution_id"})
    )
    session.add(made)
    await session.flush()
    await deeds.record(session, call, "enterprise_survey.told", made.id, institution_id=institution_id, year=made.year)
    return await reading.get(session, call, made.id)


def _whose(institution_id: UUID | None) -> list[errors.Fault]:
    return [] if institution_id else [errors.Fault("missing_field", "/institution_id", fix="请填写所调研的企业。")]


async def correct(session: AsyncSession, call: Call, survey_id: UUID, body: SurveyCorrected) -> SurveyPaper:
    """The wrong one is voided and stays; a new one stands in its place."""
    wrong = await reading.permit(session, call, survey_id, lock=True)
    if faults := wire.faults(rules.CORRECTION_RULES, body, call.today) + rules.asked_about(wrong.year, body.surveyed_on):
        raise errors.Invalid(faults=faults)
    wrong.voided_at, wrong.void_reason = call.now, body.reason
    await session.flush()
    right = body.model_dump(exclude={"reason"})
    made = EnterpriseSurvey(
        id=db.new_id(), institution_id=wrong.institution_id, year=wrong.year, corrects=wrong.id, recorded_at=call.now, **right
    )
    session.add(made)
    await session.flush()
    before, after = ({name: getattr(each, name) for name in FIGURES} for each in (wrong, made))
    told = {"reason": body.reason, "changes": history.changes(before, after), "corrects": wrong.id}
    said = {"institution_id": made.institution_id, "year": made.year}
    await deeds.record(session, call, "enterprise_survey.corrected", made.id, details=told, **said)
    return await reading.get(session, call, made.id)
