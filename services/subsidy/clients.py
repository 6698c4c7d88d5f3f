"""What subsidy asks of its neighbours, each as one call: only the fields that are read here, checked when they arrive."""

from collections.abc import Collection, Iterable
from datetime import date, datetime
from decimal import Decimal
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field

from services.subsidy.codes import (
    CatalogueKind,
    CertificateKind,
    ClassStatus,
    EnrolmentOutcome,
    EvidenceGrade,
    Level,
    PersonalStatus,
    RetentionVerdict,
    RetirementTrack,
    SchemeCode,
    Sex,
)
from services.subsidy.judging.facts import AttendedDay, Headcount, HeldCategory, HeldStatus, Impossible, Overlap, Posts, Signing, Stop
from services.subsidy.judging.papers import Barred, BodyFlag, InCatalogue
from shared import errors
from shared.access import Call
from shared.http_client import read
from shared.web import Kernel


class _Read(BaseModel):
    model_config = ConfigDict(extra="ignore", frozen=True)


class InstitutionRead(_Read):
    """The class's institution as it stood on the class's first day."""

    id: UUID
    name: str
    needs_designation: bool
    designated: bool
    blacklisted: bool
    blacklisted_until_on: date | None = None
    suspended: bool = False
    suspended_until_on: date | None = None
    exited: bool = False
    exited_on: date | None = None


class TradeFilingRead(_Read):
    """What is on file under the number that the class names; `in_force` on the class's first day."""

    trade_name: str
    beside_occupation_code: str | None = None
    in_force: bool


class OutsidePaymentRead(_Read):
    scheme: SchemeCode | None = None
    occupation_code: str | None = None
    trade_name: str | None = None
    level: Level | None = None
    on: date
    amount: Decimal
    source: str
    document: str | None = None


class ClassRead(_Read):
    id: UUID
    number: str
    name: str
    channel: str  # named as the scheme that pays for it
    status: ClassStatus
    starts_on: date
    ends_on: date
    hours: int
    region_code: str | None = None
    department: str | None = None
    occupation_code: str | None = None
    trade_name: str | None = None
    trade_filing_no: str | None = None
    trade_filing: TradeFilingRead | None = None
    catalogues: tuple[CatalogueKind, ...] = ()  # those that list the trade on the class's first day
    level: Level | None = None
    proposed_at: datetime | None = None
    filed_at: datetime | None = None
    approved_at: datetime | None = None
    late_reason: str | None = None
    need_reason: str | None = None
    imported: bool = False
    order_id: UUID | None = None
    posts: tuple[Posts, ...] | None = None
    hours_planned: int | None = None
    half_days_planned: int | None = None
    half_days_held: int = 0
    signings: tuple[Signing, ...] = ()
    headcounts: tuple[Headcount, ...] = ()
    stops: tuple[Stop, ...] = ()
    institution: InstitutionRead


class PersonRead(_Read):
    """One person. What comes in lists is read straight into the facts that rules know. What only a class tells of its people is unset here."""

    trainee_id: UUID
    former_ids: tuple[UUID, ...] = ()
    name: str
    id_number_masked: str
    birth_on: date
    sex: Sex
    retirement_track: RetirementTrack | None = None
    region_code: str | None = None
    employer_id: UUID | None = None
    categories: tuple[HeldCategory, ...]
    statuses: tuple[HeldStatus, ...]
    outside_payments: tuple[OutsidePaymentRead, ...] = ()
    bank_account_key: str | None = None
    account_shared_with: tuple[str, ...] = ()
    account_of_institution: str | None = None
    known_to_institution: bool = False  # to the one that claims

    enrolment_id: UUID | None = None
    enrolment_ids: tuple[UUID, ...] = ()
    outcome: EnrolmentOutcome | None = None
    from_on: date | None = None
    late_reason: str | None = None
    half_days: tuple[AttendedDay, ...] = ()
    impossible: tuple[Impossible, ...] = ()
    attended_other_class: tuple[Overlap, ...] = ()
    teaches_class: bool = False
    teaches_institution: bool = False


