"""The receipt of a claim: put together from what was kept of its judging, and signed."""

from typing import Any
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from services.subsidy.claims import lines, steps
from services.subsidy.judging.facts import ClaimFacts
from services.subsidy.receipts.policy import judged, standing
from services.subsidy.schemes import operations as schemes
from services.subsidy.schemes.errors import TermsMissing
from services.subsidy.settings import Settings
from shared import deeds
from shared.access import Call
from shared.receipts import signed
from shared.strict import read
from shared.web import Kernel


def key_of(kernel: Kernel) -> bytes:
    """The key that this service's receipts are signed with."""
    assert isinstance(kernel.settings, Settings)
    return kernel.settings.receipt_key


async def receipt(session: AsyncSession, call: Call, kernel: Kernel, claim_id: UUID) -> dict[str, Any]:
    """The same claim at the same version has the same receipt whenever it is asked for. It tells facts of persons, so the reading is on the trail."""
    claim = await steps.load(session, call, claim_id)
    await session.refresh(claim, ["facts"])
    terms = (await schemes.in_force(session)).with_hash(claim.scheme, claim.terms_hash)
    if terms is None:
        raise TermsMissing("当时适用的条款已不在系统中。")
    told = judged(read(ClaimFacts, claim.facts), terms)
    there = {line.position: line for line in await lines.of(session, claim.id)}  # one that was split off has left
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
    await deeds.record(session, call, "claim.receipt_read", claim.id, event=False, details={"version": claim.version})
    return signed(key_of(kernel), head | told)
