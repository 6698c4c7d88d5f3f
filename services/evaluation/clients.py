"""What evaluation asks of its neighbours, each as one call: only the fields that are read here, checked when they arrive."""

import asyncio
from collections.abc import Collection, Mapping, Sequence
from datetime import date
from decimal import Decimal
from typing import Literal
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field

from shared import errors, person_names
from shared.access import Call
from shared.http_client import read
from shared.steps import Refusal
from shared.web import Kernel

NOT_TOLD = (errors.Unavailable, errors.UpstreamTimeout, errors.UpstreamFailed)


class _Read(BaseModel):
    model_config = ConfigDict(extra="ignore", frozen=True)


class TraineeName(_Read):
    """`known_as`: today's name and the earlier ones, one a line."""

    name: str
    known_as: str
    id_number_masked: str

    def is_called(self, name: str) -> bool:
        return any(person_names.same(each, name) for each in self.known_as.splitlines())


class Holder(TraineeName):
    """Who holds a certificate, and whose worker they are today."""

    id: UUID
    birth_on: date = date.min  # as long as a registry of an earlier version answers
    employer_id: UUID | None


class SkillStandard(_Read):
    """What special skills of one trade are examined by, and from when to when."""

    name: str
    occupation_code: str | None
    from_on: date | None
    until_on: date | None

    def stands(self, on: date) -> bool:
        return self.from_on is not None and self.from_on <= on and (self.until_on is None or on <= self.until_on)


class Holders(_Read):
    """`schools`: of each class the institution that teaches it. `skill_standards`: those asked about that there are."""

    trainees: list[Holder]
    schools: dict[UUID, UUID]
    skill_standards: dict[UUID, SkillStandard] = {}

    @property
    def by_id(self) -> dict[UUID, Holder]:
        return {each.id: each for each in self.trainees}


class _HolderNumber(_Read):
    id: UUID
    id_number: str


class _HolderNumbers(_Read):
    trainees: list[_HolderNumber]


class InstitutionName(_Read):
    name: str
    kind: str


class Names(_Read):
    trainees: dict[UUID, TraineeName]
    institutions: dict[UUID, InstitutionName]


class _File(_Read):
    id: UUID


class _Files(_Read):
    files: list[_File]


class CandidateRead(_Read):
    """`categories`: those of the day asked for; `employed_here`: on it, by the institution asked for; `registered_here`: by the institution asked for; `enrolled`: in the class asked for."""

    id: UUID
    name: str
    id_number_masked: str
    employed_here: bool
    registered_here: bool
    categories: list[str]
    enrolled: bool = False


class TeacherRead(_Read):
    name: str
    id_number_masked: str


class ClassRead(_Read):
    id: UUID
    institution_id: UUID
    status: str
    level: str | None
    starts_on: date
    ends_on: date
    teachers: list[TeacherRead]


class AssessmentFacts(_Read):
    """The candidates that the registry knows, and the class with its teachers (None: no such class, or none asked for)."""

    trainees: list[CandidateRead]
    class_: ClassRead | None = Field(alias="class")


class _OrderRead(_Read):
    id: UUID
    standard_set_on: date


class _OrdersRead(_Read):
    orders: list[_OrderRead]


class EnterpriseRead(_Read):
    id: UUID
    name: str
    region_code: str


class Enterprises(_Read):
    institutions: list[EnterpriseRead]


class BarRead(_Read):
    code: Literal["institution_suspended", "institution_exited", "institution_blacklisted"]
    detail: str


class BarFound(_Read):
    bar: BarRead | None


class TouchedPaper(_Read):
    """A claim or placement that names a certificate; `amount`: a claim's, in yuan."""

    id: UUID
    number: str | None = None
    status: str | None = None
    amount: Decimal | None = None


class Touched(_Read):
    """The amounts, in yuan, are those of claims: not approved yet, approved and not paid, paid and not asked back."""

    items: list[TouchedPaper]
    open_amount: Decimal | None = None
    approved_amount: Decimal | None = None
    paid_amount: Decimal | None = None


class _Found(_Read):
    index: int
    id: UUID | None


class _Lookup(_Read):
    items: list[_Found]


async def names(kernel: Kernel, call: Call, *, trainee_ids: Collection[UUID] = (), institution_ids: Collection[UUID] = ()) -> Names:
    """Names as they are today; an id that the registry does not know is left out."""
    body = {"trainee_ids": [str(each) for each in trainee_ids], "institution_ids": [str(each) for each in institution_ids], "class_ids": []}
    return read(Names, await kernel.neighbours["registry"].post("/internal/v1/names", call, body), "registry")


