"""What can be done with an institution: register, change. What moves it from state to state: `steps`."""

from collections.abc import Awaitable, Callable, Collection, Mapping
from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.dialects.postgresql import insert as upsert
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm.attributes import flag_modified

from services.registry import fields
from services.registry.institutions.institutions import conditions, reading, rules
from services.registry.institutions.institutions.errors import DuplicateInstitution
from services.registry.institutions.institutions.schemas import InstitutionChange, InstitutionIn, InstitutionPaper
from services.registry.institutions.institutions.tables import Institution
from shared import db, deeds, errors, history, wire
from shared.access import Call
from shared.web import Kernel

ITS_OWN = frozenset({"phone"})  # what an institution itself may change of its paper
Tell = Callable[[AsyncSession, Call, Mapping[UUID, Collection[bytes | None]]], Awaitable[None]]
_told_by: list[Tell] = []


def tells(tell: Tell) -> Tell:
    """Registers who is told of accounts that an institution took or gave up."""
    _told_by.append(tell)
    return tell


async def create(session: AsyncSession, call: Call, kernel: Kernel, body: InstitutionIn) -> InstitutionPaper:
    values, faults = rules.read(body.model_dump(exclude={*rules.DATED, "above_scale"}))
    if faults := [*faults, *wire.faults(rules.FACTS, body, call.today)]:
        raise errors.Invalid(faults=faults)
    values |= rules.stated_facts(body, [], call.today, since=None)
    made = db.new_id()
    account = fields.sealed_account(kernel.vault, "institutions", made, values.pop("bank_account"))
    row = {"id": made, "version": 1, "registered_at": call.now, "changed_at": call.now, **values, **account}
    insert = upsert(Institution).values(row).on_conflict_do_nothing(constraint="institutions_uscc_key").returning(Institution.id)
    if await session.scalar(insert) is None:
        existing = await session.scalar(select(Institution.id).where(Institution.uscc == values["uscc"]))
        raise DuplicateInstitution(existing_id=str(existing))
    await deeds.record(session, call, "institution.registered", made, version=1)
    await _tell(session, call, made, {account["bank_account_key"]})
    return await reading.get(session, call, made)


async def change(session: AsyncSession, call: Call, kernel: Kernel, institution_id: UUID, body: InstitutionChange) -> InstitutionPaper:
    institution = await reading.find(session, call, institution_id, lock=True)
    call.match(institution.version)
    if call.actor.role == "institution" and (others := body.model_fields_set - ITS_OWN):
        raise errors.Forbidden(f"机构自己只能修改电话。请去掉 {'、'.join(sorted(others))},或请经办人员修改。")
    values, faults = rules.read(body.model_dump(exclude_unset=True, exclude={*rules.DATED, "above_scale"}))
    if faults := [*faults, *wire.faults(rules.FACTS, body, call.today)]:
        raise errors.Invalid(faults=faults)
    values |= rules.stated_facts(body, institution.scale_periods, call.today, since=call.today)
    before = reading.told(institution, call.today)
    accounts = {institution.bank_account_key}
    if "bank_account" in values:
        values |= fields.sealed_account(kernel.vault, "institutions", institution.id, values["bank_account"])
    for name, value in values.items():
        setattr(institution, name, value)
    if values:
        await changed(
            session, call, institution, "changed", _changes(before, institution, call.today), fields=sorted(body.model_fields_set)
        )
        await _tell(session, call, institution.id, accounts ^ {institution.bank_account_key})
    return await reading.get(session, call, institution_id)


def _changes(before: dict[str, Any], institution: Institution, today: date) -> dict[str, Any]:
    return {"changes": history.changes(before, reading.told(institution, today))}


async def _tell(session: AsyncSession, call: Call, institution_id: UUID, accounts: Collection[bytes | None]) -> None:
    for tell in _told_by if any(accounts) else ():
        await tell(session, call, {institution_id: accounts})


async def changed(
    session: AsyncSession, call: Call, institution: Institution, what: str, details: dict[str, Any] | None = None, **announced: Any
) -> None:
    """Raises the version, puts the deed on the trail and announces it."""
    institution.changed_at = call.now
    flag_modified(institution, "changed_at")
    await session.flush()
    status = await session.scalar(select(conditions.status(call.today)).where(Institution.id == institution.id))
    said = {"version": institution.version, "status": status, **announced}
    await deeds.record(session, call, f"institution.{what}", institution.id, details=details, **said)
