"""Schemes: which terms are in force on a day, from the terms files and from what two administrators published since (`terms`)."""

from datetime import date
from functools import cache
from typing import Any
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from services.subsidy.codes import SchemeCode, TermsStatus
from services.subsidy.schemes import policy, reading
from services.subsidy.schemes.policy import Policy, Terms
from services.subsidy.schemes.retirement import RetirementSchedule
from services.subsidy.schemes.schemas import SchemeOut
from services.subsidy.schemes.tables import ProposedTerms
from shared import county, errors, pages
from shared.access import Call
from shared.strict import read

_with_published: dict[tuple[UUID, ...], Policy] = {}  # by the ids of the published blocks: these are never edited, so it never goes stale


@cache
def from_files() -> Policy:
    """The schemes as released. A faulty file stops the service at start."""
    return reading.load(county.folder())


@cache
def schedule() -> RetirementSchedule:
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
            known = known.joined(row.scheme, kept(row.terms), row.hash)
        _with_published.clear()
        _with_published[published] = known
    return _with_published[published]


async def page(session: AsyncSession, call: Call, asked: pages.Asked) -> dict[str, Any]:
    """All schemes with the terms of today, in the order of the list."""
    known = await in_force(session)
    return pages.of_rows(asked, [SchemeOut.model_validate(_show(known, code, call.today)) for code in SchemeCode])


async def show(session: AsyncSession, call: Call, code: str, on: date | None) -> dict[str, Any]:
    require_known(code)
    return _show(await in_force(session), code, on or call.today)


def kept(block: dict[str, Any]) -> Terms:
    """A block that was published, or kept to be."""
    return policy.with_schedule(read(Terms, block), schedule())


def require_known(code: str) -> None:
    if code not in set(SchemeCode):
        raise errors.NotFound(f"没有这个补贴项目。全部项目:{'、'.join(SchemeCode)}。")


def _show(known: Policy, code: str, day: date) -> dict[str, Any]:
    scheme, terms = known.schemes[code], known.terms_on(code, day)
    return {
        "code": code,
        "title": scheme.title,
        "claim_kind": scheme.claim_kind,
        "on": day,
        "terms": show_terms(terms) if isinstance(terms, Terms) else None,
        "in_force_from": [block.in_force_from for block in scheme.terms],
    }


def show_terms(terms: Terms) -> dict[str, Any]:
    return {
        "in_force_from": terms.in_force_from,
        "document": terms.document,
        "clause": terms.clause,
        "basis_status": terms.basis_status,
        "hash": terms.hash,
        "block": terms.block,
        "figures": terms.figures(),
    }
