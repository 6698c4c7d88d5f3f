"""All facts of a class that a claim is judged by, gathered in a constant number of statements however many people it has."""

import base64
from collections import defaultdict
from collections.abc import Collection, Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import LargeBinary, and_, bindparam, func, null, or_, select, true, union_all
from sqlalchemy import Row as ResultRow
from sqlalchemy.dialects.postgresql import ARRAY, aggregate_order_by, array
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import aliased

from services.registry.codes import EnrolmentOutcome, HalfDay, InstitutionStatus
from services.registry.institutions.institutions import reading as institutions
from services.registry.institutions.institutions.policy import holds, is_blacklisted, is_designated
from services.registry.institutions.institutions.tables import Institution
from services.registry.institutions.teachers.tables import Teacher
from services.registry.people.status_records.tables import StatusList, StatusRecord
from services.registry.people.trainees.tables import Trainee, TraineeCategory
from services.registry.reference.policy import needs_designation
from services.registry.training.attendance import reading as attendance
from services.registry.training.classes import reading as classes
from services.registry.training.classes.tables import ClassSession, TrainingClass
from services.registry.training.eligibility import schemas
from services.registry.training.enrolments.tables import Enrolment
from services.registry.training.inspections.tables import Inspection
from shared.access import Call

SHARED_WITH_AT_MOST = 10  # who else has the same account: more would say no more
PERSON = ("name", "id_number_masked", "id_number_key", "birth_on", "sex", "retirement_track", "region_code", "bank_account_key")
BEST_FIRST = array([EnrolmentOutcome.COMPLETED, EnrolmentOutcome.ENROLLED, EnrolmentOutcome.ABSENT, EnrolmentOutcome.WITHDRAWN])
ENROLLED_AS, MERGED = aliased(Trainee), aliased(Trainee)  # made once: an alias costs more than its query
IDS = func.array_agg(aggregate_order_by(Enrolment.id, Enrolment.id))
OUTCOMES = func.array_agg(aggregate_order_by(Enrolment.outcome, func.array_position(BEST_FIRST, Enrolment.outcome)))
_former = select(func.array_agg(MERGED.id).label("former_ids"), func.array_agg(MERGED.id_number_key).label("former_keys"))
FORMER = _former.where(MERGED.merged_into == Trainee.id).lateral("former")
_of_a_person: list[Any] = [
    *(getattr(Trainee, name) for name in PERSON),
    Trainee.id.label("trainee_id"),
    IDS.label("enrolment_ids"),
    OUTCOMES[1].label("outcome"),
    FORMER.c.former_ids,
    FORMER.c.former_keys,
]
PEOPLE = (
    select(*_of_a_person)
    .join(ENROLLED_AS, Trainee.id == func.coalesce(ENROLLED_AS.merged_into, ENROLLED_AS.id))
    .join(Enrolment, Enrolment.trainee_id == ENROLLED_AS.id)
    .join(FORMER, true())
    .group_by(Trainee.id, FORMER.c.former_ids, FORMER.c.former_keys)
    .order_by(IDS)
)


