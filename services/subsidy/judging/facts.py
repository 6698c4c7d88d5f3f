"""All that a rule may know about a claim, as plain values. Facts are kept with the claim (shared.strict) and judged again as they were.

A field added `later` has a default, so that facts stored before it are still read, and is kept only where it says something, so that their hash stands.
"""

from dataclasses import dataclass, field, fields, replace
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any, Literal

from services.subsidy.codes import (
    CatalogueKind,
    Category,
    ClaimKind,
    ClassStatus,
    EnrolmentOutcome,
    FindingCode,
    FundSource,
    HalfDay,
    Level,
    PersonalStatus,
    RetirementTrack,
    SchemeCode,
    Sex,
)
from services.subsidy.judging.papers import ApplicantFacts, CertificateFacts, PlacementFacts
from shared.strict import to_json

NOT_OVER = frozenset({ClassStatus.DRAFT, ClassStatus.SUBMITTED, ClassStatus.APPROVED, ClassStatus.IN_PROGRESS})


def later(default: Any) -> Any:
    """A field that facts kept by an earlier release do not have; `default` says nothing. One that is None needs no mark: no hash states it."""
    return field(default=default, metadata={"later": True})


@dataclass(frozen=True, slots=True)
class HeldCategory:
    code: Category
    since_on: date
    until_on: date | None = None

    def covers(self, day: date) -> bool:
        return self.since_on <= day and (self.until_on is None or day <= self.until_on)


@dataclass(frozen=True, slots=True)
class HeldStatus:
    status: PersonalStatus
    from_on: date
    until_on: date | None
    source: str

    def covers(self, day: date) -> bool:
        return self.from_on <= day and (self.until_on is None or day <= self.until_on)


@dataclass(frozen=True, slots=True)
class AttendedDay:
    on: date
    half_days: Literal[1, 2]


@dataclass(frozen=True, slots=True)
class Overlap:
    """A half-day in which the trainee was also recorded in another class."""

    on: date
    half_day: HalfDay
    class_number: str


@dataclass(frozen=True, slots=True)
class Impossible:
    """A half-day that cannot have been signed as it was recorded: before it began, on another day, or at an hour outside the channel's."""

    on: date
    half_day: HalfDay
    why: Literal["recorded_before", "signed_another_day", "outside_hours"]


@dataclass(frozen=True, slots=True)
class Prior:
    """A line of another claim of this person, submitted and neither rejected nor withdrawn, or what was paid `outside`."""

    claim_number: str  # of what was paid outside: what its source calls it
    scheme: SchemeCode | None  # None: paid outside, by none of ours
    on: date  # the day it was judged for: class's first day, certificate's or placement's
    trade_key: str | None = None
    level: Level | None = None
    placement_id: str | None = None
    outside: bool = later(False)
    amount_yuan: Decimal | None = None  # None: not known; 0.00 uses nothing up
    same_class: bool = later(False)  # of the class that is claimed for


@dataclass(frozen=True, slots=True)
class CameBack:
    """What another claim paid for the same class, certificate or placement, and all of which was asked back."""

    claim_number: str
    yuan: Decimal


@dataclass(frozen=True, slots=True)
class Signing:
    """The electronic signatures of one half-day: how many people signed, and when by the policy clock."""

    on: date
    half_day: HalfDay
    people: int
    first_at: datetime
    last_at: datetime
    recorded_at_first: datetime | None = None
    outside: int = 0  # of these people, how many signed outside the channel's hours


@dataclass(frozen=True, slots=True)
class Headcount:
    """How many an inspector counted, beside how many are recorded as present then. `half_day` None: the time of day was not noted."""

    on: date
    half_day: HalfDay | None
    headcount: int
    attended: int


@dataclass(frozen=True, slots=True)
class Posts:
    """What an employer agreed to take the class's people for, and when."""

    occupation_code: str
    posts: int
    agreed_on: date


@dataclass(frozen=True, slots=True)
class Stop:
    """Support of the class's institution, town or department is stopped on these days, both counted in (None: without an end), by the measure of this
    number; or a complaint about the class is looked into since the first of them."""

    why: Literal["support_stopped", "complaint_open"]
    number: str
    from_on: date
    until_on: date | None = None

    def covers(self, day: date) -> bool:
        return self.from_on <= day and (self.until_on is None or day <= self.until_on)


@dataclass(frozen=True, slots=True)
class ClassFacts:
    """The class, and its institution as it stood on the class's first day. Instants are in local time, as the registry tells them."""

    id: str
    number: str
    status: ClassStatus
    starts_on: date
    ends_on: date
    hours: int
    institution_name: str
    needs_designation: bool
    designated: bool
    blacklisted: bool = False
    blacklisted_until_on: date | None = None
    occupation_code: str | None = None
    trade_name: str | None = None
    trade_filing_no: str | None = None
    level: Level | None = None
    half_days_planned: int | None = None  # of the timetable; None: two a calendar day
    half_days_held: int = 0  # half-days in which anyone signed
    institution_id: str | None = None
    suspended: bool = later(False)
    suspended_until_on: date | None = None
    exited: bool = later(False)
    exited_on: date | None = None
    proposed_at: datetime | None = None  # None of these three: not known, says nothing
    filed_at: datetime | None = None  # first submitted
    approved_at: datetime | None = None
    late_reason: str | None = None
    need_reason: str | None = None
    imported: bool = later(False)
    hours_planned: int | None = None  # of the timetable
    trade_filed: bool | None = None  # whether the register of filings knows `trade_filing_no`; None: no register was asked
    beside_occupation_code: str | None = None  # the occupation that the filed trade stands beside
    catalogues: tuple[CatalogueKind, ...] = later(())  # those that list the trade on the class's first day
    signings: tuple[Signing, ...] = later(())
    headcounts: tuple[Headcount, ...] = later(())
    posts: tuple[Posts, ...] | None = None  # None: not known, says nothing
    stops: tuple[Stop, ...] = later(())
    ordered: bool = later(False)  # by an order on file

    @property
    def calendar_days(self) -> int:
        return (self.ends_on - self.starts_on).days + 1


