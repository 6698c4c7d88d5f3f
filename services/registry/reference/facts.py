"""The registry's reference lists: what a row of each holds. Labels are Chinese (`name`) and English (`name_en`)."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Literal

from services.registry.codes import FilingAuthority, RegionKind

BasisStatus = Literal["confirmed", "unconfirmed"]


@dataclass(frozen=True, slots=True)
class Region:
    """A town or subdistrict, the county above it, a district of the partner city, or a development zone (which has no area code)."""

    code: str
    name: str
    name_en: str
    kind: RegionKind
    parent: str | None = None
    aliases: tuple[str, ...] = ()

    @property
    def is_town(self) -> bool:
        """A town, township or subdistrict: where people are registered."""
        return self.kind in ("subdistrict", "town", "township")


@dataclass(frozen=True, slots=True)
class Occupation:
    """`levels` are the codes of the levels it is divided into, low to high."""

    code: str
    name: str
    name_en: str
    levels: tuple[str, ...]
    confidence: Literal["high", "medium", "low"]
    basis_status: BasisStatus
    catalogue_class: str | None = None
    aliases: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Level:
    """Compare `rank`, which rises with skill; `digit` is the one in a certificate number and falls."""

    code: str
    name: str
    name_en: str
    rank: int
    digit: int | None = None
    aliases: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Category:
    """`aliases` are other words that mean just this; `perhaps` are words that may mean it and may mean another: whoever writes one is asked."""

    code: str
    name: str
    name_en: str
    five_groups: bool
    aliases: tuple[str, ...] = ()
    perhaps: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class InstitutionKind:
    code: str
    name: str
    name_en: str
    rated: bool


@dataclass(frozen=True, slots=True)
class Channel:
    """`for_whom`: in the words of the document, None: for anyone; `days_at_most`: first to last day of a class, both counted; None: no limit. `signed_am`,
    `signed_pm`: from when to when a half-day is signed (`HH:MM`, both counted); a half-day begins with the first. `filing_days_before_start_at_least`: from the day a class is filed to its first, None: whenever;
    `class_hours_a_day_at_most`: of 45 minutes, None: no limit. `posts_first`: a class is held for posts that employers have agreed to, or for an order
    (先定岗、再定培). `online_minutes_a_half_day_at_least`: from how many minutes on the platform a half-day counts, None: each."""

    code: str
    name: str
    name_en: str
    document: str
    clause: str
    basis_status: BasisStatus
    designated_kinds: tuple[str, ...]
    designation_status: BasisStatus
    signed_am: tuple[str, ...]
    signed_pm: tuple[str, ...]
    signed_status: BasisStatus
    sense_status: BasisStatus
    for_whom: str | None = None
    days_at_most: int | None = None
    filing_days_before_start_at_least: int | None = None
    class_hours_a_day_at_most: int | None = None
    posts_first: bool = False
    online_minutes_a_half_day_at_least: int | None = None


@dataclass(frozen=True, slots=True)
class StandingClauses:
    designation: str
    blacklist: str
    teacher_ratio: str
    part_time_limit: str
    rating_due: str


@dataclass(frozen=True, slots=True)
class StandingTerms:
    """The figures an institution's standing is judged by, and where they are written."""

    document: str
    teachers_per_full_time_at_most: int
    institutions_of_a_part_time_teacher_at_most: int
    part_time_within_months: int
    years_between_ratings_at_most: int
    teacher_age_at_least: int
    teacher_age_at_most: int
    clauses: StandingClauses


@dataclass(frozen=True, slots=True)
class HarvestTerms:
    """From when on looking up by number is no ordinary work any more: of one person on one day."""

    document: str
    clause: str
    basis_status: BasisStatus
    numbers_a_day_at_least: int
    unknown_percent_at_least: int
    reveals_a_day_at_least: int


@dataclass(frozen=True, slots=True)
class SeatPlanTerms:
    """By how many percent more seats an excellent institution is offered."""

    document: str
    clause: str
    basis_status: BasisStatus
    excellent_extra_percent: int


@dataclass(frozen=True, slots=True)
class TradePaperTerms:
    """With whom a kind of paper about trades is filed before it can be in force."""

    code: str
    filed_with: tuple[FilingAuthority, ...]
    document: str
    clause: str
    basis_status: BasisStatus


@dataclass(frozen=True, slots=True)
class Led:
    """What counts in the lines of the plans that a department leads: classes that name one of the programmes, or are of a channel or occupation."""

    programmes: tuple[str, ...] = ()
    channels: tuple[str, ...] = ()
    occupations: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class PlanTerms:
    """What a plan calls employed and certified, of classes whose last day lies before `until_on` (None: of all later ones), when the next plan begins."""

    employed_within_months: int
    employed_kinds: tuple[str, ...]
    certified_kinds: tuple[str, ...]
    until_on: date | None


@dataclass(frozen=True, slots=True)
class Programme:
    """A line of a plan that classes can name. `only_of`: the channels it is meant for; none: any."""

    code: str
    title: str
    only_of: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Reference:
    """All of it; every mapping is by code, in the order of its file. `programmes`: the codes of the lines of all plans; `led_by`: by
    department; `plans`: in the order of their days, at least one."""

    regions: Mapping[str, Region]
    occupations: Mapping[str, Occupation]
    levels: Mapping[str, Level]
    categories: Mapping[str, Category]
    institution_kinds: Mapping[str, InstitutionKind]
    channels: Mapping[str, Channel]
    standing: StandingTerms
    harvest: HarvestTerms
    trade_papers: Mapping[str, TradePaperTerms]
    seat_plans: SeatPlanTerms
    plans: tuple[PlanTerms, ...]
    programmes: Mapping[str, Programme]
    led_by: Mapping[str, Led]
