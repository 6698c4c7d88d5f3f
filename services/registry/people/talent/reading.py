"""Talent counted: of everyone who holds a certificate on a day the highest level, by level, occupation and town; and of each enterprise above scale how many
of its workers hold one. All of it is known here: evaluation's feed tells who is certified."""

from collections.abc import Sequence
from datetime import date
from typing import Any

from sqlalchemy import Subquery, and_, case, func, or_, select
from sqlalchemy.ext.asyncio import AsyncSession

from services.registry.codes import CertificateKind, InstitutionKind, Level
from services.registry.institutions.institutions.conditions import above_scale, exited
from services.registry.institutions.institutions.tables import Institution
from services.registry.people.known.tables import KnownCertificate
from services.registry.people.talent.schemas import ByLevel, ByOccupation, ByTown, OfEnterprise, Talent
from services.registry.people.trainees.conditions import worked_for
from services.registry.people.trainees.tables import Trainee
from services.registry.reference.policy import lists

NO_LEVEL = -1


async def talent(session: AsyncSession, on: date) -> Talent:
    """A completion of training is no certificate of a skill, and does not count."""
    valid = and_(
        KnownCertificate.issued_on <= on,
        or_(KnownCertificate.revoked_on.is_(None), KnownCertificate.revoked_on > on),
        KnownCertificate.kind != CertificateKind.COMPLETION,
    )
    ranks = {code: level.rank for code, level in lists().levels.items()}
    rank = case(ranks, value=KnownCertificate.level, else_=NO_LEVEL)
    best = (
        select(KnownCertificate.trainee_id, func.max(rank).label("rank"))
        .where(valid)
        .group_by(KnownCertificate.trainee_id)
        .subquery("best")
    )
    counted = select(best.c.rank, Trainee.region_code, func.count().label("people")).join(Trainee, Trainee.id == best.c.trainee_id)
    groups = (await session.execute(counted.group_by(best.c.rank, Trainee.region_code))).all()
    occupied = select(KnownCertificate.occupation_code, func.count(KnownCertificate.trainee_id.distinct()).label("people")).where(valid)
    occupations = await session.execute(
        occupied.group_by(KnownCertificate.occupation_code).order_by(func.count(KnownCertificate.trainee_id.distinct()).desc())
    )
    enterprises = await _enterprises(session, best, on)
    people, senior = sum(each.people for each in groups), sum(each.people for each in groups if each.rank >= ranks[Level.SENIOR])
    called = {number: code for code, number in ranks.items()}
    return Talent(
        on=on,
        people=people,
        senior_and_above=senior,
        senior_and_above_rate=senior / people if people else None,
        by_level=[ByLevel(level=called.get(number), people=many) for number, many in _summed(groups, "rank")],
        by_occupation=[ByOccupation(occupation_code=each.occupation_code, people=each.people) for each in occupations],
        by_town=[ByTown(region_code=code, people=many) for code, many in _summed(groups, "region_code")],
        enterprises=enterprises,
        enterprises_all_certified=sum(each.rate == 1 for each in enterprises),
    )


def _summed(groups: Sequence[Any], by: str) -> list[tuple[Any, int]]:
    found: dict[Any, int] = {}
    for each in groups:
        found[getattr(each, by)] = found.get(getattr(each, by), 0) + each.people
    return sorted(found.items())


async def _enterprises(session: AsyncSession, best: Subquery, on: date) -> list[OfEnterprise]:
    wanted = (
        select(Institution.id, func.count(Trainee.id).label("workers"), func.count(best.c.trainee_id).label("certified"))
        .outerjoin(Trainee, and_(worked_for(Institution.id, on), Trainee.merged_into.is_(None)))
        .outerjoin(best, best.c.trainee_id == Trainee.id)
        .where(Institution.kind == InstitutionKind.ENTERPRISE, above_scale(on), ~exited(on))
        .group_by(Institution.id)
        .order_by(Institution.id)
    )
    return [
        OfEnterprise(
            institution_id=row.id, workers=row.workers, certified=row.certified, rate=row.certified / row.workers if row.workers else None
        )
        for row in await session.execute(wanted)
    ]
