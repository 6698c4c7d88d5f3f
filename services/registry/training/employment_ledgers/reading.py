"""The employment ledger (就业台账) of a class, or of all classes of a brand, whose fourth paper it is: drawn from what is recorded, who found what work."""

import asyncio
from collections.abc import Sequence
from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy import Select, Text, case, func, literal, null, select, true
from sqlalchemy.ext.asyncio import AsyncSession

from services.registry.codes import EmploymentKind, EmploymentState, EvidenceGrade
from services.registry.people.known.tables import KnownPlacement
from services.registry.people.trainees.conditions import IS_THE_ONE, WRITTEN_AS
from services.registry.people.trainees.tables import Trainee
from services.registry.reference.policy import lists
from services.registry.training.brands import reading as brands
from services.registry.training.classes import reading as classes
from services.registry.training.classes import visibility
from services.registry.training.classes.tables import TrainingClass
from services.registry.training.employment_ledgers.schemas import LedgerEntry
from services.registry.training.enrolments import conditions
from services.registry.training.enrolments.tables import Employment, Enrolment
from services.registry.training.job_offers.tables import JobOffer
from shared import codes, county, deeds, pages
from shared.access import Call
from shared.sheets import Table, write_book

HEADER = (
    *("序号", "姓名", "身份证号码", "联系电话", "户籍所在乡镇(街道)", "所在村(社区)", "报名结果", "就业情况"),
    *("就业形式", "用人单位", "就业日期", "离职日期", "证明方式", "推荐岗位次数"),
)


def _drawn(class_ids: Sequence[UUID], today: date) -> Select[Any]:
    recorded = (
        select(Employment.kind, Employment.employer, Employment.from_on, Employment.until_on, Employment.grade)
        .where(Employment.enrolment_id == Enrolment.id, Employment.voided_at.is_(None))
        .order_by(Employment.from_on.desc(), Employment.id.desc())
        .limit(1)
        .lateral("recorded")
    )
    sent = (
        select(
            literal(f"{county.here().partner.name}订单 ", Text).concat(KnownPlacement.order_number).label("employer"),
            KnownPlacement.started_on,
            KnownPlacement.left_on,
            func.coalesce(KnownPlacement.weakest_grade, EvidenceGrade.D).label("grade"),
        )
        .where(KnownPlacement.trainee_id == Trainee.id, KnownPlacement.started_on.is_not(None))
        .order_by(KnownPlacement.started_on.desc(), KnownPlacement.id.desc())
        .limit(1)
        .lateral("sent")
    )
    offers = select(func.count()).where(JobOffer.enrolment_id == Enrolment.id).scalar_subquery()
    state = case(
        (Enrolment.counted_on.is_(None), null()),
        (conditions.employed_by_plan(today), EmploymentState.EMPLOYED),
        (conditions.employment_due_on() >= today, EmploymentState.PENDING),
        else_=EmploymentState.MISSED,
    )
    told = recorded.c.from_on.is_not(None)
    return (
        select(
            Enrolment.id.label("enrolment_id"),
            Trainee.id.label("trainee_id"),
            Trainee.name.label("trainee_name"),
            Trainee.id_number_masked,
            Trainee.phone_masked.label("phone"),
            Trainee.region_code,
            Trainee.village,
            Enrolment.outcome,
            state.label("employment"),
            conditions.employment_due_on().label("employment_due_on"),
            case((told, recorded.c.kind), (sent.c.started_on.is_not(None), EmploymentKind.EMPLOYER)).label("kind"),
            case((told, recorded.c.employer), else_=sent.c.employer).label("employer"),
            case((told, recorded.c.from_on), else_=sent.c.started_on).label("from_on"),
            case((told, recorded.c.until_on), else_=sent.c.left_on).label("until_on"),
            case((told, recorded.c.grade), else_=sent.c.grade).label("grade"),
            offers.label("offers"),
        )
        .join(WRITTEN_AS, WRITTEN_AS.id == Enrolment.trainee_id)
        .join(Trainee, IS_THE_ONE)
        .outerjoin(recorded, true())
        .outerjoin(sent, true())
        .where(Enrolment.class_id.in_(class_ids), conditions.once())
    )


async def ledger(session: AsyncSession, call: Call, class_id: UUID, asked: pages.Asked) -> dict[str, Any]:
    await classes.find(session, call, class_id)
    return await pages.page(session, _drawn([class_id], call.today), Enrolment.id, asked, LedgerEntry.model_validate)


async def of_brand(session: AsyncSession, call: Call, brand_id: UUID, asked: pages.Asked) -> dict[str, Any]:
    """Of the brand's classes that the caller sees."""
    brand = await brands.find(session, call, brand_id)
    wanted = select(TrainingClass.id).where(TrainingClass.id.in_(brand.class_ids), visibility.rows(call.actor))
    class_ids = list(await session.scalars(wanted))
    return await pages.page(session, _drawn(class_ids, call.today), Enrolment.id, asked, LedgerEntry.model_validate)


async def sheet(session: AsyncSession, call: Call, class_id: UUID) -> tuple[str, bytes]:
    """The class's number and the .xlsx, numbers masked. Every export is on the trail."""
    training = await classes.find(session, call, class_id)
    rows = (await session.execute(_drawn([class_id], call.today).order_by(Enrolment.id))).all()
    await deeds.record(session, call, "class.ledger_exported", class_id, details={"rows": len(rows)}, event=False)
    regions = lists().regions

    def word(name: str, code: str | None) -> str:
        return codes.label(name, code) if code else ""

    lines = [
        (
            number,
            row.trainee_name,
            row.id_number_masked,
            row.phone,
            regions[row.region_code].name,
            row.village,
            word("enrolment_outcome", row.outcome),
            word("employment_state", row.employment),
            word("employment_kind", row.kind),
            row.employer,
            row.from_on and str(row.from_on),
            row.until_on and str(row.until_on),
            word("evidence_grade", row.grade),
            row.offers,
        )
        for number, row in enumerate(rows, 1)
    ]
    return training.number, await asyncio.to_thread(write_book, [Table("就业台账", HEADER, lines)])
