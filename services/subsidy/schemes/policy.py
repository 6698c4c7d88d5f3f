"""What a scheme promises: dated terms with their legal basis, and which are in force on a day.

A new document is a new block; a published block is never edited, so that an old claim can be judged again as it was. A figure that is not set decides
nothing.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field, fields, replace
from datetime import date
from decimal import Decimal
from functools import cached_property
from typing import Annotated, Any, NamedTuple

from services.subsidy.codes import (
    BasisStatus,
    CatalogueKind,
    Category,
    CertificateKind,
    ClaimKind,
    ClaimPaper,
    DayCounted,
    Effect,
    EvidenceGrade,
    FindingCode,
    FundSource,
    Level,
    PaidOncePer,
    PaperForm,
    Payee,
    PersonalStatus,
    TermsStatus,
    TradeField,
)
from services.subsidy.schemes.retirement import RetirementSchedule
from shared.codes import named
from shared.steps import Machine, Step, by
from shared.strict import NOT_READ, digest, to_json

TABLES = ("yuan_per_person_by_level", "yuan_per_person_by_trade")  # rates that list what they are paid for
RATES = ("yuan_per_person_day", "yuan_per_person_hour", "yuan_per_person", *TABLES)
AGES = ("age_at_most", "women_age_at_most")


@dataclass(frozen=True, slots=True)
class Basis:
    """Where a figure comes from. `unconfirmed`: the text was not to be had, or it is our reading where the documents are silent."""

    document: str
    clause: str
    status: str  # confirmed | unconfirmed


@dataclass(frozen=True, slots=True)
class OtherBasis:
    """The figures, and the rules without a figure (by finding code), that rest on another source than the block's own."""

    applies_to: tuple[str, ...]
    document: str
    clause: str
    basis_status: BasisStatus


@dataclass(frozen=True, slots=True)
class RequiredPaper:
    """A paper that a claim must bring. `follows_within_days`: it may follow (容缺) within so many working days of the submission; None: it may not."""

    code: ClaimPaper
    form: PaperForm
    follows_within_days: int | None = None


@dataclass(frozen=True, slots=True)
class TradeRates:
    """One row of a rate table: what these trades are paid at each level. `trades`: occupation codes, or names of trades outside the dictionary; empty:
    every trade that no other row names."""

    title: str  # what the table calls the row
    trades: tuple[str, ...] = ()
    yuan_by_level: Mapping[Level, Decimal] | None = None
    yuan_without_level: Decimal | None = None

    def yuan(self, level: Level | None) -> Decimal | None:
        return (self.yuan_by_level or {}).get(level) if level else self.yuan_without_level


class Figure(NamedTuple):
    """One figure of the terms as it is shown: JSON value (None: not set) and its basis."""

    name: str
    value: Any
    document: str
    clause: str
    basis_status: str