@dataclass(frozen=True, slots=True)
class LineFacts:
    trainee_id: str
    born_on: date
    sex: Sex
    enrolment_id: str | None = None
    outcome: EnrolmentOutcome | None = None  # of the enrolment; None: no class
    retirement_track: RetirementTrack | None = None
    categories: tuple[HeldCategory, ...] = ()
    statuses: tuple[HeldStatus, ...] = ()
    complete_lists: frozenset[PersonalStatus] = frozenset()  # statuses of which a complete list covers the day judged
    attendance: tuple[AttendedDay, ...] = ()
    overlaps: tuple[Overlap, ...] = ()
    trains_this_class: bool = False
    bank_account_token: str | None = None  # the same for the same account, and tells nothing else
    priors: tuple[Prior, ...] = ()
    certificate: CertificateFacts | None = None
    placement: PlacementFacts | None = None
    unknown_certificate_id: str | None = None  # named on the line, and not known or another person's
    unknown_placement_id: str | None = None
    expected_amount: Decimal | None = None
    impossible: tuple[Impossible, ...] = later(())
    teaches_institution: bool = later(False)  # at the class's institution, on one of the class's days
    account_shared_with: tuple[str, ...] = later(())  # ids of other living people with the same account
    account_of_institution: str | None = None  # name of the institution whose account it is
    able_to_work: bool | None = None  # None: not stated
    enrolled_from_on: date | None = None  # None: from the class's first day
    enrolled_late: str | None = None  # why an officer enrolled the person after the class's last day
    catalogues: tuple[CatalogueKind, ...] = later(())  # those that list the certificate's occupation on its day, where there is no class
    overcome: tuple[FindingCode, ...] = later(())  # what an appeal that was upheld says need not refuse: a person decides
    came_back: tuple[CameBack, ...] = later(())  # what was paid for the same and asked back whole
    makes_up_yuan: Decimal | None = None  # of a supplement: what its person was found to be due before; None: it is none


@dataclass(frozen=True, slots=True)
class ClaimedRoster:
    """The people of another claim, submitted and neither rejected nor withdrawn, for another class."""

    claim_number: str
    starts_on: date
    ends_on: date
    trainee_ids: frozenset[str]


@dataclass(frozen=True, slots=True)
class EmployerYear:
    """What one institution was given in a calendar year, that of the days its lines were judged for."""

    year: int
    had_yuan: Decimal


@dataclass(frozen=True, slots=True)
class ClaimFacts:
    scheme: SchemeCode
    kind: ClaimKind
    claimed_on: date
    fund_source: FundSource | None  # None: not named yet, says nothing
    class_facts: ClassFacts | None
    lines: tuple[LineFacts, ...]
    other_rosters: tuple[ClaimedRoster, ...] = ()
    employer_had_yuan: Decimal | None = None  # of this scheme, by claims before; None: the terms do not ask
    applicant: ApplicantFacts | None = None  # None: a person, or the institution of the class
    looked_at_on: date | None = None  # a later day by which its certificates were looked at again; None: that of the claim
    employer_years: tuple[EmployerYear, ...] | None = None  # of `employer_had_yuan`, by year; None: the terms do not ask


_LATER = {
    kind: {each.name: to_json(each.default) for each in fields(kind) if each.metadata.get("later")}
    for kind in (ClassFacts, LineFacts, Prior)
}


def kept(claim: ClaimFacts) -> dict[str, Any]:
    """The facts as JSON, to be kept and hashed: without what was added later and says nothing."""
    stated: dict[str, Any] = to_json(claim)
    if stated["class_facts"]:
        _without(stated["class_facts"], _LATER[ClassFacts])
    for line in stated["lines"]:
        _without(line, _LATER[LineFacts])
        for prior in line["priors"]:
            _without(prior, _LATER[Prior])
    return stated


def _without(members: dict[str, Any], defaults: dict[str, Any]) -> None:
    for name in [name for name, default in defaults.items() if members[name] == default]:
        del members[name]


def as_if_held(claim: ClaimFacts) -> ClaimFacts:
    """What a class that is still to come would tell if it were held as planned and everyone attended all of it."""
    class_facts = claim.class_facts
    if class_facts is None or class_facts.status not in NOT_OVER:
        return claim
    attendance = tuple(AttendedDay(class_facts.starts_on + timedelta(days=day), 2) for day in range(class_facts.calendar_days))
    held = replace(class_facts, status=ClassStatus.COMPLETED, half_days_held=2 * len(attendance))
    return replace(
        claim,
        class_facts=held,
        lines=tuple(replace(line, outcome=EnrolmentOutcome.COMPLETED, attendance=attendance) for line in claim.lines),
    )
