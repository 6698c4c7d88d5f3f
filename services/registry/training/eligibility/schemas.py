"""What the registry tells about a class and its people, or about people by themselves, to whoever judges a claim."""

from datetime import date
from typing import Literal
from uuid import UUID

from pydantic import Field

from services.registry.codes import CatalogueKind, ClassKind, FundSource, HalfDay, Level
from services.registry.training.attendance.conditions import Why
from services.registry.training.classes.schemas import PostOut
from shared import names, wire


class FactsAsked(wire.In):
    """`trainee_ids` null: everyone enrolled and not withdrawn."""

    class_id: UUID
    trainee_ids: list[UUID] | None = Field(default=None, max_length=10_000)


class InstitutionFacts(wire.Out):
    """All as of the class's first day. Equal account keys mean the same account."""

    id: UUID
    name: str
    kind: str
    region_code: str
    needs_designation: bool
    designated: bool
    blacklisted: bool
    blacklisted_until_on: wire.CivilDate | None
    suspended: bool
    suspended_until_on: wire.CivilDate | None
    exited: bool
    exited_on: wire.CivilDate | None
    has_bank_account: bool
    bank_account_key: str | None


class SigningFacts(wire.Out):
    """The electronic signatures of one half-day. `outside`: how many of them on another day or outside its hours."""

    on: wire.CivilDate
    half_day: HalfDay
    people: int = Field(description="电子签到的人数,人")
    first_at: wire.Instant
    last_at: wire.Instant
    recorded_at_first: wire.Instant
    outside: int = Field(description="其中不在当日该半天签到时段内的人数,人")


class HeadcountFacts(wire.Out):
    """What an inspection counted, beside how many are recorded as present then: in the half-day it names, else in the fuller of that day's."""

    on: wire.CivilDate
    half_day: HalfDay | None
    headcount: int
    attended: int


class StopFacts(wire.Out):
    """What stops the class's money: a measure against its institution, town or department for its days; or a complaint that an officer holds it for."""

    why: Literal["support_stopped", "complaint_open"]
    number: str
    from_on: wire.CivilDate
    until_on: wire.CivilDate | None


class TradeFilingFacts(wire.Out):
    """What is on file under the number that the class names; `in_force` on the class's first day."""

    trade_name: str
    beside_occupation_code: str | None
    in_force: bool = Field(description="开班当日是否有效")


class ClassFacts(wire.Out):
    """`hours_planned`, `half_days_planned`: of the timetable; null where there is none."""

    id: UUID
    number: str
    name: str
    status: str
    channel: str
    programmes: list[str]
    occupation_code: str | None
    trade_name: str | None
    trade_filing_no: str | None
    trade_filing: TradeFilingFacts | None = Field(description="该文号的工种备案;未登记则为 null")
    catalogues: list[CatalogueKind] = Field(description="开班当日列有该工种的目录")
    level: Level | None
    starts_on: wire.CivilDate
    ends_on: wire.CivilDate
    hours: int
    region_code: str
    department: str | None = Field(description="提出该班的责任单位;没有的为 null")
    fund_source: FundSource | None
    proposed_at: wire.Instant
    filed_at: wire.Instant | None
    approved_at: wire.Instant | None
    late_reason: str | None
    need_reason: str | None
    imported: bool = Field(description="导入的往年班级")
    kind: ClassKind
    order_id: UUID | None
    posts: list[PostOut] = Field(description="已落实的岗位")
    hours_planned: int | None
    half_days_planned: int | None
    half_days_held: int = Field(description="有人签到的半天数")
    signings: list[SigningFacts]
    headcounts: list[HeadcountFacts]
    stops: list[StopFacts] = Field(description="停止支持的措施和据以暂缓的投诉")
    institution: InstitutionFacts


class CategoryFacts(wire.Out):
    code: str
    since_on: wire.CivilDate
    until_on: wire.CivilDate | None


class StatusFacts(wire.Out):
    status: str
    from_on: wire.CivilDate
    until_on: wire.CivilDate | None
    source: str


class OutsidePaymentFacts(wire.Out):
    """What the person was paid elsewhere, not voided."""

    scheme: str | None
    occupation_code: str | None
    trade_name: str | None
    level: Level | None
    on: wire.CivilDate
    amount: wire.Money
    source: str
    document: str | None


class DayFacts(wire.Out):
    on: wire.CivilDate
    half_days: int


class ImpossibleFacts(wire.Out):
    """A half-day that cannot have been attended as it was recorded."""

    on: wire.CivilDate
    half_day: HalfDay
    why: Why


class OtherClass(wire.Out):
    """A half-day that this class and another both reported."""

    class_number: str
    on: wire.CivilDate
    half_day: HalfDay


