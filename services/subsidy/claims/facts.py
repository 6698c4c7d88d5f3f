"""From what the neighbours tell of a class, of people and of their papers, and what earlier claims hold of them, to the facts that rules may know."""

from collections.abc import Sequence
from datetime import date

from services.subsidy.claims.clients import Overcome, Told, Wanted
from services.subsidy.claims.earlier import EmployerHad, History, paper_of
from services.subsidy.clients import CertificateRead, ClassRead, OutsidePaymentRead, PersonRead, PlacementRead
from services.subsidy.codes import CatalogueKind, ClaimKind, FundSource, SchemeCode
from services.subsidy.judging import trades
from services.subsidy.judging.facts import ClaimFacts, ClassFacts, LineFacts, Prior
from services.subsidy.judging.papers import ApplicantFacts, CertificateFacts, PlacementFacts


def claim_facts(
    told: Told,
    wanted: Sequence[Wanted],
    past: History,
    *,
    scheme: SchemeCode,
    kind: ClaimKind,
    claimed_on: date,
    fund_source: FundSource | None,
    employer_had: EmployerHad | None = None,
    overcome: Overcome | None = None,
) -> ClaimFacts:
    """Everyone wanted must be among the people told."""
    people = {each.trainee_id: each for each in told.people}
    lines = tuple(_line_facts(each, people[each.trainee_id], told, past, claimed_on, overcome or {}) for each in wanted)
    class_facts = _class_facts(told.class_) if told.class_ else None
    had = employer_had or EmployerHad()
    who = told.applicant
    applicant = ApplicantFacts(str(who.id), who.name, who.barred) if who else None
    return ClaimFacts(
        scheme, kind, claimed_on, fund_source, class_facts, lines, past.rosters, had.in_all, applicant, employer_years=had.years
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
        ordered=read.order_id is not None,
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
        insured_elsewhere=read.insured_elsewhere or None,
        warnings=read.warnings or None,
    )
