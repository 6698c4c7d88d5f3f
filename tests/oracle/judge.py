"""A second judge, plain and slow, written from the documents alone: who is paid what for which class, on all that is known in the end.

It imports nothing of the system. A world holds the facts as they are; `judge` goes through the claims in the order in which they were submitted.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from datetime import date, timedelta

from tests.oracle.figures import AGE_AT_LEAST, CRAFT, FARMING, HALF_DAYS_FOR_A_DAY, LEVELS, NEEDS_DESIGNATION, PROMISES, RETIREMENT, Promise

Span = tuple[date, date | None]  # both days inside; None: no end
Half = tuple[date, str]  # a day and its am | pm


@dataclass
class Person:
    born_on: date
    sex: str = "male"
    track: str | None = None  # of a woman's post: female_50 | female_55, where known
    categories: list[tuple[str, Span]] = field(default_factory=list)
    records: dict[str, tuple[str, Span]] = field(default_factory=dict)  # of statuses, those that were not taken back
    account: str | None = None
    teaches: list[tuple[str, Span]] = field(default_factory=list)  # at which institution, when


@dataclass
class Institution:
    kind: str = "cooperative"
    account: str | None = None
    designated: list[Span] = field(default_factory=list)
    blacklisted: list[Span] = field(default_factory=list)
    suspended: list[Span] = field(default_factory=list)
    exited_on: date | None = None


@dataclass
class Course:
    scheme: str
    institution: str
    starts_on: date
    ends_on: date
    trade: str  # occupation code, or the name of a trade outside the dictionary
    filing_no: str | None = None
    level: str | None = None
    need_reason: bool = False
    filed_on: date | None = None
    done: bool = True
    planned: int = 0  # half-days that the timetable has
    roster: dict[str, str] = field(default_factory=dict)  # person: completed | absent | withdrawn
    signed: set[tuple[str, Half]] = field(default_factory=set)
    doubted: set[tuple[str, Half]] = field(default_factory=set)  # signed when it could not have been
    counted: dict[Half, int] = field(default_factory=dict)  # heads that an inspection counted


@dataclass
class World:
    people: dict[str, Person] = field(default_factory=dict)
    institutions: dict[str, Institution] = field(default_factory=dict)
    courses: dict[str, Course] = field(default_factory=dict)
    merged: dict[str, str] = field(default_factory=dict)  # the number given up: the one kept
    complete: list[tuple[str, Span]] = field(default_factory=list)  # status lists, and the days for which each is complete
    outside: list[tuple[str, str, str | None, date, int]] = field(default_factory=list)  # person, trade, level, day, fen
    beside: dict[str, str] = field(default_factory=dict)  # the trade of a filing: the occupation it stands beside
    claims: list[tuple[str, str, list[str]]] = field(default_factory=list)  # name, course, people, in the order they were submitted


@dataclass(frozen=True)
class Verdict:
    """Of one line. `fen`: nothing if refused; what it would be if held."""

    verdict: str  # eligible | refused | held
    fen: int
    refused_for: frozenset[str]
    held_for: frozenset[str]


@dataclass(frozen=True)
class Used:
    """What a person has had: the trade, its level and the year."""

    person: str
    trade: str
    level: str | None
    year: int


def judge(world: World) -> dict[tuple[str, int], Verdict]:
    """Of every claim's every line: (claim, place of the line) and what it is judged to be."""
    used = [Used(kept(world, who), trade_of(world, trade), level, on.year) for who, trade, level, on, fen in world.outside if fen > 0]
    verdicts: dict[tuple[str, int], Verdict] = {}
    for claim, course_name, people in world.claims:
        course, now, seen = world.courses[course_name], [], set()
        for place, who in enumerate(people):
            person = kept(world, who)
            verdict = judge_line(world, course, person, used, {kept(world, name) for name in people}, again=person in seen)
            seen.add(person)
            verdicts[claim, place] = verdict
            if verdict.verdict != "refused" and verdict.fen > 0:
                now.append(Used(person, trade_of(world, course.trade), course.level, course.starts_on.year))
        used += now
    return verdicts