@dataclass(frozen=True)
class Terms:
    """What one document promised from one day on. Units and bounds are in the names; every bound includes itself."""

    in_force_from: date
    document: str
    clause: str
    basis_status: BasisStatus

    age_counted_on: DayCounted  # the day on which age, category, status and institution are looked at
    age_at_least: int
    until_retirement_age: bool  # the day the statutory retirement age is reached is already too late
    excluded_statuses: frozenset[PersonalStatus]
    unverified_status_is: Annotated[str, ("note", "hold")]  # effect where no complete list covers the day
    paid_once_per: PaidOncePer
    certificate_required: bool
    order_required: bool
    retention_required: bool
    payee: Payee
    notice_working_days: int
    roster_reuse_percent_at_least: int  # from which share of a roster claimed elsewhere it counts as the same list

    # The rate: one of RATES, or none where it is not known. Nothing is ever paid on a rate that is missing or unconfirmed.
    yuan_per_person_day: Decimal | None = None
    days_paid_at_most: int | None = None
    half_days_for_a_paid_day: int | None = None
    yuan_per_person_hour: Decimal | None = None  # a class hour (课时) of which the person was there
    hours_paid_at_most: int | None = None
    yuan_per_person: Decimal | None = None
    yuan_per_person_by_level: Mapping[Level, Decimal] | None = None
    yuan_per_person_by_trade: tuple[TradeRates, ...] | None = None
    unlisted_is: Annotated[str, ("hold", "refuse")] | None = None  # a trade or level that the table does not list; None: hold, as not known
    uplift_percent: int | None = None  # on top of the rate: for these trades, at these levels (None: all)
    uplift_trades: tuple[str, ...] | None = None
    uplift_catalogues: frozenset[CatalogueKind] | None = None  # or that stand in one of these on the day that counts
    uplift_levels: frozenset[Level] | None = None
    years_paid_at_most: int | None = None  # the rate is for a year of training, and paid year by year
    advance_percent: int | None = None  # of a year's rate, as soon as the year begins
    living_yuan_per_day: Decimal | None = None  # beside the rate, for each full day attended, to these categories (None: all)
    living_days_at_most: int | None = None
    living_categories: frozenset[Category] | None = None
    yuan_per_person_at_least: Decimal | None = None  # bounds within which the rate itself must lie, the uplift with it
    yuan_per_person_at_most: Decimal | None = None
    yuan_per_person_year_at_most: Decimal | None = None  # of this scheme, by calendar year
    yuan_per_employer_at_most: Decimal | None = None  # of this scheme, in all, to one institution
    yuan_per_employer_year_at_most: Decimal | None = None  # of this scheme, to one institution, by calendar year

    age_at_most: int | None = None
    women_age_at_most: int | None = None  # beside `age_at_most`, which then is of men
    categories: frozenset[Category] | None = None  # None: everyone
    statuses_waived_for: Mapping[PersonalStatus, tuple[Category, ...]] | None = None
    trade_fields: frozenset[TradeField] | None = None  # what the trade may be about; None: anything
    trade_fields_if_needed: frozenset[TradeField] | None = None  # and where the class says why it is needed
    ability_required: bool | None = None  # that the person is able to work must be stated
    class_days_at_most: int | None = None
    filing_days_before_start_at_least: int | None = None  # from the class's first submission to its first day
    class_hours_at_least: int | None = None
    hours_a_half_day_at_most: int | None = None  # more hours than the attended half-days can hold were not taught
    class_hours_a_day_at_most: int | None = None  # more hours than the class's days can hold cannot be taught
    one_hand_people_at_least: int | None = None  # so many people who sign within
    one_hand_seconds_at_most: int | None = None  # so many seconds are signed for by one hand
    posts_missing_is: Annotated[str, ("note", "hold", "refuse")] | None = None  # a class without posts or an order; None: none is asked for
    headcount_missing_at_most: int | None = None  # by how many a headcount may fall short of those recorded as present
    attendance_percent_at_least: int | None = None
    times_a_year_at_most: int | None = None
    certificate_kinds: frozenset[CertificateKind] | None = None
    certificate_months_at_most: int | None = None  # from the certificate to the claim
    certificates_a_month_at_most: int | None = None  # of one issuer
    certificates_a_month_of_an_assessor_at_most: int | None = None
    evidence_grade_at_least: EvidenceGrade | None = None
    same_employer: bool | None = None
    fund_sources: frozenset[FundSource] | None = None  # None: every source that pays claims at all
    required_papers: tuple[RequiredPaper, ...] | None = None  # what a claim brings; a list that is unconfirmed only reminds

    other_basis: tuple[OtherBasis, ...] = ()
    retirement: RetirementSchedule | None = field(default=None, metadata=NOT_READ)

    @cached_property
    def hash(self) -> str:
        """Of the document and the figures. On what each rests stands outside it: that a source was found later changes no claim."""
        return digest(to_json({name: getattr(self, name) for name in HASHED}))

    @cached_property
    def block(self) -> dict[str, Any]:
        """All that is set, flat, as JSON: the form in which administrators propose terms."""
        stated = {name: getattr(self, name) for name in (*SOURCE, *FIGURES, "other_basis")}
        return {name: value for name, value in to_json(stated).items() if value is not None}

    @cached_property
    def rate(self) -> str | None:
        """The name of the figure that sets the amount."""
        return next((name for name in RATES if getattr(self, name) is not None), None)

    @cached_property
    def payable(self) -> bool:
        """Whether the rate is known and its basis confirmed: nothing is paid on any other."""
        return self.rate is not None and self.basis_of(self.rate).status == BasisStatus.CONFIRMED

    @cached_property
    def rate_open(self) -> bool:
        """Whether some line may be without a rate that can be paid."""
        return not self.payable or self.rate in TABLES

    @cached_property
    def table_is_whole(self) -> bool:
        """What the table does not list is not paid, rather than not known."""
        return self.unlisted_is == Effect.REFUSE

    @cached_property
    def rate_is_all(self) -> bool:
        """Nothing is added to the rate, and nothing but its own count limits it."""
        beside = (self.uplift_percent, self.years_paid_at_most, self.living_yuan_per_day, self.yuan_per_person_year_at_most)
        return all(each is None for each in beside)

    @cached_property
    def pays_levels(self) -> bool:
        """Whether a training's level is a thing of its own: not where days are paid, the same at every level."""
        return self.yuan_per_person_day is None or self.uplift_levels is not None

    @cached_property
    def paid_from(self) -> frozenset[FundSource]:
        """The sources that may pay; never an enterprise's own money, whatever the block says."""
        return PAYS_CLAIMS if self.fund_sources is None else self.fund_sources & PAYS_CLAIMS

    @cached_property
    def limits_employers(self) -> bool:
        return self.yuan_per_employer_at_most is not None or self.yuan_per_employer_year_at_most is not None

    @cached_property
    def in_instalments(self) -> bool:
        """Whether one class is claimed for several times: year by year, the next year in advance."""
        return self.years_paid_at_most is not None

    def basis_of(self, name: str) -> Basis:
        """Of a figure, or of a rule that applies no figure."""
        return self._other_bases.get(name, self._own_basis)

    def figures(self) -> tuple[Figure, ...]:
        """Every figure that is set, and those not set whose basis the block states nevertheless."""
        shown = [name for name in FIGURES if getattr(self, name) is not None or name in self._other_bases]
        bases = [self.basis_of(name) for name in shown]
        return tuple(
            Figure(name, to_json(getattr(self, name)), basis.document, basis.clause, basis.status)
            for name, basis in zip(shown, bases, strict=True)
        )

    @cached_property
    def _own_basis(self) -> Basis:
        return Basis(self.document, self.clause, self.basis_status)

    @cached_property
    def _other_bases(self) -> dict[str, Basis]:
        return {name: Basis(other.document, other.clause, other.basis_status) for other in self.other_basis for name in other.applies_to}


