"""Certificates looked up: single papers, lists, and what an event says of one."""

from collections.abc import Collection, Mapping
from datetime import date
from itertools import zip_longest
from typing import Any, Final
from uuid import UUID

from sqlalchemy import ColumnElement, Select, and_, case, func, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import with_expression

from services.evaluation.assessments.tables import Assessment
from services.evaluation.certificates import policy, visibility
from services.evaluation.certificates.schemas import CertificateAlike
from services.evaluation.certificates.tables import Certificate
from services.evaluation.codes import CertificateStatus as Status
from services.evaluation.known.conditions import ALIASES
from shared import changes, errors, pages, seeking
from shared.access import Call
from shared.web import Kernel


async def find(session: AsyncSession, call: Call, certificate_id: UUID, *, lock: bool = False) -> Certificate:
    wanted = select(Certificate).where(Certificate.id == certificate_id, visibility.rows(call.actor))
    wanted = wanted.options(with_expression(Certificate.holder_id, ALIASES.kept(Certificate.trainee_id)))
    found = await session.scalar(wanted.with_for_update() if lock else wanted)
    if found is None:
        raise errors.NotFound("没有这本证书,或不在您的可见范围内。请核对编号。")
    return found


def prints(certificate: Certificate) -> list[dict[str, Any]]:
    """Each print with its number and, where another followed, the day from which that one counts in its place."""
    follow = [each["printed_on"] for each in certificate.prints[1:]]
    paired = zip_longest(certificate.prints, follow)
    return [each | {"edition": place, "superseded_on": superseded_on} for place, (each, superseded_on) in enumerate(paired, 1)]


def status_on(day: date) -> ColumnElement[str]:
    return case((Certificate.revoked_on <= day, "revoked"), else_="valid")


def in_status(status: Collection[Status] | None, day: date) -> list[ColumnElement[bool]]:
    """The revoked ones alone are found by their own index, however few there are."""
    if status is not None and set(status) == {Status.REVOKED}:
        return [Certificate.revoked_on <= day]
    return [] if status is None else [status_on(day).in_(status)]


def columns(today: date) -> list[Any]:
    """As they are shown and told: of whom the holder is now."""
    own = [each for each in seeking.beside(Certificate) if each.name not in ("trainee_id", "prints")]
    printed_name = Certificate.prints[-1]["name"].astext.label("printed_name")
    return [*own, ALIASES.kept(Certificate.trainee_id).label("trainee_id"), status_on(today).label("status"), printed_name]


def key_of(kernel: Kernel, number: str) -> bytes:
    return kernel.vault.blind(policy.compared(number), "certificate_number")


def listed(
    call: Call,
    filters: Mapping[Any, Any],
    external_ref: pages.Reference,
    order_ids: list[UUID] | None = None,
    trainee_ids: list[UUID] | None = None,
) -> Select[Any]:
    """`order_ids`: of which orders the assessments are that they came from."""
    wanted = select(*columns(call.today)).where(visibility.rows(call.actor), external_ref.among(Certificate.external_refs))
    if trainee_ids:
        wanted = wanted.where(ALIASES.among(Certificate.trainee_id, trainee_ids))
    if order_ids:
        wanted = wanted.where(Certificate.assessment_id.in_(select(Assessment.id).where(Assessment.order_id.in_(order_ids))))
    return pages.where(wanted, filters)


def thin(certificate: Any) -> dict[str, Any]:
    """What an event says of a certificate: ids, codes, the day, the file that proves it."""
    return {
        "trainee_id": certificate.trainee_id,
        "class_id": certificate.class_id,
        "kind": certificate.kind,
        "occupation_code": certificate.occupation_code,
        "level": certificate.level,
        "issued_on": str(certificate.issued_on),
        "version": certificate.version,
        "file_ids": changes.file_ids([certificate.proof]),
    }


ALIKE: Final = "证书 {number} 与已登记的 {other} 同一持证人、种类、职业、等级和发证日期,可能是同一本证书的两个编号。请对照原件;确为同一本的,请撤销其中一份。"


async def alike(session: AsyncSession, ids: Collection[UUID]) -> list[CertificateAlike]:
    """Of these, just registered, what may be registered already under another number."""
    new, other = Certificate.__table__.alias("new"), Certificate.__table__.alias("other")
    same = [new.c[name].is_not_distinct_from(other.c[name]) for name in ("kind", "occupation_code", "level", "issued_on")]
    wanted = select(new.c.number.label("number"), other.c.id, other.c.number.label("other")).join(
        other, and_(new.c.trainee_id == other.c.trainee_id, *same, other.c.number_key != new.c.number_key, other.c.revoked_on.is_(None))
    )
    rows = await session.execute(wanted.where(new.c.id == func.any(list(ids))).order_by(new.c.id, other.c.id)) if ids else ()
    return [CertificateAlike(certificate_id=row.id, detail=ALIKE.format(number=row.number, other=row.other)) for row in rows]