async def gather(session: AsyncSession, call: Call, class_id: UUID, trainee_ids: Sequence[UUID] | None = None) -> schemas.ClaimFacts:
    """The facts of the class and of those enrolled and not withdrawn, or of those named. Who was merged into another is that other, once, with all that
    is known under either number."""
    training = await classes.find(session, call, class_id)
    asked = Enrolment.outcome != EnrolmentOutcome.WITHDRAWN if trainee_ids is None else Trainee.id == func.any(list(trainee_ids))
    rows = (await session.execute(PEOPLE.where(Enrolment.class_id == class_id, asked))).all()
    ids, keys = [row.trainee_id for row in rows], [key for row in rows for key in _keys(row)]
    categories = await _by_who(
        session,
        select(TraineeCategory.trainee_id.label("who"), TraineeCategory.code, TraineeCategory.since_on, TraineeCategory.until_on)
        .where(TraineeCategory.trainee_id == func.any(ids))
        .order_by(TraineeCategory.code, TraineeCategory.since_on),
    )
    statuses = await _by_who(
        session,
        select(
            StatusRecord.id_number_key.label("who"), StatusRecord.status, StatusRecord.from_on, StatusRecord.until_on, StatusRecord.source
        )
        .where(StatusRecord.id_number_key == func.any(keys))
        .order_by(StatusRecord.status, StatusRecord.from_on, StatusRecord.source),
    )
    days = await _by_who(session, attendance.days_of_people(training))
    numbered = [each for row in rows if row.former_ids for each in (row.trainee_id, *row.former_ids)]
    elsewhere = await _by_who(session, attendance.overlaps(training, numbered))
    teachers = await _teachers(session, training, keys)
    holders = await _by_who(session, _holders({row.bank_account_key for row in rows if row.bank_account_key is not None}))
    enrolled = set(ids)
    return schemas.ClaimFacts(
        class_=await _class(session, training),
        lists_complete=await _complete_lists(session, training),
        enrolments=[
            schemas.EnrolmentFacts(
                enrolment_id=row.enrolment_ids[0],
                enrolment_ids=row.enrolment_ids,
                trainee_id=row.trainee_id,
                name=row.name,
                id_number_masked=row.id_number_masked,
                birth_on=row.birth_on,
                sex=row.sex,
                retirement_track=row.retirement_track,
                region_code=row.region_code,
                outcome=row.outcome,
                categories=[schemas.CategoryFacts.model_validate(each) for each in categories[row.trainee_id]],
                statuses=[schemas.StatusFacts.model_validate(each) for key in _keys(row) for each in statuses[key]],
                half_days=[schemas.DayFacts.model_validate(each) for each in days[row.trainee_id]],
                impossible=_impossible(days[row.trainee_id]),
                attended_other_class=[schemas.OtherClass.model_validate(each) for each in elsewhere[row.trainee_id]],
                teaches_class=any(teachers.get(key) for key in _keys(row)),
                teaches_institution=any(key in teachers for key in _keys(row)),
                has_bank_account=row.bank_account_key is not None,
                bank_account_key=_text(row.bank_account_key),
                account_shared_with=_others(holders[row.bank_account_key], row.trainee_id),
                account_of_institution=next((each.institution for each in holders[row.bank_account_key] if each.institution), None),
            )
            for row in rows
        ],
        unknown_trainee_ids=[each for each in dict.fromkeys(trainee_ids or ()) if each not in enrolled],
    )


async def _by_who(session: AsyncSession, wanted: Any) -> dict[Any, list[ResultRow[Any]]]:
    """The rows by their first column, `who`."""
    found: dict[Any, list[ResultRow[Any]]] = defaultdict(list)
    for row in await session.execute(wanted):
        found[row.who].append(row)
    return found


def _keys(row: Any) -> list[bytes]:
    """The person's number, and those of the registrations that were merged into this one."""
    return [row.id_number_key, *(row.former_keys or ())]


def _impossible(days: Sequence[ResultRow[Any]]) -> list[schemas.ImpossibleFacts]:
    said = ((day.on, half_day, why) for day in days for half_day, why in ((HalfDay.AM, day.why_am), (HalfDay.PM, day.why_pm)))
    return [schemas.ImpossibleFacts(on=on, half_day=half_day, why=why) for on, half_day, why in said if why]


def _others(holders: Sequence[ResultRow[Any]], trainee_id: UUID) -> list[UUID]:
    return [each.trainee_id for each in holders if each.trainee_id not in (None, trainee_id)][:SHARED_WITH_AT_MOST]


async def _teachers(session: AsyncSession, training: TrainingClass, keys: Sequence[bytes]) -> dict[bytes, bool]:
    """Who of these people teaches at the class's institution on a day of the class, by number: whether the class itself names them."""
    named = Teacher.id == func.any(training.teacher_ids)
    there = and_(
        Teacher.institution_id == training.institution_id,
        Teacher.from_on <= training.ends_on,
        or_(Teacher.to_on.is_(None), Teacher.to_on >= training.starts_on),
    )
    wanted = select(Teacher.id_number_key, func.bool_or(named).label("by_class")).where(
        Teacher.id_number_key == func.any(keys), or_(named, there)
    )
    return {row.id_number_key: row.by_class for row in await session.execute(wanted.group_by(Teacher.id_number_key))}