PAYS_CLAIMS = frozenset(FundSource) - {FundSource.ENTERPRISE_EDUCATION}  # that one is the enterprise's own money
SOURCE = ("in_force_from", "document", "clause", "basis_status")
FIGURES = tuple(each.name for each in fields(Terms) if each.name not in (*SOURCE, "other_basis", "retirement"))
HASHED = (*SOURCE, *FIGURES, "retirement")
NAMES = frozenset((*FIGURES, *FindingCode))  # what a basis may be stated for


@dataclass(frozen=True, slots=True)
class TermsMissing:
    """The answer for a day before the first block, or where the county has none: nothing was promised."""

    title: str
    day: date
    first_in_force_from: date | None
    code: str = "terms_missing"

    @property
    def detail(self) -> str:
        if self.first_in_force_from is None:
            return f"本地没有{self.title}的补贴条款。如已有文件,请由政策管理员补录条款。"
        return (
            f"{self.title}的政策自 {self.first_in_force_from} 起施行,{self.day} 尚无可适用的补贴条款。"
            "请核对开班(发证)日期;如确有更早的文件,请由政策管理员补录条款。"
        )


@dataclass(frozen=True, slots=True)
class Scheme:
    """`terms` is empty where the county does not offer it."""

    title: str
    claim_kind: ClaimKind
    terms: tuple[Terms, ...]


@dataclass(frozen=True)
class Policy:
    """Every scheme with all its blocks, oldest first. `former_hashes`: by scheme, what hash a block of which day was kept under before."""

    schemes: Mapping[str, Scheme]
    former_hashes: Mapping[str, Mapping[str, date]] = field(default_factory=dict)

    def terms_on(self, scheme: str, day: date) -> Terms | TermsMissing:
        """The terms in force on `day`: the class's first day or the certificate's, never today. KeyError for an unknown scheme."""
        blocks = self.schemes[scheme].terms
        in_force = [block for block in blocks if block.in_force_from <= day]
        return in_force[-1] if in_force else TermsMissing(self.schemes[scheme].title, day, blocks[0].in_force_from if blocks else None)

    def joined(self, code: str, block: Terms, kept_as: str) -> "Policy":
        """This policy and one more block, at its place by date; `kept_as` is the hash that was stored with it."""
        scheme, former = self.schemes[code], self.former_hashes.get(code, {})
        blocks = tuple(sorted((*scheme.terms, block), key=lambda each: each.in_force_from))
        return Policy(
            {**self.schemes, code: replace(scheme, terms=blocks)}, {**self.former_hashes, code: {**former, kept_as: block.in_force_from}}
        )

    def with_hash(self, code: str, terms_hash: str) -> Terms | None:
        """The block that a claim was judged by, for judging it again as it was."""
        day = self.former_hashes.get(code, {}).get(terms_hash)
        return next((block for block in self.schemes[code].terms if block.hash == terms_hash or block.in_force_from == day), None)


def with_schedule(block: Terms, schedule: RetirementSchedule) -> Terms:
    return replace(block, retirement=schedule) if block.until_retirement_age else block


MACHINE = Machine(
    "条款",
    named("terms_status"),
    (
        Step("approve", "批准", by({"admin"}, TermsStatus.PROPOSED), to=TermsStatus.PUBLISHED, part="approve"),
        Step("withdraw", "撤回", by({"admin"}, TermsStatus.PROPOSED), to=TermsStatus.WITHDRAWN),
    ),
    parts={"propose": "提出", "approve": "批准"},
)
