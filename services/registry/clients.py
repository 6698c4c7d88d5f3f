"""What a fact would concern, told before it is kept: the claims, asked of subsidy, and the classes and enrolments, as those who keep them say. And what
eastwest knows of a class's order."""

import asyncio
import contextlib
from collections.abc import Awaitable, Callable, Collection
from datetime import date, datetime
from decimal import Decimal
from typing import Annotated, Unpack
from uuid import UUID

from fastapi import Query
from pydantic import Field, TypeAdapter
from sqlalchemy.ext.asyncio import AsyncSession
from typing_extensions import TypedDict

from services.registry.codes import ClassStatus
from shared import errors, http_client, names, telemetry, wire
from shared.access import Call
from shared.web import Kernel

Preview = Annotated[bool, Query(description="只列出会涉及的班级、报名、申领单和金额,不办理")]


class Concerned(TypedDict, total=False):
    """Whom or which days a fact is about. `listed`: the institution's own money that is still open as well, whenever its classes were, and its classes of
    which any day is among the days; else those whose first day is. A town or a department is told as an institution is."""

    institution_id: UUID
    region_code: str
    department: str
    listed: bool
    trainee_ids: set[UUID] | list[UUID]
    from_on: date
    until_on: date | None


ASKED = TypeAdapter(Concerned)


class AffectedClass(wire.Out):
    id: UUID
    number: str
    name: str
    status: ClassStatus
    starts_on: date
    ends_on: date


class AffectedTraining(wire.Out):
    """`classes`: those that are not over, the latest first, of many the first 200. `enrolments`: how many, also of classes that are over."""

    classes: list[AffectedClass]
    enrolments: int


class AffectedClaim(wire.Out):
    id: UUID
    number: str
    status: str
    amount: wire.Money


class AffectedClaims(wire.Out):
    """The claims that would be judged anew, and what they come to: not approved yet, approved and not paid, paid and not asked back."""

    claims: list[AffectedClaim]
    open_amount: wire.Money
    approved_amount: wire.Money
    paid_amount: wire.Money


class Affected(AffectedTraining, AffectedClaims):
    """All of it, before anything is done."""


class Touched(AffectedTraining):
    """Whom a new list concerns, told with it."""

    claims: list[AffectedClaim] | None = Field(description="会重新审核的申领单;补贴服务暂不应答时为 null")


Training = Callable[[AsyncSession, Concerned], Awaitable[AffectedTraining]]
_trained: list[Training] = []


def tells_training(training: Training) -> None:
    """Who keeps classes and enrolments says which are concerned; the service is put together so (`app`)."""
    _trained[:] = [training]


async def affected(kernel: Kernel, call: Call, **about: Unpack[Concerned]) -> Affected:
    training, claims = await asyncio.gather(_training(kernel, about), _claims(kernel, call, about))
    return Affected(**dict(training), **dict(claims))


async def touched(kernel: Kernel, call: Call, **about: Unpack[Concerned]) -> Touched:
    """The same for what is kept all the same: a subsidy service that is away holds nothing up."""
    training, claims = await asyncio.gather(_training(kernel, about), _claims(kernel, call, about), return_exceptions=True)
    if isinstance(training, BaseException):
        raise training
    if isinstance(claims, errors.Problem):
        telemetry.log.warning("affected_claims_unknown", code=claims.code, request_id=call.request_id)
        return Touched(**dict(training), claims=None)
    if isinstance(claims, BaseException):
        raise claims
    return Touched(**dict(training), claims=claims.claims)


async def _training(kernel: Kernel, about: Concerned) -> AffectedTraining:
    async with kernel.reading() as session:
        return await _trained[0](session, about)


async def _claims(kernel: Kernel, call: Call, about: Concerned) -> AffectedClaims:
    asked = ASKED.dump_python(about, mode="json")
    answer = await kernel.neighbours["subsidy"].post("/internal/v1/affected-claims", call, asked)
    return http_client.read(AffectedClaims, answer, "subsidy")


class _Paid(wire.Out):
    amount: wire.Money


async def paid_since(kernel: Kernel, call: Call, trainee_ids: Collection[UUID], since: datetime) -> Decimal:
    """What was paid out for these people, in yuan, since then."""
    asked = {"trainee_ids": [str(each) for each in trainee_ids], "since_at": since.isoformat()}
    return http_client.read(_Paid, await kernel.neighbours["subsidy"].post("/internal/v1/paid-since", call, asked), "subsidy").amount


class ClassClaims(wire.Out):
    numbers: list[str]


async def claims_of_class(kernel: Kernel, call: Call, class_id: UUID) -> list[str]:
    """The numbers of the claims for the class that were submitted."""
    answer = await kernel.neighbours["subsidy"].get(f"/internal/v1/claims-of-class/{class_id}", call)
    return http_client.read(ClassClaims, answer, "subsidy").numbers


class OrderRead(wire.Out):
    number: str
    until_on: date | None
    closed: bool


async def order(kernel: Kernel, call: Call, order_id: UUID) -> OrderRead | None:
    """The order as it is; None: there is none of this id. The answer to this call is named with it."""
    said = await kernel.neighbours["eastwest"].post(names.PATH, call, {"order_ids": [str(order_id)]})
    known = http_client.read(names.Told, said, "eastwest").root.get("orders", {}).get(str(order_id))
    if known is None:
        return None
    call.told["orders"] = {str(order_id): known}
    return http_client.read(OrderRead, known, "eastwest")


async def tell_order(kernel: Kernel, call: Call, order_id: UUID) -> None:
    """Tells the call of a class's order, by which its paper is named and warned of. An eastwest that is away holds up nothing."""
    with contextlib.suppress(errors.Unavailable, errors.UpstreamTimeout, errors.UpstreamFailed):
        await order(kernel, call, order_id)


class _Held(wire.Out):
    counts: dict[str, int]


async def held_by(kernel: Kernel, call: Call, trainee_ids: Collection[UUID]) -> dict[str, int]:
    """How many papers of each kind the neighbours have that count on these people, under any of their ids."""
    asked = {"trainee_ids": [str(each) for each in trainee_ids]}
    who = ("subsidy", "evaluation", "eastwest")
    answers = await asyncio.gather(*(kernel.neighbours[name].post("/internal/v1/held-of", call, asked) for name in who))
    read = [http_client.read(_Held, answer, name).counts for answer, name in zip(answers, who, strict=True)]
    return {kind: count for counts in read for kind, count in counts.items()}


class ComplaintSubject(wire.Out):
    """What a complaint is about; `class_id`: the class that it came from or is for; `id`: a certificate's."""

    found: bool
    id: UUID | None = None
    class_id: UUID | None


async def complained_of(kernel: Kernel, call: Call, service: str, subject_id: UUID | None, number: str | None) -> ComplaintSubject:
    asked = {"id": subject_id and str(subject_id), "number": number}
    answer = await kernel.neighbours[service].post("/internal/v1/complaint-subjects", call, asked)
    return http_client.read(ComplaintSubject, answer, service)
