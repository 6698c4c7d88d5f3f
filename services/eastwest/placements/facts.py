"""All that the rules may know of placements: their facts from the tables, a fixed number of statements however many there are; what the gates ask
before a first day at work, from the neighbours, the class from the registry and the certificates from evaluation."""

import asyncio
from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy import ARRAY, Date, Uuid, bindparam, cast, func, select
from sqlalchemy.ext.asyncio import AsyncSession

from services.eastwest import clients
from services.eastwest.codes import UpdateKind as Kind
from services.eastwest.placements import rules
from services.eastwest.placements.policy.fitting import Group, Person
from services.eastwest.placements.policy.gates import Attended, Certificate, Chain, NamedClass, Post, chain
from services.eastwest.placements.policy.retention import Retention, retention
from services.eastwest.placements.policy.telling import Employer, Evidence, Fact
from services.eastwest.placements.tables import Update
from shared import clock
from shared.access import Call
from shared.web import Kernel

UPDATES = Update.__table__


def post_of(order: Any) -> Post:
    """What an order's own row says of the post."""
    return Post(
        str(order.id),
        order.occupation_code,
        order.ordered_on,
        order.certificate_kind,
        order.certificate_occupation_code,
        order.certificate_level,
        order.standard_set_on,
    )


def post(row: Any) -> Post:
    """What is said of it beside a placement."""
    return Post(
        str(row.order_id),
        row.order_occupation_code,
        row.order_ordered_on,
        row.order_certificate_kind,
        row.order_certificate_occupation_code,
        row.order_certificate_level,
        row.order_standard_set_on,
    )


_RECEIVED_ON = cast(func.timezone(clock.SHANGHAI.key, UPDATES.c.received_at), Date)
_SAID = ("external_ref", "kind", "effective_on", "employer", "evidence", "corrects")
_TOLD = (UPDATES.c.placement_id, _RECEIVED_ON, UPDATES.c.office, UPDATES.c.sequence, *(UPDATES.c[name] for name in _SAID))
_OF_PLACEMENTS = select(*_TOLD).where(UPDATES.c.placement_id == func.any(bindparam("ids", type_=ARRAY(Uuid))))


async def of_placements(session: AsyncSession, placement_ids: Collection[UUID]) -> dict[UUID, list[Fact]]:
    """Every fact of these placements."""
    found: dict[UUID, list[Fact]] = defaultdict(list)
    for placement_id, *told in await session.execute(_OF_PLACEMENTS, {"ids": list(placement_ids)}):
        found[placement_id].append(_fact(*told))
    return found


async def retentions(session: AsyncSession, placement_ids: Collection[UUID], as_of: date) -> dict[UUID, Retention]:
    facts, terms = await of_placements(session, placement_ids), rules.here()
    return {each: retention(facts.get(each, ()), as_of, terms) for each in placement_ids}


def fact(row: Mapping[str, Any]) -> Fact:
    """A fact that is about to be kept, as the rules see it."""
    received_on = row["received_at"].astimezone(clock.SHANGHAI).date()
    return _fact(received_on, row["office"], row["sequence"], *(row[name] for name in _SAID))


def _fact(
    received_on: date,
    office: str,
    sequence: int,
    external_ref: str,
    kind: Kind,
    effective_on: date,
    employer: Mapping[str, str | None] | None,
    evidence: Sequence[Mapping[str, Any]] | None,
    corrects: str | None,
) -> Fact:
    return Fact(
        external_ref,
        kind,
        effective_on,
        Employer(**employer) if employer else None,  # type: ignore[arg-type]
        None if evidence is None else tuple(map(_evidence, evidence)),
        corrects,
        received_on,
        office,
        sequence,
    )


def _evidence(kept: Mapping[str, Any]) -> Evidence:
    paid_on, months = kept["paid_on"], kept.get("insured_months")
    return Evidence(
        kept["grade"],
        date.fromisoformat(kept["covers_from_on"]),
        date.fromisoformat(kept["covers_to_on"]),
        date.fromisoformat(paid_on) if paid_on else None,
        kept["ref"],
        months and tuple(date.fromisoformat(f"{each}-01") for each in months),
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
    """The classes that are named; by person, the classes attended and the certificates held."""

    classes: Mapping[UUID, clients.ClassRead]
    attended: Mapping[UUID, Sequence[Attended]]
    certificates: Mapping[UUID, Sequence[Certificate]]

    def chain(self, placement: Any, started_on: date | None) -> Chain:
        named = self.classes.get(placement.class_id)
        return chain(
            post(placement),
            NamedClass(str(placement.class_id), named.starts_on) if named else None,
            self.attended.get(placement.trainee_id, ()),
            self.certificates.get(placement.trainee_id, ()),
            str(placement.certificate_id) if placement.certificate_id else None,
            started_on,
        )

    def school(self, placement: Any, started_on: date | None) -> UUID | None:
        """Who trained the person: whose class is named, else whose the chain goes back to."""
        if named := self.classes.get(placement.class_id):
            return named.institution_id
        trained = self.chain(placement, started_on).trained
        return UUID(trained.institution_id) if trained and trained.institution_id else None


NOTHING_KNOWN = GateFacts({}, {}, {})


async def gate_facts(call: Call, kernel: Kernel, placements: Sequence[Any]) -> GateFacts:
    """Asks both neighbours side by side, once each for every kind of thing."""
    class_ids = {row.class_id for row in placements if row.class_id}
    certificate_ids = {row.certificate_id for row in placements if row.certificate_id}
    trainee_ids = {row.trainee_id for row in placements}
    names, histories, certificates = await asyncio.gather(
        clients.names(kernel, call, class_ids=class_ids),
        clients.tell_histories(kernel, call, trainee_ids),
        clients.certificates(kernel, call, trainee_ids=trainee_ids, certificate_ids=certificate_ids),
    )
    return GateFacts(names.classes, attended_by(histories.classes), by_trainee(certificates))


def person_of(told: clients.AttendingRead) -> Person:
    return Person(told.sex, told.birth_on)


def groups_of(conditions: Mapping[str, Any] | None) -> list[Group]:
    """The groups of posts that an order's conditions have."""
    return [Group(each["posts"], each["sex"], each["age_from"], each["age_to"]) for each in (conditions or {}).get("groups", ())]


def arranged(row: Any) -> Employer:
    """Where the person was to work, whatever followed."""
    if row.employer:
        return Employer(**row.employer)
    return Employer(row.order_employer_name, row.order_employer_uscc, row.order_employer_district_code)


def attended_by(classes: Iterable[clients.AttendedRead]) -> dict[UUID, list[Attended]]:
    """Each person's classes."""
    found: dict[UUID, list[Attended]] = defaultdict(list)
    for each in classes:
        found[each.trainee_id].append(
            Attended(
                str(each.class_id),
                str(each.order_id) if each.order_id else None,
                each.occupation_code,
                each.starts_on,
                each.ends_on,
                each.attended_from_on,
                each.attended_to_on,
                str(each.institution_id),
            )
        )
    return found
