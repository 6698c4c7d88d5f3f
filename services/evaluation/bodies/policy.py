"""What of an assessment body's work asks for a second look, by numbers against the others': it refuses nothing. Pure."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from typing import Final, NamedTuple

from services.evaluation.codes import BodyFlag
from services.evaluation.rules import Quality


class Seats(NamedTuple):
    """People who sat locked exams (absent ones did not sit), and who of them passed."""

    sat: int
    passed: int

    @property
    def rate(self) -> float | None:
        return self.passed / self.sat if self.sat else None


NOBODY: Final = Seats(0, 0)


@dataclass(frozen=True, slots=True)
class Work:
    """What a body did in some months. `held`, `supervised`: batches whose day is over, and those of them with a record of supervision. `most_in_a_day`: of
    its certificates, on `most_on`. `others`: every other body in the same months."""

    seats: Seats = NOBODY
    others: Seats = NOBODY
    held: int = 0
    supervised: int = 0
    most_in_a_day: int = 0
    most_on: date | None = None


class Flag(NamedTuple):
    code: BodyFlag
    detail: str


def flags(work: Work, limits: Quality) -> Iterator[Flag]:
    """A rate is compared only where enough people sat, here and elsewhere."""
    own, others = work.seats, work.others
    above = 100 * (own.passed * others.sat - others.passed * own.sat)  # times both numbers of people: no rounding at the limit
    enough = min(own.sat, others.sat) >= limits.people_at_least
    if enough and above > limits.points_above_others_at_most * own.sat * others.sat:
        seen = f"{own.sat} 人次参加考核,合格率 {own.rate:.1%},其他机构 {others.rate:.1%}"
        yield Flag(BodyFlag.RATE_HIGH, f"{seen},高出 {limits.points_above_others_at_most} 个百分点以上。请抽查试卷和评分。")
    if work.most_in_a_day > limits.certificates_a_day_at_most:
        seen = f"{work.most_on} 一天发证 {work.most_in_a_day} 本"
        yield Flag(BodyFlag.MANY_IN_A_DAY, f"{seen},超过 {limits.certificates_a_day_at_most} 本。请核对考场、考评员和考核时间。")
    if work.supervised < work.held:
        seen = f"已举行 {work.held} 个批次,{work.held - work.supervised} 个没有督导记录"
        yield Flag(BodyFlag.UNSUPERVISED, f"{seen}。逢考必督,请督促补记或核实考核是否举行。")
