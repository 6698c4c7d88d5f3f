"""All facts of a class that a claim is judged by, in two statements however many people it has: the class, and beside it everything as lists of JSON.

The answer is put together from that JSON as it is: of a thousand people nothing is read into a model and written out again (`schemas.ClaimFacts` says what
it holds, and the tests hold it to that).
"""

from collections.abc import Mapping, Sequence
from datetime import date
from functools import cache
from typing import Any
from uuid import UUID

from sqlalchemy import Date, Select, Text, Uuid, and_, bindparam, case, cast, func, literal, null, or_, select, true
from sqlalchemy.dialects.postgresql import ARRAY, aggregate_order_by, array
from sqlalchemy.orm import aliased

from services.registry.codes import EnrolmentOutcome, HalfDay, InstitutionStatus, MeasureKind
from services.registry.institutions.institutions.policy import Absence, Blacklisting, Designation, holds, is_designated
from services.registry.institutions.institutions.reading import ABSENCES, BLACKLISTINGS, DESIGNATIONS
from services.registry.institutions.institutions.tables import Institution
from services.registry.institutions.measures import conditions as measures
from services.registry.institutions.measures.tables import Measure
from services.registry.institutions.teachers.tables import Teacher
from services.registry.people.status_records.tables import StatusList
from services.registry.people.trainees.conditions import ALIASES
from services.registry.people.trainees.tables import Trainee
from services.registry.reference.facts import Channel
from services.registry.reference.policy import lists, needs_designation
from services.registry.reference.trade_filings import conditions as trade_filings
from services.registry.reference.trade_filings.tables import TradeFiling
from services.registry.training.attendance import reading as attendance
from services.registry.training.attendance.reading import CLASS_ID
from services.registry.training.classes.reading import NOT_FOUND
from services.registry.training.classes.tables import ClassSession, TrainingClass
from services.registry.training.complaints.conditions import holds as complaint_holds
from services.registry.training.complaints.tables import Complaint
from services.registry.training.eligibility import facts, schemas
from services.registry.training.enrolments.tables import Enrolment
from services.registry.training.inspections.tables import Inspection
from services.registry.training.trade_papers.reading import catalogues_listing
from services.registry.training.trade_papers.rules import key
from shared import errors
from shared.clock import SHANGHAI
from shared.strict import read
from shared.web import Kernel

OF_CLASS = [each for each in TrainingClass.__table__.c if each.name in schemas.ClassFacts.model_fields]
BEST_FIRST = array([EnrolmentOutcome.COMPLETED, EnrolmentOutcome.ENROLLED, EnrolmentOutcome.ABSENT, EnrolmentOutcome.WITHDRAWN])
ENROLLED_AS = aliased(Trainee)
IDS = func.array_agg(aggregate_order_by(Enrolment.id, Enrolment.id))
OUTCOMES = func.array_agg(aggregate_order_by(Enrolment.outcome, func.array_position(BEST_FIRST, Enrolment.outcome)))
STARTS_ON, ENDS_ON = bindparam("starts_on", type_=Date), bindparam("ends_on", type_=Date)
_late = and_(Enrolment.reason.is_not(None), cast(func.timezone(SHANGHAI.key, Enrolment.enrolled_at), Date) > ENDS_ON)
_in_the_class: list[Any] = [
    IDS.label("enrolment_ids"),
    OUTCOMES[1].label("outcome"),
    case((func.bool_and(Enrolment.from_on.is_not(None)), func.min(Enrolment.from_on))).label("from_on"),
    case((func.bool_and(_late), func.min(Enrolment.reason))).label("late_reason"),
]
PEOPLE = (
    select(*facts.PERSON, *_in_the_class, *facts.WRITTEN_UNDER)
    .join(ENROLLED_AS, Trainee.id == func.coalesce(ENROLLED_AS.merged_into, ENROLLED_AS.id))
    .join(Enrolment, Enrolment.trainee_id == ENROLLED_AS.id)
    .join(facts.FORMER, true())
    .where(Enrolment.class_id == CLASS_ID)
    .group_by(Trainee.id, facts.FORMER.c.former_ids, facts.FORMER.c.former_keys)
)
ASKED_BY = (
    "channel",
    "institution_id",
    "starts_on",
    "ends_on",
    "teacher_ids",
    "occupation_code",
    "trade_name",
    "level",
)  # what of the class all else is asked by
_CLASS = select(*(TrainingClass.__table__.c[name] for name in ASKED_BY)).where(TrainingClass.id == CLASS_ID)
TEACHER_IDS = bindparam("teacher_ids", type_=ARRAY(Uuid))


