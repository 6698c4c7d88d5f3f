"""Paths of the correction sheet: out, filled in, and back."""

from typing import Annotated
from uuid import UUID

from fastapi import Depends, File, UploadFile

from services.subsidy import clients
from services.subsidy.claims.errors import NotYourClaim
from services.subsidy.claims.policy import MACHINE
from services.subsidy.claims.schemas import ClaimOut
from services.subsidy.corrections import operations, reading
from services.subsidy.schemes.errors import TermsMissing
from shared import access, errors, web
from shared.sheet_jobs.errors import FileTooLarge, UnknownSheetLayout, UnreadableFile
from shared.web.workbooks import Workbook

router = web.Router("claims", traced=(errors.InvalidState,))
PATH = "/v1/claims/{claim_id:uuid}/corrections"
EDITORS = frozenset(MACHINE.step("edit").roles)


async def _named(claim_id: UUID, call: web.Caller, kernel: web.KernelOf) -> clients.Names:
    return await reading.named(kernel, call, claim_id)


async def _corrected(
    claim_id: UUID, file: Annotated[UploadFile, File(description="填好的补正单")], call: web.Caller, kernel: web.KernelOf
) -> operations.Corrected:
    return await operations.read(kernel, call, claim_id, file)


@router.operation(
    "GET",
    f"{PATH}.xlsx",
    may=access.STAFF | EDITORS,
    summary="补正单:逐人列出存在的问题,供填写",
    recorded=True,
    errors=[NotYourClaim],
    response_class=Workbook,
)
async def sheet(claim_id: UUID, names: Annotated[clients.Names, Depends(_named)], session: web.Session, call: web.Caller) -> Workbook:
    number, content = await reading.sheet(session, call, claim_id, names)
    return Workbook(content, f"corrections-{number}")


@router.operation(
    "POST",
    PATH,
    may=EDITORS,
    summary="交回填好的补正单:按表更正名单,重新判定",
    errors=[errors.InvalidState, NotYourClaim, TermsMissing, FileTooLarge, UnreadableFile, UnknownSheetLayout],
    largest_bytes=web.UPLOAD_LARGEST_BYTES,
    too_large=FileTooLarge,
)
async def correct(corrected: Annotated[operations.Corrected, Depends(_corrected)], session: web.Session, call: web.Caller) -> ClaimOut:
    return await operations.correct(session, call, corrected)