class EnrolmentRead(PersonRead):
    """One of the people of a class."""

    enrolment_id: UUID
    outcome: EnrolmentOutcome
    half_days: tuple[AttendedDay, ...]
    attended_other_class: tuple[Overlap, ...]
    teaches_class: bool


class ClaimFactsRead(_Read):
    """A class with everyone asked for, in one answer."""

    class_: ClassRead = Field(alias="class")
    lists_complete: list[PersonalStatus]
    enrolments: list[EnrolmentRead]
    unknown_trainee_ids: list[UUID] = []

    def names(self) -> dict[str, dict[str, dict[str, str]]]:
        """What the class, its institution and its people are called, by kind and id."""
        class_, institution = self.class_, self.class_.institution
        return {
            "classes": {str(class_.id): {"name": class_.name, "number": class_.number}},
            "institutions": {str(institution.id): {"name": institution.name}},
            "trainees": _named(self.enrolments),
        }


class ListRead(_Read):
    """Days, both counted in, for which the list of a status is complete."""

    status: PersonalStatus
    from_on: date
    until_on: date


class ApplicantRead(_Read):
    """The institution that claims for people without a class."""

    id: UUID
    name: str
    uscc: str
    barred: tuple[Barred, ...]


class PeopleFactsRead(_Read):
    """People by themselves, and who claims for them."""

    people: list[PersonRead]
    lists: list[ListRead]
    institution: ApplicantRead | None = None
    catalogues: list[InCatalogue] = []
    unknown_trainee_ids: list[UUID] = []

    def names(self) -> dict[str, dict[str, dict[str, str]]]:
        """What these people and the institution are called, by kind and id."""
        return {
            "institutions": {str(self.institution.id): {"name": self.institution.name}} if self.institution else {},
            "trainees": _named(self.people),
        }


class CertificateRead(_Read):
    """`in_scope`: within the filing of its issuer on the day of issue; null: an outside issuer. The counts are of its calendar month."""

    id: UUID
    trainee_id: UUID
    kind: CertificateKind
    number: str
    number_fits: bool
    occupation_code: str | None = None
    level: Level | None = None
    issued_on: date
    issuer: str
    issued_that_month: int
    assessed_that_month: int
    body_flags: tuple[BodyFlag, ...] = ()
    revoked_on: date | None = None
    in_scope: bool | None = None
    class_id: UUID | None = None


class CertificatesRead(_Read):
    certificates: list[CertificateRead]


class PlacementRead(_Read):
    """A placement, and what is proved of the stay as of the day asked for."""

    placement_id: UUID
    trainee_id: UUID
    order_number: str
    ordered_on: date
    employer_uscc: str | None = None
    started_on: date | None = None
    retention: RetentionVerdict
    due_on: date | None = None
    weakest_grade: EvidenceGrade | None = None
    one_employer: bool
    insured_elsewhere: tuple[str, ...] = ()
    warnings: tuple[str, ...] = ()


class PlacementsRead(_Read):
    placements: list[PlacementRead]


def _named(people: Iterable[PersonRead]) -> dict[str, dict[str, str]]:
    return {str(each.trainee_id): {"name": each.name, "id_number_masked": each.id_number_masked} for each in people}


class PayeeRead(_Read):
    id: UUID
    name: str
    bank_account: str | None = None
    account_of: str | None = None  # the institution that has the same account as this person
    account_shared: bool = False  # another person has it
    merged_into: UUID | None = None


class Payees(_Read):
    """Names and full account numbers, for bank files only. The registry records each asking."""

    institutions: list[PayeeRead]
    trainees: list[PayeeRead]


class TraineeName(_Read):
    name: str
    id_number_masked: str


class InstitutionName(_Read):
    name: str


class ClassName(_Read):
    name: str
    number: str


