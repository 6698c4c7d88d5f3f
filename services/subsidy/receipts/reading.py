"""The receipt of a claim: put together from what was kept of its judging, and signed."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from services.subsidy.claims import lines, steps
from services.subsidy.claims.tables import Claim, Line
from services.subsidy.judging.facts import ClaimFacts
from services.subsidy.receipts.policy import judged, standing
from services.subsidy.schemes import operations as schemes
from services.subsidy.schemes.errors import TermsMissing
from services.subsidy.schemes.policy import Terms
from services.subsidy.settings import Settings
from shared import deeds
from shared.access import Call
from shared.receipts import canonical, signed
from shared.strict import read
from shared.web import Kernel


def key_of(kernel: Kernel) -> bytes:
    """The key that this service's receipts are signed with."""
    assert isinstance(kernel.settings, Settings)
    return kernel.settings.receipt_key


@dataclass(frozen=True, slots=True)
class Receipt:
    """A claim's receipt as it is sent, to the byte."""

    claim_id: UUID
    version: int
    content: bytes


async def put_together(kernel: Kernel, call: Call, claim_id: UUID) -> Receipt:
    """The same claim at the same version has the same receipt whenever it is asked for. Ahead of the transaction and in a thread: for ten thousand people it
    takes seconds, in which no connection waits and whoever else calls is answered."""
    async with kernel.reading() as session:
        claim = await steps.load(session, call, claim_id)
        await session.refresh(claim, ["facts"])
        terms = (await schemes.in_force(session)).with_hash(claim.scheme, claim.terms_hash)
        people = await lines.of(session, claim.id)
    if terms is None:
        raise TermsMissing("当时适用的条款已不在系统中。")
    content = await asyncio.to_thread(_signed, key_of(kernel), claim, people, terms)
    return Receipt(claim.id, claim.version, content)


def _signed(key: bytes, claim: Claim, people: Sequence[Line], terms: Terms) -> bytes:
    told = judged(read(ClaimFacts, claim.facts), terms)
    there = {line.position: line for line in people}  # one that was split off has left
    told["lines"] = [
        each | {"stands": standing(there[each["position"]], each["judged"])} for each in told["lines"] if each["position"] in there
    ]
    told["terms"]["kept_as"] = claim.terms_hash
    told |= {"facts": claim.facts, "facts_hash": claim.facts_hash}
    head = {
        "claim_id": str(claim.id),
        "number": claim.number,
        "version": claim.version,
        "kind": claim.kind,
        "status": claim.status,
        "judged_amount": told.pop("amount"),
        "amount": f"{claim.amount:.2f}",
    }
    return canonical(signed(key, head | told))


async def hand_out(session: AsyncSession, call: Call, receipt: Receipt) -> bytes:
    """It tells facts of persons, so the reading is on the trail."""
    await deeds.record(session, call, "claim.receipt_read", receipt.claim_id, event=False, details={"version": receipt.version})
    return receipt.content
