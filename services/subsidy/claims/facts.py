"""From what the neighbours tell of a class, of people and of their papers, and what this service remembers of them, to the facts that rules may know."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from decimal import Decimal
from typing import Any
from uuid import UUID

from sqlalchemy import Integer, Uuid, all_, and_, bindparam, cast, extract, func, select, text
from sqlalchemy.dialects.postgresql import ARRAY, array
from sqlalchemy.ext.asyncio import AsyncSession

from services.subsidy.claims.clients import Overcome, Told, Wanted
from services.subsidy.claims.policy import NOT_COUNTED
from services.subsidy.claims.tables import Claim, Entitlement, Line
from services.subsidy.clients import CertificateRead, ClassRead, OutsidePaymentRead, PersonRead, PlacementRead
from services.subsidy.codes import CatalogueKind, ClaimKind, FindingCode, FundSource, Level, LineVerdict, SchemeCode
from services.subsidy.judging import trades
from services.subsidy.judging.facts import CameBack, ClaimedRoster, ClaimFacts, ClassFacts, EmployerYear, LineFacts, Prior
from services.subsidy.judging.papers import ApplicantFacts, CertificateFacts, PlacementFacts
from shared import strict

NOTHING = Decimal("0.00")
PERSON_LOCKS = 1024  # buckets: a claim of any size takes at most so many locks
_claim, _line, _held = Claim.__table__.c, Line.__table__.c, Entitlement.__table__.c
OF_CLAIMS = Line.__table__.join(Claim.__table__, _claim.id == _line.claim_id).outerjoin(
    Entitlement.__table__, and_(_held.claim_id == _line.claim_id, _held.position == _line.position)
)
PAST = (
    select(
        _claim.id,
        _claim.submitted_at,
        _claim.number,
        _claim.scheme,
        _claim.class_id,
        _claim.class_starts_on,
        _claim.class_ends_on,
        _claim.supplement_of_id,
        _line.trainee_id,
        _line.certificate_id,
        _line.placement_id.label("of_placement_id"),
        _held.judged_on,
        _held.trade_key,
        _held.level,
        _held.placement_id,
        _line.verdict,
        _line.amount,
        _line.not_due_yuan,
        _line.paid_yuan,
        _line.asked_back_yuan,
    )
    .select_from(OF_CLAIMS)
    .where(
        _line.trainee_id == func.any(bindparam("trainee_ids", type_=ARRAY(Uuid))),
        _claim.status != all_(array(sorted(NOT_COUNTED))),
        _claim.id.is_distinct_from(bindparam("own_claim_id", type_=Uuid)),
    )
    .order_by(_claim.id, _line.position)
)


_OVERCOME = text("""
    SELECT line.claim_id, line.trainee_id, claims.facts->'lines'->line.position->'overcome' AS codes
    FROM claims JOIN claim_lines AS line ON line.claim_id = claims.id
    WHERE claims.id = ANY(:claim_ids) AND claims.facts->'lines'->line.position ? 'overcome'
""")


Paper = tuple[UUID | None, ...]  # what a line is about: a person in a class, or a person's certificate or placement


@dataclass(frozen=True, slots=True)
class History:
    """What other claims, submitted and neither rejected nor withdrawn, hold of these people. `makes_up`: of a supplement, what was found to be due before
    and not found otherwise since, yuan. `came_back`: what was paid for the same and asked back whole, so that it uses nothing up."""

    priors: dict[UUID, tuple[Prior, ...]] = field(default_factory=dict)
    rosters: tuple[ClaimedRoster, ...] = ()
    makes_up: dict[Paper, Decimal] = field(default_factory=dict)
    came_back: dict[Paper, tuple[CameBack, ...]] = field(default_factory=dict)


async def lock_persons(session: AsyncSession, ids: Collection[UUID]) -> None:
    """Lets one transaction at a time submit a given person, or employer that may be given only so much, so that every such rule sees what the other
    has kept. Always in the same order."""
    buckets = sorted({each.int % PERSON_LOCKS for each in ids})
    await session.execute(
        text("SELECT pg_advisory_xact_lock(4211, bucket) FROM unnest(CAST(:buckets AS int[])) AS bucket"), {"buckets": buckets}
    )


@dataclass(frozen=True, slots=True)
class EmployerHad:
    """What one institution was given by a scheme. None: the terms do not ask."""

    in_all: Decimal | None = None
    years: tuple[EmployerYear, ...] | None = None


async def employer_had(
    session: AsyncSession, scheme: SchemeCode, institution_id: UUID, own_claim_id: UUID | None, *, by_year: bool
) -> EmployerHad:
    """What the scheme's other claims, submitted and neither rejected nor withdrawn, come to for one institution, held lines with them."""
    year = extract("year", _held.judged_on)  # None: of a claim that its applicant has back and has changed
    worth = select(cast(year, Integer).label("year"), func.sum(_line.amount).label("yuan")).select_from(OF_CLAIMS)
    counted = (_claim.institution_id == institution_id, _claim.scheme == scheme, _claim.status.not_in(NOT_COUNTED), _line.amount > 0)
    rows = (await session.execute(worth.where(*counted, _claim.id.is_distinct_from(own_claim_id)).group_by(year).order_by(year))).all()
    years = tuple(EmployerYear(row.year, row.yuan) for row in rows if row.year is not None)
    return EmployerHad(sum((row.yuan for row in rows), NOTHING), years if by_year else None)


