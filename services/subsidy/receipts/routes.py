"""Paths of receipts: a claim's, and the key to check it with."""

from uuid import UUID

from fastapi import Response

from services.subsidy.receipts import reading
from services.subsidy.receipts.schemas import ClaimReceipt
from services.subsidy.schemes.errors import TermsMissing
from shared import access, web
from shared.receipts import PublicKey, canonical, public_key

router = web.Router("claims")
public = web.Router("claim-receipts")


@router.operation(
    "GET",
    "/v1/claims/{claim_id:uuid}/receipt",
    may=access.STAFF | {"system"},
    summary="判定凭证:事实、条款、逐人的判定,签名",
    recorded=True,
    errors=[TermsMissing],
    response_model=ClaimReceipt,
)
async def receipt(claim_id: UUID, session: web.Session, call: web.Caller, kernel: web.KernelOf) -> Response:
    """As it was signed, to the byte."""
    return Response(canonical(await reading.receipt(session, call, kernel, claim_id)), media_type="application/json")


@public.operation("GET", "/v1/claim-receipts/key", may=access.PUBLIC, summary="判定凭证的验证公钥")
async def receipt_key(kernel: web.KernelOf) -> PublicKey:
    return public_key(reading.key_of(kernel))