async def gather(kernel: Kernel, class_id: UUID, trainee_ids: Sequence[UUID] | None = None) -> dict[str, Any]:
    """The facts of the class and of those enrolled and not withdrawn, or of those named, as JSON (`schemas.ClaimFacts`). Who was merged into another is
    that other, once, with all that is known under either number. Whether the caller may see the class is for whoever calls this."""
    training = await kernel.reader.first(_CLASS, {"class_id": class_id})
    if training is None:
        raise errors.NotFound(NOT_FOUND)
    wanted = _everything(lists().channels[training["channel"]], named=trainee_ids is not None)
    asked = {**training, "class_id": class_id, "trainee_ids": trainee_ids}
    asked["trade_keys"] = [key(training["occupation_code"], training["trade_name"])]
    told: Mapping[str, list[Any]] | None = await kernel.reader.first(wanted, asked)
    assert told is not None, "a row of lists is always one"
    people = told["people"]
    _add_lists(people, told)
    enrolled = {each for row in people for each in (row["trainee_id"], *row["former_ids"])}
    return {
        "class": _class(training, told),
        "lists_complete": [row["status"] for row in told["complete"]],
        "enrolments": people,
        "unknown_trainee_ids": [each for each in dict.fromkeys(map(str, trainee_ids or ())) if each not in enrolled],
    }


@cache
def _everything(channel: Channel, *, named: bool) -> Select[Any]:
    """One row of lists, each of rows as JSON: what is told of the class, and of its people. Built once, since its building would cost more than its
    answer. `named`: of the people with `TRAINEE_IDS`, else of all who are enrolled and not withdrawn."""
    asked = ALIASES.among(Trainee.id, facts.TRAINEE_IDS) if named else Enrolment.outcome != EnrolmentOutcome.WITHDRAWN
    people = PEOPLE.where(asked).cte("people")
    who, keys = people.c.trainee_id.label("who"), people.c["keys"]
    teacher, visit, timetable = Teacher, Inspection, ClassSession
    by_class = teacher.id == func.any(TEACHER_IDS)
    there = and_(
        teacher.institution_id == facts.INSTITUTION_ID, teacher.from_on <= ENDS_ON, or_(teacher.to_on.is_(None), teacher.to_on >= STARTS_ON)
    )
    wanted: dict[str, Any] = {
        "class": select(*OF_CLASS).where(TrainingClass.id == CLASS_ID),
        "timetable": select(
            func.sum(timetable.hours).label("hours_planned"), func.nullif(func.count(), 0).label("half_days_planned")
        ).where(timetable.class_id == CLASS_ID),
        "visits": select(visit.on, visit.half_day, visit.headcount).where(visit.class_id == CLASS_ID).order_by(visit.id),
        "held": attendance.half_days(channel),
        "complete": select(StatusList.status)
        .distinct()
        .where(StatusList.complete_from_on <= STARTS_ON, StatusList.complete_to_on >= STARTS_ON, StatusList.voided_at.is_(None))
        .order_by(StatusList.status),
        "institution": select(
            Institution.id, Institution.name, Institution.kind, Institution.region_code, facts.text_of(Institution.bank_account_key)
        ).where(Institution.id == facts.INSTITUTION_ID),
        "filings": _filing(),
        "catalogues": catalogues_listing(_beside(), STARTS_ON),
        "stops": _stops(),
        "designations": DESIGNATIONS,
        "blacklistings": BLACKLISTINGS,
        "absences": ABSENCES,
        "people": facts.shown(people).order_by(people.c.enrolment_ids),
        "half_days": attendance.days_of_people(channel),
        "overlaps": attendance.overlaps(select(func.unnest(people.c.ids)).where(func.cardinality(people.c.ids) > 1)),
        "teachers": select(who, func.bool_or(by_class).label("by_class"))
        .join(teacher, and_(teacher.id_number_key == func.any(keys), or_(by_class, there)))
        .group_by(people.c.trainee_id),
    }
    return select(*(facts.listed(name, each) for name, each in (facts.about(people) | wanted).items()))


def _filing() -> Any:
    """The trade filing that the class names, rather one in force on its first day than one that is not."""
    filing, in_force = TradeFiling, trade_filings.in_force(STARTS_ON)
    found = select(filing.trade_name, filing.beside_occupation_code, in_force.label("in_force"))
    found = found.join(TrainingClass, TrainingClass.trade_filing_no == filing.number).where(TrainingClass.id == CLASS_ID)
    return found.order_by(in_force.desc(), filing.from_on.desc()).limit(1)


