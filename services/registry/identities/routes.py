"""Internal paths: who is paid, for the other services."""

from services.registry.identities import operations
from services.registry.identities.schemas import PayeesIn, PayeesOut
from shared import access, web

router = web.Router("identities")


@router.operation("POST", "/internal/v1/payees", may=access.INTERNAL, summary="收款账号全号,供生成银行文件;记入审计", key=None)
async def payees(body: PayeesIn, session: web.Session, call: web.Caller, kernel: web.KernelOf) -> PayeesOut:
    return await operations.payees(session, call, kernel.vault, body)
