"""Filings looked up and shown: single papers, lists, what they cover, and how many enterprises have one."""

from collections.abc import Iterable, Sequence
from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy import ARRAY, ColumnElement, Select, Uuid, and_, case, func, literal, select
from sqlalchemy.dialects.postgresql import distinct_on
from sqlalchemy.ext.asyncio import AsyncSession

from services.evaluation import clients
from services.evaluation.codes import FilingStatus as Status
from services.evaluation.filings import policy, visibility
from services.evaluation.filings.conditions import in_force
from services.evaluation.filings.schemas import CoverageOut, CoveredEnterprise, FilingOut
from services.evaluation.filings.tables import Filing
from shared import errors, pages, seeking
from shared.access import Call
from shared.web import Kernel


async def find(session: AsyncSession, call: Call, filing_id: UUID, *, lock: bool = False) -> Filing:
    """The filing, or 404 for who may not see it."""
    wanted = select(Filing).where(Filing.id == filing_id, visibility.rows(call.actor))
    found = await session.scalar(wanted.with_for_update() if lock else wanted)
    if found is None:
        raise errors.NotFound("没有这份备案,或不在您的可见范围内。请核对编号。")
    return found


def listed(call: Call, status: list[Status] | None, institution_id: list[UUID] | None, external_ref: pages.Reference) -> Select[Any]:
    wanted = select(*seeking.beside(Filing)).where(visibility.rows(call.actor), external_ref.among(Filing.external_refs))
    state = None if status is None else _expired(call.today) if status == [Status.EXPIRED] else status_on(call.today).in_(status)
    return pages.where(wanted if state is None else wanted.where(state), {Filing.institution_id: institution_id})


def status_on(today: date) -> ColumnElement[str]:
    """The shown status as SQL: the same as `policy.status_on`."""
    return case((_expired(today), "expired"), else_=Filing.status)


def _expired(today: date) -> ColumnElement[bool]:
    return and_(Filing.status.in_(sorted(policy.IN_FORCE)), Filing.valid_until_on < today)


def shown(filing: Any, today: date) -> FilingOut:
    """As it was filed; what the institution is called today is filled in on the way out."""
    kept = {column.name: getattr(filing, column.name) for column in seeking.beside(Filing)}
    status = policy.status_on(filing.status, filing.valid_until_on, today)
    return FilingOut.model_validate(kept | {"filed_name": filing.institution_name, "institution_name": None, "status": status})


async def resting_on(session: AsyncSession, filing_id: UUID) -> tuple[Sequence[Any], dict[UUID, UUID]]:
    """The batches that are not issued yet, and the certificates that stand, of each its holder. By their tables: their rooms stand above this one."""
    batches, certificates = (Filing.metadata.tables[name].c for name in ("assessments", "certificates"))
    open_ = select(batches.id, batches.number, batches.status, batches.held_on).where(
        batches.filing_id == filing_id, batches.status.in_(("open", "locked"))
    )
    minted = select(certificates.id, certificates.trainee_id).where(certificates.filing_id == filing_id, certificates.revoked_on.is_(None))
    held = {row.id: row.trainee_id for row in await session.execute(minted.order_by(certificates.id))}
    return (await session.execute(open_.order_by(batches.id))).all(), held


async def coverages(session: AsyncSession, filing_ids: Iterable[UUID]) -> dict[UUID, policy.Coverage | None]:
    """What each of these filings covers, in one statement."""
    rows = await session.scalars(select(Filing).where(Filing.id.in_(set(filing_ids))))
    return {row.id: covered(row) for row in rows}


def covered(filing: Filing) -> policy.Coverage | None:
    """What the filing covers; None before it is accepted."""
    if filing.status not in policy.DECIDED or filing.valid_from_on is None or filing.valid_until_on is None:
        return None
    grants = [
        policy.Grant(each["occupation_code"], each["level"], date.fromisoformat(each["from_on"]))
        for each in filing.granted
        if each["decision"] == "granted"
    ]
    suspensions = [
        policy.Suspension(date.fromisoformat(each["from_on"]), each["reinstated_on"] and date.fromisoformat(each["reinstated_on"]))
        for each in filing.suspensions
    ]
    return policy.Coverage(filing.valid_from_on, filing.valid_until_on, grants, suspensions, filing.revoked_on)


async def coverage(session: AsyncSession, call: Call, kernel: Kernel, on: date) -> CoverageOut:
    """How many of the above-scale enterprises have a filing in force on the day."""
    enterprises = await clients.above_scale_enterprises(kernel, call, on)
    theirs = Filing.institution_id == func.any(literal([each.id for each in enterprises], ARRAY(Uuid)))
    last = select(Filing.institution_id, Filing.id).ext(distinct_on(Filing.institution_id)).where(theirs, in_force(on))
    found = await session.execute(last.order_by(Filing.institution_id.desc(), Filing.id.desc()))
    filed = {row.institution_id: row.id for row in found}
    rows = [
        CoveredEnterprise(institution_id=each.id, name=each.name, region_code=each.region_code, filing_id=filed.get(each.id))
        for each in enterprises
    ]
    return CoverageOut(on=on, filed=len(filed), eligible=len(rows), rate=len(filed) / len(rows) if rows else None, enterprises=rows)


async def covering(session: AsyncSession, call: Call, kernel: Kernel, on: date) -> ColumnElement[bool]:
    """The filings that the coverage of the day counts: one an enterprise."""
    counted = await coverage(session, call, kernel, on)
    return Filing.id == func.any(literal([each.filing_id for each in counted.enterprises if each.filing_id is not None], ARRAY(Uuid)))
