"""Histories in many orders of arrival, and whether each person was paid in the end what the oracle says on all that is known then."""

from collections.abc import Iterator, Sequence
from random import Random

from tests.conftest import Start
from tests.oracle.drawn import a_history, a_setting
from tests.oracle.histories import Fact, History, Setting, begin, shuffled, told
from tests.oracle.judge import judge, kept, terms_of
from tests.oracle.office import Office
from tests.oracle.runs import Run

ROUNDS = 4
KNOWN_EARLY = {"list", "designated"}
Owed = dict[tuple[str, str], int]  # by class and person, fen


async def paid_otherwise(start: Start, names: Sequence[str], histories: int, orders: int) -> list[str]:
    """Whoever was paid something else than is due when all has arrived, in whatever order. `names`: of the settings; so many histories in each, and each
    in so many `orders`. What was posted and paid stands as it was written, and the books balance after every round."""
    runs = [run for name in names for run in in_many_orders(name, histories, orders)]
    async with start("subsidy") as subsidy:
        office = Office(subsidy, runs)
        await office.open()
        before = await office.books()
        for number in (*range(ROUNDS), None):
            await (office.finish() if number is None else office.work(number))
            now = await office.books()
            for was, stands in zip(before, now, strict=True):
                assert was.items() <= stands.items(), "what was written of money was rewritten"
            before = now
        net = await office.net()
    due = {id(history): owed(run.setting, history) for run in runs for history in run.histories}
    return [said for run in runs for history in run.histories for said in _otherwise(run, due[id(history)], net)]


def in_many_orders(name: str, histories: int, orders: int) -> Iterator[Run]:
    setting = a_setting(Random(name), 0.5, for_one=False)
    every = [a_history(Random(f"{name} {number}"), setting, f"history {number}") for number in range(histories)]
    facts = [*setting.facts, *(fact for history in every for fact in history.facts)]
    for order in range(orders):
        rounds = arriving(facts, Random(f"{name} order {order}"))
        yield Run(f"{name} order {order}", setting, every, rounds, told=order == 0, fast=order % 2 == 0, supplements=order % 4 == 0)


def arriving(facts: Sequence[Fact], random: Random) -> list[list[Fact]]:
    """What becomes known before each round of the office: each matter at moments of its own, what opens it more often than not before the first claim."""
    rounds: list[list[Fact]] = [[] for _ in range(ROUNDS)]
    matters: dict[str, list[Fact]] = {}
    for fact in facts:
        matters.setdefault(fact.matter, []).append(fact)
    for of_one in matters.values():
        moments = sorted(random.randrange(ROUNDS) for _ in of_one)
        if random.random() < (0.95 if of_one[0].kind in KNOWN_EARLY else 0.6):
            moments[0] = 0
        for moment, fact in zip(moments, of_one, strict=True):
            rounds[moment].append(fact)
    return [shuffled(each, random) for each in rounds]


def owed(setting: Setting, history: History) -> list[Owed]:
    """What each person is to have been paid in the end for each class. What is held is not paid. By the order in which the classes were claimed for: it
    alone may decide for which of them once-only rules pay, as a class may be claimed for again later."""
    found = []
    for claims_first in (1, -1):
        world = told(begin(setting, [history]), [*setting.facts, *history.facts])
        world.claims = world.claims[::claims_first]
        verdicts, due = judge(world), Owed()
        for claim, title, names in world.claims:
            course = world.courses[title]
            to_organiser = terms_of(course.scheme, course.starts_on).payee == "organiser"
            for place, name in enumerate(names):
                verdict, who = verdicts[claim, place], kept(world, name)
                reached = to_organiser or world.people[who].account is not None
                due[title, who] = due.get((title, who), 0) + (verdict.fen if verdict.verdict == "eligible" and reached else 0)
        found.append(due)
    return found


def _otherwise(run: Run, due: Sequence[Owed], net: Owed) -> Iterator[str]:
    for who in sorted({who for _, who in due[0]}):
        paid = {key: net.get((run.id(key[0]), run.id(who)), 0) for key in due[0] if key[1] == who}
        wanted = [{key: fen for key, fen in each.items() if key[1] == who} for each in due]
        if paid not in wanted:
            yield f"{run.name}: paid {paid}, due {wanted}"
