"""The paths of surveys of enterprises (规上企业调研)."""

from typing import Annotated
from uuid import UUID

from fastapi import Query

from services.registry.codes import SurveyWillingness
from services.registry.institutions.institutions.routes import SEES
from services.registry.training.enterprise_surveys import operations, reading, rules, schemas
from services.registry.training.enterprise_surveys.errors import DuplicateSurvey
from services.registry.training.enterprise_surveys.tables import EnterpriseSurvey
from shared import errors, history, pages, web, wire

router = web.Router("enterprise-surveys")
ONE = "/v1/enterprise-surveys/{survey_id:uuid}"
Listed = Annotated[pages.Asked, pages.asking(year=EnterpriseSurvey.year, surveyed_on=EnterpriseSurvey.surveyed_on)]


@router.operation(
    "POST", "/v1/enterprise-surveys", may=reading.ENTERS, summary="填报企业调研", status=201, errors=[DuplicateSurvey], rules=rules.RULES
)
async def tell(body: schemas.SurveyIn, session: web.Session, call: web.Caller) -> schemas.SurveyPaper:
    return await operations.tell(session, call, body)


@router.operation("GET", "/v1/enterprise-surveys", may=SEES, summary="企业调研列表", errors=[errors.InvalidCursor])
async def list_surveys(
    session: web.Session,
    call: web.Caller,
    asked: Listed,
    year: pages.AnyOf[Annotated[int, Query(ge=2000, le=2100)]] = None,
    institution_id: pages.AnyOf[UUID] = None,
    region_code: pages.AnyOf[str] = None,
    willingness: pages.AnyOf[SurveyWillingness] = None,
) -> wire.Page[schemas.SurveyOut]:
    found = await reading.list_surveys(
        session, call, asked, year=year, institution_id=institution_id, region_code=region_code, willingness=willingness
    )
    return wire.Page[schemas.SurveyOut].model_validate(found)


@router.operation("GET", ONE, may=SEES, summary="一份企业调研,附计划的完成情况")
async def get(survey_id: UUID, session: web.Session, call: web.Caller, as_of: history.AsOf = None) -> schemas.SurveyPaper:
    return await reading.get(session, call, survey_id, as_of)


@router.operation("GET", f"{ONE}/history", may=SEES, summary="一份企业调研的办理经过", errors=[errors.InvalidCursor])
async def list_history(survey_id: UUID, session: web.Session, call: web.Caller, asked: history.Listed) -> wire.Page[history.HistoryEntry]:
    await reading.find(session, call, survey_id)
    return wire.Page[history.HistoryEntry].model_validate(await history.entries(session, survey_id, asked))


@router.operation(
    "POST",
    f"{ONE}:correct",
    may=reading.ENTERS,
    summary="更正企业调研",
    errors=[errors.InvalidState],
    paper=reading.permit,
    rules=rules.CORRECTION_RULES,
)
async def correct(survey_id: UUID, body: schemas.SurveyCorrected, session: web.Session, call: web.Caller) -> schemas.SurveyPaper:
    return await operations.correct(session, call, survey_id, body)
