"""Many institutions at once, as an office lists them: new ones are registered; of one that is known, what differs is told and left as it is."""

from collections.abc import Mapping
from typing import Any, Final

from sqlalchemy import select
from sqlalchemy.dialects.postgresql import insert as upsert
from sqlalchemy.ext.asyncio import AsyncSession

from services.registry.institutions.institutions import rules
from services.registry.institutions.institutions.errors import DuplicateInstitution
from services.registry.institutions.institutions.schemas import InstitutionIn
from services.registry.institutions.institutions.tables import Institution
from shared import db, deeds, wire
from shared.access import Call
from shared.batches import Result, rejected
from shared.errors import Fault

COMPARED: Final = ("name", "kind", "region_code", "industry_code", "phone")
KNOWN: Final = "该机构已登记,内容与本行不同;请逐个核对后修改。"


async def keep(session: AsyncSession, call: Call, items: Mapping[int, InstitutionIn]) -> dict[int, Result]:
    """A result for each item, in the caller's transaction. Accounts are not told in lists."""
    results: dict[int, Result] = {}
    rows: dict[str, tuple[int, dict[str, Any]]] = {}
    for index, item in items.items():
        values, faults = rules.read(item.model_dump(exclude={*rules.DATED, "above_scale", "bank_account"}))
        faults += wire.faults(rules.FACTS, item, call.today)
        if faults:
            results[index] = rejected(*faults)
            continue
        facts = dict.fromkeys(rules.DATED, ()) | rules.stated_facts(item, [], call.today, since=None)
        made = {"id": db.new_id(), "version": 1, "registered_at": call.now, "changed_at": call.now, **values}
        made |= {name: list(each) for name, each in facts.items()}
        if (first := rows.setdefault(values["uscc"], (index, made))[0]) != index:
            results[index] = rejected(Fault("duplicate_item", "/uscc", fix=f"与第 {first} 项是同一机构,请删去本项。"), conflict=True)
    new: set[Any] = set()
    if rows:
        insert = upsert(db.table(Institution)).on_conflict_do_nothing(constraint="institutions_uscc_key").returning(Institution.uscc)
        new = set(
            (
                await db.insert_all(session, insert, [made for _, made in sorted(rows.values(), key=lambda row: str(row[1]["uscc"]))])
            ).scalars()
        )
        await deeds.record_all(
            session, [deeds.deed(call, "institution.registered", made["id"], version=1) for uscc, (_, made) in rows.items() if uscc in new]
        )
    known = {
        row.uscc: row for row in await session.execute(select(*Institution.__table__.c).where(Institution.uscc.in_(rows.keys() - new)))
    }
    for uscc, (index, made) in rows.items():
        if uscc in new:
            results[index] = Result("created", made["id"])
            continue
        stands = known[uscc]
        differs = [name for name in COMPARED if name in items[index].model_fields_set and made[name] != getattr(stands, name)]
        fault = Fault(DuplicateInstitution.code, f"/{differs[0] if differs else ''}", fix=KNOWN, more={"existing_id": str(stands.id)})
        results[index] = rejected(fault, conflict=True) if differs else Result("unchanged", stands.id)
    return results