class Names(_Read):
    trainees: dict[UUID, TraineeName]
    institutions: dict[UUID, InstitutionName]
    classes: dict[UUID, ClassName]

    def known(self) -> dict[str, dict[str, dict[str, str]]]:
        """By kind and id."""
        return self.model_dump(mode="json")


async def claim_facts(kernel: Kernel, call: Call, class_id: UUID, trainee_ids: Collection[UUID] | None) -> ClaimFactsRead | None:
    """The class and the people asked for (None: everyone enrolled and not withdrawn), as known now. None: no such class."""
    body = {"class_id": str(class_id), "trainee_ids": None if trainee_ids is None else [str(each) for each in trainee_ids]}
    answer = await kernel.neighbours["registry"].post("/internal/v1/claim-facts", call, body)
    return None if answer is None else read(ClaimFactsRead, answer, "registry")


async def people_facts(
    kernel: Kernel, call: Call, trainee_ids: Collection[UUID], institution_id: UUID | None, *, catalogues: bool = False
) -> PeopleFactsRead:
    """These people as known now, and the institution that claims for them. `catalogues`: and the occupations in them."""
    named = None if institution_id is None else str(institution_id)
    body = {"trainee_ids": _sorted(trainee_ids), "institution_id": named, "catalogues": catalogues}
    return read(PeopleFactsRead, await kernel.neighbours["registry"].post("/internal/v1/people-facts", call, body), "registry")


async def certificates(
    kernel: Kernel, call: Call, *, trainee_ids: Collection[UUID] = (), certificate_ids: Collection[UUID] = ()
) -> list[CertificateRead]:
    """Every certificate of these people, and those named, newest first."""
    if not trainee_ids and not certificate_ids:
        return []
    body = {"trainee_ids": _sorted(trainee_ids), "certificate_ids": _sorted(certificate_ids)}
    answer = await kernel.neighbours["evaluation"].post("/internal/v1/certificate-facts", call, body)
    return read(CertificatesRead, answer, "evaluation").certificates


async def placements(kernel: Kernel, call: Call, placement_ids: Collection[UUID], as_of: date) -> list[PlacementRead]:
    """These placements and what is proved of them as of the day; of an unknown one nothing is told."""
    if not placement_ids:
        return []
    body = {"placement_ids": _sorted(placement_ids), "as_of": as_of.isoformat()}
    answer = await kernel.neighbours["eastwest"].post("/internal/v1/retention-facts", call, body)
    return read(PlacementsRead, answer, "eastwest").placements


def _sorted(ids: Collection[UUID]) -> list[str]:
    return sorted({str(each) for each in ids})


def read_claim_facts(answer: object) -> ClaimFactsRead:
    """The registry's facts when it sends them itself, to ask who would be eligible: what cannot be read is then the asker's fault."""
    try:
        return read(ClaimFactsRead, answer, "registry")
    except errors.UpstreamFailed as error:
        fault = errors.Fault("invalid_value", pointer="/facts", allowed="一个班及其全部学员的事实", fix="请改正该值。")
        raise errors.Invalid(faults=[fault]) from error


async def payees(kernel: Kernel, call: Call, *, institution_ids: Collection[UUID] = (), trainee_ids: Collection[UUID] = ()) -> Payees:
    body = {"institution_ids": [str(each) for each in institution_ids], "trainee_ids": [str(each) for each in trainee_ids]}
    return read(Payees, await kernel.neighbours["registry"].post("/internal/v1/payees", call, body), "registry")


async def names(
    kernel: Kernel,
    call: Call,
    *,
    trainee_ids: Collection[UUID] = (),
    institution_ids: Collection[UUID] = (),
    class_ids: Collection[UUID] = (),
) -> Names:
    """Names as they are today; an id that the registry does not know is left out."""
    body = {"trainee_ids": _sorted(trainee_ids), "institution_ids": _sorted(institution_ids), "class_ids": _sorted(class_ids)}
    return read(Names, await kernel.neighbours["registry"].post("/internal/v1/names", call, body), "registry")
