"""Certificates as they are printed: gathered, set with Chinese fonts in them, each with a code that leads to its verification, and signed."""

import asyncio
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from io import BytesIO
from pathlib import Path
from typing import Any, Final
from uuid import UUID

import segno
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from services.evaluation import clients, rules
from services.evaluation.assessments import reading as assessments
from services.evaluation.certificates import reading as certificates
from services.evaluation.certificates import visibility
from services.evaluation.certificates.errors import NotIssuedHere
from services.evaluation.certificates.tables import Certificate
from services.evaluation.prints import policy, signing
from services.evaluation.settings import Settings
from shared import clock, deeds, errors
from shared.access import Call
from shared.typesetting import typeset
from shared.web import Kernel

TEMPLATE: Final = Path(__file__).with_name("certificate.typ")


@dataclass(frozen=True, slots=True)
class Printing:
    """What is to be printed, and who the holders are, asked ahead of the transaction."""

    number: str
    certificates: Sequence[Certificate]
    holders: Mapping[UUID, clients.TraineeName]


async def of_one(kernel: Kernel, call: Call, certificate_id: UUID) -> Printing:
    async with kernel.reading() as session:
        found = await certificates.find(session, call, certificate_id)
    return await _printing(kernel, call, found.number, [found])


async def of_batch(kernel: Kernel, call: Call, assessment_id: UUID) -> Printing:
    """Those of a batch that are valid, by number."""
    async with kernel.reading() as session:
        batch = await assessments.find(session, call, assessment_id)
        issued = select(Certificate).where(Certificate.assessment_id == batch.id, visibility.rows(call.actor))
        found = await session.scalars(issued.where(certificates.status_on(call.today) == "valid").order_by(Certificate.number))
        return await _printing(kernel, call, batch.number, found.all())


async def _printing(kernel: Kernel, call: Call, number: str, found: Sequence[Certificate]) -> Printing:
    if not found:
        raise errors.InvalidState("这个评价批次还没有可以打印的证书:尚未发证,或都已撤销。")
    for each in found:
        if each.assessment_id is None:
            raise NotIssuedHere
        if each.revoked_on is not None:
            raise errors.InvalidState(f"证书 {each.number} 已于 {each.revoked_on} 撤销,不能打印。")
    holders = (await clients.names(kernel, call, trainee_ids={each.trainee_id for each in found})).trainees
    return Printing(number, found, holders)


async def check(kernel: Kernel) -> dict[str, Any]:
    """For `/readyz`: whether what is signed now is vouched for, and until when. It informs only: all but printing goes on without."""
    assert isinstance(kernel.settings, Settings)
    since, until = signing.days(kernel.settings.certificate_signer)
    return {"status": "ok" if since <= clock.now() <= until else "unavailable", "until": until.isoformat(), "needed": False}


async def printed(session: AsyncSession, call: Call, kernel: Kernel, printing: Printing) -> bytes:
    """The signed PDF. It names people, so the reading is on the trail."""
    assert isinstance(kernel.settings, Settings)
    if (stands := await check(kernel))["status"] != "ok":
        raise errors.Unavailable(f"签名证书只在有效期内签名(至 {stands['until']}),请由系统管理员更换。")
    verify_at = f"{kernel.settings.token_issuer}/verify"
    pages = [_page(each, printing.holders.get(each.trainee_id), verify_at) for each in printing.certificates]
    for each in printing.certificates:
        await deeds.record(session, call, "certificate.printed", each.id, event=False, details={"print": len(each.prints)})
    return await asyncio.to_thread(made, pages, kernel.settings.certificate_signer)


def made(pages: Collection[policy.Page], signer: bytes) -> bytes:
    """The signed file. Blocks for some tens of milliseconds and five more a page."""
    return signing.signed(typeset(TEMPLATE, policy.bound([*pages])), signer)


def _page(certificate: Certificate, holder: clients.TraineeName | None, verify_at: str) -> policy.Page:
    """With the name it was printed with last; one from before names were kept has the holder's of today."""
    name = str(certificate.prints[-1]["name"]) if certificate.prints else holder.name if holder else ""
    return policy.Page(
        name=name,
        id_number=holder.id_number_masked if holder else "",
        occupation=_occupation(certificate.occupation_code or ""),
        level=rules.levels()[certificate.level].name if certificate.level else "",
        number=certificate.number,
        issuer=certificate.issuer,
        issued_on=policy.written(certificate.issued_on),
        edition=policy.edition(certificate.prints),
        verify_at=verify_at,
        qr=code(policy.verify_url(verify_at, certificate.number)),
    )


def _occupation(code: str) -> str:
    return next((each.name for each in rules.occupations() if each.code == code), code)


def code(text: str) -> str:
    """The code that says this, as SVG."""
    drawn = BytesIO()
    segno.make(text, error="m", micro=False).save(drawn, kind="svg", border=2, scale=4, xmldecl=False)
    return drawn.getvalue().decode()
