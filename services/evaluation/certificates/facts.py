"""Certificates as the other services ask for them: facts for their rules, and who of a class is certified."""

from sqlalchemy import and_, func, or_, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import aliased

from services.evaluation import rules
from services.evaluation.certificates import policy
from services.evaluation.certificates.reading import columns
from services.evaluation.certificates.schemas import CertificateFact, CertificateFacts, CertifiedIn, CertifiedList, FactsIn
from services.evaluation.certificates.tables import Certificate
from services.evaluation.filings import policy as filings
from services.evaluation.filings import reading as filing_reading
from services.evaluation.known.conditions import ALIASES
from shared.access import Call


async def facts(session: AsyncSession, call: Call, asked: FactsIn) -> CertificateFacts:
    """Newest first. `in_scope` is judged by the filing as it is known now, on the day of issue."""
    other = aliased(Certificate)
    month = func.date_trunc("month", Certificate.issued_on)
    burst = (
        select(func.count())
        .where(other.issuer == Certificate.issuer, other.issued_on >= month, other.issued_on < month + func.make_interval(0, 1))
        .correlate(Certificate)
        .scalar_subquery()
    )
    wanted = select(*columns(call.today), burst.label("issued_that_month"))
    wanted = wanted.where(or_(ALIASES.among(Certificate.trainee_id, asked.trainee_ids), Certificate.id.in_(asked.certificate_ids)))
    rows = (await session.execute(wanted.order_by(Certificate.issued_on.desc(), Certificate.id.desc()))).mappings().all()
    covered = await filing_reading.coverages(session, (row["filing_id"] for row in rows if row["filing_id"]))
    certificates, levels = [], rules.levels()
    for row in rows:
        outside, in_scope = row["assessment_id"] is None, None
        level = levels[row["level"]] if row["level"] else None
        if not outside and level is not None:
            in_scope = filings.out_of_scope(covered[row["filing_id"]], row["occupation_code"], level, row["issued_on"]) is None
        # A masked number was compared when it was registered; the mask itself has no shape.
        fits = "*" in row["number"] or not policy.number_faults(row["kind"], row["number"], level, row["issued_on"])
        certificates.append(CertificateFact.model_validate(dict(row) | {"outside": outside, "in_scope": in_scope, "number_fits": fits}))
    return CertificateFacts(certificates=certificates)


async def certified(session: AsyncSession, asked: CertifiedIn) -> CertifiedList:
    """Who of these classes holds a certificate from it that is valid on the day: issued by then, not revoked by then."""
    valid = and_(Certificate.issued_on <= asked.as_of, or_(Certificate.revoked_on.is_(None), Certificate.revoked_on > asked.as_of))
    of_one = select(Certificate.class_id, ALIASES.kept(Certificate.trainee_id).label("trainee_id"), Certificate.issued_on)
    held = of_one.where(Certificate.class_id.in_(asked.class_ids), valid).subquery()
    wanted = select(held.c.class_id, held.c.trainee_id, func.min(held.c.issued_on).label("issued_on"))
    wanted = wanted.group_by(held.c.class_id, held.c.trainee_id).order_by(held.c.class_id, held.c.trainee_id)
    return CertifiedList.model_validate({"items": (await session.execute(wanted)).mappings().all()})
