"""What the gateway asks: whether there is what an account is to be bound to, and who a person is by id or by number."""

from datetime import date
from uuid import UUID

from pydantic import Field
from sqlalchemy import and_, or_, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import aliased
from sqlalchemy.sql.elements import ColumnElement

from services.registry import fields
from services.registry.codes import PersonalStatus
from services.registry.institutions.institutions.tables import Institution
from services.registry.people.status_records.tables import StatusRecord
from services.registry.people.trainees.conditions import IS_THE_ONE, WRITTEN_AS
from services.registry.people.trainees.tables import Trainee
from shared import access, privacy, web, wire
from shared.sheets.rows import FieldFault, id_number

router = web.Router("identities")
NUMBERED = aliased(Trainee)  # whoever has a number that is theirs


class BindingsAsked(wire.In):
    institution_id: UUID | None = None
    trainee_id: UUID | None = None
    id_number: str | None = None


class PersonFacts(wire.Out):
    """A trainee, by the id they are kept under."""

    trainee_id: UUID
    name: str
    deceased: bool = Field(description="当日是否已有死亡记录")


class BindingFacts(wire.Out):
    """What was not asked for is not there."""

    institution: bool = Field(description="有没有这家机构")
    trainee: PersonFacts | None = Field(description="这个编号的学员")
    of_number: PersonFacts | None = Field(description="这个证件号码的学员")


@router.operation("POST", "/internal/v1/bindings", may=access.INTERNAL, summary="账号所绑定的机构、区划和人员", writes=False)
async def bindings(asked: BindingsAsked, session: web.Session, call: web.Caller, kernel: web.KernelOf) -> BindingFacts:
    institution = await session.get(Institution, asked.institution_id) if asked.institution_id else None
    number = asked.id_number and _key(kernel.vault, asked.id_number, call.today)
    return BindingFacts(
        institution=institution is not None,
        trainee=await _person(session, call.today, WRITTEN_AS.id == asked.trainee_id) if asked.trainee_id else None,
        of_number=await _person(session, call.today, and_(WRITTEN_AS.id_number_key == number, WRITTEN_AS.holds_number)) if number else None,
    )


def _key(vault: privacy.Vault, number: str, today: date) -> bytes | None:
    """The digest by which a number is found; None of what is none."""
    try:
        return vault.blind(id_number(number, today=today).number, fields.ID_NUMBER)
    except FieldFault:
        return None


async def _person(session: AsyncSession, today: date, found: ColumnElement[bool]) -> PersonFacts | None:
    theirs = select(NUMBERED.id_number_key).where(or_(NUMBERED.id == Trainee.id, NUMBERED.merged_into == Trainee.id)).correlate(Trainee)
    died = select(StatusRecord).where(
        StatusRecord.id_number_key.in_(theirs),
        StatusRecord.status == PersonalStatus.DECEASED,
        StatusRecord.from_on <= today,
        StatusRecord.voided_at.is_(None),
    )
    wanted = (
        select(Trainee.id.label("trainee_id"), Trainee.name, died.correlate(Trainee).exists().label("deceased"))
        .join(WRITTEN_AS, IS_THE_ONE)
        .where(found)
    )
    row = (await session.execute(wanted)).first()
    return PersonFacts.model_validate(row) if row else None
