"""The statutory retirement age, which moves by month of birth: the schedule as data (`retirement.toml`) and the one calculation."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Annotated

from services.subsidy.codes import BasisStatus

Sex = Annotated[str, ("male", "female")]
RetirementTrack = Annotated[str, ("female_50", "female_55")]  # as it is registered; a man's is known


@dataclass(frozen=True, slots=True)
class Track:
    years_before: int  # the age before the reform
    years_at_most: int  # where the postponement ends
    birth_months_a_step: int  # the age rises by one month for each so many months of birth


@dataclass(frozen=True)
class RetirementSchedule:
    in_force_from: date
    document: str
    clause: str
    basis_status: BasisStatus
    tracks: Mapping[Annotated[str, ("male", "female_55", "female_50")], Track]


def retirement_age(schedule: RetirementSchedule, born_on: date, track: str) -> tuple[int, int]:
    """(years, months) at which someone of this track may retire."""
    rule = schedule.tracks[track]
    months_into_reform = (
        (born_on.year + rule.years_before - schedule.in_force_from.year) * 12 + born_on.month - schedule.in_force_from.month
    )
    steps = months_into_reform // rule.birth_months_a_step + 1 if months_into_reform >= 0 else 0
    postponed = min(steps, (rule.years_at_most - rule.years_before) * 12)
    return rule.years_before + postponed // 12, postponed % 12


def has_reached(born_on: date, age: tuple[int, int], day: date) -> bool:
    """Whether the age in full years and months is reached on `day`; where the month lacks the day of birth, on the first of the next."""
    full_months = (day.year - born_on.year) * 12 + day.month - born_on.month - (day.day < born_on.day)
    return full_months >= age[0] * 12 + age[1]
