"""Certificates as the other services ask for them: facts for their rules, and who of a class is certified."""

from collections import defaultdict
from collections.abc import Sequence
from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy import ARRAY, Date, Text, and_, bindparam, cast, column, func, or_, select
from sqlalchemy.dialects.postgresql import array
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

Counts = dict[tuple[str, date], int]  # by whom, in the month that begins on the day
_asked = (
    func.unnest(bindparam("whose", type_=ARRAY(Text)), bindparam("months", type_=ARRAY(Date)))
    .table_valued(column("whose", Text), column("month", Date))
    .render_derived()
)
_that_month = and_(Certificate.issued_on >= _asked.c.month, Certificate.issued_on < cast(_asked.c.month + func.make_interval(0, 1), Date))
_COUNTED = select(_asked.c.whose, _asked.c.month, func.count().label("issued")).group_by(_asked.c.whose, _asked.c.month)
_OF_ISSUER = _COUNTED.join_from(_asked, Certificate, and_(Certificate.issuer == _asked.c.whose, _that_month))
_OF_DAY = _COUNTED.join_from(_asked, Certificate, and_(Certificate.issuer == _asked.c.whose, Certificate.issued_on == _asked.c.month))
_OF_ASSESSOR = _COUNTED.join_from(_asked, Assessment, Assessment.assessors.op("@>")(array([_asked.c.whose]))).join(
    Certificate, and_(Certificate.assessment_id == Assessment.id, _that_month)
)


async def facts(session: AsyncSession, call: Call, asked: FactsIn) -> CertificateFacts:
    """Newest first. `in_scope` is judged by the filing as it is known now, on the day of issue."""
    wanted = select(*columns(call.today), Assessment.assessors).outerjoin(Assessment, Assessment.id == Certificate.assessment_id)
    wanted = wanted.where(or_(ALIASES.among(Certificate.trainee_id, asked.trainee_ids), Certificate.id.in_(asked.certificate_ids)))
    rows = (await session.execute(wanted.order_by(Certificate.issued_on.desc(), Certificate.id.desc()))).mappings().all()
    covered = await filing_reading.coverages(session, (row["filing_id"] for row in rows if row["filing_id"]))
    of_issuer, of_assessor, of_day = await _issued(session, rows)
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
            "issued_that_month": of_issuer[row["issuer"], month],
            "issued_that_day": of_day[row["issuer"], row["issued_on"]],
            "body_flags": []
            if outside
            else [each._asdict() for each in flags(work[row["issuer_institution_id"], month], rules.here().quality)],
            "valid": row["issued_on"] <= on and (row["revoked_on"] is None or on < row["revoked_on"]),
            "months_since_issue": full_months(row["issued_on"], on),
            "earlier_levels": sorted(earlier.get(row["id"], ()), key=lambda each: levels[each].rank),
            "assessed_that_month": max((of_assessor[card, month] for card in row["assessors"] or ()), default=0),
        }
        certificates.append(CertificateFact.model_validate(dict(row) | said))
    return CertificateFacts(certificates=certificates)


async def _issued(session: AsyncSession, rows: Sequence[Any]) -> tuple[Counts, Counts, Counts]:
    """How many certificates each of these issuers, and each of these assessors' cards, had in the calendar month of each, and the issuers on its day:
    counted once, however many of them were asked for."""
    months = {(row["issuer"], row["issued_on"].replace(day=1)) for row in rows}
    cards = {(card, row["issued_on"].replace(day=1)) for row in rows for card in row["assessors"] or ()}
    days = {(row["issuer"], row["issued_on"]) for row in rows}
    found: list[Counts] = []
    for asked, joined in ((months, _OF_ISSUER), (cards, _OF_ASSESSOR), (days, _OF_DAY)):
        whose, month = zip(*sorted(asked), strict=True) if asked else ((), ())
        counted = await session.execute(joined, {"whose": list(whose), "months": list(month)}) if asked else ()
        found.append({(row.whose, row.month): row.issued for row in counted})
    return found[0], found[1], found[2]


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
