"""The registry and evaluation as eastwest sees them: plain functions behind httpx's transport, and the bodies that tests send."""

import json
from dataclasses import dataclass, field
from datetime import date
from typing import Any
from uuid import UUID

import httpx

from shared import db
from shared.months import months_after
from shared.privacy import mask_number
from tests import people
from tests.conftest import Service

ORDERED, CLASS, STANDARD, EXAM, ISSUED, START = "2025-03-01", "2025-03-10", "2025-03-05", "2025-04-20", "2025-04-25", "2025-05-30"
USCC = "91110000600037341L"
EARLIER_NAME = "曾用名"


@dataclass
class Neighbours:
    """What the others know. `asked` counts their calls; `away` names who does not answer."""

    ids: dict[str, UUID] = field(default_factory=dict)
    people: dict[str, dict[str, Any]] = field(default_factory=dict)
    classes: dict[str, dict[str, Any]] = field(default_factory=dict)
    certificates: list[dict[str, Any]] = field(default_factory=list)
    attended: list[dict[str, Any]] = field(default_factory=list)
    order_people: list[dict[str, Any]] = field(default_factory=list)
    trained: dict[str, str] = field(default_factory=dict)  # the day on which people completed an order class, by who they are as merged
    asked: list[str] = field(default_factory=list)
    born: dict[str, dict[str, Any]] = field(default_factory=dict)  # sex and day, by person, where the registry says
    away: set[str] = field(default_factory=set)

    def person(self, n: int, *, certified: bool = True, number: str | None = None, name: str | None = None) -> UUID:
        """The n-th invented person, registered, and certified for the post unless not."""
        trainee_id, number = db.new_id(), number or people.id_number(n)
        self.ids[number] = trainee_id
        name = name or people.name(n)
        self.people[str(trainee_id)] = {
            "name": name,
            "known_as": f"{name}\n{EARLIER_NAME}",
            "id_number_masked": mask_number(number),
            "region_code": "522601100",
        }
        if certified:
            self.certificate(trainee_id)
        return trainee_id

    def certificate(self, trainee_id: UUID, **changed: Any) -> UUID:
        certificate_id = db.new_id()
        self.certificates.append(
            {
                "id": str(certificate_id),
                "trainee_id": str(trainee_id),
                "kind": "skill_level",
                "number": "Y000052012325500001",
                "occupation_code": "6-31-01-03",
                "level": "junior",
                "issued_on": ISSUED,
                "revoked_on": None,
                "outside": False,
                "exam_held_on": EXAM,
                "status": "valid",
            }
            | changed
        )
        return certificate_id

    def training_class(self, starts_on: str = CLASS) -> UUID:
        class_id = db.new_id()
        self.classes[str(class_id)] = {
            "name": "电工班",
            "number": "KL-PX-2025-000001",
            "institution_id": str(db.new_id()),
            "region_code": "522601100",
            "starts_on": starts_on,
        }
        return class_id

    def attends(self, trainee_id: UUID, starts_on: str = CLASS, ends_on: str = "2025-04-18", **of: Any) -> UUID:
        """A class that this person attended."""
        class_id = self.training_class(starts_on)
        school = self.classes[str(class_id)]["institution_id"]
        told = {
            "trainee_id": str(trainee_id),
            "class_id": str(class_id),
            "institution_id": school,
            "starts_on": starts_on,
            "ends_on": ends_on,
        }
        self.attended.append(told | {"attended_from_on": starts_on, "attended_to_on": ends_on} | of)
        return class_id

    def answer(self, request: httpx.Request) -> httpx.Response:
        service, path = request.url.host.removesuffix(".test"), request.url.path
        self.asked.append(path)
        if service in self.away:
            return httpx.Response(503, json={})
        body = json.loads(request.content or b"{}")
        match path:
            case "/v1/trainees:lookup":
                ids = [self.ids.get(number) for number in body["id_numbers"]]
                return httpx.Response(200, json={"items": [{"index": index, "id": each and str(each)} for index, each in enumerate(ids)]})
            case "/internal/v1/names":
                return httpx.Response(
                    200,
                    json={
                        "trainees": {each: self.people[each] for each in body.get("trainee_ids", ()) if each in self.people},
                        "institutions": {},
                        "classes": {each: self.classes[each] for each in body.get("class_ids", ()) if each in self.classes},
                    },
                )
            case "/internal/v1/attended-classes":
                classes = [each for each in self.attended if each["trainee_id"] in body["trainee_ids"]]
                known = [self.born[each] | {"trainee_id": each} for each in body["trainee_ids"] if each in self.born]
                return httpx.Response(200, json={"classes": classes, "people": known})
            case "/internal/v1/order-people":
                found = [each for each in self.order_people if each["order_id"] == body["order_id"] and each["ends_on"] <= body["as_of"]]
                return httpx.Response(200, json={"people": found})
            case "/internal/v1/order-trained":
                asked = body["trainee_ids"]
                towns = {each: self.people.get(each, {}).get("region_code", "522601100") for each in asked}
                told = {each: {"completed_on": self.trained.get(each), "region_code": towns[each]} for each in asked}
                return httpx.Response(200, json={"people": told})
            case "/internal/v1/certificate-facts":
                asked = set(body["trainee_ids"]) | set(body["certificate_ids"])
                return httpx.Response(
                    200, json={"certificates": [each for each in self.certificates if asked & {each["id"], each["trainee_id"]}]}
                )
        return httpx.Response(404, json={})


