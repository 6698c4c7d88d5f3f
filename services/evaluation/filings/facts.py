"""What neighbours are asked before a filing is decided on: whether the institution takes part at all today, and what rests on the filing."""

from decimal import Decimal
from typing import Annotated, Final
from uuid import UUID

from fastapi import Depends, Query

from services.evaluation import clients
from services.evaluation.filings import policy, reading
from services.evaluation.filings.schemas import FilingPreview, TouchedBatch, TouchedClaim, TouchedOut
from shared import web
from shared.steps import Refusal

AT_A_TIME: Final = 5_000  # certificates that a neighbour is asked about in one call
CONCERNED: Final = frozenset(role for step in policy.STEPS if step.action in policy.STANDING for role in step.roles)


async def _of_caller(call: web.Caller, kernel: web.KernelOf) -> Refusal | None:
    institution_id = call.actor.institution_id
    return await clients.bar(kernel, call, institution_id, [call.today]) if institution_id else None


async def _of_filing(filing_id: UUID, call: web.Caller, kernel: web.KernelOf) -> Refusal | None:
    """Asked only for those who could take a step that depends on it."""
    if call.actor.role not in CONCERNED:
        return None
    async with kernel.reading() as session:
        institution_id = (await reading.find(session, call, filing_id)).institution_id
    return await clients.bar(kernel, call, institution_id, [call.today])


Preview = Annotated[bool, Query(description="只列出会受影响的批次、证书、申领和就业记录,不办理")]


async def _preview(filing_id: UUID, call: web.Caller, kernel: web.KernelOf, preview: Preview = False) -> FilingPreview | None:
    """None where the step is to be taken. Changes nothing."""
    if not preview:
        return None
    async with kernel.reading() as session:
        filing = await reading.find(session, call, filing_id)
        batches, certificates = await reading.resting_on(session, filing.id)
    parts = [dict(list(certificates.items())[start : start + AT_A_TIME]) for start in range(0, len(certificates), AT_A_TIME)]
    found = [await clients.touched_by_certificates(kernel, call, part) for part in parts]
    claims, placements = ([each[place] for each in found] for place in (0, 1))
    sums = ("open_amount", "approved_amount", "paid_amount")
    return FilingPreview(
        filing_id=filing.id,
        complete=None not in [*claims, *placements],
        batches=[TouchedBatch.model_validate(each) for each in batches],
        certificates=len(certificates),
        claims=[TouchedClaim.model_validate(each) for part in claims if part for each in part.items],
        placements=[TouchedOut.model_validate(each) for part in placements if part for each in part.items],
        **{name: None if None in claims else sum((getattr(part, name) for part in claims), Decimal("0.00")) for name in sums},
    )


Previewed = Annotated[FilingPreview | None, Depends(_preview)]
# Gathered ahead of the operation's session.
CallersBar = Annotated[Refusal | None, Depends(_of_caller)]
Bar = Annotated[Refusal | None, Depends(_of_filing)]
