"""Paths of receipts: a claim's, and the key to check it with."""

from typing import Annotated
from uuid import UUID

from fastapi import Depends, Response

from services.subsidy.receipts import reading
from services.subsidy.receipts.schemas import ClaimReceipt
from services.subsidy.schemes.errors import TermsMissing
from shared import access, web
from shared.receipts import PublicKey, public_key

router = web.Router("claims")
public = web.Router("claim-receipts")


async def _put_together(claim_id: UUID, call: web.Caller, kernel: web.KernelOf) -> reading.Receipt:
    return await reading.put_together(kernel, call, claim_id)


@router.operation(
    "GET",
    "/v1/claims/{claim_id:uuid}/receipt",
    may=access.STAFF | {"system"},
    summary="判定凭证:事实、条款、逐人的判定,签名",
    recorded=True,
    errors=[TermsMissing],
    response_model=ClaimReceipt,
)
async def receipt(receipt: Annotated[reading.Receipt, Depends(_put_together)], session: web.Session, call: web.Caller) -> Response:
    """As it was signed, to the byte."""
    return Response(await reading.hand_out(session, call, receipt), media_type="application/json")


@public.operation("GET", "/v1/claim-receipts/key", may=access.PUBLIC, summary="判定凭证的验证公钥")
async def receipt_key(kernel: web.KernelOf) -> PublicKey:
    return public_key(reading.key_of(kernel))
