"""Paths of printed certificates, and of the certificate that their signatures are checked with."""

from typing import Annotated, Final
from uuid import UUID

from fastapi import Depends, Response

from services.evaluation.certificates.errors import NotIssuedHere
from services.evaluation.prints import reading, signing
from services.evaluation.prints.reading import Printing
from services.evaluation.settings import Settings
from shared import access, errors, web

router = web.Router("certificates")
of_batches = web.Router("assessments")
PRINTERS: Final = access.OFFICES | {"institution", "person"}
ASKING: Final = (errors.UpstreamFailed, errors.UpstreamTimeout)  # asks the registry


class Pdf(Response):
    media_type = "application/pdf"


class Pem(Response):
    media_type = "application/pem-certificate-chain"


async def _one(certificate_id: UUID, call: web.Caller, kernel: web.KernelOf) -> Printing:
    return await reading.of_one(kernel, call, certificate_id)


async def _batch(assessment_id: UUID, call: web.Caller, kernel: web.KernelOf) -> Printing:
    return await reading.of_batch(kernel, call, assessment_id)


@router.operation(
    "GET", "/v1/certificates/signing-certificate", may=access.PUBLIC, summary="验证证书电子签名的签名证书(PEM)", response_class=Pem
)
async def signing_certificate(kernel: web.KernelOf) -> Response:
    assert isinstance(kernel.settings, Settings)
    return Pem(signing.published(kernel.settings.certificate_signer))


@router.operation(
    "GET",
    "/v1/certificates/{certificate_id:uuid}.pdf",
    may=PRINTERS,
    summary="打印证书:带二维码和电子签名",
    recorded=True,
    errors=[errors.InvalidState, NotIssuedHere, *ASKING],
    response_class=Pdf,
)
async def printed(printing: Annotated[Printing, Depends(_one)], session: web.Session, call: web.Caller, kernel: web.KernelOf) -> Response:
    return _answer(await reading.printed(session, call, kernel, printing), printing.number)


@of_batches.operation(
    "GET",
    "/v1/assessments/{assessment_id:uuid}/certificates.pdf",
    may=access.OFFICES | {"institution"},
    summary="打印评价批次的全部有效证书,每本一页",
    recorded=True,
    errors=[errors.InvalidState, *ASKING],
    response_class=Pdf,
)
async def printed_batch(
    printing: Annotated[Printing, Depends(_batch)], session: web.Session, call: web.Caller, kernel: web.KernelOf
) -> Response:
    return _answer(await reading.printed(session, call, kernel, printing), printing.number)


def _answer(content: bytes, name: str) -> Response:
    return Pdf(content, headers={"Content-Disposition": f'inline; filename="{name}.pdf"'})
