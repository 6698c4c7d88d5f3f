"""What can be done with an institution: register, read, change."""

import re
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, exists, false, or_, select, true
from sqlalchemy.dialects.postgresql import insert as upsert
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm.attributes import flag_modified

from services.registry import sealing
from services.registry.imports import fields
from services.registry.institutions.institutions.errors import DuplicateInstitution
from services.registry.institutions.institutions.schemas import InstitutionChange, InstitutionIn, InstitutionOut, InstitutionPaper, Kind
from services.registry.institutions.institutions.tables import Blacklisting, Designation, Institution
from services.registry.reference import policy as reference
from services.registry.reference.errors import invalid_number
from shared import audit, changes, db, errors, pages, wire
from shared.access import Actor, Call, WrongRole
from shared.errors import Fault
from shared.national_numbers import InvalidNumber, compact, credit_code
from shared.steps import Refusal
from shared.web import Kernel

SEES_ALL = frozenset({"officer", "reviewer", "finance", "auditor", "department", "system", "service"})
COMPANY_ACCOUNT = re.compile(r"[0-9]{8,32}")
OFFICER = frozenset({"officer"})
REVIEWER = frozenset({"reviewer"})


def visible(actor: Actor) -> ColumnElement[bool]:
    """Institutions see themselves, a town those in it."""
    if actor.role in SEES_ALL:
        return true()
    if actor.role == "institution":
        return Institution.id == actor.institution_id
    return Institution.region_code == actor.region_code if actor.role == "town" else false()


async def find(session: AsyncSession, call: Call, institution_id: UUID, *, lock: bool = False) -> Institution:
    """The institution to work on, or 404."""
    wanted = select(Institution).where(Institution.id == institution_id, visible(call.actor))
    institution = await session.scalar(wanted.with_for_update() if lock else wanted)
    if institution is None:
        raise errors.NotFound()
    return institution


async def create(session: AsyncSession, call: Call, kernel: Kernel, body: InstitutionIn) -> InstitutionPaper:
    values, faults = _read(body.model_dump())
    try:
        values["uscc"] = credit_code(body.uscc)
    except InvalidNumber as invalid:
        faults.append(invalid_number(invalid, "/uscc"))
    if faults:
        raise errors.Invalid(faults=faults)
    made = db.new_id()
    account = sealing.bank_account(kernel.vault, "institutions", made, values.pop("bank_account"))
    row = {"id": made, "version": 1, "status": "active", "registered_at": call.now, "changed_at": call.now, **values, **account}
    insert = upsert(Institution).values(row).on_conflict_do_nothing(constraint="institutions_uscc_key").returning(Institution.id)
    if await session.scalar(insert) is None:
        existing = await session.scalar(select(Institution.id).where(Institution.uscc == values["uscc"]))
        raise DuplicateInstitution(existing_id=str(existing))
    await audit.record(session, call, "institution.registered", "institution", made, {"version": 1})
    await changes.publish(session, call, "institution.registered", made, version=1)
    return await get(session, call, made)


async def get(session: AsyncSession, call: Call, institution_id: UUID) -> InstitutionPaper:
    row = (await session.execute(_shown(call).where(Institution.id == institution_id, visible(call.actor)))).first()
    if row is None:
        raise errors.NotFound()
    designations = (
        await session.scalars(select(Designation).where(Designation.institution_id == institution_id).order_by(Designation.from_on))
    ).all()
    blacklistings = (
        await session.scalars(select(Blacklisting).where(Blacklisting.institution_id == institution_id).order_by(Blacklisting.from_on))
    ).all()
    return InstitutionPaper.model_validate(
        {**row._mapping, "designations": designations, "blacklistings": blacklistings, "allowed_actions": _allowed(call.actor, row)}
    )


async def list_institutions(
    session: AsyncSession, call: Call, asked: pages.Asked, kind: Kind | None, region_code: str | None, name: str | None, uscc: str | None
) -> dict[str, Any]:
    pages.known("region_code", region_code, reference.packaged().regions)
    wanted = _shown(call).where(visible(call.actor))
    for column, value in (
        (Institution.kind, kind),
        (Institution.region_code, region_code),
        (Institution.uscc, compact(uscc) if uscc else None),
    ):
        if value is not None:
            wanted = wanted.where(column == value)
    if name:
        wanted = wanted.where(Institution.name.like(pages.contains(name)))
    return await pages.page(session, wanted, Institution.id, asked, lambda row: InstitutionOut.model_validate(dict(row._mapping)))