def introduce(eastwest: Service) -> Neighbours:
    """Gives the service its neighbours."""
    made = Neighbours()
    for name in ("registry", "evaluation"):
        eastwest.kernel.neighbours[name].transport = httpx.MockTransport(made.answer)
    return made


def key() -> dict[str, str]:
    return {"Idempotency-Key": str(db.new_id())}


def order(number: str = "FS-2025-0017", **changed: Any) -> dict[str, Any]:
    return {
        "number": number,
        "employer": {"name": "佛山市顺德区某电器有限公司", "uscc": USCC, "district_code": "440606"},
        "occupation_code": "6-31-01-03",
        "posts": 40,
        "ordered_on": ORDERED,
        "wage_from": "4500.00",
        "wage_to": "6000.00",
        "until_on": "2025-12-31",
        "standard": {
            "certificate_kind": "skill_level",
            "occupation_code": "6-31-01-03",
            "level": "junior",
            "set_on": STANDARD,
            "text": "持电工证",
        },
    } | changed


def update(ref: str, kind: str = "started", on: str = START, **more: Any) -> dict[str, Any]:
    return {"external_ref": ref, "kind": kind, "effective_on": on} | more


def evidence(from_on: str, to_on: str, grade: str = "B", **more: Any) -> list[dict[str, Any]]:
    return [{"grade": grade, "covers_from_on": from_on, "covers_to_on": to_on} | makes(grade, from_on, to_on) | more]


def makes(grade: str, from_on: str, to_on: str) -> dict[str, Any]:
    """What makes evidence of this grade whole."""
    if grade == "A":
        first = date.fromisoformat(from_on)
        months = (f"{months_after(first, each):%Y-%m}" for each in range(60))
        return {"insured_months": [each for each in months if each <= to_on[:7]]}
    return {"paid_on": to_on} if grade == "B" else {}


async def placed(partner: httpx.AsyncClient, trainee_id: UUID, number: str = "FS-2025-0017", **more: Any) -> dict[str, Any]:
    """A placement of this person on the order of that number, which is entered when it is not there yet."""
    entered = await partner.post("/v1/orders", json=order(number))
    order_id = entered.json()["id"] if entered.status_code == 201 else entered.json()["existing_id"]
    made = await partner.post("/v1/placements", json={"order_id": order_id, "trainee_id": str(trainee_id)} | more, headers=key())
    assert made.status_code == 201, made.text
    return dict(made.json())


async def report(client: httpx.AsyncClient, placement_id: str, body: dict[str, Any]) -> httpx.Response:
    return await client.post(f"/v1/placements/{placement_id}/updates", json=body, headers=key())
