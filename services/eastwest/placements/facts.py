"""Reads placements and their facts from the tables, for the rules: a fixed number of statements, however many there are."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping
from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy import Select, func, select
from sqlalchemy.ext.asyncio import AsyncSession

from services.eastwest.clients import CertificateRead
from services.eastwest.orders.tables import Order
from services.eastwest.placements.gates import Certificate, Post
from services.eastwest.placements.policy import Employer, Evidence, Fact, Retention, retention
from services.eastwest.placements.tables import Placement, Update
from services.eastwest.placements.terms import packaged
from shared import clock

UPDATES = Update.__table__
_ORDER = (
    Order.number, Order.employer_name, Order.employer_uscc, Order.employer_district_code, Order.ordered_on, Order.certificate_kind,
    Order.certificate_occupation_code, Order.certificate_level, Order.standard_set_on,
)  # fmt: skip


def with_order() -> Select[Any]:
    """Placements, each with what its order says."""
    return select(Placement.__table__, *(column.label(f"order_{column.key}") for column in _ORDER)).join(
        Order, Order.id == Placement.order_id
    )


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
    facts, terms = await of_placements(session, placement_ids), packaged()
    return {each: retention(facts.get(each, ()), as_of, terms) for each in placement_ids}


def fact(row: Mapping[str, Any]) -> Fact:
    """A kept fact, or one that is about to be kept, as the rules see it."""
    evidence = row["evidence"]
    return Fact(
        row["external_ref"], row["kind"], row["effective_on"], Employer(**row["employer"]) if row["employer"] else None,
        None if evidence is None else tuple(_evidence(each) for each in evidence), row["corrects"],
        row["received_at"].astimezone(clock.SHANGHAI).date(),
    )  # fmt: skip


def _evidence(kept: Mapping[str, Any]) -> Evidence:
    paid_on = kept["paid_on"]
    return Evidence(
        kept["grade"], date.fromisoformat(kept["covers_from_on"]), date.fromisoformat(kept["covers_to_on"]),
        date.fromisoformat(paid_on) if paid_on else None, kept["ref"],
    )  # fmt: skip


def by_trainee(certificates: Iterable[CertificateRead]) -> dict[UUID, list[Certificate]]:
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
