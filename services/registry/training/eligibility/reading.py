"""All facts of a class that a claim is judged by, gathered in a constant number of statements however many people it has."""

import base64
from collections import defaultdict
from collections.abc import Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import Row as ResultRow
from sqlalchemy import func, or_, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import aliased

from services.registry.codes import EnrolmentOutcome
from services.registry.institutions.institutions import reading as institutions
from services.registry.institutions.institutions.policy import is_blacklisted, is_designated
from services.registry.institutions.institutions.tables import Institution
from services.registry.institutions.teachers.tables import Teacher
from services.registry.people.status_records.tables import StatusList, StatusRecord
from services.registry.people.trainees.tables import Trainee, TraineeCategory
from services.registry.reference.policy import needs_designation
from services.registry.training.attendance.tables import Attendance, AttendanceConflict
from services.registry.training.classes import reading as classes
from services.registry.training.classes.tables import TrainingClass
from services.registry.training.eligibility import schemas
from services.registry.training.enrolments.tables import Enrolment
from shared.access import Call

PERSON = ("name", "id_number_masked", "id_number_key", "birth_on", "sex", "retirement_track", "region_code", "bank_account_key")
ENROLLED_AS, HERE, OTHER = aliased(Trainee), aliased(TrainingClass), aliased(TrainingClass)  # made once: an alias costs more than its query


async def gather(session: AsyncSession, call: Call, class_id: UUID, trainee_ids: Sequence[UUID] | None = None) -> schemas.ClaimFacts:
    """The facts of the class and of those enrolled and not withdrawn, or of those named. Who was merged into another is that other."""
    training = await classes.find(session, call, class_id)
    people = select(
        *(getattr(Trainee, name) for name in PERSON),
        Enrolment.id,
        Trainee.id.label("trainee_id"),
        Enrolment.outcome,
        Enrolment.trainee_id.label("attended_as"),
    )
    people = people.join(ENROLLED_AS, ENROLLED_AS.id == Enrolment.trainee_id).where(Enrolment.class_id == class_id).order_by(Enrolment.id)
    people = people.join(Trainee, Trainee.id == func.coalesce(ENROLLED_AS.merged_into, ENROLLED_AS.id))
    people = people.where(
        Enrolment.outcome != EnrolmentOutcome.WITHDRAWN if trainee_ids is None else Trainee.id == func.any(list(trainee_ids))
    )
    rows = (await session.execute(people)).all()
    ids, keys = [row.trainee_id for row in rows], [row.id_number_key for row in rows]
    categories = await _by_person(
        session,
        select(TraineeCategory.trainee_id.label("who"), TraineeCategory.code, TraineeCategory.since_on, TraineeCategory.until_on)
        .where(TraineeCategory.trainee_id == func.any(ids))
        .order_by(TraineeCategory.code, TraineeCategory.since_on),
    )
    statuses = await _by_person(
        session,
        select(
            StatusRecord.id_number_key.label("who"), StatusRecord.status, StatusRecord.from_on, StatusRecord.until_on, StatusRecord.source
        )
        .where(StatusRecord.id_number_key == func.any(keys))
        .order_by(StatusRecord.status, StatusRecord.from_on, StatusRecord.source),
    )
    half_days = await _by_person(
        session,
        select(Attendance.trainee_id.label("who"), Attendance.on, func.count().label("half_days"))
        .where(Attendance.class_id == class_id)
        .group_by(Attendance.trainee_id, Attendance.on)
        .order_by(Attendance.on),
    )
    elsewhere = await _by_person(session, _conflicts(class_id))
    teachers = set(await session.scalars(select(Teacher.id_number_key).where(Teacher.id == func.any(training.teacher_ids))))
    enrolled = set(ids)
    return schemas.ClaimFacts(
        class_=await _class(session, training),
        lists_complete=await _complete_lists(session, training),
        enrolments=[
            schemas.EnrolmentFacts(
                enrolment_id=row.id,
                trainee_id=row.trainee_id,
                name=row.name,
                id_number_masked=row.id_number_masked,
                birth_on=row.birth_on,
                sex=row.sex,
                retirement_track=row.retirement_track,
                region_code=row.region_code,
                outcome=row.outcome,
                categories=[schemas.CategoryFacts.model_validate(each) for each in categories[row.trainee_id]],
                statuses=[schemas.StatusFacts.model_validate(each) for each in statuses[row.id_number_key]],
                half_days=[schemas.DayFacts.model_validate(each) for each in half_days[row.attended_as]],
                attended_other_class=[schemas.OtherClass.model_validate(each) for each in elsewhere[row.attended_as]],
                teaches_class=row.id_number_key in teachers,
                has_bank_account=row.bank_account_key is not None,
                bank_account_key=_text(row.bank_account_key),
            )
            for row in rows
        ],
        unknown_trainee_ids=[each for each in dict.fromkeys(trainee_ids or ()) if each not in enrolled],
    )


async def _by_person(session: AsyncSession, wanted: Any) -> dict[Any, list[ResultRow[Any]]]:
    """The rows by their first column, `who`."""
    found: dict[Any, list[ResultRow[Any]]] = defaultdict(list)
    for row in await session.execute(wanted):
        found[row.who].append(row)
    return found


def _conflicts(class_id: UUID) -> Any:
    """Half-days reported by this class and another, whichever of the two was refused."""
    conflict = AttendanceConflict
    both = (
        select(conflict.trainee_id.label("who"), conflict.on, conflict.half_day, OTHER.number.label("class_number"))
        .join(HERE, or_(HERE.id == conflict.class_id, HERE.id == conflict.other_class_id))
        .join(OTHER, or_(OTHER.id == conflict.class_id, OTHER.id == conflict.other_class_id))
        .where(HERE.id == class_id, OTHER.id != class_id)
    )
    return both.order_by(conflict.on, conflict.half_day, OTHER.number)


async def _complete_lists(session: AsyncSession, training: TrainingClass) -> list[str]:
    covering = select(StatusList.status).where(
        StatusList.complete_from_on <= training.starts_on, StatusList.complete_to_on >= training.starts_on
    )
    return sorted(set(await session.scalars(covering)))


async def _class(session: AsyncSession, training: TrainingClass) -> schemas.ClassFacts:
    institution = await session.get_one(Institution, training.institution_id)
    designations, blacklistings = await institutions.bars(session, institution.id)
    on = training.starts_on
    current = next((each for each in blacklistings if is_blacklisted([each], on)), None)
    facts = schemas.InstitutionFacts(
        id=institution.id,
        name=institution.name,
        kind=institution.kind,
        region_code=institution.region_code,
        needs_designation=needs_designation(training.channel, institution.kind),
        designated=is_designated(designations, on),
        blacklisted=current is not None,
        blacklisted_until_on=current.until_on if current else None,
        has_bank_account=institution.bank_account_key is not None,
        bank_account_key=_text(institution.bank_account_key),
    )
    own = {name: getattr(training, name) for name in schemas.ClassFacts.model_fields if name != "institution"}
    return schemas.ClassFacts(institution=facts, **own)


def _text(key: bytes | None) -> str | None:
    return None if key is None else base64.b64encode(key).decode()