def _beside() -> Any:
    """The occupation that the filed trade stands beside, while it is in force."""
    filing = _filing().subquery("filing")
    return select(filing.c.beside_occupation_code).where(filing.c.in_force)


def _stops() -> Any:
    """The measures by which nothing of the class is supported, on whatever days, and the complaints for which an officer holds it."""
    bodies = measures.against(TrainingClass.institution_id, TrainingClass.region_code, TrainingClass.department)
    why = literal(MeasureKind.SUPPORT_STOPPED.value, Text).label("why")
    stopped = select(why, Measure.number, Measure.from_on, Measure.until_on).join(TrainingClass, bodies)
    standing = (TrainingClass.id == CLASS_ID, Measure.kind == MeasureKind.SUPPORT_STOPPED, Measure.voided_at.is_(None))
    held_on = cast(func.timezone(SHANGHAI.key, Complaint.held_at), Date)
    complained = select(literal("complaint_open", Text), Complaint.number, held_on, null()).where(
        Complaint.class_id == CLASS_ID, complaint_holds()
    )
    return stopped.where(*standing).union_all(complained).order_by("why", "number")


def _add_lists(people: list[dict[str, Any]], told: Mapping[str, list[Any]]) -> None:
    """Gives each person what the lists say of them."""
    facts.add_lists(people, told)
    days, overlaps, teachers = (facts.by_who(told[name]) for name in ("half_days", "overlaps", "teachers"))
    for row in people:
        who = row["trainee_id"]
        row |= {
            "enrolment_id": row["enrolment_ids"][0],
            "impossible": _impossible(days[who]),
            "half_days": days[who],
            "attended_other_class": overlaps[who],
            "teaches_class": any(each["by_class"] for each in teachers[who]),
            "teaches_institution": bool(teachers[who]),
        }


def _impossible(days: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Taken out of the days, which say beside each why one of its half-days cannot be so."""
    said = [(day["on"], half_day, day.pop(f"why_{half_day}")) for day in days for half_day in HalfDay]
    return [{"on": on, "half_day": half_day, "why": why} for on, half_day, why in said if why]


def _class(training: Mapping[str, Any], told: Mapping[str, list[Any]]) -> dict[str, Any]:
    [own], [timetable], held = told["class"], told["timetable"], told["held"]
    return {
        **own,
        **timetable,
        "half_days_held": len(held),
        "trade_filing": next(iter(told["filings"]), None),
        "catalogues": [row["kind"] for row in told["catalogues"]],
        "stops": told["stops"],
        "headcounts": [_headcount(visit, held) for visit in told["visits"]],
        "signings": [{name: each[name] for name in schemas.SigningFacts.model_fields} for each in held if each["people"]],
        "institution": _institution(training, told),
    }


def _headcount(visit: dict[str, Any], held: list[dict[str, Any]]) -> dict[str, Any]:
    then = (each["attended"] for each in held if each["on"] == visit["on"] and visit["half_day"] in (None, each["half_day"]))
    return visit | {"attended": max(then, default=0)}


def _institution(training: Mapping[str, Any], told: Mapping[str, list[Any]]) -> dict[str, Any]:
    """As it stood on the class's first day."""
    [institution], on = told["institution"], training["starts_on"]
    current = next((each for each in read(tuple[Blacklisting, ...], told["blacklistings"]) if holds(each, on)), None)
    absent = {each.kind: each for each in read(tuple[Absence, ...], told["absences"]) if holds(each, on)}
    suspension, exit_ = absent.get(InstitutionStatus.SUSPENDED), absent.get(InstitutionStatus.EXITED)
    return institution | {
        "needs_designation": needs_designation(training["channel"], institution["kind"]),
        "designated": is_designated(read(tuple[Designation, ...], told["designations"]), on),
        "blacklisted": current is not None,
        "blacklisted_until_on": current and _day(current.until_on),
        "suspended": suspension is not None,
        "suspended_until_on": suspension and _day(suspension.until_on),
        "exited": exit_ is not None,
        "exited_on": exit_ and _day(exit_.from_on),
        "has_bank_account": institution["bank_account_key"] is not None,
    }


def _day(day: date | None) -> str | None:
    return day.isoformat() if day else None