def _holders(accounts: Collection[bytes]) -> Any:
    """Who has each of these accounts: people (of each account no more than are told, and the one who asks), and institutions."""
    asked = func.unnest(bindparam("accounts", sorted(accounts), ARRAY(LargeBinary))).table_valued("account").render_derived()
    person = select(Trainee.id).where(Trainee.bank_account_key == asked.c.account, Trainee.merged_into.is_(None)).order_by(Trainee.id)
    some = person.limit(SHARED_WITH_AT_MOST + 1).lateral("some")
    people = select(asked.c.account.label("who"), some.c.id.label("trainee_id"), null().label("institution")).join_from(asked, some, true())
    theirs = select(Institution.bank_account_key, null(), Institution.name).where(
        Institution.bank_account_key == func.any(sorted(accounts))
    )
    return union_all(people, theirs).order_by("who", "trainee_id", "institution")


async def _complete_lists(session: AsyncSession, training: TrainingClass) -> list[str]:
    covering = select(StatusList.status).where(
        StatusList.complete_from_on <= training.starts_on, StatusList.complete_to_on >= training.starts_on
    )
    return sorted(set(await session.scalars(covering)))


async def _class(session: AsyncSession, training: TrainingClass) -> schemas.ClassFacts:
    timetable = select(func.sum(ClassSession.hours).label("hours"), func.nullif(func.count(), 0).label("half_days"))
    planned = (await session.execute(timetable.where(ClassSession.class_id == training.id))).one()
    half_days = (await session.execute(attendance.half_days(training))).all()
    visits = (
        select(Inspection.on, Inspection.half_day, Inspection.headcount).where(Inspection.class_id == training.id).order_by(Inspection.id)
    )
    told = {
        "hours_planned": planned.hours,
        "half_days_planned": planned.half_days,
        "half_days_held": len(half_days),
        "signings": [schemas.SigningFacts.model_validate(each) for each in half_days if each.people],
        "headcounts": [_headcount(visit, half_days) for visit in await session.execute(visits)],
        "institution": await _institution(session, training),
    }
    return schemas.ClassFacts(**told, **{name: getattr(training, name) for name in schemas.ClassFacts.model_fields if name not in told})


def _headcount(visit: Any, half_days: Sequence[ResultRow[Any]]) -> schemas.HeadcountFacts:
    then = (each.attended for each in half_days if each.on == visit.on and visit.half_day in (None, each.half_day))
    return schemas.HeadcountFacts(on=visit.on, half_day=visit.half_day, headcount=visit.headcount, attended=max(then, default=0))


async def _institution(session: AsyncSession, training: TrainingClass) -> schemas.InstitutionFacts:
    institution = await session.get_one(Institution, training.institution_id)
    designations, blacklistings = await institutions.bars(session, institution.id)
    on = training.starts_on
    current = next((each for each in blacklistings if is_blacklisted([each], on)), None)
    absent = {each.kind: each for each in await institutions.absences(session, institution.id) if holds(each, on)}
    suspension, exit_ = absent.get(InstitutionStatus.SUSPENDED), absent.get(InstitutionStatus.EXITED)
    return schemas.InstitutionFacts(
        id=institution.id,
        name=institution.name,
        kind=institution.kind,
        region_code=institution.region_code,
        needs_designation=needs_designation(training.channel, institution.kind),
        designated=is_designated(designations, on),
        blacklisted=current is not None,
        blacklisted_until_on=current.until_on if current else None,
        suspended=suspension is not None,
        suspended_until_on=suspension.until_on if suspension else None,
        exited=exit_ is not None,
        exited_on=exit_.from_on if exit_ else None,
        has_bank_account=institution.bank_account_key is not None,
        bank_account_key=_text(institution.bank_account_key),
    )


def _text(key: bytes | None) -> str | None:
    return None if key is None else base64.b64encode(key).decode()
