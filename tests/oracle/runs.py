"""One setting's histories in one order of arrival, and how the registry announces their facts."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from shared import db
from tests.oracle.histories import SCHOOL, Fact, History, Setting, begin
from tests.oracle.judge import World
from tests.oracle.telling import Telling, id_of


@dataclass
class Run:
    """The histories of one setting in one order of arrival. `rounds`: what becomes known before each round of the office; `told`: each fact by its own
    event, as the registry sends it, and not all of a round at once; `fast`: a claim is paid in the round in which it is made, so that what becomes known later
    finds money that was paid, else it goes on by one step a round; `supplements`: what is due beyond is claimed on a supplement, else all of it anew."""

    name: str
    setting: Setting
    histories: Sequence[History]
    rounds: list[list[Fact]]
    told: bool = False
    fast: bool = False
    supplements: bool = False
    world: World = field(init=False)
    telling: Telling = field(init=False)

    def __post_init__(self) -> None:
        self.world = begin(self.setting, self.histories)
        self.telling = Telling(self.name, self.world)

    def id(self, name: str) -> str:
        return str(id_of(self.name, name))


def as_event(run: Run, fact: Fact) -> tuple[str, UUID, dict[str, Any]]:
    """What the registry announces of a fact that is known by now: the event's type, its subject and what it says besides."""
    about, school = id_of(run.name, fact.about), run.world.institutions[SCHOOL]
    match fact.kind:
        case "merge":
            return "trainee.merged", about, {"merged_into": run.id(run.world.merged[fact.about])}
        case "categories" | "account":
            return "trainee.changed", about, {"fields": ["categories" if fact.kind == "categories" else "bank_account"]}
        case "record":
            return "status_record.received", db.new_id(), {"trainee_id": str(about)}
        case "outside":
            return "outside_payment.recorded", db.new_id(), {"trainee_id": str(about)}
        case "teaching":
            return "teacher.changed", db.new_id(), {"institution_id": run.id(SCHOOL)}
        case "sheet" | "doubt":
            return "attendance.recorded", about, {}
        case "list":
            return "status_list.completed", db.new_id(), {"from_on": "2024-01-01"}
        case "blacklisted" if school.blacklisted:
            [(first, last)] = school.blacklisted
            return "institution.blacklisted", about, {"from_on": str(first), "until_on": last and str(last)}
        case "blacklisted":
            return "institution.reinstated", about, {}
        case _:
            return f"institution.{'exited' if fact.kind == 'exit' else fact.kind}", about, {}
