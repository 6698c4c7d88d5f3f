"""Paths of certificates, and of the step of an assessment that makes them."""

from functools import partial
from typing import Annotated
from uuid import UUID

from fastapi import Depends, Query, Response

from services.evaluation.assessments import steps as assessment_steps
from services.evaluation.assessments.policy import INSTITUTION
from services.evaluation.assessments.schemas import AssessmentPaper
from services.evaluation.certificates import operations, reading, steps
from services.evaluation.certificates.errors import DuplicateCertificate, NotIssuedHere, NumberNotMinted
from services.evaluation.certificates.policy import REISSUERS, REVOKERS
from services.evaluation.certificates.schemas import CertificateIn, CertificateOut, CertificatePaper, RevocationPreview, VerifyIn, VerifyOut
from services.evaluation.certificates.tables import Certificate
from services.evaluation.certificates.visibility import READERS
from services.evaluation.clients import TraineeName
from services.evaluation.codes import CertificateKind as Kind
from services.evaluation.codes import CertificateStatus as Status
from services.evaluation.codes import Verification
from services.evaluation.filings.errors import BARRED, OutOfScope
from shared import access, errors, limits, pages, web, wire

router = web.Router("certificates")
issuing = web.Router("assessments")
ONE = "/v1/certificates/{certificate_id:uuid}"
ASKING = (errors.UpstreamFailed, errors.UpstreamTimeout)  # asks the registry


@issuing.operation(
    "POST",
    "/v1/assessments/{assessment_id:uuid}:issue",
    may=INSTITUTION,
    summary="发证",
    errors=[errors.InvalidState, errors.StaleVersion, *BARRED, OutOfScope, *ASKING],
    paper=partial(assessment_steps.begin, action="issue", lock=False),
)
async def issue(
    assessment_id: UUID,
    known: Annotated[operations.Issuing, Depends(operations.facts_to_issue)],
    session: web.Session,
    call: web.Caller,
    kernel: web.KernelOf,
    body: wire.Commented | None = None,
) -> AssessmentPaper:
    return await operations.issue(session, call, kernel, assessment_id, known, body.comment if body else None)


@router.operation("GET", "/v1/certificates", may=READERS, summary="证书列表", errors=[errors.InvalidCursor])
async def list_certificates(
    session: web.Session,
    call: web.Caller,
    kernel: web.KernelOf,
    asked: Annotated[
        pages.Asked, pages.asking(q=[Certificate.number], issued_on=Certificate.issued_on, registered_at=Certificate.registered_at)
    ],
    external_ref: pages.ExternalRef,
    trainee_id: pages.AnyOf[UUID] = None,
    number: Annotated[pages.AnyOf[pages.Part], Query(description="完整的证书编号")] = None,
    kind: pages.AnyOf[Kind] = None,
    status: pages.AnyOf[Status] = None,
    assessment_id: pages.AnyOf[UUID] = None,
    order_id: Annotated[pages.AnyOf[UUID], Query(description="评价批次所属的订单")] = None,
    class_id: pages.AnyOf[UUID] = None,
    skill_standard_id: Annotated[pages.AnyOf[UUID], Query(description="依据该考核规范的专项职业能力证书")] = None,
    issuer_institution_id: Annotated[pages.AnyOf[UUID], Query(description="发证机构")] = None,
    issued_from_on: Annotated[wire.CivilDate | None, Query(description="发证日期,含当日")] = None,
    issued_to_on: Annotated[wire.CivilDate | None, Query(description="发证日期,含当日")] = None,
) -> wire.Page[CertificateOut]:
    filters = {
        Certificate.kind: kind,
        Certificate.assessment_id: assessment_id,
        Certificate.class_id: class_id,
        Certificate.skill_standard_id: skill_standard_id,
        Certificate.issuer_institution_id: issuer_institution_id,
        Certificate.number_key: None if number is None else [reading.key_of(kernel, each) for each in number],
    }
    wanted = pages.within(
        reading.listed(call, filters, external_ref, order_id, trainee_id).where(*reading.in_status(status, call.today)),
        Certificate.issued_on,
        issued_from_on,
        issued_to_on,
    )
    asked = asked.newest(Certificate.issued_on, issued_from_on, issued_to_on)
    return wire.Page.model_validate(await pages.page(session, wanted, Certificate.id, asked, CertificateOut.model_validate))


@router.operation(
    "POST",
    "/v1/certificates",
    may=frozenset({"officer"}),
    summary="登记其他机构发的证书",
    status=201,
    errors=[DuplicateCertificate, NumberNotMinted, *ASKING],
    rules=operations.RULES,
)
async def register(
    body: CertificateIn,
    known: Annotated[operations.Registering, Depends(operations.facts_to_register)],
    session: web.Session,
    call: web.Caller,
    kernel: web.KernelOf,
) -> CertificatePaper:
    return await operations.register(session, call, kernel, body, known)


@router.operation(
    "POST", "/v1/certificates:verify", may=access.PUBLIC, summary="核验证书", writes=False, errors=[*ASKING, errors.TooManyRequests]
)
async def verify(body: VerifyIn, response: Response, call: web.Caller, kernel: web.KernelOf) -> VerifyOut:
    """Counted by address, and what does not fit by number too: names are not tried on one from many addresses."""
    response.headers.update(await kernel.limits.take(limits.VERIFICATIONS, limits.address(call.origin)))
    number = reading.key_of(kernel, body.number).hex()
    await kernel.limits.check(limits.VERIFICATION_MISSES, number)
    answer = await operations.verify(call, kernel, body)
    if answer.reason is Verification.NOT_FOUND:
        await kernel.limits.take(limits.VERIFICATION_MISSES, number)
    return answer


@router.operation("GET", ONE, may=READERS, summary="证书")
async def get(certificate_id: UUID, session: web.Session, call: web.Caller) -> CertificatePaper:
    return await steps.get(session, call, certificate_id)


@router.operation(
    "POST",
    f"{ONE}:reissue",
    may=REISSUERS,
    summary="补发证书:编号不变,印持证人现在的姓名",
    errors=[errors.InvalidState, errors.StaleVersion, NotIssuedHere, *ASKING],
    paper=partial(steps.begin, action="reissue", lock=False),
)
async def reissue(
    certificate_id: UUID,
    holder: Annotated[TraineeName | None, Depends(steps.facts_to_reissue)],
    body: wire.Reasoned,
    session: web.Session,
    call: web.Caller,
) -> CertificatePaper:
    return await steps.reissue(session, call, certificate_id, holder, body.reason)


@router.operation(
    "POST",
    f"{ONE}:revoke",
    may=REVOKERS,
    summary="撤销证书(preview=true 只看会影响什么)",
    errors=[errors.InvalidState, errors.StaleVersion],
    paper=partial(steps.begin, action="revoke", lock=False),
)
async def revoke(
    certificate_id: UUID,
    previewed: Annotated[RevocationPreview | None, Depends(steps.preview_revocation)],
    session: web.Session,
    call: web.Caller,
    body: wire.ReasonedWhenTaken | None = None,
) -> CertificatePaper | RevocationPreview:
    if previewed is not None:
        return previewed
    return await steps.revoke(session, call, certificate_id, body.reason if body else None)
