"""What registry asks of evaluation: who of a class is certified, what counts on a person, and which certificate a complaint is about."""

from typing import Annotated
from uuid import UUID

from pydantic import Field
from sqlalchemy import func, or_, select

from services.evaluation.assessments.tables import Candidate
from services.evaluation.certificates import facts, reading
from services.evaluation.certificates.schemas import CertifiedIn, CertifiedList
from services.evaluation.certificates.tables import Certificate
from services.evaluation.examiners.tables import Examiner
from services.evaluation.known.conditions import ALIASES
from shared import access, web, wire

router = web.Router("certificates")


@router.operation("POST", "/internal/v1/certified", may=access.INTERNAL, summary="班级取证人员", writes=False)
async def certified(body: CertifiedIn, session: web.Session) -> CertifiedList:
    return await facts.certified(session, body)


class HeldAsked(wire.In):
    trainee_ids: Annotated[list[UUID], Field(max_length=100)]


class Held(wire.Out):
    counts: dict[str, int] = Field(description="各类事项的件数")


@router.operation("POST", "/internal/v1/held-of", may=access.INTERNAL, summary="以这些人为依据的考核、证书和考评人员登记件数", writes=False)
async def held_of(body: HeldAsked, session: web.Session) -> Held:
    kinds = {"assessment": Candidate.trainee_id, "certificate": Certificate.trainee_id, "examiner": Examiner.trainee_id}
    wanted = (select(func.count()).where(ALIASES.among(of, body.trainee_ids)).scalar_subquery() for of in kinds.values())
    return Held(counts=dict(zip(kinds, (await session.execute(select(*wanted))).one(), strict=True)))


class ComplainedOf(wire.In):
    id: UUID | None = None
    number: str | None = None


class ComplaintSubject(wire.Out):
    """`class_id`: of the class that it came from."""

    found: bool
    id: UUID | None = None
    class_id: UUID | None = None


@router.operation("POST", "/internal/v1/complaint-subjects", may=access.INTERNAL, summary="被投诉的证书是否存在,出自哪个班级", writes=False)
async def complaint_subject(body: ComplainedOf, session: web.Session, kernel: web.KernelOf) -> ComplaintSubject:
    named = Certificate.number_key == reading.key_of(kernel, body.number or "")
    wanted = select(Certificate.id, Certificate.class_id).where(or_(Certificate.id == body.id, named)).limit(1)
    found = (await session.execute(wanted)).first()
    return ComplaintSubject(found=True, id=found.id, class_id=found.class_id) if found else ComplaintSubject(found=False)
