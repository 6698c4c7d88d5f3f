"""What is asked of the neighbours about an application: one call to each that knows something of it, before the transaction."""

import asyncio
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from decimal import Decimal
from typing import Any
from uuid import UUID

from pydantic import BaseModel, ConfigDict

from services.subsidy import clients
from services.subsidy.claims import papers
from services.subsidy.claims.schemas import Attachment
from services.subsidy.claims.tables import Claim, Decision
from services.subsidy.clients import ApplicantRead, CertificateRead, ClaimFactsRead, ClassRead, ListRead, PersonRead, PlacementRead
from services.subsidy.codes import ClaimKind, FindingCode, PersonalStatus, SchemeCode
from services.subsidy.funds import reading as funds
from services.subsidy.funds.tables import Fund
from services.subsidy.judging.papers import InCatalogue
from services.subsidy.schemes import operations as schemes
from services.subsidy.schemes.policy import Policy, Terms
from shared import errors
from shared.access import Call
from shared.http_client import read
from shared.web import Kernel


class FileRead(BaseModel):
    model_config = ConfigDict(extra="ignore", frozen=True)

    id: UUID
    name: str
    media_type: str
    sha256: str


class FilesRead(BaseModel):
    model_config = ConfigDict(extra="ignore", frozen=True)

    files: tuple[FileRead, ...]


@dataclass(frozen=True, slots=True)
class Wanted:
    """One line as it was asked for."""

    trainee_id: UUID
    enrolment_id: UUID | None = None
    expected_amount: Decimal | None = None
    certificate_id: UUID | None = None
    placement_id: UUID | None = None


Overcome = Mapping[UUID, tuple[FindingCode, ...]]  # by person: what upheld appeals say need not refuse


@dataclass(frozen=True, slots=True)
class Asked:
    """An application as it was asked for. `lines` None: everyone who completed the class. Certificates and placements are claimed for line by line."""

    kind: ClaimKind
    scheme: SchemeCode
    institution_id: UUID | None
    trainee_id: UUID | None
    on_behalf: bool
    class_id: UUID | None
    fund_id: UUID | None
    lines: tuple[Wanted, ...] | None
    overcome: Overcome = field(default_factory=dict)
    employer_id: UUID | None = None
    supplement_of_id: UUID | None = None
    claimed_on: date | None = None  # None: today. A supplement is judged as of the day of what it makes up for


@dataclass(frozen=True, slots=True)
class Told:
    """What the neighbours know of an application: registry of the class and its people, or of people by themselves and the institution that claims for
    them; evaluation of certificates; eastwest of placements."""

    class_: ClassRead | None
    people: Sequence[PersonRead]
    names: dict[str, dict[str, dict[str, str]]]
    complete: frozenset[PersonalStatus] = frozenset()  # statuses whose list covers the class's first day
    lists: Sequence[ListRead] = ()  # where there is no class: the days that lists cover
    catalogues: Sequence[InCatalogue] = ()  # and the occupations that stand in them
    applicant: ApplicantRead | None = None
    certificates: Sequence[CertificateRead] | None = None  # None: nobody asks for any
    placements: Sequence[PlacementRead] = ()

    def complete_on(self, day: date) -> frozenset[PersonalStatus]:
        """The statuses of which a complete list covers the day."""
        return self.complete if self.class_ else frozenset(each.status for each in self.lists if each.from_on <= day <= each.until_on)


@dataclass(frozen=True, slots=True)
class Gathered:
    """What the neighbours tell of an application, asked for before the transaction; the fund it names (None: there is none) and the terms that are known.
    `claim`: as it was then, where there is one yet, and the steps it has `done`. `faults`: of the files that are named."""

    asked: Asked
    told: Told
    fund: Fund | None
    known: Policy
    claim: Claim | None = None
    done: Sequence[Decision] = ()
    faults: Sequence[errors.Fault] = ()