def employer_had_before(yuan: str | None, years: Any) -> EmployerHad:
    """As the kept facts of a claim state it: what came after it was judged with it in mind."""
    return EmployerHad(Decimal(yuan) if yuan else None, None if years is None else strict.read(tuple[EmployerYear, ...], years))


async def overcome(session: AsyncSession, claim_ids: Collection[UUID]) -> dict[UUID, Overcome]:
    """By claim, what upheld appeals have overcome of its lines, as it was last judged; whoever they have become since."""
    found: dict[UUID, dict[UUID, tuple[FindingCode, ...]]] = defaultdict(dict)
    for row in await session.execute(_OVERCOME, {"claim_ids": list(claim_ids)}):
        found[row.claim_id][row.trainee_id] = tuple(map(FindingCode, row.codes))
    return dict(found)


async def history(
    session: AsyncSession,
    trainee_ids: Collection[UUID],
    *,
    own_claim_id: UUID | None,
    class_id: UUID | None,
    supplement_of_id: UUID | None = None,
) -> History:
    return remembered(await past(session, trainee_ids, own_claim_id), class_id, supplement_of_id)


async def past(session: AsyncSession, trainee_ids: Collection[UUID], own_claim_id: UUID | None = None) -> Sequence[Any]:
    """The lines of all but one's own claim. One statement, in a stable order: the same past gives the same facts."""
    return (await session.execute(PAST, {"trainee_ids": sorted(trainee_ids), "own_claim_id": own_claim_id})).all()


def remembered(rows: Iterable[Any], class_id: UUID | None, supplement_of_id: UUID | None = None) -> History:
    """A claim and its supplements were given once: they are one prior. What a supplement makes up for is no prior of it."""
    priors: dict[UUID, dict[tuple[Any, ...], Prior]] = defaultdict(dict)
    people: dict[tuple[str, date, date], set[str]] = defaultdict(set)
    makes_up: dict[Paper, Decimal] = defaultdict(Decimal)
    came_back: dict[Paper, list[CameBack]] = defaultdict(list)
    for row in rows:
        whole = row.supplement_of_id or row.id
        paper = paper_of(row.class_id, row.trainee_id, row.certificate_id, row.of_placement_id)
        if whole == supplement_of_id:
            makes_up[paper] += due_of(row)
        elif row.judged_on is not None:
            of_person, of_line = priors[row.trainee_id], (whole, *paper)
            if row.supplement_of_id and of_line in of_person:
                of_person[of_line] = _with(of_person[of_line], row)
            else:  # two lines of one claim that a merge made one person's are two
                of_person[of_line if of_line not in of_person else (len(of_person),)] = _prior(row, class_id)
        elif row.class_id == class_id and 0 < row.paid_yuan == row.asked_back_yuan:
            came_back[paper].append(CameBack(row.number, row.paid_yuan))
        if row.class_id not in (None, class_id):
            people[row.number, row.class_starts_on, row.class_ends_on].add(str(row.trainee_id))
    rosters = (ClaimedRoster(number, starts_on, ends_on, frozenset(ids)) for (number, starts_on, ends_on), ids in people.items())
    back = {paper: tuple(each) for paper, each in came_back.items()}
    return History({trainee_id: tuple(found.values()) for trainee_id, found in priors.items()}, tuple(rosters), dict(makes_up), back)


def paper_of(class_id: UUID | None, trainee_id: UUID, certificate_id: UUID | None, placement_id: UUID | None) -> Paper:
    return (trainee_id,) if class_id else (trainee_id, certificate_id, placement_id)


