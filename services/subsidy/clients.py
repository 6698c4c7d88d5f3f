"""What subsidy asks of its neighbours, each as one call: only the fields that are read here, checked when they arrive."""

from collections.abc import Collection
from datetime import date, datetime
from decimal import Decimal
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field

from services.subsidy.codes import ClassStatus, EnrolmentOutcome, Level, PersonalStatus, RetirementTrack, SchemeCode, Sex
from services.subsidy.judging.facts import AttendedDay, Headcount, HeldCategory, HeldStatus, Impossible, Overlap, Signing
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
    occupation_code: str | None = None
    trade_name: str | None = None
    trade_filing_no: str | None = None
    trade_filing: TradeFilingRead | None = None
    level: Level | None = None
    proposed_at: datetime | None = None
    filed_at: datetime | None = None
    approved_at: datetime | None = None
    late_reason: str | None = None
    need_reason: str | None = None
    hours_planned: int | None = None
    half_days_planned: int | None = None
    half_days_held: int = 0
    signings: tuple[Signing, ...] = ()
    headcounts: tuple[Headcount, ...] = ()
    institution: InstitutionRead


class EnrolmentRead(_Read):
    """One of the people of a class. What comes in lists is read straight into the facts that rules know."""

    enrolment_id: UUID
    enrolment_ids: tuple[UUID, ...] = ()
    trainee_id: UUID
    former_ids: tuple[UUID, ...] = ()
    name: str
    id_number_masked: str
    birth_on: date
    sex: Sex
    retirement_track: RetirementTrack | None = None
    region_code: str | None = None
    outcome: EnrolmentOutcome
    from_on: date | None = None
    late_reason: str | None = None
    categories: tuple[HeldCategory, ...]
    statuses: tuple[HeldStatus, ...]
    outside_payments: tuple[OutsidePaymentRead, ...] = ()
    half_days: tuple[AttendedDay, ...]
    impossible: tuple[Impossible, ...] = ()
    attended_other_class: tuple[Overlap, ...]
    teaches_class: bool
    teaches_institution: bool = False
    bank_account_key: str | None = None
    account_shared_with: tuple[str, ...] = ()
    account_of_institution: str | None = None


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
            "trainees": {str(each.trainee_id): {"name": each.name, "id_number_masked": each.id_number_masked} for each in self.enrolments},
        }


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
    body = {
        "trainee_ids": [str(each) for each in trainee_ids],
        "institution_ids": [str(each) for each in institution_ids],
        "class_ids": [str(each) for each in class_ids],
    }
    return read(Names, await kernel.neighbours["registry"].post("/internal/v1/names", call, body), "registry")
