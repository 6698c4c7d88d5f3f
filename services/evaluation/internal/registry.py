"""What registry asks of evaluation: who of a class is certified."""

from services.evaluation.certificates import facts
from services.evaluation.certificates.schemas import CertifiedIn, CertifiedList
from shared import access, web

router = web.Router("certificates")


@router.operation("POST", "/internal/v1/certified", may=access.INTERNAL, summary="班级取证人员", writes=False)
async def certified(body: CertifiedIn, session: web.Session) -> CertifiedList:
    return await facts.certified(session, body)
