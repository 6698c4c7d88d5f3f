"""Terms on their way to publication: proposed by one administrator, proved before anyone can approve them, approved by another or withdrawn."""

import asyncio
import re
from collections.abc import Mapping
from datetime import date, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from services.subsidy.codes import SchemeCode, TermsStatus
from services.subsidy.judging.proof import prove
from services.subsidy.schemes import operations as schemes
from services.subsidy.schemes import policy, reading
from services.subsidy.schemes.errors import REFUSALS, TermsDayTaken
from services.subsidy.schemes.policy import Terms
from services.subsidy.schemes.tables import ProposedTerms
from services.subsidy.terms.schemas import WhatIfIn
from services.subsidy.terms.tables import WhatIf
from services.subsidy.terms.visibility import rows
from shared import deeds, errors, pages, wire
from shared.access import Call
from shared.sheet_jobs.schemas import ImportStatus
from shared.steps import person_of
from shared.strict import Unreadable

_LISTED = [column for column in WhatIf.__table__.c if column.name not in ("block", "result")]  # which are long, and lie beside the table
WHO = tuple(f"{what}_{who}" for what in ("proposed", "approved", "withdrawn") for who in ("by", "by_name", "at"))


async def propose(session: AsyncSession, call: Call, code: str, body: dict[str, Any]) -> dict[str, Any]:
    """Keeps a block of terms for another administrator to approve. Read as strictly as a terms file."""
    schemes.require_known(code)
    block = await draft(session, code, body)
    await _assert_day_free(session, code, block.in_force_from)
    actor = call.actor
    proposed = ProposedTerms(
        scheme=code,
        in_force_from=block.in_force_from,
        terms=block.block,
        hash=block.hash,
        status=TermsStatus.PROPOSED,
        proposed_by=actor.subject,
        proposed_by_name=actor.name or None,
        proposed_by_person_id=actor.person_id,
        proposed_at=call.now,
    )
    session.add(proposed)
    await session.flush()
    await deeds.record(
        session, call, "terms.proposed", proposed.id, subject_type="scheme_terms", event=False, details={"scheme": code, "hash": block.hash}
    )
    return _show_proposed(call, proposed)


async def permit(session: AsyncSession, call: Call, code: str, terms_id: UUID, action: str) -> ProposedTerms:
    """The proposal, when this step may be taken now: by version, state, and four eyes."""
    proposed = await _proposed(session, call, code, terms_id)
    call.match(proposed.version)
    if why_not := policy.MACHINE.why_not(action, proposed.status, call.actor.doer, _done(proposed)):
        raise REFUSALS[why_not.code](why_not.detail)
    return proposed


async def approve(session: AsyncSession, call: Call, code: str, terms_id: UUID, comment: str | None) -> dict[str, Any]:
    """Publishes what another administrator proposed. From then on it is never edited."""
    proposed, actor = await permit(session, call, code, terms_id, "approve"), call.actor
    await draft(session, code, proposed.terms)  # it may have been proposed before a fault of its kind was looked for
    await _assert_day_free(session, code, proposed.in_force_from)
    proposed.status, proposed.approved_at = TermsStatus.PUBLISHED, call.now
    proposed.approved_by, proposed.approved_by_name, proposed.approved_by_person_id = actor.subject, actor.name or None, actor.person_id
    await session.flush()
    details = {"in_force_from": proposed.in_force_from, "hash": proposed.hash, "comment": comment}
    announced = {"scheme": code, "status": proposed.status, "version": proposed.version}
    await deeds.record(session, call, "terms.published", proposed.id, subject_type="scheme_terms", details=details, **announced)
    return _show_proposed(call, proposed)


async def withdraw(session: AsyncSession, call: Call, code: str, terms_id: UUID, comment: str | None) -> dict[str, Any]:
    """Takes a proposal back before it is published."""
    proposed, actor = await permit(session, call, code, terms_id, "withdraw"), call.actor
    proposed.status, proposed.withdrawn_at = TermsStatus.WITHDRAWN, call.now
    proposed.withdrawn_by, proposed.withdrawn_by_name = actor.subject, actor.name or None
    await session.flush()
    details = {"scheme": code, "hash": proposed.hash, "comment": comment}
    await deeds.record(session, call, "terms.withdrawn", proposed.id, subject_type="scheme_terms", event=False, details=details)
    return _show_proposed(call, proposed)


async def show_proposed(session: AsyncSession, call: Call, code: str, terms_id: UUID) -> dict[str, Any]:
    return _show_proposed(call, await _proposed(session, call, code, terms_id))


async def page_of_proposed(
    session: AsyncSession, call: Call, asked: pages.Asked, code: str, statuses: list[TermsStatus] | None
) -> dict[str, Any]:
    schemes.require_known(code)
    wanted = pages.where(select(ProposedTerms).where(ProposedTerms.scheme == code, rows(call.actor)), {ProposedTerms.status: statuses})
    return await pages.page(session, wanted, ProposedTerms.id, asked, lambda row: _show_proposed(call, row[0]))


