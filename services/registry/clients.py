"""What registry asks of subsidy before a fact is kept: which claims it would concern."""

from collections.abc import Collection
from datetime import date
from typing import Annotated
from uuid import UUID

from fastapi import Query

from shared import http_client, wire
from shared.access import Call
from shared.web import Kernel

Preview = Annotated[bool, Query(description="只列出会涉及的申领单和金额,不办理")]


class AffectedClaim(wire.Out):
    id: UUID
    number: str
    status: str
    amount: wire.Money


class Affected(wire.Out):
    """The claims that would be judged anew, and what they come to: not approved yet, approved and not paid, paid and not asked back."""

    claims: list[AffectedClaim]
    open_amount: wire.Money
    approved_amount: wire.Money
    paid_amount: wire.Money


async def affected(
    kernel: Kernel,
    call: Call,
    *,
    institution_id: UUID | None = None,
    listed: bool = False,
    trainee_ids: Collection[UUID] | None = None,
    from_on: date | None = None,
    until_on: date | None = None,
) -> Affected:
    """Of whom, or of which days. `listed`: the institution's own money that is still open as well, whenever its classes were."""
    about = {
        "institution_id": institution_id and str(institution_id),
        "listed": listed,
        "trainee_ids": None if trainee_ids is None else [str(each) for each in trainee_ids],
        "from_on": from_on and str(from_on),
        "until_on": until_on and str(until_on),
    }
    return http_client.read(Affected, await kernel.neighbours["subsidy"].post("/internal/v1/affected-claims", call, about), "subsidy")
