"""What a rule may know of the papers that a line is claimed for, and of the institution that claims without a class."""

from dataclasses import dataclass
from datetime import date
from typing import Literal

from services.subsidy.codes import CatalogueKind, CertificateKind, EvidenceGrade, Level, RetentionVerdict


@dataclass(frozen=True, slots=True)
class BodyFlag:
    """What of a body's work in the year up to the month of issue asks for a second look."""

    code: str  # pass_rate_high | many_in_a_day | unsupervised
    detail: str


@dataclass(frozen=True, slots=True)
class CertificateFacts:
    certificate_id: str
    number: str
    holder_id: str  # trainee id
    kind: CertificateKind
    occupation_code: str | None
    level: Level | None
    issued_on: date
    issuer: str
    revoked_on: date | None = None
    number_fits: bool = True  # shape, year and level of the number agree with the rest
    within_filing: bool | None = None  # occupation and level filed by the issuer on that day; None: an outside issuer
    issued_that_month: int = 0  # certificates of the same issuer in a month (31 days in a row) that holds the day: the most of any
    assessed_that_month: int = 0  # of them, or of other issuers', those that one of its assessors assessed: the most of any
    body_flags: tuple[BodyFlag, ...] | None = None  # None: nothing of its issuer's work asks for a second look


@dataclass(frozen=True, slots=True)
class PlacementFacts:
    placement_id: str
    order_number: str | None
    started_on: date | None
    retention: RetentionVerdict
    due_on: date | None
    weakest_grade: EvidenceGrade | None = None
    one_employer: bool = True
    ordered_on: date | None = None
    insured_elsewhere: tuple[str, ...] | None = None  # months of the three, "2025-06"; None: no insurance office names another employer
    warnings: tuple[str, ...] | None = None  # codes of placement warnings; None: nothing of it asks for a second look


@dataclass(frozen=True, slots=True)
class Barred:
    """Days, both counted in, on which an institution was barred; `until_on` None: without an end."""

    why: Literal["blacklisted", "suspended", "exited", "support_stopped"]
    from_on: date
    until_on: date | None = None

    def covers(self, day: date) -> bool:
        return self.from_on <= day and (self.until_on is None or day <= self.until_on)


@dataclass(frozen=True, slots=True)
class InCatalogue:
    """An occupation in a catalogue for these levels (none: all), on these days, both counted in."""

    kind: CatalogueKind
    occupation_code: str
    levels: tuple[Level, ...]
    from_on: date
    until_on: date | None = None

    def lists(self, occupation_code: str | None, level: Level | None, on: date) -> bool:
        within = self.from_on <= on and (self.until_on is None or on <= self.until_on)
        return within and self.occupation_code == occupation_code and (not self.levels or level in self.levels)


@dataclass(frozen=True, slots=True)
class ApplicantFacts:
    """The institution that claims without a class: `barred` on whatever days."""

    institution_id: str
    name: str
    barred: tuple[Barred, ...] = ()
