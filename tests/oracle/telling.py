"""What the registry would tell of a world as it is known now: the facts that a claim for one of its classes is judged by."""

from collections import defaultdict
from collections.abc import Collection
from functools import cache
from typing import Any
from uuid import NAMESPACE_OID, UUID, uuid5

from tests.oracle.figures import NEEDS_DESIGNATION
from tests.oracle.judge import Course, Half, Span, World, kept, meets, within

TOWN = "522601100"
OUTCOMES = ["completed", "absent", "withdrawn"]


def id_of(world: str, name: str) -> UUID:
    """The same name in the same world is the same id."""
    return uuid5(NAMESPACE_OID, f"{world}/{name}")


class Telling:
    """A world at a moment; `name`: what it is called, for the ids in it."""

    def __init__(self, name: str, world: World) -> None:
        self.name, self.world = name, world
        self.numbers: dict[str, list[str]] = defaultdict(list)  # of a person, with those given up
        self.holders: dict[str, list[str]] = defaultdict(list)  # of an account
        self.signed: dict[str, dict[str, set[Half]]] = {}
        for number, person in world.people.items():
            self.numbers[kept(world, number)].append(number)
            if person.account is not None and number not in world.merged:
                self.holders[person.account].append(number)
        for title, course in world.courses.items():
            here = self.signed[title] = defaultdict(set)
            for number, half in course.signed:
                here[number].add(half)

    def id(self, name: str) -> str:
        return str(id_of(self.name, name))

    def claim_facts(self, title: str, wanted: Collection[str] | None = None) -> dict[str, Any]:
        """The answer to who asks for a class and its people, by id (None: all but those withdrawn)."""
        course, rows = self.world.courses[title], self.rows(title)
        chosen = [row for row in rows if (row["outcome"] != "withdrawn" if wanted is None else row["trainee_id"] in wanted)]
        return {
            "class": self._class(title, course),
            "lists_complete": sorted({status for status, span in self.world.complete if within(span, course.starts_on)}),
            "enrolments": chosen,
            "unknown_trainee_ids": sorted(set(wanted or ()) - {row["trainee_id"] for row in chosen}),
        }

    @cache  # noqa: B019
    def rows(self, title: str) -> list[dict[str, Any]]:
        """Everyone who was ever enrolled, one row a person."""
        course = self.world.courses[title]
        enrolled: dict[str, list[str]] = defaultdict(list)  # under which numbers, by person
        for number in course.roster:
            enrolled[kept(self.world, number)].append(number)
        return [self._enrolment(title, course, who, numbers) for who, numbers in enrolled.items()]

    def _class(self, title: str, course: Course) -> dict[str, Any]:
        school, day = self.world.institutions[course.institution], course.starts_on
        coded = "-" in course.trade
        listed = next((span for span in school.blacklisted if within(span, day)), None)
        suspended = next((span for span in school.suspended if within(span, day)), None)
        return {
            "id": self.id(title),
            "number": title,
            "name": title,
            "status": "completed" if course.done else "in_progress",
            "channel": course.scheme,
            "occupation_code": course.trade if coded else None,
            "trade_name": None if coded else course.trade,
            "trade_filing_no": course.filing_no,
            "level": course.level,
            "starts_on": str(day),
            "ends_on": str(course.ends_on),
            "hours": 4,
            "filed_at": None if course.filed_on is None else f"{course.filed_on}T10:00:00+08:00",
            "late_reason": "教师临时调整。" if course.filed_on else None,
            "need_reason": "本村合作社确有需要。" if course.need_reason else None,
            "headcounts": [
                {"on": str(half[0]), "half_day": half[1], "headcount": heads, "attended": self._present(title, half)}
                for half, heads in course.counted.items()
            ],
            "institution": {
                "id": self.id(course.institution),
                "name": course.institution,
                "needs_designation": school.kind in NEEDS_DESIGNATION,
                "designated": any(within(span, day) for span in school.designated),
                "blacklisted": listed is not None,
                "blacklisted_until_on": _last(listed),
                "suspended": suspended is not None,
                "suspended_until_on": _last(suspended),
                "exited": school.exited_on is not None and school.exited_on <= day,
                "exited_on": None if school.exited_on is None else str(school.exited_on),
                "bank_account_key": school.account,
            },
        }

    def _present(self, title: str, half: Half) -> int:
        return len({kept(self.world, number) for number, halves in self.signed[title].items() if half in halves})

    def _enrolment(self, title: str, course: Course, who: str, enrolled: list[str]) -> dict[str, Any]:
        """One person, with all that was recorded under the numbers that are theirs."""
        person, every = self.world.people[who], [self.world.people[each] for each in self.numbers[who]]
        halves = {half for each in enrolled for half in self.signed[title][each]}
        elsewhere = [
            (other, half) for other in self.signed if other != title for each in self.numbers[who] for half in self.signed[other][each]
        ]
        return {
            "enrolment_id": self.id(f"{title} {enrolled[0]}"),
            "trainee_id": self.id(who),
            "name": "杨秀英",
            "id_number_masked": "5226**********0017",
            "birth_on": str(person.born_on),
            "sex": person.sex,
            "retirement_track": person.track,
            "region_code": TOWN,
            "outcome": min((course.roster[each] for each in enrolled), key=OUTCOMES.index),
            "categories": [
                {"code": code, "since_on": str(span[0]), "until_on": _last(span)} for each in every for code, span in each.categories
            ],
            "statuses": [
                {"status": status, "from_on": str(span[0]), "until_on": _last(span), "source": "名单"}
                for each in every
                for status, span in each.records.values()
            ],
            "half_days": [{"on": str(on), "half_days": sum(each[0] == on for each in halves)} for on in sorted({on for on, _ in halves})],
            "impossible": [
                {"on": str(on), "half_day": half, "why": "outside_hours"} for name, (on, half) in sorted(course.doubted) if name in enrolled
            ],
            "attended_other_class": [
                {"class_number": other, "on": str(half[0]), "half_day": half[1]} for other, half in sorted(elsewhere) if half in halves
            ],
            "teaches_class": False,
            "teaches_institution": any(at == course.institution and meets(span, course) for each in every for at, span in each.teaches),
            "bank_account_key": person.account,
            "account_shared_with": [self.id(each) for each in self.holders.get(person.account or "", ()) if each != who],
            "account_of_institution": next(
                (name for name, each in self.world.institutions.items() if person.account == each.account), None
            ),
        }


def _last(span: Span | None) -> str | None:
    return None if span is None or span[1] is None else str(span[1])
