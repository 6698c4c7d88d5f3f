"""The year as its two files tell it, and what follows from their dates. Pure; a reader changes the files and not this."""

import csv
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cached_property
from pathlib import Path
from typing import Any

from shared import county, workdays

HERE = Path(__file__).resolve().parent
SHORT_DAYS = 5  # up to so many, a class meets on days off too
HOURS_A_DAY = 6
CALENDAR = workdays.load(county.DEFAULT / "workdays")


@dataclass(frozen=True)
class Course:
    """A row of `classes.csv`."""

    row: int
    starts_on: date
    days: int
    town: str
    holder: str
    channel: str
    trade: str
    level: str
    programmes: tuple[str, ...]
    people: int
    passed: int
    employed: int
    turn: str
    claimed_on: date | None
    claim_turn: str
    flaws: tuple[tuple[str, int], ...]
    order: str
    demonstration: bool

    @property
    def name(self) -> str:
        kind = {"agricultural_short": "短期", "social": "社会"}.get(self.channel, "")
        return f"{self.starts_on.year} 年 {self.starts_on.month} 月{self.town}{self.trade}{kind}班"

    @property
    def of_kind(self) -> str:
        """What kind of people come: by the channel, all workers of enterprises alike."""
        return self.channel if self.channel in ("agricultural_short", "project", "startup", "social") else "enterprise"

    @property
    def ends_on(self) -> date:
        return self.starts_on + timedelta(self.days - 1)

    @property
    def taught(self) -> list[date]:
        every = [self.starts_on + timedelta(n) for n in range(self.days)]
        return every if self.days <= SHORT_DAYS else [day for day in every if workdays.is_working_day(day, CALENDAR)]

    @property
    def hours(self) -> int:
        return len(self.taught) * HOURS_A_DAY

    @property
    def imported(self) -> bool:
        return self.turn == "imported"

    @property
    def examined_on(self) -> date:
        return after(self.ends_on, 2)


@dataclass(frozen=True)
class Story:
    """All that is told: the courses, and the rest as `story.toml` has it."""

    courses: tuple[Course, ...]
    told: Mapping[str, Any]

    def __getitem__(self, name: str) -> Any:
        return self.told[name]

    @cached_property
    def day(self) -> date:
        return date.fromisoformat(str(self.told["day"]))

    @property
    def accounts(self) -> dict[str, str]:
        """Who can sign in: login and name."""
        managers = {told["key"]: told["name"] for told in self.told["holders"] if told.get("signs_in")}
        return {told["login"]: told["name"] for told in self.told["users"]} | managers

    def holder(self, key: str) -> Mapping[str, Any]:
        return next(each for each in self.told["holders"] if each["key"] == key)


def read() -> Story:
    told = tomllib.loads((HERE / "story.toml").read_text("utf-8"))
    with (HERE / "classes.csv").open(encoding="utf-8", newline="") as file:
        return Story(tuple(_course(row, cells) for row, cells in enumerate(csv.DictReader(file), 2)), told)


def _course(row: int, cells: Mapping[str, str]) -> Course:
    extra = cells["extra"].split()
    return Course(
        row=row,
        starts_on=date.fromisoformat(cells["starts_on"]),
        days=int(cells["days"]),
        programmes=tuple(cells["programmes"].split()),
        people=int(cells["people"]),
        passed=int(cells["passed"] or 0),
        employed=int(cells["employed"] or 0),
        claimed_on=date.fromisoformat(cells["claimed_on"]) if cells["claimed_on"] else None,
        flaws=tuple((kind, int(count or 1)) for kind, _, count in (each.partition(":") for each in cells["flaws"].split())),
        order=next((each.partition(":")[2] for each in extra if each.startswith("order:")), ""),
        demonstration="demonstration" in extra,
        **{name: cells[name] for name in ("town", "holder", "channel", "trade", "level", "turn", "claim_turn")},
    )


def after(day: date, count: int) -> date:
    """So many working days later."""
    return workdays.add_working_days(day, count, CALENDAR)


def before(day: date, count: int) -> date:
    """So many days earlier, or the last working day before that."""
    day -= timedelta(count)
    while not workdays.is_working_day(day, CALENDAR):
        day -= timedelta(1)
    return day