def due_of(row: Any) -> Decimal:
    """What a line was found to be due, yuan, less what was found since not to be: what a person asked back on purpose stays found, so that it is not made up
    for. A held one counts as what it may be worth."""
    return NOTHING if row.verdict == LineVerdict.REFUSED else row.amount - row.not_due_yuan


def _with(prior: Prior, row: Any) -> Prior:
    """Of a held supplement nobody knows yet what it is worth."""
    known = prior.amount_yuan is not None and row.verdict != LineVerdict.HELD
    return replace(prior, amount_yuan=(prior.amount_yuan or NOTHING) + row.amount if known else None)


def claim_facts(
    told: Told,
    wanted: Sequence[Wanted],
    past: History,
    *,
    scheme: SchemeCode,
    kind: ClaimKind,
    claimed_on: date,
    fund_source: FundSource | None,
    employer_had: EmployerHad = EmployerHad(),
    overcome: Overcome | None = None,
) -> ClaimFacts:
    """Everyone wanted must be among the people told."""
    people = {each.trainee_id: each for each in told.people}
    lines = tuple(_line_facts(each, people[each.trainee_id], told, past, claimed_on, overcome or {}) for each in wanted)
    class_facts = _class_facts(told.class_) if told.class_ else None
    who = told.applicant
    applicant = ApplicantFacts(str(who.id), who.name, who.barred) if who else None
    return ClaimFacts(
        scheme,
        kind,
        claimed_on,
        fund_source,
        class_facts,
        lines,
        past.rosters,
        employer_had.in_all,
        applicant,
        employer_years=employer_had.years,
    )


def certificate_for(wanted: Wanted, person: PersonRead, told: Told, claimed_on: date) -> CertificateRead | None:
    """The certificate named, where it is this person's. In a class one that is valid on the day of the claim, of those from it, stands in for one that is
    not or that nobody named."""
    if not told.certificates:
        return None
    theirs = [each for each in told.certificates if each.trainee_id in (person.trainee_id, *person.former_ids)]
    named = next((each for each in theirs if each.id == wanted.certificate_id), None)
    of_class = [each for each in theirs if told.class_ and each.class_id == told.class_.id]
    fitting = [*([named] if named else []), *of_class]
    return next((each for each in fitting if not each.revoked_on or each.revoked_on > claimed_on), next(iter(fitting), None))


def placement_for(wanted: Wanted, person: PersonRead, told: Told) -> PlacementRead | None:
    """The placement named, where it is this person's."""
    if wanted.placement_id is None:
        return None
    of_person = (each for each in told.placements if each.trainee_id in (person.trainee_id, *person.former_ids))
    return next((each for each in of_person if each.placement_id == wanted.placement_id), None)


def day_of(wanted: Wanted, person: PersonRead, told: Told, claimed_on: date) -> date | None:
    """The day by which the terms of a line are chosen where there is no class: the certificate's, or the first at work. None: no paper tells it."""
    certificate, placement = certificate_for(wanted, person, told, claimed_on), placement_for(wanted, person, told)
    return certificate.issued_on if certificate else placement.started_on if placement else None


def _prior(row: Any, class_id: UUID | None) -> Prior:
    level = Level(row.level) if row.level else None
    worth = row.amount if row.verdict == LineVerdict.ELIGIBLE else None  # a held line counts whatever it may be worth
    of = row.number, SchemeCode(row.scheme), row.judged_on, row.trade_key, level, row.placement_id
    return Prior(*of, amount_yuan=worth, same_class=class_id is not None and row.class_id == class_id)


def _paid_outside(read: OutsidePaymentRead) -> Prior:
    called = f"{read.source} {read.document}" if read.document else read.source
    trade = read.occupation_code or read.trade_name
    return Prior(called, read.scheme, read.on, trade, read.level, outside=True, amount_yuan=read.amount)