async def holders(
    kernel: Kernel, call: Call, trainee_ids: Collection[UUID], class_ids: Collection[UUID] = (), skill_standard_ids: Collection[UUID] = ()
) -> Holders:
    """Whom certificates concern beside their issuer: the holder, their employer, the class's school. Nobody is asked of nobody."""
    if not trainee_ids:
        return Holders(trainees=[], schools={})
    asked = {"trainee_ids": trainee_ids, "class_ids": class_ids, "skill_standard_ids": skill_standard_ids}
    body = {name: [str(each) for each in ids] for name, ids in asked.items()}
    return read(Holders, await kernel.neighbours["registry"].post("/internal/v1/holder-facts", call, body), "registry")


async def numbers(kernel: Kernel, call: Call, trainee_ids: Collection[UUID]) -> dict[UUID, str]:
    """Their ID numbers in full, for a file that is recorded. Nobody is asked of nobody."""
    if not trainee_ids:
        return {}
    body = {"trainee_ids": [str(each) for each in trainee_ids]}
    told = await kernel.neighbours["registry"].post("/internal/v1/holder-numbers", call, body)
    return {each.id: each.id_number for each in read(_HolderNumbers, told, "registry").trainees}


async def unknown_files(kernel: Kernel, call: Call, file_ids: Collection[UUID]) -> frozenset[UUID]:
    """Those that nobody uploaded, or nobody with whom the caller shares their files: naming one would open it."""
    if not file_ids:
        return frozenset()
    body = {"file_ids": sorted(str(each) for each in file_ids), "viewer": call.actor.wire()}
    known = read(_Files, await kernel.neighbours["registry"].post("/internal/v1/files-named", call, body), "registry").files
    return frozenset(file_ids) - {each.id for each in known}


async def lookup(kernel: Kernel, call: Call, id_numbers: Sequence[str], names: Sequence[str] | None = None) -> list[UUID | None]:
    """Who has these numbers (and is called so), in their order; None: nobody registered. At most 500."""
    body = {"id_numbers": list(id_numbers)} | ({} if names is None else {"names": list(names)})
    answer = read(_Lookup, await kernel.neighbours["registry"].post("/v1/trainees:lookup", call, body), "registry")
    by_index = {item.index: item.id for item in answer.items}
    return [by_index.get(index) for index in range(len(id_numbers))]


async def assessment_facts(
    kernel: Kernel, call: Call, institution_id: UUID, trainee_ids: Collection[UUID], class_id: UUID | None, on: date
) -> AssessmentFacts:
    """Who the candidates are and who teaches the class, as of the day of the assessment."""
    body = {
        "institution_id": str(institution_id),
        "trainee_ids": [str(each) for each in trainee_ids],
        "class_id": class_id and str(class_id),
        "on": str(on),
    }
    answer = await kernel.neighbours["registry"].post("/internal/v1/assessment-facts", call, body)
    return read(AssessmentFacts, answer, "registry")


async def standard_set_on(kernel: Kernel, call: Call, order_id: UUID | None) -> date | None:
    """Since when the order has had its standard; None: no such order, or none asked for."""
    if order_id is None:
        return None
    answer = await kernel.neighbours["eastwest"].post("/internal/v1/order-standards", call, {"order_ids": [str(order_id)]})
    return next((each.standard_set_on for each in read(_OrdersRead, answer, "eastwest").orders), None)


async def bar(kernel: Kernel, call: Call, institution_id: UUID, days: Collection[date]) -> Refusal | None:
    """Why the institution takes no part on one of the days. While nobody answers, that is why nothing can be done that depends on it."""
    body = {"institution_id": str(institution_id), "on": sorted({str(day) for day in days})}
    try:
        found = read(BarFound, await kernel.neighbours["registry"].post("/internal/v1/institution-bars", call, body), "registry").bar
    except NOT_TOLD as away:
        return Refusal(away.code, away.detail)
    return Refusal(found.code, found.detail) if found else None


async def above_scale_enterprises(kernel: Kernel, call: Call, on: date) -> list[EnterpriseRead]:
    """Those that must file on the day."""
    answer = await kernel.neighbours["registry"].get(f"/internal/v1/above-scale-enterprises?on={on}", call)
    return read(Enterprises, answer, "registry").institutions


async def touched_by_certificates(kernel: Kernel, call: Call, holders: Mapping[UUID, UUID]) -> tuple[Touched | None, Touched | None]:
    """The claims and the placements that rest on one of these certificates, at most 5,000, of which each is told its holder; None where that service did
    not say. A placement may rest on one that it does not name, which its holder says."""
    asked = {"certificate_ids": [str(each) for each in holders]}
    held = asked | {"trainee_ids": sorted({str(each) for each in holders.values()})}
    claims, placements = await asyncio.gather(_touched(kernel, call, "subsidy", asked), _touched(kernel, call, "eastwest", held))
    return claims, placements


async def _touched(kernel: Kernel, call: Call, name: str, body: dict[str, list[str]]) -> Touched | None:
    try:
        answer = await kernel.neighbours[name].post("/internal/v1/touched-by-certificates", call, body)
        return None if answer is None else read(Touched, answer, name)
    except NOT_TOLD:
        return None
