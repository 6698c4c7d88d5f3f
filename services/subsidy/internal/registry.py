"""What registry asks of subsidy: who of a class would be eligible, by registry's own facts; which claims a new fact would concern;
and which notice a complaint is about."""

from typing import Annotated, Any
from uuid import UUID

from pydantic import Field
from sqlalchemy import func, or_, select

from services.subsidy import clients
from services.subsidy.claims import earlier, facts, lines, reading
from services.subsidy.claims.clients import Wanted, as_told
from services.subsidy.claims.schemas import FindingOut, TermsRef
from services.subsidy.claims.tables import Claim, Line
from services.subsidy.codes import ClaimStatus, LineVerdict, SchemeCode
from services.subsidy.judging.facts import as_if_held
from services.subsidy.judging.verdict import judge_claim
from services.subsidy.notices.tables import Notice
from services.subsidy.payments import reading as payments
from services.subsidy.reassessments import reading as reassessments
from services.subsidy.schemes import operations as schemes
from services.subsidy.schemes.errors import TermsMissing
from services.subsidy.schemes.policy import Terms
from shared import access, web, wire

router = web.Router("claims")


class EligibilityAsked(wire.In):
    """The registry's facts of a class, to be judged as if everyone in it were claimed for."""

    scheme: SchemeCode
    facts: dict[str, Any]


class EligibilityLine(wire.Out):
    trainee_id: UUID
    enrolment_id: UUID
    verdict: LineVerdict
    amount: wire.Money
    calculation: str
    findings: list[FindingOut]


class Eligibility(wire.Out):
    terms: TermsRef
    lines: list[EligibilityLine]


@router.operation(
    "POST", "/internal/v1/eligibility", may=access.INTERNAL, summary="按事实预先判定一个班的全部学员", writes=False, errors=[TermsMissing]
)
async def eligibility(body: EligibilityAsked, session: web.Session, call: web.Caller) -> Eligibility:
    """With what other claims hold of these people; before the class is over as if it were held and attended. The fund is not asked about."""
    told = clients.read_claim_facts(body.facts)
    terms = (await schemes.in_force(session)).terms_on(body.scheme, told.class_.starts_on)
    if not isinstance(terms, Terms):
        raise TermsMissing(terms.detail)
    enrolled = [each for each in told.enrolments if each.outcome != "withdrawn"]
    wanted = [Wanted(each.trainee_id, each.enrolment_id) for each in enrolled]
    past = await earlier.history(session, {each.trainee_id for each in enrolled}, own_claim_id=None, class_id=told.class_.id)
    source = min(terms.paid_from, default=None)
    kind = schemes.from_files().schemes[body.scheme].claim_kind
    judged = as_if_held(
        facts.claim_facts(as_told(told), wanted, past, scheme=body.scheme, kind=kind, claimed_on=call.today, fund_source=source)
    )
    pairs = zip(judged.lines, judge_claim(judged, terms).lines, strict=True)
    return Eligibility.model_validate(
        {"terms": reading.terms_ref(body.scheme, terms), "lines": [lines.shown(line, verdict) for line, verdict in pairs]}
    )


class ClassClaims(wire.Out):
    """Numbers of the claims made for a class that were submitted and neither sent back nor over without payment."""

    numbers: list[str] = Field(description="申领单编号")


@router.operation("GET", "/internal/v1/claims-of-class/{class_id:uuid}", may=access.INTERNAL, summary="一个班级已提交的申领单")
async def claims_of_class(class_id: UUID, session: web.Session) -> ClassClaims:
    stands = Claim.status.not_in((ClaimStatus.DRAFT, ClaimStatus.RETURNED, ClaimStatus.REJECTED, ClaimStatus.WITHDRAWN))
    found = await session.scalars(select(Claim.number).where(Claim.class_id == class_id, stands).order_by(Claim.id))
    return ClassClaims(numbers=list(found))


class AffectedAsked(wire.In):
    """Whom or which days a new fact is about. `listed`: the institution's own money that may still go out as well, whenever its classes were."""

    institution_id: UUID | None = None
    region_code: str | None = None
    department: str | None = None
    listed: bool = False
    trainee_ids: Annotated[list[UUID], Field(max_length=1000)] | None = None
    from_on: wire.CivilDate | None = None
    until_on: wire.CivilDate | None = None


class AffectedClaim(wire.Out):
    id: UUID
    number: str
    status: ClaimStatus
    amount: wire.Money


class Affected(wire.Out):
    claims: list[AffectedClaim]
    open_amount: wire.Money
    approved_amount: wire.Money
    paid_amount: wire.Money


@router.operation("POST", "/internal/v1/affected-claims", may=access.INTERNAL, summary="新的事实会涉及的申领单", writes=False)
async def affected_claims(body: AffectedAsked, session: web.Session) -> Affected:
    """Those that would be judged anew or held, by the conditions by which they would be found when it is announced."""
    return Affected.model_validate(await reassessments.affected(session, reassessments.concerned(**body.model_dump())))


class PaidAsked(wire.In):
    trainee_ids: Annotated[list[UUID], Field(max_length=100)]
    since_at: wire.Instant


class Paid(wire.Out):
    amount: wire.Money


@router.operation("POST", "/internal/v1/paid-since", may=access.INTERNAL, summary="自某时起向这些人支付的金额", writes=False)
async def paid_since(body: PaidAsked, session: web.Session) -> Paid:
    return Paid(amount=await payments.paid_since(session, body.trainee_ids, body.since_at))


class HeldAsked(wire.In):
    trainee_ids: Annotated[list[UUID], Field(max_length=100)]


class Held(wire.Out):
    counts: dict[str, int] = Field(description="各类事项的件数")


@router.operation("POST", "/internal/v1/held-of", may=access.INTERNAL, summary="以这些人为依据的申领单件数", writes=False)
async def held_of(body: HeldAsked, session: web.Session) -> Held:
    """All of them, whatever became of them: files of money are kept."""
    named = select(Line.claim_id).where(Line.trainee_id.in_(body.trainee_ids))
    theirs = select(func.count()).select_from(Claim).where(or_(Claim.trainee_id.in_(body.trainee_ids), Claim.id.in_(named)))
    return Held(counts={"claim": await session.scalar(theirs) or 0})


class ComplainedOf(wire.In):
    id: UUID | None = None
    number: str | None = None


class ComplaintSubject(wire.Out):
    """`class_id`: of the class that the notice's claim is for."""

    found: bool
    class_id: UUID | None = None


@router.operation("POST", "/internal/v1/complaint-subjects", may=access.INTERNAL, summary="被投诉的公示是否存在,关于哪个班级", writes=False)
async def complaint_subject(body: ComplainedOf, session: web.Session) -> ComplaintSubject:
    wanted = select(Claim.class_id).join(Notice, Notice.claim_id == Claim.id).where(or_(Notice.id == body.id, Notice.number == body.number))
    found = (await session.execute(wanted.limit(1))).first()
    return ComplaintSubject(found=found is not None, class_id=found and found.class_id)