def _class_facts(read: ClassRead) -> ClassFacts:
    institution, filing = read.institution, read.trade_filing
    filed = None if filing is None else filing.in_force and trades.same(filing.trade_name, read.trade_name or "")
    return ClassFacts(
        id=str(read.id),
        number=read.number,
        status=read.status,
        starts_on=read.starts_on,
        ends_on=read.ends_on,
        hours=read.hours,
        institution_name=institution.name,
        needs_designation=institution.needs_designation,
        designated=institution.designated,
        blacklisted=institution.blacklisted,
        blacklisted_until_on=institution.blacklisted_until_on,
        occupation_code=read.occupation_code,
        trade_name=read.trade_name,
        trade_filing_no=read.trade_filing_no,
        level=read.level,
        half_days_held=read.half_days_held,
        half_days_planned=read.half_days_planned if (read.hours_planned or 0) >= read.hours else None,  # part of a timetable is no plan
        trade_filed=filed,
        catalogues=read.catalogues,
        beside_occupation_code=filing.beside_occupation_code if filing and filed else None,
        institution_id=str(institution.id),
        suspended=institution.suspended,
        suspended_until_on=institution.suspended_until_on,
        exited=institution.exited,
        exited_on=institution.exited_on,
        proposed_at=read.proposed_at,
        filed_at=read.filed_at,
        imported=read.imported,
        approved_at=read.approved_at,
        late_reason=read.late_reason,
        need_reason=read.need_reason,
        hours_planned=read.hours_planned,
        signings=read.signings,
        headcounts=read.headcounts,
        stops=read.stops,
        posts=read.posts,
        ordered=read.order_id is not None or read.kind == "order",
    )


def _line_facts(wanted: Wanted, person: PersonRead, told: Told, past: History, claimed_on: date, overcome: Overcome) -> LineFacts:
    certificate, placement = certificate_for(wanted, person, told, claimed_on), placement_for(wanted, person, told)
    day = certificate.issued_on if certificate else placement.started_on if placement and placement.started_on else claimed_on
    paper = paper_of(told.class_.id if told.class_ else None, person.trainee_id, wanted.certificate_id, wanted.placement_id)
    return LineFacts(
        trainee_id=str(person.trainee_id),
        born_on=person.birth_on,
        sex=person.sex,
        enrolment_id=str(person.enrolment_id) if person.enrolment_id else None,
        outcome=person.outcome,
        retirement_track=person.retirement_track,
        categories=person.categories,
        statuses=person.statuses,
        complete_lists=told.complete_on(day),
        attendance=person.half_days,
        overlaps=person.attended_other_class,
        trains_this_class=person.teaches_class,
        bank_account_token=person.bank_account_key,
        impossible=person.impossible,
        teaches_institution=person.teaches_institution,
        account_shared_with=person.account_shared_with,
        account_of_institution=person.account_of_institution,
        enrolled_from_on=person.from_on,
        enrolled_late=person.late_reason,
        priors=past.priors.get(person.trainee_id, ()) + tuple(map(_paid_outside, person.outside_payments)),
        expected_amount=wanted.expected_amount,
        overcome=overcome.get(person.trainee_id, ()),
        makes_up_yuan=past.makes_up.get(paper),
        came_back=past.came_back.get(paper, ()),
        certificate=_certificate_facts(certificate, person) if certificate else None,
        catalogues=_catalogues(certificate, told),
        placement=_placement_facts(placement) if placement else None,
        unknown_certificate_id=str(wanted.certificate_id)
        if wanted.certificate_id and not certificate and told.certificates is not None
        else None,
        unknown_placement_id=str(wanted.placement_id) if wanted.placement_id and not placement else None,
    )


def _catalogues(read: CertificateRead | None, told: Told) -> tuple[CatalogueKind, ...]:
    """Those that list the certificate's occupation and level on the day it was issued."""
    if read is None:
        return ()
    listing = {each.kind for each in told.catalogues if each.lists(read.occupation_code, read.level, read.issued_on)}
    return tuple(kind for kind in CatalogueKind if kind in listing)


def _certificate_facts(read: CertificateRead, holder: PersonRead) -> CertificateFacts:
    return CertificateFacts(
        certificate_id=str(read.id),
        number=read.number,
        holder_id=str(holder.trainee_id),
        kind=read.kind,
        occupation_code=read.occupation_code,
        level=read.level,
        issued_on=read.issued_on,
        issuer=read.issuer,
        revoked_on=read.revoked_on,
        number_fits=read.number_fits,
        within_filing=read.in_scope,
        issued_that_month=read.issued_that_month,
        assessed_that_month=read.assessed_that_month,
        body_flags=read.body_flags or None,
    )


def _placement_facts(read: PlacementRead) -> PlacementFacts:
    return PlacementFacts(
        placement_id=str(read.placement_id),
        order_number=read.order_number,
        started_on=read.started_on,
        retention=read.retention,
        due_on=read.due_on,
        weakest_grade=read.weakest_grade,
        one_employer=read.one_employer,
        ordered_on=read.ordered_on,
        warnings=read.warnings or None,
    )
