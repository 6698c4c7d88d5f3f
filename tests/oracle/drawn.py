"""Random histories, drawn: an institution with its classes, people in them, and what becomes known of each in its order."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from random import Random
from typing import TypeVar

from tests.oracle.figures import CRAFT, FARMING, LEVELS
from tests.oracle.histories import OTHER_SCHOOL, SCHOOL, Fact, History, Setting, begin, told
from tests.oracle.judge import Course, Half, Institution, Person, Span, World

T = TypeVar("T")
SHORT, UPSKILL = "agricultural_short", "upskill"
CATEGORIES = {SHORT: ["rural_worker", "cooperative_member", "returning_migrant"], UPSKILL: ["enterprise_employee"]}
OTHER_CATEGORIES = ["registered_unemployed", "college_student", "veteran"]
STATUSES = ["employee_pension", "resident_pension", "public_payroll", "insured_employee", "full_time_student", "deceased"]
TRADES = {SHORT: sorted(FARMING), UPSKILL: ["6-31-01-03", "6-18-02-04"]}
FIRST_DAYS = {SHORT: date(2025, 5, 13), UPSKILL: date(2025, 6, 30)}  # of an upskilling class: the day before its terms change
LATER = {SHORT: 240, UPSKILL: 200}  # days: into the next calendar year


@dataclass
class Chance:
    """`wild`: how much is out of the ordinary."""

    random: Random
    wild: float = 1.0

    def now_and_then(self, share: float) -> bool:
        return self.random.random() < share * self.wild

    def one_of(self, values: Sequence[T]) -> T:
        return self.random.choice(values)

    def times(self, *shares: float) -> int:
        """Once for each share that comes up, until one does not."""
        count = 0
        while count < len(shares) and self.now_and_then(shares[count]):
            count += 1
        return count


def a_world(random: Random, wild: float = 1.0) -> World:
    """What is known in the end of one history."""
    setting = a_setting(random, wild)
    history = a_history(random, setting, "", wild)
    return told(begin(setting, [history]), [*setting.facts, *history.facts])


def a_setting(random: Random, wild: float = 1.0, *, for_one: bool = True) -> Setting:
    chance = Chance(random, wild)
    courses = _courses(chance)
    school = Institution(kind=chance.one_of(["cooperative", "enterprise", "private_school"]), account="of the school")
    return Setting(school, courses, tuple(_facts_about_all(chance, courses, for_one)), for_one)


def a_history(random: Random, setting: Setting, name: str, wild: float = 1.0) -> History:
    """Of one to three people, whose names begin with `name`."""
    chance = Chance(random, wild)
    courses = setting.courses
    people = {
        f"{name} {number}".strip(): _person(chance, courses)
        for number in range(random.randint(1, 3) if setting.for_one else chance.one_of([1, 1, 2]))
    }
    rosters: dict[str, dict[str, str]] = {title: {} for title in courses}
    for who in people:
        there = chance.one_of([list(courses), list(courses), list(courses)[:1], list(courses)[-1:]])
        for title in there:
            rosters[title][who] = chance.one_of(["absent", "withdrawn"]) if chance.now_and_then(0.04) else "completed"
    facts = [fact for who in people for fact in _facts_about(chance, who, setting, [title for title in courses if who in rosters[title]])]
    if len(people) > 1 and chance.now_and_then(0.15):
        old, into = random.sample(list(people), 2)
        if not setting.for_one and people[into].account is None:  # as below: whether the other was paid before goes by when they became one
            people[into] = replace(people[into], account=f"own of {into}")
        facts.append(Fact("merge", f"merge of {old}", old, f"{old} is {into}", lambda world: world.merged.update({old: into})))
    first = list(rosters[next(iter(courses))])
    return History(people, rosters, tuple(facts), (chance.one_of(first),) if first and chance.now_and_then(0.02) else ())


def _courses(chance: Chance) -> dict[str, Course]:
    made: list[Course] = []
    for _ in range(chance.one_of([1, 1, 2])):
        scheme = chance.one_of([SHORT, SHORT, UPSKILL])
        trade = chance.one_of(TRADES[scheme])
        starts_on = FIRST_DAYS[scheme] + timedelta(days=chance.one_of([0, 0, 1, 3, LATER[scheme]]))
        if made and chance.now_and_then(0.3):
            starts_on = made[0].starts_on  # two classes at once
        if made and made[0].scheme == scheme and chance.random.random() < 0.5:
            trade = made[0].trade
        elif scheme == SHORT and chance.now_and_then(0.1):
            trade = chance.one_of([*sorted(CRAFT), "6-18-02-04"])
        days = 4 if chance.now_and_then(0.03) else chance.one_of([1, 2, 3, 3])
        made.append(
            Course(
                scheme=scheme,
                institution=SCHOOL,
                starts_on=starts_on,
                ends_on=starts_on + timedelta(days=days - 1),
                trade=trade,
                filing_no=None if "-" in trade or chance.now_and_then(0.03) else "州备-0001",
                level=chance.one_of(LEVELS[1:4]) if scheme == UPSKILL else None,
                need_reason=chance.random.random() < 0.5,
                filed_on=chance.one_of([None, starts_on - timedelta(days=9)])
                if not chance.now_and_then(0.1)
                else starts_on + timedelta(days=chance.one_of([-1, 0, 1])),
                done=not chance.now_and_then(0.02),
                planned=2 * days,
            )
        )
    return {f"class {number}": course for number, course in enumerate(made)}


def _person(chance: Chance, courses: dict[str, Course]) -> Person:
    """Now and then on one side or the other of an age limit."""
    sex = chance.one_of(["male", "female"])
    born_on = date(chance.random.randint(1977, 2005), chance.random.randint(1, 12), chance.random.randint(1, 28))
    if chance.now_and_then(0.15):
        day = chance.one_of(list(courses.values())).starts_on
        born_on = _years_before(day, chance.one_of([16, 50, 53, 55, 60, 65, 66])) + timedelta(days=chance.one_of([-400, -31, -1, 0, 1, 31]))
    track = chance.one_of([None, "female_50", "female_55"]) if sex == "female" else None
    return Person(born_on, sex, track, account=str(chance.random.random()) if chance.random.random() < 0.9 else None)


def _facts_about(chance: Chance, who: str, setting: Setting, there: list[str]) -> list[Fact]:
    facts: list[Fact] = []
    courses = setting.courses
    start = min(course.starts_on for course in courses.values())

    def state(kind: str, values: Sequence[T], put: Callable[[World, T], None], of: str = "") -> None:
        matter = f"{kind} {of} of {who}"
        facts.extend(Fact(kind, matter, of if of in courses else who, f"{matter}: {value}", _puts(put, value)) for value in values)

    wanted = sorted({chance.one_of(CATEGORIES[course.scheme]) for course in courses.values()})
    state("categories", [_categories(chance, wanted, start) for _ in range(1 + chance.times(0.4, 0.6))], _of_person(who, "categories"))
    for number in range(chance.times(0.4, 0.4)):
        state("record", _record(chance, start), _recording(who, str(number)), str(number))
    if chance.now_and_then(0.2):
        gone = None if setting.for_one else "new"  # whether whoever has no account any more was paid before goes by when that came
        accounts = [chance.one_of([gone, "new", *["of several", "of the school"] * setting.for_one]) for _ in range(chance.one_of([1, 2]))]
        state(
            "account", [each and (each if each.startswith("of") else f"{each} of {who}") for each in accounts], _of_person(who, "account")
        )
    if chance.now_and_then(0.05):
        at = chance.one_of([SCHOOL, SCHOOL, OTHER_SCHOOL])
        span = (start + timedelta(days=chance.one_of([-9, 0, 2, 9])), None)
        state("teaching", chance.one_of([[[(at, span)]], [[(at, span)], []]]), _of_person(who, "teaches"))
    for title in there:
        state("sheet", [_sheet(chance, courses[title]) for _ in range(1 + chance.times(0.4, 0.6))], _signing(title, who), title)
        if chance.now_and_then(0.04):
            state("doubt", chance.one_of([[True], [True, False]]), _doubting(title, who, (courses[title].starts_on, "am")), title)
    if there and setting.for_one and chance.now_and_then(0.1):
        course = courses[chance.one_of(there)]
        paid = (
            who,
            course.trade,
            course.level,
            _years_before(course.starts_on, chance.one_of([1, 0, 0])),
            chance.one_of([0, 12000, 100000]),
        )
        state("outside", chance.one_of([[True], [True, False], [True, False, True]]), _outside(paid))
    return facts


def _facts_about_all(chance: Chance, courses: dict[str, Course], for_one: bool) -> list[Fact]:
    facts: list[Fact] = []
    start = min(course.starts_on for course in courses.values())

    def state(kind: str, values: Sequence[T], put: Callable[[World, T], None], of: str = SCHOOL) -> None:
        facts.extend(Fact(kind, f"{kind} {of}", of, f"{kind} of {of}: {value}", _puts(put, value)) for value in values)

    for status in STATUSES:
        last = start + timedelta(days=-1 if chance.now_and_then(0.03) else 365)
        state("list", [(date(2024, 1, 1), last), *[None] * chance.times(0.03)], _listing(status), status)
    state("designated", [[(date(2024, 1, 1), None)], *_spans(chance, start, 0.1)], _of_school("designated"))
    state("blacklisted", _spans(chance, start, 0.15), _of_school("blacklisted"))
    state("suspended", _spans(chance, start, 0.1), _of_school("suspended"))
    if chance.now_and_then(0.05):
        state("exit", [start + timedelta(days=chance.one_of([-1, 0, 1]))], _of_school("exited_on"))
    for title, course in courses.items():
        if for_one and chance.now_and_then(0.05):
            heads = [chance.random.randint(1, 3) for _ in range(chance.one_of([1, 2]))]
            state("heads", heads, _counting(title, (course.starts_on, "am")), title)
    return facts


def _spans(chance: Chance, start: date, share: float) -> list[list[Span]]:
    """What is told of a designation, a blacklisting or a suspension: with which days, with others, or none after all."""
    if not chance.now_and_then(share):
        return []
    spans: list[list[Span]] = []
    for _ in range(chance.one_of([1, 2])):
        from_on = start + timedelta(days=chance.one_of([-30, -1, 0, 1, 5]))
        spans.append([(from_on, chance.one_of([None, from_on + timedelta(days=chance.one_of([0, 1, 29, 30]))]))])
    return spans if chance.random.random() < 0.5 else [*spans, []]


def _categories(chance: Chance, wanted: list[str], day: date) -> list[tuple[str, Span]]:
    if not chance.now_and_then(0.15):
        return [(code, (day - timedelta(days=chance.one_of([0, 1, 400])), None)) for code in wanted]
    spans: list[Span] = [
        (day + timedelta(days=1), None),
        (day - timedelta(days=9), day - timedelta(days=1)),
        (day, day),
        (day - timedelta(days=9), None),
    ]
    codes = chance.random.sample([*wanted, *OTHER_CATEGORIES], chance.random.randint(0, 2))
    return [(code, chance.one_of(spans)) for code in codes]


def _record(chance: Chance, day: date) -> list[tuple[str, Span] | None]:
    """A status record: received, perhaps taken back, perhaps told again."""
    from_on = day + timedelta(days=chance.one_of([-60, -1, 0, 1, 2]))
    until_on = chance.one_of([None, max(from_on, day + timedelta(days=chance.one_of([-1, 0, 60])))])
    record: tuple[str, Span] = (chance.one_of(STATUSES), (from_on, until_on))
    return chance.one_of([[record], [record], [record, None], [record, None, record]])


def _sheet(chance: Chance, course: Course) -> frozenset[Half]:
    days = [course.starts_on + timedelta(days=day) for day in range((course.ends_on - course.starts_on).days + 1)]
    if chance.now_and_then(0.03):
        days.append(course.ends_on + timedelta(days=1))
    share = 0.7 if chance.now_and_then(0.3) else 1.0
    return frozenset((day, half) for day in days for half in ("am", "pm") if chance.random.random() < share)


def _puts(put: Callable[[World, T], None], value: T) -> Callable[[World], None]:
    return lambda world: put(world, value)


def _of_person(who: str, name: str) -> Callable[[World, T], None]:
    return lambda world, value: setattr(world.people[who], name, value)


def _of_school(name: str) -> Callable[[World, T], None]:
    return lambda world, value: setattr(world.institutions[SCHOOL], name, value)


def _recording(who: str, number: str) -> Callable[[World, tuple[str, Span] | None], None]:
    def put(world: World, record: tuple[str, Span] | None) -> None:
        world.people[who].records.pop(number, None)
        if record is not None:
            world.people[who].records[number] = record

    return put


def _signing(title: str, who: str) -> Callable[[World, frozenset[Half]], None]:
    """A sheet takes the place of the one before it."""

    def put(world: World, sheet: frozenset[Half]) -> None:
        course = world.courses[title]
        course.signed = {each for each in course.signed if each[0] != who} | {(who, half) for half in sheet}

    return put


def _doubting(title: str, who: str, half: Half) -> Callable[[World, bool], None]:
    def put(world: World, doubted: bool) -> None:
        (world.courses[title].doubted.add if doubted else world.courses[title].doubted.discard)((who, half))

    return put


def _outside(paid: tuple[str, str, str | None, date, int]) -> Callable[[World, bool], None]:
    def put(world: World, known: bool) -> None:
        (world.outside.append if known else world.outside.remove)(paid)

    return put


def _listing(status: str) -> Callable[[World, Span | None], None]:
    def put(world: World, span: Span | None) -> None:
        world.complete = [each for each in world.complete if each[0] != status] + ([(status, span)] if span else [])

    return put


def _counting(title: str, half: Half) -> Callable[[World, int], None]:
    return lambda world, heads: world.courses[title].counted.update({half: heads})


def _years_before(day: date, years: int) -> date:
    return day.replace(year=day.year - years)
