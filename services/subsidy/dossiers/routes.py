"""The path of dossiers."""

from typing import Annotated
from uuid import UUID

from fastapi import Depends, Response

from services.subsidy.dossiers import reading
from shared import access, web

router = web.Router("claims")


class Pdf(Response):
    media_type = "application/pdf"


async def _told(claim_id: UUID, call: web.Caller, kernel: web.KernelOf) -> reading.Told:
    return await reading.told(kernel, call, claim_id)


@router.operation(
    "GET",
    "/v1/claims/{claim_id:uuid}/dossier.pdf",
    may=access.STAFF,
    summary="一键成卷:申领单、名单、意见、办理记录、公示、拨付和附件目录,附摘要和盖章处",
    recorded=True,
    response_class=Pdf,
)
async def dossier(
    claim_id: UUID, told: Annotated[reading.Told, Depends(_told)], session: web.Session, call: web.Caller, kernel: web.KernelOf
) -> Response:
    number, content = await reading.dossier(session, call, kernel, claim_id, told)
    return Pdf(content, headers={"Content-Disposition": f'inline; filename="{number}.pdf"'})
