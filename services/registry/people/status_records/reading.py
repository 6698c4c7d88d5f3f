"""Facts from other offices and their lists as they are shown, and who may void them."""

from collections.abc import Sequence
from datetime import date
from typing import Any, TypeVar
from uuid import UUID

from sqlalchemy import or_, select
from sqlalchemy.ext.asyncio import AsyncSession

from services.registry import fields
from services.registry.codes import PersonalStatus
from services.registry.people.status_records.schemas import StatusListOut, StatusListPaper, StatusRecordOut, StatusRecordPaper
from services.registry.people.status_records.tables import StatusList, StatusRecord
from services.registry.people.trainees import reading as trainees
from services.registry.people.trainees.tables import Trainee
from shared import errors, history, pages, wire
from shared.access import Call
from shared.national_numbers import compact
from shared.privacy import Vault
from shared.steps import Refusal, wrong_role

SENDS = frozenset({"officer", "system"})
VOIDED = Refusal("invalid_state", "该项已作废。如须计入,请重新报送。")
Paper = TypeVar("Paper", StatusRecord, StatusList)


async def find(session: AsyncSession, kept: type[Paper], paper_id: UUID, *, lock: bool = False) -> Paper:
    paper = await session.get(kept, paper_id, with_for_update=lock or None)
    if paper is None:
        raise errors.NotFound()
    return paper


async def standing(session: AsyncSession, call: Call, kept: type[Paper], paper_id: UUID, *, lock: bool = False) -> Paper:
    """The record or list, of the caller's version and not voided yet."""
    paper = await find(session, kept, paper_id, lock=lock)
    call.match(paper.version)
    if paper.voided_at:
        raise errors.InvalidState(VOIDED.detail)
    return paper


async def one_record(session: AsyncSession, call: Call, record_id: UUID, on: date | None = None) -> StatusRecordPaper:
    """A fact, today or as it stood at the end of a day: a later last day moves on the moment it was received."""
    found = await find(session, StatusRecord, record_id)
    paper = StatusRecordPaper(**dict(StatusRecordOut.model_validate(found)), allowed_actions=_actions(call, found))
    if on is None:
        return paper
    return await history.stood(session, paper, on, min(found.received_at, await history.began_at(session, record_id)))


async def one_list(session: AsyncSession, call: Call, list_id: UUID, on: date | None = None) -> StatusListPaper:
    found = await find(session, StatusList, list_id)
    paper = StatusListPaper(**dict(StatusListOut.model_validate(found)), allowed_actions=_actions(call, found))
    return await history.stood(session, paper, on, found.received_at) if on else paper


def _actions(call: Call, paper: StatusRecord | StatusList) -> list[wire.AllowedAction]:
    return wire.allowed_actions({"void": wrong_role(SENDS, call.actor.role) or (VOIDED if paper.voided_at else None)})


async def list_records(
    session: AsyncSession, asked: pages.Asked, status: list[PersonalStatus] | None, source: list[str] | None
) -> dict[str, Any]:
    wanted = select(*(getattr(StatusRecord, name) for name in StatusRecordOut.model_fields))
    wanted = pages.where(wanted, {StatusRecord.status: status, StatusRecord.source: source})
    return await pages.page(session, wanted, StatusRecord.id, asked, StatusRecordOut.model_validate)


async def list_complete(
    session: AsyncSession, asked: pages.Asked, status: list[PersonalStatus] | None, source: list[str] | None
) -> dict[str, Any]:
    wanted = select(*(getattr(StatusList, name) for name in StatusListOut.model_fields))
    wanted = pages.where(wanted, {StatusList.status: status, StatusList.source: source})
    return await pages.page(session, wanted, StatusList.id, asked, StatusListOut.model_validate)


async def facts_of(
    session: AsyncSession, call: Call, trainee_id: UUID, asked: pages.Asked, status: list[PersonalStatus] | None
) -> dict[str, Any]:
    """What is known of one person whom the caller may see, by every number they are or were registered under."""
    await trainees.find(session, call, trainee_id)
    numbers = select(Trainee.id_number_key).where(or_(Trainee.id == trainee_id, Trainee.merged_into == trainee_id))
    wanted = select(*(getattr(StatusRecord, name) for name in StatusRecordOut.model_fields))
    wanted = pages.where(wanted.where(StatusRecord.id_number_key.in_(numbers)), {StatusRecord.status: status})
    return await pages.page(session, wanted, StatusRecord.id, asked, StatusRecordOut.model_validate)


async def registered(session: AsyncSession, vault: Vault, numbers: Sequence[str]) -> set[UUID]:
    """Who is registered under these numbers, as the person they go on as."""
    return set((await trainees.registered_by(session, {vault.blind(compact(each), fields.ID_NUMBER) for each in numbers})).values())
