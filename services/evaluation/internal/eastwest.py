"""What eastwest and subsidy ask of evaluation: people's certificates, and their exams."""

from typing import Annotated
from uuid import UUID

from fastapi import Query

from services.evaluation.assessments import reading
from services.evaluation.assessments.schemas import Exams
from services.evaluation.certificates import facts
from services.evaluation.certificates.schemas import CertificateFacts, FactsIn
from shared import access, web

router = web.Router("certificates")


@router.operation("POST", "/internal/v1/certificate-facts", may=access.INTERNAL, summary="证书事实(供判定)", writes=False)
async def certificate_facts(body: FactsIn, session: web.Session, call: web.Caller) -> CertificateFacts:
    return await facts.facts(session, call, body)


@router.operation("GET", "/internal/v1/exams", may=access.INTERNAL, summary="考核记录")
async def exams(
    session: web.Session, class_id: Annotated[UUID | None, Query()] = None, trainee_id: Annotated[UUID | None, Query()] = None
) -> Exams:
    return await reading.exams(session, class_id, trainee_id)
