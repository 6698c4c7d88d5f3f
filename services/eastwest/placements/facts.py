"""All that the rules may know of placements: their facts from the tables, a fixed number of statements however many there are; what the gates ask
before a first day at work, from the neighbours, the class from the registry and the certificates from evaluation."""

import asyncio
from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession

from services.eastwest import clients
from services.eastwest.placements import rules
from services.eastwest.placements.gates import Certificate, Post
from services.eastwest.placements.policy import Employer, Evidence, Fact, Retention, retention
from services.eastwest.placements.tables import Update
from shared import clock
from shared.access import Call
from shared.web import Kernel

UPDATES = Update.__table__


def post(row: Any) -> Post:
    return Post(
        row.order_ordered_on,
        row.order_certificate_kind,
        row.order_certificate_occupation_code,
        row.order_certificate_level,
        row.order_standard_set_on,
    )


async def of_placements(session: AsyncSession, placement_ids: Collection[UUID]) -> dict[UUID, list[Fact]]:
    """Every fact of these placements."""
    found: dict[UUID, list[Fact]] = defaultdict(list)
    names = ("placement_id", "external_ref", "kind", "effective_on", "employer", "evidence", "corrects", "received_at")
    wanted = select(*(UPDATES.c[name] for name in names)).where(UPDATES.c.placement_id == func.any(list(placement_ids)))
    for row in await session.execute(wanted):
        found[row.placement_id].append(fact(row._asdict()))
    return found


async def retentions(session: AsyncSession, placement_ids: Collection[UUID], as_of: date) -> dict[UUID, Retention]:
    facts, terms = await of_placements(session, placement_ids), rules.here()
    return {each: retention(facts.get(each, ()), as_of, terms) for each in placement_ids}


def fact(row: Mapping[str, Any]) -> Fact:
    """A kept fact, or one that is about to be kept, as the rules see it."""
    evidence = row["evidence"]
    return Fact(
        row["external_ref"],
        row["kind"],
        row["effective_on"],
        Employer(**row["employer"]) if row["employer"] else None,
        None if evidence is None else tuple(_evidence(each) for each in evidence),
        row["corrects"],
        row["received_at"].astimezone(clock.SHANGHAI).date(),
    )


def _evidence(kept: Mapping[str, Any]) -> Evidence:
    paid_on = kept["paid_on"]
    return Evidence(
        kept["grade"],
        date.fromisoformat(kept["covers_from_on"]),
        date.fromisoformat(kept["covers_to_on"]),
        date.fromisoformat(paid_on) if paid_on else None,
        kept["ref"],
    )


def by_trainee(certificates: Iterable[clients.CertificateRead]) -> dict[UUID, list[Certificate]]:
    """Each person's certificates, as the gates see them."""
    found: dict[UUID, list[Certificate]] = defaultdict(list)
    for each in certificates:
        found[each.trainee_id].append(
            Certificate(
                str(each.id),
                each.number,
                each.kind,
                each.occupation_code,
                each.level,
                each.issued_on,
                each.revoked_on,
                each.outside,
                each.exam_held_on,
            )
        )
    return found


@dataclass(frozen=True, slots=True)
class Named:
    """Whom a placement places, and the papers that it names."""

    trainee_id: UUID
    class_id: UUID | None
    certificate_id: UUID | None


@dataclass(frozen=True, slots=True)
class GateFacts:
    class_starts_on: Mapping[UUID, date]
    certificates: Mapping[UUID, Sequence[Certificate]]


async def gate_facts(call: Call, kernel: Kernel, placements: Sequence[Any]) -> GateFacts:
    """Asks both neighbours side by side, once."""
    class_ids = {row.class_id for row in placements if row.class_id}
    certificate_ids = {row.certificate_id for row in placements if row.certificate_id}
    names, certificates = await asyncio.gather(
        clients.names(kernel, call, class_ids=class_ids),
        clients.certificates(kernel, call, trainee_ids={row.trainee_id for row in placements}, certificate_ids=certificate_ids),
    )
    return GateFacts({each: found.starts_on for each, found in names.classes.items()}, by_trainee(certificates))
