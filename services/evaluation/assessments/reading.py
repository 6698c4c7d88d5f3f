"""Assessments looked up and shown: single batches with their people, lists, exams."""

from collections.abc import Mapping
from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy import Select, and_, case, exists, or_, select
from sqlalchemy.ext.asyncio import AsyncSession

from services.evaluation import rules
from services.evaluation.assessments import visibility
from services.evaluation.assessments.schemas import Exams
from services.evaluation.assessments.tables import Amendment, Assessment, Candidate, Supervision
from services.evaluation.known.conditions import ALIASES
from shared import errors, pages
from shared.access import Call

LEVELLED = ("skill_level", "qualification")


async def find(session: AsyncSession, call: Call, assessment_id: UUID, *, lock: bool = False) -> Assessment:
    """The batch, or 404 for who may not see it. `lock` keeps results and supervision as they are until the transaction ends."""
    wanted = select(Assessment).where(Assessment.id == assessment_id, visibility.rows(call.actor))
    found = await session.scalar(wanted.with_for_update() if lock else wanted)
    if found is None:
        raise errors.NotFound("没有这个评价批次,或不在您的可见范围内。请核对编号。")
    return found


def listed(call: Call, filters: Mapping[Any, Any], external_ref: pages.Reference) -> Select[Any]:
    wanted = select(*Assessment.__table__.c).where(visibility.rows(call.actor), external_ref.among(Assessment.external_refs))
    return pages.where(wanted, filters)


async def candidates(session: AsyncSession, assessment_id: UUID) -> list[Any]:
    """Who sits the exam, with their results. `written_as`: the id they were announced under; `certified`: has a certificate of the batch, valid or not."""
    own = [each for each in Candidate.__table__.c if each.name != "trainee_id"]
    who = ALIASES.kept(Candidate.trainee_id).label("trainee_id")
    of = certificates()
    certified = exists().where(of.assessment_id == Candidate.assessment_id, of.trainee_id == Candidate.trainee_id)
    wanted = select(*own, who, Candidate.trainee_id.label("written_as"), certified.label("certified")).where(
        Candidate.assessment_id == assessment_id
    )
    wanted = wanted.order_by(Candidate.trainee_id)
    return list((await session.execute(wanted)).all())


def certificates() -> Any:
    """The columns of certificates, by their table: their room stands above this one."""
    return Assessment.metadata.tables["certificates"].c


async def held(session: AsyncSession, assessment_id: UUID) -> bool:
    """Whether results or a supervision say that the exam took place."""
    marked = exists().where(Candidate.assessment_id == assessment_id, Candidate.passed.is_not(None))
    supervised = exists().where(Supervision.assessment_id == assessment_id)
    return bool(await session.scalar(select(or_(marked, supervised))))


async def uncertified(session: AsyncSession, assessment: Assessment, today: date) -> list[UUID]:
    """Who passed, has no certificate of the batch and does not hold its level either: an amendment after the issue, or another's certificate revoked since."""
    of = certificates()
    certified = exists().where(of.assessment_id == assessment.id, of.trainee_id == Candidate.trainee_id)
    wanted = select(Candidate.trainee_id).where(Candidate.assessment_id == assessment.id, Candidate.passed.is_(True), ~certified)
    passed = list(await session.scalars(wanted))
    held = await held_ranks(session, assessment.occupation_code, today, await ALIASES.resolved(session, passed)) if passed else {}
    return [each for each in passed if held.get(each, 0) < rules.levels()[assessment.level].rank]


async def held_ranks(session: AsyncSession, occupation_code: str, on: date, ids: Mapping[UUID, UUID]) -> dict[UUID, int]:
    """The rank of the highest level that each of these people holds in the occupation, under whichever id (`ids`: whom they mean); what was revoked by
    the day is held no more."""
    of = certificates()
    wanted = select(ALIASES.kept(of.trainee_id), of.level).where(
        ALIASES.among(of.trainee_id, list(ids)),
        of.occupation_code == occupation_code,
        of.kind.in_(LEVELLED),
        of.level.is_not(None),
        or_(of.revoked_on.is_(None), of.revoked_on > on),
    )
    found: dict[UUID, int] = {}
    for who, level in await session.execute(wanted):
        found[who] = max(found.get(who, 0), rules.levels()[level].rank)
    return {each: found[kept] for each, kept in ids.items() if kept in found}


async def amendments(session: AsyncSession, assessment_id: UUID) -> list[Any]:
    """What was proposed after the lock, and the certificate that an approved one takes the ground from."""
    of, row = certificates(), Amendment
    standing = select(of.id).where(of.assessment_id == row.assessment_id, of.trainee_id == row.trainee_id, of.revoked_on.is_(None))
    failed = and_(row.status == "approved", ~row.result["passed"].as_boolean())
    own = [each for each in Amendment.__table__.c if each.name != "trainee_id"]
    wanted = select(
        *own, ALIASES.kept(row.trainee_id).label("trainee_id"), case((failed, standing.scalar_subquery())).label("certificate_id")
    )
    return list((await session.execute(wanted.where(row.assessment_id == assessment_id).order_by(row.id))).all())


async def proposers(session: AsyncSession, assessment_id: UUID) -> list[str]:
    """Who proposed the amendments that nobody has decided on."""
    wanted = select(Amendment.proposed_by).where(Amendment.assessment_id == assessment_id, Amendment.status == "proposed")
    return list(await session.scalars(wanted))


async def supervision(session: AsyncSession, assessment_id: UUID) -> list[Any]:
    wanted = select(Supervision.__table__).where(Supervision.assessment_id == assessment_id).order_by(Supervision.id)
    return list((await session.execute(wanted)).all())


async def exams(session: AsyncSession, class_id: UUID | None, trainee_id: UUID | None) -> Exams:
    """Exams of a class, of a person, or of a person in a class; the latest first."""
    batch = Assessment
    wanted = select(
        batch.id.label("assessment_id"),
        ALIASES.kept(Candidate.trainee_id).label("trainee_id"),
        batch.class_id,
        batch.order_id,
        batch.occupation_code,
        batch.level,
        batch.held_on,
        batch.status,
        Candidate.passed,
    ).join(Candidate, Candidate.assessment_id == batch.id)
    if class_id is not None:
        wanted = wanted.where(batch.class_id == class_id)
    if trainee_id is not None:
        wanted = wanted.where(ALIASES.among(Candidate.trainee_id, [trainee_id]))
    rows = await session.execute(wanted.order_by(batch.held_on.desc(), batch.id.desc(), Candidate.trainee_id).limit(5000))
    return Exams.model_validate({"items": rows.mappings().all()})