async def change(session: AsyncSession, call: Call, kernel: Kernel, institution_id: UUID, body: InstitutionChange) -> InstitutionPaper:
    institution = await find(session, call, institution_id, lock=True)
    call.match(institution.version)
    values, faults = _read(body.model_dump(exclude_unset=True))
    if faults:
        raise errors.Invalid(faults=faults)
    if "bank_account" in values:
        values |= sealing.bank_account(kernel.vault, "institutions", institution.id, values["bank_account"])
    for name, value in values.items():
        setattr(institution, name, value)
    if values:
        await changed(session, call, institution, "changed", {"fields": sorted(body.model_fields_set)})
    return await get(session, call, institution_id)


async def changed(
    session: AsyncSession, call: Call, institution: Institution, what: str, details: dict[str, Any], **announced: Any
) -> None:
    """Raises the version, puts the deed on the trail and announces it."""
    institution.changed_at = call.now
    flag_modified(institution, "changed_at")
    await session.flush()
    await audit.record(session, call, f"institution.{what}", "institution", institution.id, {"version": institution.version, **details})
    await changes.publish(
        session, call, f"institution.{what}", institution.id, version=institution.version, status=institution.status, **announced
    )


def _shown(call: Call) -> Any:
    designated = exists().where(
        Designation.institution_id == Institution.id, Designation.from_on <= call.today, Designation.to_on >= call.today
    )
    blacklisted = exists().where(
        Blacklisting.institution_id == Institution.id, Blacklisting.from_on <= call.today,
        or_(Blacklisting.until_on.is_(None), Blacklisting.until_on >= call.today),
        or_(Blacklisting.reinstated_on.is_(None), Blacklisting.reinstated_on > call.today),
    )  # fmt: skip
    return select(
        Institution.id, Institution.name, Institution.uscc, Institution.kind, Institution.region_code, Institution.above_scale, Institution.phone,
        Institution.bank_account_masked.label("bank_account"), Institution.status, Institution.status_reason, Institution.registered_at, Institution.version,
        designated.label("designated"), blacklisted.label("blacklisted"),
    )  # fmt: skip


def _allowed(actor: Actor, row: Any) -> list[wire.AllowedAction]:
    wrong_role, wrong_state = (Refusal(kind.code, kind.cause) for kind in (WrongRole, errors.InvalidState))
    states = {
        "change": (OFFICER, True), "designate": (OFFICER, row.status != "suspended"), "suspend": (OFFICER, row.status == "active"),
        "exit": (OFFICER, row.status != "exited"), "blacklist": (REVIEWER, not row.blacklisted),
        "reinstate": (REVIEWER, row.blacklisted or row.status == "suspended"),
    }  # fmt: skip
    return wire.allowed_actions({
        action: wrong_role if actor.role not in roles else None if possible else wrong_state for action, (roles, possible) in states.items()
    })  # fmt: skip


def _read(stated: dict[str, Any]) -> tuple[dict[str, Any], list[Fault]]:
    """Clean values of the stated fields, and every fault."""
    values, faults = dict(stated), []
    if "region_code" in stated and stated["region_code"] not in reference.packaged().regions:
        faults.append(Fault("unknown_region", pointer="/region_code", seen=stated["region_code"][:40], fix="请按 /v1/regions 填写代码。"))
    if stated.get("phone"):
        try:
            values["phone"] = fields.phone(stated["phone"])
        except fields.FieldFault as fault:
            faults.append(Fault(fault.code, pointer="/phone", seen=fault.seen, fix=fault.fix))
    if stated.get("bank_account"):
        values["bank_account"] = re.sub(r"[\s-]", "", stated["bank_account"])
        if not COMPANY_ACCOUNT.fullmatch(values["bank_account"]):
            faults.append(
                Fault("invalid_bank_account", pointer="/bank_account", allowed="8 至 32 位数字", fix="请对照开户许可证核对后重填。")
            )
    return values, faults
