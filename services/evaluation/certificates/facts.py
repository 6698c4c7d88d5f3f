"""Certificates as the other services ask for them: facts for their rules, and who of a class is certified."""

from collections import defaultdict
from collections.abc import Collection, Sequence
from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy import ARRAY, Date, Integer, Text, TextClause, and_, bindparam, func, or_, select, text
from sqlalchemy.ext.asyncio import AsyncSession

from services.evaluation import rules
from services.evaluation.assessments.tables import Assessment
from services.evaluation.bodies import reading as bodies
from services.evaluation.bodies.policy import flags
from services.evaluation.certificates import policy
from services.evaluation.certificates.reading import columns
from services.evaluation.certificates.schemas import CertificateFact, CertificateFacts, CertifiedIn, CertifiedList, FactsIn
from services.evaluation.certificates.tables import Certificate
from services.evaluation.filings import policy as filings
from services.evaluation.filings import reading as filing_reading
from services.evaluation.known.conditions import ALIASES
from shared.access import Call
from shared.months import full_months

Asked = tuple[str, date]  # who issued or assessed, and a day on which they did
DAYS_AROUND = 30  # before a day and after it: a month that begins or ends on it, whatever the calendar calls it
# Of the months (31 days in a row) that a day lies in, the one with the most: who spreads a burst over the end of a month is found all the same.
_AROUND = """
    WITH asked AS (SELECT * FROM unnest(:whose, :days) AS asked (whose, day)),
    spans AS (SELECT whose, min(day) - :around AS from_on, max(day) + :around AS to_on FROM asked GROUP BY whose),
    days AS ({of_days}),
    months AS (
        SELECT whose, issued_on, issued,
            sum(issued) OVER (PARTITION BY whose ORDER BY issued_on RANGE BETWEEN CURRENT ROW AND make_interval(days => :around) FOLLOWING) AS in_a_month
        FROM days
    )
    SELECT whose, day, max(in_a_month) AS in_a_month, max(issued) FILTER (WHERE issued_on = day) AS in_a_day
    FROM asked JOIN months USING (whose)
    WHERE issued_on BETWEEN day - :around AND day
    GROUP BY whose, day
"""
_BY_ISSUER = """
    SELECT whose, issued_on, count(*) AS issued
    FROM spans JOIN certificates ON issuer = whose AND issued_on BETWEEN from_on AND to_on
    GROUP BY whose, issued_on
"""
_BY_ASSESSOR = """
    SELECT whose, certificates.issued_on, count(*) AS issued
    FROM spans JOIN assessments ON assessors @> ARRAY[whose] JOIN certificates ON assessment_id = assessments.id
    WHERE certificates.issued_on BETWEEN from_on AND to_on
    GROUP BY whose, certificates.issued_on
"""
_PARAMETERS = (bindparam("whose", type_=ARRAY(Text)), bindparam("days", type_=ARRAY(Date)), bindparam("around", DAYS_AROUND, Integer))
_OF_ISSUERS, _OF_ASSESSORS = (text(_AROUND.format(of_days=each)).bindparams(*_PARAMETERS) for each in (_BY_ISSUER, _BY_ASSESSOR))


