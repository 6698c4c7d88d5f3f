"""What can be done with an institution: register, change. What moves it from state to state: `steps`."""

import re
from typing import Any
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.dialects.postgresql import insert as upsert
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm.attributes import flag_modified

from services.registry import fields
from services.registry.codes import InstitutionStatus
from services.registry.institutions.institutions import reading
from services.registry.institutions.institutions.errors import DuplicateInstitution
from services.registry.institutions.institutions.schemas import InstitutionChange, InstitutionIn, InstitutionPaper
from services.registry.institutions.institutions.tables import Institution
from services.registry.reference import policy as reference
from services.registry.reference.errors import invalid_number
from shared import db, deeds, errors
from shared.access import Call
from shared.errors import Fault
from shared.national_numbers import InvalidNumber, credit_code
from shared.web import Kernel

COMPANY_ACCOUNT = re.compile(r"[0-9]{8,32}")


async def create(session: AsyncSession, call: Call, kernel: Kernel, body: InstitutionIn) -> InstitutionPaper:
    values, faults = _read(body.model_dump())
    try:
        values["uscc"] = credit_code(body.uscc)
    except InvalidNumber as invalid:
        faults.append(invalid_number(invalid, "/uscc"))
    if faults:
        raise errors.Invalid(faults=faults)
    made = db.new_id()
    account = fields.sealed_account(kernel.vault, "institutions", made, values.pop("bank_account"))
    row = {
        "id": made,
        "version": 1,
        "status": InstitutionStatus.ACTIVE,
        "registered_at": call.now,
        "changed_at": call.now,
        **values,
        **account,
    }
    insert = upsert(Institution).values(row).on_conflict_do_nothing(constraint="institutions_uscc_key").returning(Institution.id)
    if await session.scalar(insert) is None:
        existing = await session.scalar(select(Institution.id).where(Institution.uscc == values["uscc"]))
        raise DuplicateInstitution(existing_id=str(existing))
    await deeds.record(session, call, "institution.registered", made, version=1)
    return await reading.get(session, call, made)


async def change(session: AsyncSession, call: Call, kernel: Kernel, institution_id: UUID, body: InstitutionChange) -> InstitutionPaper:
    institution = await reading.find(session, call, institution_id, lock=True)
    call.match(institution.version)
    values, faults = _read(body.model_dump(exclude_unset=True))
    if faults:
        raise errors.Invalid(faults=faults)
    if "bank_account" in values:
        values |= fields.sealed_account(kernel.vault, "institutions", institution.id, values["bank_account"])
    for name, value in values.items():
        setattr(institution, name, value)
    if values:
        await changed(session, call, institution, "changed", {"fields": sorted(body.model_fields_set)})
    return await reading.get(session, call, institution_id)


async def changed(
    session: AsyncSession, call: Call, institution: Institution, what: str, details: dict[str, Any] | None = None, **announced: Any
) -> None:
    """Raises the version, puts the deed on the trail and announces it."""
    institution.changed_at = call.now
    flag_modified(institution, "changed_at")
    await session.flush()
    said = {"version": institution.version, "status": institution.status, **announced}
    await deeds.record(session, call, f"institution.{what}", institution.id, details=details, **said)


def _read(stated: dict[str, Any]) -> tuple[dict[str, Any], list[Fault]]:
    """Clean values of the stated fields, and every fault."""
    values, faults = dict(stated), []
    if "region_code" in stated and stated["region_code"] not in reference.lists().regions:
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
