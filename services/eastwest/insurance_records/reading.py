"""Records of insurance offices looked up and shown, each of the person that stands today."""

from typing import Any
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from services.eastwest.insurance_records import policy
from services.eastwest.insurance_records.schemas import InsuranceRecordOut, InsuranceRecordPaper
from services.eastwest.insurance_records.tables import InsuranceRecord
from services.eastwest.known.conditions import ALIASES
from shared import errors, wire
from shared.access import Call

COLUMNS = tuple(
    ALIASES.kept(column).label("trainee_id") if column.name == "trainee_id" else column for column in InsuranceRecord.__table__.columns
)
_UNKNOWN = "没有这条参保记录。请核对编号。"


async def get(session: AsyncSession, call: Call, record_id: UUID) -> InsuranceRecordPaper:
    row = (await session.execute(select(*COLUMNS).where(InsuranceRecord.id == record_id))).first()
    if row is None:
        raise errors.NotFound(_UNKNOWN)
    actions = policy.allowed_actions(call.actor.doer, voided=row.voided_at is not None)
    return InsuranceRecordPaper(**dict(shown(row)), allowed_actions=wire.allowed_actions(actions))


async def permit(session: AsyncSession, call: Call, record_id: UUID, *, lock: bool = False) -> InsuranceRecord:
    """The record, that it may be voided."""
    wanted = select(InsuranceRecord).where(InsuranceRecord.id == record_id)
    record = await session.scalar(wanted.with_for_update() if lock else wanted)
    if record is None:
        raise errors.NotFound(_UNKNOWN)
    call.match(_version(record))
    if record.voided_at is not None:
        raise errors.InvalidState(policy.VOIDED.detail)
    return record


def shown(row: Any) -> InsuranceRecordOut:
    kept = {name: getattr(row, name) for name in InsuranceRecordOut.model_fields if hasattr(row, name)}
    return InsuranceRecordOut(**kept | {"month": f"{row.month:%Y-%m}", "version": _version(row)})


def _version(row: Any) -> int:
    """A record changes twice at most: when it proves a placement, and when it is voided."""
    return 1 + (row.placement_id is not None) + (row.voided_at is not None)
