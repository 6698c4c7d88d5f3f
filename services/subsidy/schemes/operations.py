"""Schemes: which terms are in force on a day, from the terms files and from what two administrators published since."""

import re
from datetime import date
from functools import cache
from typing import Any
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from services.subsidy.codes import SchemeCode, TermsStatus
from services.subsidy.schemes import policy, reading
from services.subsidy.schemes.errors import REFUSALS, TermsDayTaken
from services.subsidy.schemes.policy import Policy, Terms
from services.subsidy.schemes.retirement import RetirementSchedule
from services.subsidy.schemes.schemas import SchemeOut
from services.subsidy.schemes.tables import ProposedTerms
from services.subsidy.schemes.visibility import rows
from shared import county, deeds, errors, pages, wire
from shared.access import Call
from shared.steps import person_of
from shared.strict import Unreadable, read

_with_published: dict[tuple[UUID, ...], Policy] = {}  # by the ids of the published blocks: these are never edited, so it never goes stale


@cache
def from_files() -> Policy:
    """The schemes as released. A faulty file stops the service at start."""
    return reading.load(county.folder())


@cache
def _schedule() -> RetirementSchedule:
    return reading.read_retirement(county.folder())


async def in_force(session: AsyncSession) -> Policy:
    """The files' terms with those published since. One small statement; the blocks are read only when there are new ones."""
    published = tuple(
        (
            await session.scalars(select(ProposedTerms.id).where(ProposedTerms.status == TermsStatus.PUBLISHED).order_by(ProposedTerms.id))
        ).all()
    )
    if not published:
        return from_files()
    if published not in _with_published:
        rows = (
            await session.execute(
                select(ProposedTerms.scheme, ProposedTerms.terms, ProposedTerms.hash).where(ProposedTerms.id.in_(published))
            )
        ).all()
        known = from_files()
        for row in rows:
            known = known.joined(row.scheme, _block(row.terms), row.hash)
        _with_published.clear()
        _with_published[published] = known
    return _with_published[published]


async def page(session: AsyncSession, call: Call, asked: pages.Asked) -> dict[str, Any]:
    """All schemes with the terms of today, in the order of the list."""
    known = await in_force(session)
    return pages.of_rows(asked, [SchemeOut.model_validate(_show(known, code, call.today)) for code in SchemeCode])


async def show(session: AsyncSession, call: Call, code: str, on: date | None) -> dict[str, Any]:
    _known_scheme(code)
    return _show(await in_force(session), code, on or call.today)


async def propose(session: AsyncSession, call: Call, code: str, body: dict[str, Any]) -> dict[str, Any]:
    """Keeps a block of terms for another administrator to approve. Read as strictly as a terms file."""
    _known_scheme(code)
    try:
        block = _block(body)
    except Unreadable as unreadable:
        raise errors.Invalid(faults=[_fault(fault.path, fault.message) for fault in unreadable.faults]) from None
    _refuse_nonsense(block)
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
    _refuse_nonsense(_block(proposed.terms))  # it may have been proposed before a fault of its kind was looked for
    await _assert_day_free(session, code, proposed.in_force_from)
    proposed.status, proposed.approved_at = TermsStatus.PUBLISHED, call.now
    proposed.approved_by, proposed.approved_by_name, proposed.approved_by_person_id = actor.subject, actor.name or None, actor.person_id
    await session.flush()
    details = {"in_force_from": proposed.in_force_from, "hash": proposed.hash, "comment": comment}
    announced = {"scheme": code, "status": proposed.status, "version": proposed.version}
    await deeds.record(session, call, "terms.published", proposed.id, subject_type="scheme_terms", details=details, **announced)
    return _show_proposed(call, proposed)


async def show_proposed(session: AsyncSession, call: Call, code: str, terms_id: UUID) -> dict[str, Any]:
    return _show_proposed(call, await _proposed(session, call, code, terms_id))


async def page_of_proposed(
    session: AsyncSession, call: Call, asked: pages.Asked, code: str, statuses: list[TermsStatus] | None
) -> dict[str, Any]:
    _known_scheme(code)
    wanted = pages.where(select(ProposedTerms).where(ProposedTerms.scheme == code, rows(call.actor)), {ProposedTerms.status: statuses})
    return await pages.page(session, wanted, ProposedTerms.id, asked, lambda row: _show_proposed(call, row[0]))


def _refuse_nonsense(block: Terms) -> None:
    if wrong := policy.contradictions(block):
        raise errors.Invalid(faults=[_fault(*text.split(":", 1)) for text in wrong])


def _known_scheme(code: str) -> None:
    if code not in set(SchemeCode):
        raise errors.NotFound(f"没有这个补贴项目。全部项目:{'、'.join(SchemeCode)}。")


async def _proposed(session: AsyncSession, call: Call, code: str, terms_id: UUID) -> ProposedTerms:
    wanted = select(ProposedTerms).where(ProposedTerms.id == terms_id, ProposedTerms.scheme == code, rows(call.actor))
    if (proposed := await session.scalar(wanted)) is None:
        raise errors.NotFound()
    return proposed


def _done(proposed: ProposedTerms) -> list[tuple[str, str]]:
    return [("propose", person_of(proposed.proposed_by_person_id, proposed.proposed_by))]


async def _assert_day_free(session: AsyncSession, code: str, day: date) -> None:
    if any(block.in_force_from == day for block in (await in_force(session)).schemes[code].terms):
        raise TermsDayTaken(f"{from_files().schemes[code].title}自 {day} 起施行的条款已发布,不再修改。请改用新文件的施行日期另提一组条款。")


def _block(terms: dict[str, Any]) -> Terms:
    return policy.with_schedule(read(Terms, terms), _schedule())


def _fault(path: str, message: str) -> errors.Fault:
    code = {"未知的键": "unknown_field", "缺少该键": "missing_field"}.get(message, "invalid_value")
    pointer = "/" + re.sub(r"[.\[]", "/", path).replace("]", "")
    return errors.Fault(code, pointer=pointer, allowed=message, fix="请对照已发布的条款改正该项。")


def _show(known: Policy, code: str, day: date) -> dict[str, Any]:
    scheme, terms = known.schemes[code], known.terms_on(code, day)
    return {
        "code": code,
        "title": scheme.title,
        "claim_kind": scheme.claim_kind,
        "on": day,
        "terms": _show_terms(terms) if isinstance(terms, Terms) else None,
        "in_force_from": [block.in_force_from for block in scheme.terms],
    }


def _show_terms(terms: Terms) -> dict[str, Any]:
    return {
        "in_force_from": terms.in_force_from,
        "document": terms.document,
        "clause": terms.clause,
        "basis_status": terms.basis_status,
        "hash": terms.hash,
        "block": terms.block,
        "figures": terms.figures(),
    }


def _show_proposed(call: Call, row: ProposedTerms) -> dict[str, Any]:
    actions = wire.allowed_actions(policy.MACHINE.allowed_actions(row.status, call.actor.doer, _done(row)))
    return {
        "allowed_actions": actions,
        "id": row.id,
        "version": row.version,
        "scheme": row.scheme,
        "status": row.status,
        "block": row.terms,
        "terms": _show_terms(_block(row.terms)),
        "proposed_by": row.proposed_by,
        "proposed_by_name": row.proposed_by_name,
        "proposed_at": row.proposed_at,
        "approved_by": row.approved_by,
        "approved_by_name": row.approved_by_name,
        "approved_at": row.approved_at,
    }
