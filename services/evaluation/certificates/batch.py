"""Other issuers' certificates, many at once, as an office lists them."""

from collections.abc import Collection, Mapping
from typing import Any
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.dialects.postgresql import insert as upsert
from sqlalchemy.ext.asyncio import AsyncSession

from services.evaluation import clients
from services.evaluation.certificates import operations, reading
from services.evaluation.certificates.errors import DuplicateCertificate, NumberNotMinted
from services.evaluation.certificates.schemas import CertificateIn
from services.evaluation.certificates.tables import Certificate
from services.evaluation.known.conditions import ALIASES
from shared import db, deeds, errors, wire
from shared.access import Call
from shared.batches import Result, rejected
from shared.web import Kernel

TOLD = ("occupation_code", "level", "issued_on", "issuer")  # of the same certificate: told otherwise, one of the two is wrong


async def register(
    session: AsyncSession,
    call: Call,
    kernel: Kernel,
    items: Mapping[int, CertificateIn],
    known: clients.Holders,
    unknown_files: Collection[UUID],
) -> dict[int, Result]:
    """A result for each item; the holders are among the `known`. The same kind and number are one certificate: kept once, and refused where it is told otherwise."""
    people = known.by_id
    results = {
        index: rejected(*faults)
        for index, item in items.items()
        if (
            faults := [
                *wire.faults(operations.RULES, item, call.today),
                *operations.unborn(item, people[item.trainee_id]),
                *operations.unknown_proof(item, unknown_files),
            ]
        )
    }
    good = {index: item for index, item in items.items() if index not in results}
    for index in await operations.not_minted(session, good):
        fix = "请对照证书原件核对编号和发证日期;编号无误的,请向发证机构核实。"
        results[index] = rejected(errors.Fault(NumberNotMinted.code, "/number", fix=fix), conflict=True)
        del good[index]
    if not good:
        return results
    holders = await ALIASES.resolved(session, {item.trainee_id for item in good.values()})
    rows = {
        index: {"id": db.new_id(), "version": 1, **operations.as_kept(call, kernel, item, holders[item.trainee_id], known)}
        for index, item in good.items()
    }
    insert = upsert(db.table(Certificate)).on_conflict_do_nothing(constraint="certificates_number_key").returning(Certificate.id)
    ordered = sorted(rows.values(), key=lambda row: bytes(row["number_key"]))
    made = set((await db.insert_all(session, insert, ordered)).scalars())
    keys = [row["number_key"] for row in rows.values()]
    holder = ALIASES.kept(Certificate.trainee_id).label("holder_id")
    wanted = select(*Certificate.__table__.c, holder).where(Certificate.number_key == func.any(keys))
    kept = {(row.kind, bytes(row.number_key)): row for row in await session.execute(wanted)}
    standing = {index: kept[row["kind"], bytes(row["number_key"])] for index, row in rows.items()}
    results |= {index: _result(standing[index], row, made) for index, row in rows.items()}
    new = {row.id: row for row in standing.values() if row.id in made}
    await deeds.record_all(session, [deeds.deed(call, "certificate.registered", each, **reading.thin(row)) for each, row in new.items()])
    return results


def _result(kept: Any, row: Mapping[str, Any], made: set[UUID]) -> Result:
    if kept.id == row["id"] and kept.id in made:
        return Result("created", kept.id)
    if kept.holder_id == row["trainee_id"] and all(getattr(kept, name) == row[name] for name in TOLD):
        return Result("unchanged", kept.id)
    fix = "该编号的证书已登记,持证人、职业、等级、发证日期或发证机构不同;请对照证书原件核对。"
    return rejected(errors.Fault(DuplicateCertificate.code, "/number", fix=fix), conflict=True)