class PersonFacts(wire.Out):
    """One person. `former_ids`: of whoever was merged into them. `account_shared_with`: others with the same account, ten at most;
    `account_of_institution`: the name of an institution with it."""

    trainee_id: UUID
    former_ids: list[UUID]
    name: str
    id_number_masked: str
    birth_on: wire.CivilDate
    sex: str
    retirement_track: str | None
    region_code: str
    employer_id: UUID | None = Field(description="用人单位;没有登记的为 null")
    categories: list[CategoryFacts] = []
    statuses: list[StatusFacts] = []
    outside_payments: list[OutsidePaymentFacts] = []
    has_bank_account: bool
    bank_account_key: str | None
    account_shared_with: list[UUID]
    account_of_institution: str | None


class EnrolmentFacts(PersonFacts):
    """One person of the class. `enrolment_ids`: more than one of who was enrolled under two numbers, and merged. `teaches_institution`: at the class's
    institution, on a day of the class."""

    enrolment_id: UUID
    enrolment_ids: list[UUID]
    outcome: str
    from_on: wire.CivilDate | None = Field(description="从哪一天起参加;未另行写明的为 null,即开班第一天")
    late_reason: str | None = Field(description="班级结束后补报的理由")
    half_days: list[DayFacts] = []
    impossible: list[ImpossibleFacts] = []
    attended_other_class: list[OtherClass] = []
    teaches_class: bool
    teaches_institution: bool


class ClaimFacts(wire.Out):
    """`lists_complete`: the statuses whose list covers the class's first day. `unknown_trainee_ids`: asked for, but not enrolled here."""

    class_: ClassFacts = Field(serialization_alias="class")
    lists_complete: list[str]
    enrolments: list[EnrolmentFacts]
    unknown_trainee_ids: list[UUID]


class PeopleAsked(wire.In):
    """Of whom, and which institution claims for them (null: none does)."""

    trainee_ids: list[UUID] = Field(max_length=10_000)
    institution_id: UUID | None = None
    catalogues: bool = Field(False, description="是否也要目录中的各职业")


class PersonKnown(PersonFacts):
    """`known_to_institution`: the institution asked about has registered, presented or enrolled the person, or employs them."""

    known_to_institution: bool = Field(description="所问机构登记过、出示过证件、录取过或聘用本人")


class ListDays(wire.Out):
    """Days, both counted in, for which somebody has named everyone who has the status."""

    status: str
    from_on: wire.CivilDate
    until_on: wire.CivilDate


class BarredDays(wire.Out):
    """Days, both counted in, on which the institution is barred; without an end: null."""

    why: Literal["blacklisted", "suspended", "exited", "support_stopped"]
    from_on: wire.CivilDate
    until_on: wire.CivilDate | None


class ApplicantFacts(wire.Out):
    """Equal account keys mean the same account."""

    id: UUID
    name: str
    uscc: str
    bank_account_key: str | None
    barred: list[BarredDays] = Field(description="列入黑名单、暂停、退出、停止支持的各段日期")


class InCatalogue(wire.Out):
    """An occupation in a catalogue, for these levels (none: all), on these days, both counted in."""

    kind: CatalogueKind
    occupation_code: str
    levels: list[Level] = Field(description="只限这些等级;空为全部等级")
    from_on: wire.CivilDate
    until_on: wire.CivilDate | None


class PeopleFacts(wire.Out):
    """`lists`: the days for which each status's list is complete. `institution`: the one asked about."""

    people: list[PersonKnown] = Field(description="所问的人")
    lists: list[ListDays] = Field(description="各状态名单完整的日期")
    institution: ApplicantFacts | None
    catalogues: list[InCatalogue] = Field(description="目录中的各职业;没有问的为空")
    unknown_trainee_ids: list[UUID]


class EligibilityTerms(wire.Out):
    """The block of terms that was applied."""

    scheme: str
    in_force_from: date
    document: str
    hash: str


class EligibilityBasis(wire.Out):
    document: str
    clause: str
    status: str = Field(examples=["confirmed"])


class EligibilityFinding(wire.Out):
    """What one rule says of one person, with its legal basis and what to do."""

    code: str = Field(description="判定代码,见 /v1/codes 的 finding", examples=["age_above_limit"])
    effect: str = Field(description="作用:refuse 不予补贴、hold 待核实、note 提示", examples=["refuse"])
    detail: str
    seen: str
    allowed: str
    fix: str
    passes_from: date | None = Field(description="自这一天起同样的事实可以通过;时间不能解决的为 null")
    basis: EligibilityBasis


class EligibilityLine(wire.Out):
    """What the claim would say of one person."""

    trainee_id: UUID
    trainee_name: names.TraineeName = None
    id_number_masked: names.IdNumberMasked = None
    enrolment_id: UUID
    verdict: str = Field(description="结论:eligible 可补贴、refused 不予补贴、held 待核实", examples=["eligible"])
    amount: wire.Money
    calculation: str
    findings: list[EligibilityFinding]


class Judged(wire.Out):
    """What subsidy says."""

    terms: EligibilityTerms
    lines: list[EligibilityLine]


class Eligibility(Judged):
    """What a claim for this class would be judged to be, person by person: before the class is over as if it were held as planned and fully attended,
    so an amount is the most there can be. Nothing is kept."""

    class_id: UUID
    class_name: names.ClassName = None
    class_number: names.ClassNumber = None
    scheme: str
