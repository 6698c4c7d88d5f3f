"""Examiners looked up and shown."""

from collections.abc import Iterable, Mapping
from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy import Select, select
from sqlalchemy.ext.asyncio import AsyncSession

from services.evaluation.examiners import policy, visibility
from services.evaluation.examiners.schemas import ExaminerOut
from services.evaluation.examiners.tables import Examiner
from shared import errors, pages, seeking
from shared.access import Call


async def find(session: AsyncSession, call: Call, examiner_id: UUID, *, lock: bool = False) -> Examiner:
    """The examiner, or 404 for who may not see them."""
    wanted = select(Examiner).where(Examiner.id == examiner_id, visibility.rows(call.actor))
    found = await session.scalar(wanted.with_for_update() if lock else wanted)
    if found is None:
        raise errors.NotFound("考评人员登记中没有此人,或不在您的可见范围内。请核对编号。")
    return found


def listed(call: Call, filters: Mapping[Any, Any], team: list[str] | None, occupation_code: list[str] | None) -> Select[Any]:
    wanted = select(*seeking.beside(Examiner)).where(visibility.rows(call.actor))
    if team:
        wanted = wanted.where(Examiner.teams.overlap(team))
    if occupation_code:
        wanted = wanted.where(Examiner.occupations.overlap(occupation_code))
    return pages.where(wanted, filters)


def periods_of(exclusions: Iterable[Mapping[str, Any]]) -> list[tuple[date, date | None]]:
    return [(date.fromisoformat(each["from_on"]), each["until_on"] and date.fromisoformat(each["until_on"])) for each in exclusions]


def shown(examiner: Any, today: date) -> ExaminerOut:
    kept = {column.name: getattr(examiner, column.name) for column in seeking.beside(Examiner)}
    here = policy.Registered(
        examiner.name, examiner.verified, examiner.valid_from_on, examiner.valid_until_on, periods_of(examiner.exclusions)
    )
    return ExaminerOut.model_validate(kept | {"usable": policy.card_invalid([here], examiner.name, today) is None})
