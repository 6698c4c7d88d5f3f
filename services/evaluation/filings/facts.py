"""What the registry is asked before a filing is decided on: whether the institution takes part at all today."""

from typing import Annotated, Final
from uuid import UUID

from fastapi import Depends

from services.evaluation import clients
from services.evaluation.filings import policy, reading
from shared import web
from shared.steps import Refusal

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


# Gathered ahead of the operation's session.
CallersBar = Annotated[Refusal | None, Depends(_of_caller)]
Bar = Annotated[Refusal | None, Depends(_of_filing)]
