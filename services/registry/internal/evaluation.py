"""What evaluation asks: whose workers the candidates of an assessment are, who teaches the class, which enterprises are above scale, who takes part,
what the ID numbers of holders are."""

import asyncio
from typing import Annotated
from uuid import UUID

from pydantic import Field
from sqlalchemy import exists, false, func, or_, select
from sqlalchemy.dialects.postgresql import aggregate_order_by
from sqlalchemy.ext.asyncio import AsyncSession

from services.registry import fields
from services.registry.codes import ClassStatus, EnrolmentOutcome, Level, TradePaperNoun
from services.registry.institutions.institutions import policy, reading
from services.registry.institutions.institutions.conditions import must_file
from services.registry.institutions.institutions.tables import Institution
from services.registry.institutions.teachers.tables import Teacher
from services.registry.people.trainees.conditions import ALIASES, IS_THE_ONE, WRITTEN_AS, worked_for
from services.registry.people.trainees.tables import Trainee, TraineeCategory, TraineeSighting
from services.registry.training.classes.tables import TrainingClass
from services.registry.training.enrolments.tables import Enrolment
from services.registry.training.trade_papers.tables import ListedTrade, TradePaper
from shared import access, web, wire

router = web.Router("institutions")


class AssessmentAsked(wire.In):
    """The people and the class of an assessment that an institution holds on a day."""

    institution_id: UUID
    trainee_ids: Annotated[list[UUID], Field(max_length=1_000)]
    class_id: UUID | None = None
    on: wire.CivilDate


class CandidateFacts(wire.Out):
    """`categories`: those of the day; `employed_here`: by that institution on the day; `registered_here`: by it; `enrolled`: in the class, and not withdrawn from it."""

    id: UUID
    name: str
    id_number_masked: str
    employed_here: bool = Field(description="当日是否为该机构的职工")
    registered_here: bool
    categories: list[str]
    enrolled: bool


class TeacherFacts(wire.Out):
    name: str
    id_number_masked: str


class AssessedClass(wire.Out):
    id: UUID
    institution_id: UUID
    status: ClassStatus
    level: Level | None
    starts_on: wire.CivilDate
    ends_on: wire.CivilDate
    teachers: list[TeacherFacts]


class AssessmentFacts(wire.Out):
    """Who is not known is left out; `class` null: no such class, or none was asked for."""

    trainees: list[CandidateFacts]
    class_: AssessedClass | None = Field(serialization_alias="class")


class HoldersAsked(wire.In):
    """Who holds certificates, and from which classes."""

    trainee_ids: Annotated[list[UUID], Field(max_length=10_000)]
    class_ids: Annotated[list[UUID], Field(max_length=10_000)] = []
    skill_standard_ids: Annotated[list[UUID], Field(max_length=100, description="Skill standards that are asked about beside.")] = []


class SkillStandardFacts(wire.Out):
    """`from_on` null: not in force yet."""

    name: str
    occupation_code: str | None
    from_on: wire.CivilDate | None
    until_on: wire.CivilDate | None


class HolderFacts(wire.Out):
    """Under the id that was asked for."""

    id: UUID
    name: str
    known_as: str = Field(description="today's name and the earlier ones, one a line")
    id_number_masked: str
    birth_on: wire.CivilDate
    employer_id: UUID | None


class HoldersFound(wire.Out):
    """Who is not known is left out."""

    trainees: list[HolderFacts]
    schools: dict[UUID, UUID] = Field(description="of each class the institution that teaches it")
    skill_standards: dict[UUID, SkillStandardFacts] = Field(description="those asked about that there are")


class NumbersAsked(wire.In):
    """Whose ID numbers go into a file for another platform."""

    trainee_ids: Annotated[list[UUID], Field(max_length=10_000)]


class HolderNumber(wire.Out):
    """Under the id that was asked for."""

    id: UUID
    id_number: str


class HolderNumbers(wire.Out):
    """Who is not known is left out."""

    trainees: list[HolderNumber]


class EnterpriseOut(wire.Out):
    id: UUID
    name: str
    region_code: str


class Enterprises(wire.Out):
    institutions: list[EnterpriseOut]


class BarAsked(wire.In):
    institution_id: UUID
    on: Annotated[list[wire.CivilDate], Field(min_length=1, max_length=10)]


class BarOut(wire.Out):
    """Why the institution takes no part on one of the days: the problem's code and its Chinese text."""

    code: str = Field(examples=["institution_suspended"])
    detail: str


class BarFound(wire.Out):
    bar: BarOut | None = Field(description="为何不可;可以的为 null")


@router.operation("POST", "/internal/v1/institution-bars", may=access.INTERNAL, summary="机构当日是否暂停、退出、在黑名单内", writes=False)
async def institution_bar(asked: BarAsked, session: web.Session) -> BarFound:
    institution = await session.get(Institution, asked.institution_id)
    if institution is None:
        return BarFound(bar=None)
    absences, (_, listed) = await reading.absences(session, institution.id), await reading.bars(session, institution.id)
    found = next((bar for on in asked.on if (bar := policy.barred(institution.name, absences, listed, on))), None)
    return BarFound(bar=found and BarOut.model_validate(found))


