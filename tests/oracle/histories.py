"""Random histories: people in one or two classes, and the facts about them in the order in which they become known.

Facts on one matter (a sign-in sheet, a status record, an account …) come in their order: stated, corrected, corrected again, taken back. Facts on different
matters come in any: `shuffled` is one such order. What is true when all have come does not depend on it.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from random import Random

from tests.oracle.judge import Course, Institution, Person, World

SCHOOL, OTHER_SCHOOL = "school", "another school"


@dataclass(frozen=True)
class Fact:
    """Something that becomes known about someone or something: a person, a class, the institution, a list. `kind`: what the matter is of."""

    kind: str
    matter: str
    about: str
    words: str
    tell: Callable[[World], None]


@dataclass(frozen=True)
class Setting:
    """An institution, its classes, and the facts that concern everyone in them."""

    school: Institution
    courses: dict[str, Course]
    facts: tuple[Fact, ...]
    for_one: bool = True  # one history only: what is looked at over a whole claim or class may be told as well


@dataclass(frozen=True)
class History:
    """People in the classes of a setting, and the facts about them."""

    people: dict[str, Person]
    rosters: dict[str, dict[str, str]]  # class: person: how they ended there
    facts: tuple[Fact, ...]
    again: tuple[str, ...] = ()  # people whom the first claim names once more


def begin(setting: Setting, histories: Sequence[History]) -> World:
    """What is known before anything else: who exists, and who was in which class."""
    return World(
        people={
            name: replace(each, categories=[], records={}, teaches=[]) for history in histories for name, each in history.people.items()
        },
        institutions={SCHOOL: replace(setting.school), OTHER_SCHOOL: Institution(account="of the other school")},
        courses={
            title: replace(
                course,
                roster={name: outcome for history in histories for name, outcome in history.rosters[title].items()},
                signed=set(),
                doubted=set(),
                counted={},
            )
            for title, course in setting.courses.items()
        },
        claims=[
            (
                f"claim for {title}",
                title,
                [name for history in histories for name in (*history.rosters[title], *(history.again if not number else ()))],
            )
            for number, title in enumerate(setting.courses)
        ],
    )


def told(world: World, facts: Sequence[Fact]) -> World:
    for fact in facts:
        fact.tell(world)
    return world


def shuffled(facts: Sequence[Fact], random: Random) -> list[Fact]:
    """One order of arrival: the matters mixed, each in its own order."""
    waiting: dict[str, list[Fact]] = {}
    for fact in facts:
        waiting.setdefault(fact.matter, []).append(fact)
    matters = [fact.matter for fact in facts]
    random.shuffle(matters)
    return [waiting[matter].pop(0) for matter in matters]