def judge_line(world: World, course: Course, who: str, used: Iterable[Used], claimed_with: set[str], *, again: bool = False) -> Verdict:
    """One person in one class, given what people have had before. `again`: they stand on an earlier line of the same claim."""
    person, day = known_of(world, who), course.starts_on
    terms = terms_of(course.scheme, day)
    signed = {half for name, half in course.signed if kept(world, name) == who}
    halves = {half for half in signed if day <= half[0] <= course.ends_on}
    refused, held = set[str](), set[str]()

    if again:
        refused.add("duplicate_line")
    class_rules(world, course, who, signed, terms, refused, held)
    age_rules(person, day, terms, refused, held)
    status_rules(world, person, day, terms, refused, held)
    institution_rules(world, course, terms, refused, held)
    if any(at == course.institution and meets(span, course) for at, span in person.teaches):
        refused.add("trainer_on_roster")
    beside = world.people.keys() if terms.payee == "trainee" else claimed_with
    if shares_account(world, who, beside, schools=terms.payee == "trainee"):
        held.add("shared_bank_account")

    died_on = min((span[0] for status, span in person.records.values() if status == "deceased"), default=date.max)
    if signed != halves or any(on > died_on for on, _ in signed) or any(kept(world, name) == who for name, _ in course.doubted):
        held.add("attendance_impossible")
    if overlaps(world, course, who, signed):
        held.add("overlapping_class")
    if course.planned and len(halves) * 100 < terms.percent_at_least * course.planned:
        refused.add("attendance_too_low")
    refused |= once_only(world, course, who, used)

    fen = terms.fen_a_person or min(full_days(halves), terms.days_at_most) * terms.fen_a_day
    if refused:
        return Verdict("refused", 0, frozenset(refused), frozenset(held))
    return Verdict("held" if held else "eligible", fen, frozenset(), frozenset(held))


def class_rules(world: World, course: Course, who: str, signed: set[Half], terms: Promise, refused: set[str], held: set[str]) -> None:
    """How long the class was, what it taught, when it was filed, and whether it was over; whom an inspection found there."""
    if not course.done or outcome_of(world, course, who) != "completed":
        refused.add("class_not_completed")
    if terms.class_days_at_most and (course.ends_on - course.starts_on).days + 1 > terms.class_days_at_most:
        refused.add("class_too_long")
    if "-" not in course.trade and course.filing_no is None:
        refused.add("trade_not_filed")
    if course.scheme == "agricultural_short" and not (course.trade in FARMING or (course.trade in CRAFT and course.need_reason)):
        refused.add("trade_not_allowed")
    if course.filed_on is not None and course.filed_on > course.starts_on:
        held.add("class_filed_late")
    for half, heads in course.counted.items():  # fewer heads than signatures: whoever has one of that day may be the one who was not there
        if heads < len({kept(world, name) for name, when in course.signed if when == half}) and any(on == half[0] for on, _ in signed):
            held.add("headcount_differs")


def age_rules(person: Person, day: date, terms: Promise, refused: set[str], held: set[str]) -> None:
    """Full years on the class's first day; where the terms name no age, until the statutory one, on whose day it is over."""
    years = full_years(person.born_on, day)
    if years < AGE_AT_LEAST:
        refused.add("age_below_limit")
    if terms.age_at_most:
        if years > terms.age_at_most:
            refused.add("age_above_limit")
        return
    tracks = ["male"] if person.sex == "male" else [person.track] if person.track else ["female_50", "female_55"]
    over = [months_old(person.born_on, day) >= retirement_months(person.born_on, track) for track in tracks]
    if all(over):
        refused.add("age_above_limit")
    elif any(over):  # the post is not known and decides: a person must look
        held.add("age_above_limit")


def full_years(born_on: date, day: date) -> int:
    """Someone born on 29 February turns a year older on 1 March in common years."""
    return day.year - born_on.year - ((day.month, day.day) < (born_on.month, born_on.day))


def months_old(born_on: date, day: date) -> int:
    """Full months, read as full years are: where the month lacks the day of birth, on the first of the next."""
    return (day.year - born_on.year) * 12 + day.month - born_on.month - (day.day < born_on.day)


