"""Internal paths: who is who, for the other services."""

from services.registry.identities import operations
from services.registry.identities.schemas import NamesIn, NamesOut, PayeesIn, PayeesOut
from shared import access, web

router = web.Router("identities")


@router.operation("POST", "/internal/v1/payees", may=access.INTERNAL, summary="收款账号全号,供生成银行文件;记入审计", key=None)
async def payees(body: PayeesIn, session: web.Session, call: web.Caller, kernel: web.KernelOf) -> PayeesOut:
    return await operations.payees(session, call, kernel.vault, body)


@router.operation("POST", "/internal/v1/names", may=access.INTERNAL, summary="学员、机构、班级的名称与掩码", writes=False)
async def names(body: NamesIn, session: web.Session) -> NamesOut:
    return await operations.names(session, body)