async def gather(
    kernel: Kernel,
    call: Call,
    asked: Asked,
    claim: Claim | None = None,
    done: Sequence[Decision] = (),
    attachments: Sequence[UUID | Attachment] = (),
) -> Gathered:
    """One call to registry for everyone in question, beside it one to whoever knows the papers named, one for the files that are named anew, and meanwhile
    what of our own it is judged by. 422 where there is no such class."""
    ours = asyncio.gather(_ours(kernel, asked.fund_id), unknown_files(kernel, call, attachments))
    lines, told = asked.lines or (), None
    try:
        if asked.class_id is None:
            told = await of_papers(kernel, call, lines, asked.institution_id, asked.claimed_on or call.today)
        else:
            named = (asked.trainee_id,) if asked.trainee_id else None if asked.lines is None else tuple(line.trainee_id for line in lines)
            told = await of_class(kernel, call, asked.class_id, named)
    finally:
        (fund, known), unknown = await ours
    if told is None:
        raise errors.Invalid(faults=[errors.Fault("unknown_class", pointer="/class_id", fix="请核对班级编号。")])
    terms = told.class_ and known.terms_on(asked.scheme, told.class_.starts_on)
    if isinstance(terms, Terms) and terms.certificate_required:
        told = await certified(kernel, call, told, lines)
    return Gathered(asked, told, fund, known, claim, done, [*papers.unknown(attachments, unknown, claim)])


async def unknown_files(kernel: Kernel, call: Call, attachments: Sequence[UUID | Attachment]) -> frozenset[UUID]:
    """Those that nobody uploaded, or nobody with whom the caller shares their files: naming one would open it."""
    named = frozenset(papers.file_of(each) for each in attachments)
    return named - {each.id for each in await files(kernel, call, named, viewer=call.actor.wire())}


async def files(kernel: Kernel, call: Call, file_ids: Collection[UUID], viewer: Mapping[str, Any] | None = None) -> tuple[FileRead, ...]:
    """Attachments by name and hash, of a `viewer` those that they may name; nobody is asked where there are none."""
    if not file_ids:
        return ()
    body = {"file_ids": [str(each) for each in file_ids], "viewer": viewer}
    return read(FilesRead, await kernel.neighbours["registry"].post("/internal/v1/files-named", call, body), "registry").files


async def of_class(kernel: Kernel, call: Call, class_id: UUID, trainee_ids: Collection[UUID] | None) -> Told | None:
    """None: there is no such class. `trainee_ids` None: everyone enrolled and not withdrawn."""
    read = await clients.claim_facts(kernel, call, class_id, trainee_ids)
    return None if read is None else as_told(read)


def as_told(read: ClaimFactsRead) -> Told:
    return Told(read.class_, read.enrolments, read.names(), complete=frozenset(read.lists_complete))


async def of_papers(kernel: Kernel, call: Call, lines: Sequence[Wanted], institution_id: UUID | None, as_of: date) -> Told:
    """The people and papers named, asked for side by side; `as_of`: the day until which a stay is looked at."""
    read, certificates, placements = await asyncio.gather(
        clients.people_facts(
            kernel, call, {line.trainee_id for line in lines}, institution_id, catalogues=any(line.certificate_id for line in lines)
        ),
        clients.certificates(kernel, call, certificate_ids={line.certificate_id for line in lines if line.certificate_id}),
        clients.placements(kernel, call, {line.placement_id for line in lines if line.placement_id}, as_of),
    )
    return Told(
        None,
        read.people,
        read.names(),
        lists=read.lists,
        catalogues=read.catalogues,
        applicant=read.institution,
        certificates=certificates,
        placements=placements,
    )


async def certified(kernel: Kernel, call: Call, told: Told, lines: Sequence[Wanted]) -> Told:
    """Where a class's terms ask for a certificate, which only its first day tells: those of its people, and those named."""
    people = {each for person in told.people for each in (person.trainee_id, *person.former_ids)}
    named = {line.certificate_id for line in lines if line.certificate_id}
    return replace(told, certificates=await clients.certificates(kernel, call, trainee_ids=people, certificate_ids=named))


async def _ours(kernel: Kernel, fund_id: UUID | None) -> tuple[Fund | None, Policy]:
    async with kernel.reading() as session:
        return await funds.find(session, fund_id) if fund_id else None, await schemes.in_force(session)
