"""What the gates ask before a first day at work: the class from the registry, the certificates from evaluation."""

import asyncio
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

from services.eastwest import clients
from services.eastwest.placements import errors as refusals
from services.eastwest.placements import facts, gates
from shared import errors
from shared.access import Call
from shared.web import Kernel


@dataclass(frozen=True, slots=True)
class GateFacts:
    class_starts_on: Mapping[UUID, date]
    certificates: Mapping[UUID, Sequence[gates.Certificate]]


async def gate_facts(call: Call, kernel: Kernel, placements: Sequence[Any]) -> GateFacts:
    class_ids = {row.class_id for row in placements if row.class_id}
    certificate_ids = {row.certificate_id for row in placements if row.certificate_id}
    """Asks both neighbours side by side, once."""
    names, certificates = await asyncio.gather(
        clients.names(kernel, call, class_ids=class_ids),
        clients.certificates(kernel, call, trainee_ids={row.trainee_id for row in placements}, certificate_ids=certificate_ids),
    )
    return GateFacts({each: found.starts_on for each, found in names.classes.items()}, facts.by_trainee(certificates))


def judge_starts(placement: Any, days: Iterable[date], gate_facts: GateFacts) -> errors.Problem | None:
    """The first gate that one of these first days at work does not pass."""
    class_starts_on = gate_facts.class_starts_on.get(placement.class_id)
    named = str(placement.certificate_id) if placement.certificate_id else None
    for on in sorted(days):
        found = gates.chain(facts.post(placement), class_starts_on, gate_facts.certificates.get(placement.trainee_id, ()), named, on)
        if (broken := found.first_broken) and broken.code:
            return refusals.GATES[broken.code](broken.detail or "", link=broken.link)
    return None
