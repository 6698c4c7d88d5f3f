"""What must hold of what is said about a class of past years. The rules on what a class's days can hold do not: it is kept as it was told."""

from dataclasses import replace
from datetime import date
from typing import Any

from services.registry import fields
from services.registry.people.outside_payments import rules as payments
from services.registry.people.trainees import rules as trainees
from services.registry.people.trainees.rules import Person
from services.registry.people.trainees.schemas import TraineeIn
from services.registry.reference.rules import born_by
from services.registry.training.classes import rules as classes
from services.registry.training.history_imports.schemas import PastClassIn
from shared import wire
from shared.errors import Fault
from shared.national_numbers import compact


def _over(body: PastClassIn, today: date) -> list[Fault]:
    found = fields.backwards(body.starts_on, body.ends_on, "/ends_on")
    if found or body.ends_on <= today:
        return found
    fix = "往年数据只收已结束的班级;未结束的请在 /v1/classes 申报。"
    return [Fault("in_the_future", "/ends_on", seen=str(body.ends_on), allowed=f"不晚于今天 {today}", fix=fix)]


def _trade(body: PastClassIn, today: date) -> list[Fault]:
    """Of old trades not every one was filed."""
    return [] if body.occupation_code is None and body.trade_name else classes.trade(body, today)


RULES = (_over, _trade, *classes.KNOWN)


def _people(body: Any, today: date) -> list[Fault]:
    return [fault for each in _read_people(body, today) if isinstance(each, tuple) for fault in each]


def _payments(body: Any, today: date) -> list[Fault]:
    return [
        under(f"/payments/{index}", fault) for index, each in enumerate(body.payments) for fault in wire.faults(payments.RULES, each, today)
    ]


def _born(body: Any, today: date) -> list[Fault]:
    """By the class's first day."""
    return [
        fault
        for index, each in enumerate(body.people)
        for fault in born_by(each.id_number, body.starts_on, today, f"/people/{index}/id_number")
    ]


WHOLE = (*RULES, _people, _born, _payments)


def read(body: PastClassIn, today: date) -> list[Person] | tuple[Fault, ...]:
    """The people of a class as they are to be registered, in order; or every fault of the class, its people and its payments."""
    if faults := wire.faults(WHOLE, body, today):
        return tuple(faults)
    return [each for each in _read_people(body, today) if not isinstance(each, tuple)]


def _read_people(body: Any, today: date) -> list[Person | tuple[Fault, ...]]:
    """Each as they are to be registered, or what is wrong with them."""
    found, before = list[Person | tuple[Fault, ...]](), set[str]()
    for index, each in enumerate(body.people):
        said = {"name": each.name, "id_number": each.id_number, "phone": None, "region_code": each.region_code or body.region_code}
        person = trainees.person(TraineeIn.model_validate(said), today)
        faults = [twice(index)] if (number := compact(each.id_number)) in before else []
        before.add(number)
        if isinstance(person, tuple):
            told = (fault for fault in person if each.region_code or fault.pointer != "/region_code")
            faults += [under(f"/people/{index}", fault) for fault in told]
        found.append(person if isinstance(person, Person) and not faults else tuple(faults))
    return found


def twice(index: int) -> Fault:
    return Fault("duplicate_item", f"/people/{index}/id_number", fix="与前面一名学员是同一人,请删去本项。")


def under(pointer: str, fault: Fault) -> Fault:
    return replace(fault, pointer=f"{pointer}{fault.pointer or ''}")