def retirement_months(born_on: date, track: str) -> int:
    """The statutory age: one month later for each so many months of birth from the first that moves."""
    before, (year, month), step, most = RETIREMENT[track]
    moved = (born_on.year - year) * 12 + born_on.month - month
    return before if moved < 0 else min(before + moved // step + 1, most)


def status_rules(world: World, person: Person, day: date, terms: Promise, refused: set[str], held: set[str]) -> None:
    """Category and status on the class's first day; that no list is complete for it is no clean record."""
    if not any(code in terms.categories and within(span, day) for code, span in person.categories):
        refused.add("category_not_eligible")
    if any(status in terms.excluded and within(span, day) for status, span in person.records.values()):
        refused.add("status_excluded")
    checked = {status for status, span in [*person.records.values(), *world.complete] if within(span, day)}
    if terms.unverified_holds and terms.excluded - checked:
        held.add("status_unverified")


def institution_rules(world: World, course: Course, terms: Promise, refused: set[str], held: set[str]) -> None:
    """On the class's first day. A black list, a suspension and an exit hold the institution's money and never a trainee's own."""
    school, day = world.institutions[course.institution], course.starts_on
    if school.kind in NEEDS_DESIGNATION and not any(within(span, day) for span in school.designated):
        refused.add("institution_not_designated")
    if terms.payee != "organiser":
        return
    if any(within(span, day) for span in school.blacklisted):
        held.add("institution_blacklisted")
    if any(within(span, day) for span in school.suspended):
        held.add("institution_suspended")
    if school.exited_on is not None and school.exited_on <= day:
        held.add("institution_exited")


def once_only(world: World, course: Course, who: str, used: Iterable[Used]) -> set[str]:
    """With a level: once per occupation and level, none lower after a higher. Where one of two has none: once per trade in a calendar year."""
    mine = [each for each in used if each.person == who and each.trade == trade_of(world, course.trade)]
    again = any(each.year == course.starts_on.year for each in mine if course.level is None or each.level is None)
    had = [LEVELS.index(each.level) for each in mine if each.level is not None]
    rank = len(LEVELS) if course.level is None else LEVELS.index(course.level)
    return ({"already_subsidised"} if again or rank in had else set()) | (
        {"lower_level_after_higher"} if any(each > rank for each in had) else set()
    )


def overlaps(world: World, course: Course, who: str, halves: set[Half]) -> bool:
    """One person is in one class at a time: that another has a signature of the same half-day is for a person to look at, in both."""
    others = [other.signed for other in world.courses.values() if other is not course]
    return any(kept(world, name) == who and half in halves for signed in others for name, half in signed)


def known_of(world: World, who: str) -> Person:
    """The person, with all that is known under the numbers that were given up for theirs."""
    names = [name for name in world.people if kept(world, name) == who]
    every = [world.people[name] for name in names]
    return replace(
        world.people[who],
        categories=[each for person in every for each in person.categories],
        records={name + key: each for name, person in zip(names, every, strict=True) for key, each in person.records.items()},
        teaches=[each for person in every for each in person.teaches],
    )


def shares_account(world: World, who: str, beside: Iterable[str], *, schools: bool) -> bool:
    """One account for several of these people, or an institution's given as a person's: money due to a person goes to that person's own."""
    account = world.people[who].account
    others = [world.people[name].account for name in beside if name != who and name not in world.merged]
    return account is not None and account in others + [each.account for each in world.institutions.values() if schools]


def outcome_of(world: World, course: Course, who: str) -> str | None:
    """Of several entries under numbers that turned out one person's, the best stands."""
    found = [outcome for name, outcome in course.roster.items() if kept(world, name) == who]
    return next((each for each in ("completed", "absent", "withdrawn") if each in found), None)


def full_days(halves: set[Half]) -> int:
    days = {on for on, _ in halves}
    return sum(1 for day in days if len([half for half in halves if half[0] == day]) >= HALF_DAYS_FOR_A_DAY)


def terms_of(scheme: str, day: date) -> Promise:
    return [each for each in PROMISES[scheme] if each.from_on <= day][-1]


def trade_of(world: World, trade: str) -> str:
    """A filed trade that stands beside an occupation is that occupation under another name."""
    return world.beside.get(trade, trade)


def kept(world: World, who: str) -> str:
    while who in world.merged:
        who = world.merged[who]
    return who


def within(span: Span, day: date) -> bool:
    return span[0] <= day and (span[1] is None or day <= span[1])


def meets(span: Span, course: Course) -> bool:
    day = course.starts_on
    while day <= course.ends_on:
        if within(span, day):
            return True
        day += timedelta(days=1)
    return False