@router.operation("POST", "/internal/v1/assessment-facts", may=access.INTERNAL, summary="评价批次的考生和授课教师", writes=False)
async def assessment_facts(asked: AssessmentAsked, session: web.Session) -> AssessmentFacts:
    """A merged trainee is described as the one they go on as, under the id that was asked for."""
    registered = select(TraineeSighting).where(
        TraineeSighting.trainee_id == Trainee.id,
        TraineeSighting.institution_id == asked.institution_id,
        TraineeSighting.how == "registered",
    )
    category = TraineeCategory
    held = (
        select(func.coalesce(func.array_agg(aggregate_order_by(category.code, category.code)), []))
        .where(
            category.trainee_id == Trainee.id,
            category.since_on <= asked.on,
            or_(category.until_on.is_(None), category.until_on >= asked.on),
        )
        .correlate(Trainee)
        .scalar_subquery()
    )
    enrolled = exists().where(
        Enrolment.class_id == asked.class_id,
        ALIASES.kept(Enrolment.trainee_id) == Trainee.id,
        Enrolment.outcome != EnrolmentOutcome.WITHDRAWN,
    )
    people = (
        select(
            WRITTEN_AS.id,
            Trainee.name,
            Trainee.id_number_masked,
            worked_for(asked.institution_id, asked.on).label("employed_here"),
            registered.correlate(Trainee).exists().label("registered_here"),
            held.label("categories"),
            (enrolled.correlate(Trainee) if asked.class_id else false()).label("enrolled"),
        )
        .join(Trainee, IS_THE_ONE)
        .where(WRITTEN_AS.id.in_(asked.trainee_ids))
        .order_by(WRITTEN_AS.id)
    )
    trainees = [CandidateFacts.model_validate(row) for row in await session.execute(people)]
    return AssessmentFacts(trainees=trainees, class_=await _class(session, asked))


@router.operation("POST", "/internal/v1/holder-facts", may=access.INTERNAL, summary="持证人、其用人单位和班级的学校", writes=False)
async def holder_facts(asked: HoldersAsked, session: web.Session) -> HoldersFound:
    people = (
        select(WRITTEN_AS.id, Trainee.name, Trainee.known_as, Trainee.id_number_masked, Trainee.birth_on, Trainee.employer_id)
        .join(Trainee, IS_THE_ONE)
        .where(WRITTEN_AS.id.in_(asked.trainee_ids))
    )
    schools = await session.execute(select(TrainingClass.id, TrainingClass.institution_id).where(TrainingClass.id.in_(asked.class_ids)))
    return HoldersFound(
        trainees=[HolderFacts.model_validate(row) for row in await session.execute(people)],
        schools={row.id: row.institution_id for row in schools},
        skill_standards=await _skill_standards(session, asked.skill_standard_ids),
    )


async def _skill_standards(session: AsyncSession, paper_ids: list[UUID]) -> dict[UUID, SkillStandardFacts]:
    if not paper_ids:
        return {}
    shown = (TradePaper.id, TradePaper.name, ListedTrade.occupation_code, TradePaper.from_on, TradePaper.until_on)
    wanted = select(*shown).join(ListedTrade, ListedTrade.paper_id == TradePaper.id)
    wanted = wanted.where(TradePaper.id.in_(paper_ids), TradePaper.noun == TradePaperNoun.SKILL_STANDARD)
    return {row.id: SkillStandardFacts.model_validate(row) for row in await session.execute(wanted)}


@router.operation("POST", "/internal/v1/holder-numbers", may=access.INTERNAL, summary="持证人的完整证件号码", writes=False)
async def holder_numbers(asked: NumbersAsked, session: web.Session, kernel: web.KernelOf) -> HolderNumbers:
    """Who asks records the file they go into."""
    people = select(WRITTEN_AS.id, Trainee.id.label("who"), Trainee.id_number).join(Trainee, IS_THE_ONE)
    found = (await session.execute(people.where(WRITTEN_AS.id.in_(asked.trainee_ids)))).all()

    def opened() -> list[HolderNumber]:
        vault, column = kernel.vault, "id_number"
        return [HolderNumber(id=row.id, id_number=fields.opened(vault, "trainees", row.who, column, row.id_number) or "") for row in found]

    return HolderNumbers(trainees=await asyncio.to_thread(opened))


@router.operation("GET", "/internal/v1/above-scale-enterprises", may=access.INTERNAL, summary="当日应当备案的规上企业")
async def above_scale_enterprises(session: web.Session, call: web.Caller, on: wire.CivilDate | None = None) -> Enterprises:
    """Those that take part on the day (today where none is said) and are not exempt from filing."""
    wanted = select(Institution.id, Institution.name, Institution.region_code)
    wanted = wanted.where(must_file(on or call.today)).order_by(Institution.id)
    return Enterprises(institutions=[EnterpriseOut.model_validate(row) for row in await session.execute(wanted)])


async def _class(session: AsyncSession, asked: AssessmentAsked) -> AssessedClass | None:
    if asked.class_id is None or (training := await session.get(TrainingClass, asked.class_id)) is None:
        return None
    teachers = await session.execute(select(Teacher.name, Teacher.id_number_masked).where(Teacher.id == func.any(training.teacher_ids)))
    known = {name: getattr(training, name) for name in AssessedClass.model_fields if name != "teachers"}
    return AssessedClass(**known, teachers=[TeacherFacts.model_validate(row) for row in teachers])