async def facts(session: AsyncSession, call: Call, asked: FactsIn) -> CertificateFacts:
    """Newest first. `in_scope` is judged by the filing as it is known now, on the day of issue."""
    wanted = select(*columns(call.today), Assessment.assessors).outerjoin(Assessment, Assessment.id == Certificate.assessment_id)
    wanted = wanted.where(or_(ALIASES.among(Certificate.trainee_id, asked.trainee_ids), Certificate.id.in_(asked.certificate_ids)))
    rows = (await session.execute(wanted.order_by(Certificate.issued_on.desc(), Certificate.id.desc()))).mappings().all()
    covered = await filing_reading.coverages(session, (row["filing_id"] for row in rows if row["filing_id"]))
    of_issuer = await _around(session, _OF_ISSUERS, {(row["issuer"], row["issued_on"]) for row in rows})
    of_assessor = await _around(session, _OF_ASSESSORS, {(card, row["issued_on"]) for row in rows for card in row["assessors"] or ()})
    worked = {(row["issuer_institution_id"], bodies.month_of(row["issued_on"])) for row in rows if row["issuer_institution_id"]}
    work = await bodies.work(session, worked, call.today)
    earlier = await _earlier(session, rows)
    on = asked.on or call.today
    certificates, levels, shapes = [], rules.levels(), rules.number_shapes()
    for row in rows:
        outside, in_scope, month = row["assessment_id"] is None, None, row["issued_on"].replace(day=1)
        level = levels[row["level"]] if row["level"] else None
        if not outside and level is not None:
            in_scope = filings.out_of_scope(covered[row["filing_id"]], row["occupation_code"], level, row["issued_on"]) is None
        # A masked number was compared when it was registered; the mask itself has no shape.
        fits = "*" in row["number"] or not policy.number_faults(shapes, row["kind"], row["number"], level, row["issued_on"])
        said = {
            "outside": outside,
            "in_scope": in_scope,
            "number_fits": fits,
            "issued_that_month": of_issuer[row["issuer"], row["issued_on"]].in_a_month,
            "issued_that_day": of_issuer[row["issuer"], row["issued_on"]].in_a_day,
            "body_flags": []
            if outside
            else [each._asdict() for each in flags(work[row["issuer_institution_id"], month], rules.here().quality)],
            "valid": row["issued_on"] <= on and (row["revoked_on"] is None or on < row["revoked_on"]),
            "months_since_issue": full_months(row["issued_on"], on),
            "earlier_levels": sorted(earlier.get(row["id"], ()), key=lambda each: levels[each].rank),
            "assessed_that_month": max((of_assessor[card, row["issued_on"]].in_a_month for card in row["assessors"] or ()), default=0),
        }
        certificates.append(CertificateFact.model_validate(dict(row) | said))
    return CertificateFacts(certificates=certificates)


async def _around(session: AsyncSession, counted: TextClause, asked: Collection[Asked]) -> dict[Asked, Any]:
    """How many certificates each of these had in a month around a day, and on it: counted once, however many of them were asked for."""
    if not asked:
        return {}
    whose, days = zip(*sorted(asked), strict=True)
    rows = await session.execute(counted, {"whose": list(whose), "days": list(days)})
    return {(row.whose, row.day): row for row in rows}


async def _earlier(session: AsyncSession, rows: Sequence[Any]) -> dict[UUID, set[str]]:
    """By certificate, the levels that its holder had in its occupation before its day, and still on it."""
    whose = {row["trainee_id"] for row in rows if row["level"]}
    held: dict[tuple[UUID, str], list[Any]] = defaultdict(list)
    own = (Certificate.occupation_code, Certificate.level, Certificate.issued_on, Certificate.revoked_on)
    wanted = select(ALIASES.kept(Certificate.trainee_id).label("trainee_id"), *own)
    wanted = wanted.where(ALIASES.among(Certificate.trainee_id, sorted(whose)), Certificate.level.is_not(None))
    for each in await session.execute(wanted) if whose else ():
        held[each.trainee_id, each.occupation_code].append(each)
    return {
        row["id"]: {
            each.level
            for each in held[row["trainee_id"], row["occupation_code"]]
            if each.issued_on < row["issued_on"] and (each.revoked_on is None or row["issued_on"] < each.revoked_on)
        }
        for row in rows
    }


async def certified(session: AsyncSession, asked: CertifiedIn) -> CertifiedList:
    """Who of these classes holds a certificate from it that is valid on the day: issued by then, not revoked by then."""
    valid = and_(Certificate.issued_on <= asked.as_of, or_(Certificate.revoked_on.is_(None), Certificate.revoked_on > asked.as_of))
    of_one = select(Certificate.class_id, ALIASES.kept(Certificate.trainee_id).label("trainee_id"), Certificate.issued_on)
    held = of_one.where(Certificate.class_id.in_(asked.class_ids), valid).subquery()
    wanted = select(held.c.class_id, held.c.trainee_id, func.min(held.c.issued_on).label("issued_on"))
    wanted = wanted.group_by(held.c.class_id, held.c.trainee_id).order_by(held.c.class_id, held.c.trainee_id)
    return CertifiedList.model_validate({"items": (await session.execute(wanted)).mappings().all()})
