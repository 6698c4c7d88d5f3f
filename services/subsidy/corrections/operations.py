"""The correction sheet comes back into its place: who is to leave the claim leaves it, what was said of each stands in the claim's history, all is judged again."""

import asyncio
from dataclasses import dataclass
from uuid import UUID

from fastapi import UploadFile
from sqlalchemy.ext.asyncio import AsyncSession

from services.subsidy.claims import clients as asking
from services.subsidy.claims import lines, operations, steps
from services.subsidy.claims.clients import Gathered
from services.subsidy.claims.schemas import ClaimChange, ClaimOut
from services.subsidy.corrections.policy import SHEET
from services.subsidy.corrections.reading import PROBLEMS, corrections
from shared import errors
from shared.access import Call
from shared.sheet_jobs.uploads import content_of
from shared.sheets import Book, SheetError, open_book
from shared.web import Kernel


@dataclass(frozen=True, slots=True)
class Corrected:
    """The claim without those who leave it, with what the registry tells of the others; and what was said, by person."""

    gathered: Gathered
    said: list[dict[str, str]]


async def read(kernel: Kernel, call: Call, claim_id: UUID, file: UploadFile) -> Corrected:
    """Ahead of the transaction: whether the claim can be changed, what its sheet says, and what is known now of who stays."""
    async with kernel.reading() as session:
        claim, done = await steps.permit(session, call, claim_id, "edit")
        people = await lines.of(session, claim.id)
    book = await asyncio.to_thread(_opened, await content_of(file), file.filename or "")
    told = await asyncio.to_thread(corrections, book, claim.number, {line.trainee_id for line in people})
    leaving = {each.trainee_id for each in told if each.leaves}
    staying = [line for line in people if line.trainee_id not in leaving]
    if not staying:
        allowed = "至少一名学员留在名单中"
        raise errors.Invalid(faults=[errors.Fault("nobody_to_claim_for", allowed=allowed, fix="全部不再申领的,请撤回申领单。")])
    async with kernel.reading() as session:
        asked = await lines.asked_before(session, claim, staying if leaving else None)
    said = [{"trainee_id": str(each.trainee_id), "reason": each.said} for each in told if each.said]
    return Corrected(await asking.gather(kernel, call, asked, claim, done), said)


def _opened(content: bytes, filename: str) -> Book:
    try:
        return open_book(content, filename)
    except SheetError as error:
        raise PROBLEMS[error.code](error.detail) from error


async def correct(session: AsyncSession, call: Call, corrected: Corrected) -> ClaimOut:
    return await operations.edit(session, call, corrected.gathered, ClaimChange(), comment=SHEET, lines=corrected.said or None)
