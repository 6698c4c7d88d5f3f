"""What eastwest asks of its neighbours, each as one call: only the fields that are read here, checked when they arrive."""

from collections.abc import Collection, Sequence
from datetime import date
from typing import Any
from uuid import UUID

from pydantic import BaseModel, ConfigDict

from shared import person_names
from shared.access import Call
from shared.http_client import read
from shared.names import IDS_AT_MOST
from shared.web import Kernel

NUMBERS_A_CALL = 500
PEOPLE_A_CALL = 10_000
FILES_A_CALL = 10_000


class _Read(BaseModel):
    model_config = ConfigDict(extra="ignore", frozen=True)


class PersonRead(_Read):
    """`known_as`: today's name and the earlier ones, one a line."""

    name: str
    known_as: str
    id_number_masked: str
    region_code: str | None = None

    def is_called(self, name: str) -> bool:
        return any(person_names.same(each, name) for each in self.known_as.splitlines())


class ClassRead(_Read):
    number: str
    institution_id: UUID
    starts_on: date


class NamesRead(_Read):
    """People and classes by id; an id that the registry does not know is left out."""

    trainees: dict[UUID, PersonRead] = {}
    classes: dict[UUID, ClassRead] = {}


class AttendedRead(_Read):
    trainee_id: UUID
    class_id: UUID
    institution_id: UUID
    order_id: UUID | None = None
    occupation_code: str | None = None
    starts_on: date
    ends_on: date
    attended_from_on: date | None = None
    attended_to_on: date | None = None


class AttendingRead(_Read):
    trainee_id: UUID
    sex: str
    birth_on: date


class HistoriesRead(_Read):
    """Which classes people attended, the one that ended first before the others; and of what sex and age they are."""

    classes: list[AttendedRead] = []
    people: list[AttendingRead] = []


class OrderPersonRead(_Read):
    trainee_id: UUID
    class_id: UUID
    ends_on: date


class _OrderPeopleRead(_Read):
    people: list[OrderPersonRead]


class CertificateRead(_Read):
    id: UUID
    trainee_id: UUID
    kind: str
    number: str
    occupation_code: str | None = None
    level: str | None = None
    issued_on: date
    revoked_on: date | None = None
    outside: bool
    exam_held_on: date | None = None


class _CertificatesRead(_Read):
    certificates: list[CertificateRead]


class TrainedRead(_Read):
    completed_on: date | None
    region_code: str | None


class _TrainedFacts(_Read):
    people: dict[UUID, TrainedRead]


class _FileRead(_Read):
    id: UUID


class _FilesRead(_Read):
    files: list[_FileRead]


class _FoundRead(_Read):
    index: int
    id: UUID | None


class _LookupRead(_Read):
    items: list[_FoundRead]


async def names(kernel: Kernel, call: Call, *, trainee_ids: Collection[UUID] = (), class_ids: Collection[UUID] = ()) -> NamesRead:
    people, classes = _sorted(trainee_ids), _sorted(class_ids)
    found = NamesRead()
    for first in range(0, max(len(people), len(classes)), IDS_AT_MOST):
        some = slice(first, first + IDS_AT_MOST)
        body = {"trainee_ids": people[some], "institution_ids": [], "class_ids": classes[some]}
        told = read(NamesRead, await kernel.neighbours["registry"].post("/internal/v1/names", call, body), "registry")
        found.trainees.update(told.trainees)
        found.classes.update(told.classes)
    return found


async def order_trained(kernel: Kernel, call: Call, trainee_ids: Collection[UUID]) -> dict[UUID, TrainedRead]:
    """On which day each of these people had first completed a class that was trained to an order, and their town; of who is not registered, nothing."""
    found: dict[UUID, TrainedRead] = {}
    ids = _sorted(trainee_ids)
    for first in range(0, len(ids), PEOPLE_A_CALL):
        body = {"trainee_ids": ids[first : first + PEOPLE_A_CALL]}
        answer = await kernel.neighbours["registry"].post("/internal/v1/order-trained", call, body)
        found |= read(_TrainedFacts, answer, "registry").people
    return found


async def lookup(kernel: Kernel, call: Call, id_numbers: Sequence[str]) -> list[UUID | None]:
    """Who has these numbers, in their order; None: not registered."""
    found: list[UUID | None] = []
    for first in range(0, len(id_numbers), NUMBERS_A_CALL):
        asked = list(id_numbers[first : first + NUMBERS_A_CALL])
        answer = read(_LookupRead, await kernel.neighbours["registry"].post("/v1/trainees:lookup", call, {"id_numbers": asked}), "registry")
        by_index = {item.index: item.id for item in answer.items}
        found += [by_index.get(index) for index in range(len(asked))]
    return found


async def unknown_files(kernel: Kernel, call: Call, file_ids: Collection[UUID]) -> frozenset[UUID]:
    """Those that nobody uploaded, or nobody with whom the caller shares their files: naming one would open it."""
    known: set[UUID] = set()
    ids = _sorted(file_ids)
    for first in range(0, len(ids), FILES_A_CALL):
        body = {"file_ids": ids[first : first + FILES_A_CALL], "viewer": call.actor.wire()}
        answer = await kernel.neighbours["registry"].post("/internal/v1/files-named", call, body)
        known.update(each.id for each in read(_FilesRead, answer, "registry").files)
    return frozenset(file_ids) - known


async def histories(kernel: Kernel, call: Call, trainee_ids: Collection[UUID]) -> HistoriesRead:
    if not trainee_ids:
        return HistoriesRead()
    body = {"trainee_ids": _sorted(trainee_ids)}
    return read(HistoriesRead, await kernel.neighbours["registry"].post("/internal/v1/attended-classes", call, body), "registry")


async def order_people(kernel: Kernel, call: Call, order_id: UUID, as_of: date) -> list[OrderPersonRead]:
    """Who completed a class of this order that was over by then, the one that ended first before the others."""
    body = {"order_id": str(order_id), "as_of": str(as_of)}
    return read(_OrderPeopleRead, await kernel.neighbours["registry"].post("/internal/v1/order-people", call, body), "registry").people


async def tell_histories(kernel: Kernel, call: Call, trainee_ids: Collection[UUID]) -> HistoriesRead:
    """The same, told to the call as well: by them a placement's paper is warned of."""
    found = await histories(kernel, call, trainee_ids)
    told: dict[str, dict[str, Any]] = {str(each): {"classes": [], "person": None} for each in trainee_ids}
    for each in found.classes:
        told[str(each.trainee_id)]["classes"].append(each)
    for person in found.people:
        told[str(person.trainee_id)]["person"] = person
    call.told["histories"] = told
    return found


async def certificates(
    kernel: Kernel, call: Call, *, trainee_ids: Collection[UUID] = (), certificate_ids: Collection[UUID] = ()
) -> list[CertificateRead]:
    """Every certificate of these people, and those named."""
    if not trainee_ids and not certificate_ids:
        return []
    body = {"trainee_ids": _sorted(trainee_ids), "certificate_ids": _sorted(certificate_ids)}
    return read(
        _CertificatesRead, await kernel.neighbours["evaluation"].post("/internal/v1/certificate-facts", call, body), "evaluation"
    ).certificates


def _sorted(ids: Collection[UUID]) -> list[str]:
    return sorted({str(each) for each in ids})