async def ask(session: AsyncSession, call: Call, code: str, body: WhatIfIn) -> dict[str, Any]:
    """Queues the question what a block would have made of past claims. A draft need not be proved to be tried."""
    schemes.require_known(code)
    faults = [] if body.from_on <= body.to_on else [_days_crossed(body)]
    try:
        block = reading.read_block(body.block, schemes.schedule())
    except Unreadable as unreadable:
        faults += [_fault(f"block.{fault.path}", fault.message) for fault in unreadable.faults]
    if faults:
        raise errors.Invalid(faults=faults)
    asked = WhatIf(
        scheme=code,
        block=block.block,
        from_on=body.from_on,
        to_on=body.to_on,
        asked_by=call.actor.subject,
        asked_by_name=call.actor.name or None,
        asked_at=call.now,
    )
    session.add(asked)
    await session.flush()
    details = {"scheme": code, "hash": block.hash, "from_on": body.from_on, "to_on": body.to_on}
    await deeds.record(session, call, "what_if.asked", asked.id, event=False, details=details)
    return _show_what_if(asked)


async def answered(session: AsyncSession, call: Call, code: str, what_if_id: UUID) -> dict[str, Any]:
    wanted = select(WhatIf).where(WhatIf.id == what_if_id, WhatIf.scheme == code, rows(call.actor))
    if (asked := await session.scalar(wanted)) is None:
        raise errors.NotFound()
    return _show_what_if(asked)


async def page_of_what_ifs(
    session: AsyncSession, call: Call, asked: pages.Asked, code: str, statuses: list[ImportStatus] | None, asked_by: list[str] | None
) -> dict[str, Any]:
    schemes.require_known(code)
    of_scheme = select(*_LISTED).where(WhatIf.scheme == code, rows(call.actor))
    wanted = pages.where(of_scheme, {WhatIf.status: statuses, WhatIf.asked_by: asked_by})
    return await pages.page(session, wanted, WhatIf.id, asked, lambda row: _with_progress(row._mapping))


def _show_what_if(asked: WhatIf) -> dict[str, Any]:
    return _with_progress({column.name: getattr(asked, column.name) for column in WhatIf.__table__.c})


def _with_progress(asked: Mapping[str, Any]) -> dict[str, Any]:
    return {**asked, "progress": {"done": asked["claims_done"], "total": asked["claims_total"]}}


def _days_crossed(body: WhatIfIn) -> errors.Fault:
    return errors.Fault("invalid_value", "/to_on", seen=str(body.to_on), allowed=f"不早于 from_on {body.from_on}", fix="请改正起止日期。")


async def draft(session: AsyncSession, code: str, body: dict[str, Any]) -> Terms:
    """A whole block as it was proposed; every fault of shape and sense at once, and where there is none, everyone whom it would leave without an answer."""
    try:
        block = reading.read_block(body, schemes.schedule())
    except Unreadable as unreadable:
        raise errors.Invalid(faults=[_fault(fault.path, fault.message) for fault in unreadable.faults]) from None
    scheme = (await schemes.in_force(session)).schemes[code]
    next_on = min((each.in_force_from for each in scheme.terms if each.in_force_from > block.in_force_from), default=None)
    until = next_on and next_on - timedelta(days=1)
    if failures := await asyncio.to_thread(prove, SchemeCode(code), scheme.claim_kind, block, until):
        raise errors.Invalid(faults=[_fault(fault.path, fault.message) for fault in failures])
    return block


async def _proposed(session: AsyncSession, call: Call, code: str, terms_id: UUID) -> ProposedTerms:
    wanted = select(ProposedTerms).where(ProposedTerms.id == terms_id, ProposedTerms.scheme == code, rows(call.actor))
    if (proposed := await session.scalar(wanted)) is None:
        raise errors.NotFound()
    return proposed


def _done(proposed: ProposedTerms) -> list[tuple[str, str]]:
    return [("propose", person_of(proposed.proposed_by_person_id, proposed.proposed_by))]


async def _assert_day_free(session: AsyncSession, code: str, day: date) -> None:
    scheme = (await schemes.in_force(session)).schemes[code]
    if any(block.in_force_from == day for block in scheme.terms):
        raise TermsDayTaken(f"{scheme.title}自 {day} 起施行的条款已发布,不再修改。请改用新文件的施行日期另提一组条款。")


def _fault(path: str, message: str) -> errors.Fault:
    code = {"未知的键": "unknown_field", "缺少该键": "missing_field"}.get(message, "invalid_value")
    pointer = "/" + re.sub(r"[.\[]", "/", path).replace("]", "")
    return errors.Fault(code, pointer=pointer, allowed=message, fix="请对照已发布的条款改正该项。")


def _show_proposed(call: Call, row: ProposedTerms) -> dict[str, Any]:
    actions = wire.allowed_actions(policy.MACHINE.allowed_actions(row.status, call.actor.doer, _done(row)))
    return {
        "allowed_actions": actions,
        "id": row.id,
        "version": row.version,
        "scheme": row.scheme,
        "status": row.status,
        "block": row.terms,
        "terms": schemes.show_terms(schemes.kept(row.terms)),
        **{name: getattr(row, name) for name in WHO},
    }
