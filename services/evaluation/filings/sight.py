"""Which filings a caller sees, and a filing as it is shown and understood."""

from collections.abc import Iterable
from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, and_, case, false, select, true
from sqlalchemy.ext.asyncio import AsyncSession

from services.evaluation.filings import policy
from services.evaluation.filings.schemas import FilingOut, FilingPaper
from services.evaluation.filings.tables import Filing
from shared import access, errors, wire
from shared.steps import Refusal

READERS = access.STAFF | {"institution", "system"}


def condition(actor: access.Actor) -> ColumnElement[bool]:
    if actor.role in access.STAFF or actor.role in ("system", "service"):
        return true()
    if actor.role == "institution" and actor.institution_id:
        return Filing.institution_id == actor.institution_id
    return false()


def status_on(today: date) -> ColumnElement[str]:
    """The shown status as SQL: the same as `policy.status_on`."""
    return case((and_(Filing.status.in_(("accepted", "suspended")), Filing.valid_until_on < today), "expired"), else_=Filing.status)


async def find(session: AsyncSession, call: access.Call, filing_id: UUID, *, lock: bool = False) -> Filing:
    """The filing, or 404 for who may not see it."""
    wanted = select(Filing).where(Filing.id == filing_id, condition(call.actor))
    found = await session.scalar(wanted.with_for_update() if lock else wanted)
    if found is None:
        raise errors.NotFound("没有这份备案,或不在您的可见范围内。请核对编号。")
    return found


async def coverages(session: AsyncSession, filing_ids: Iterable[UUID]) -> dict[UUID, policy.Coverage | None]:
    """What each of these filings covers, in one statement."""
    rows = await session.scalars(select(Filing).where(Filing.id.in_(set(filing_ids))))
    return {row.id: coverage(row) for row in rows}


def coverage(filing: Filing) -> policy.Coverage | None:
    """None before it is accepted."""
    if filing.status not in ("accepted", "suspended", "revoked") or filing.valid_from_on is None or filing.valid_until_on is None:
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


def shown(filing: Any, today: date) -> FilingOut:
    out = FilingOut.model_validate(filing)
    return out.model_copy(update={"status": policy.status_on(filing.status, filing.valid_until_on, today)})


def person(call: access.Call) -> str:
    """Who acts, by person; an account without one stands for itself."""
    return str(call.actor.person_id or call.actor.subject)


def done_by(filing: Filing) -> dict[str, str | None]:
    return {"submit": filing.submitted_by, "check": filing.checked_by}


def paper(call: access.Call, filing: Filing) -> FilingPaper:
    """The filing with every action and, where the caller may not take it now, why."""
    out = shown(filing, call.today)
    refusals: dict[str, Refusal | None] = {}
    for action, step in policy.STEPS.items():
        refusal = policy.refusal(action, out.status, person(call), done_by(filing), filing.valid_until_on, call.today)
        if call.actor.role not in step.may:
            refusal = policy.Refusal("wrong_role", f"由 {'、'.join(sorted(step.may))} 办理。")
        refusals[action] = Refusal(refusal.code, refusal.detail) if refusal else None
    return FilingPaper(**out.model_dump(), allowed_actions=wire.allowed_actions(refusals))
