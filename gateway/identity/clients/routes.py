"""Paths of clients: other systems, and their secrets."""

from functools import partial
from typing import Annotated
from uuid import UUID

from sqlalchemy import select

from gateway.codes import AccountStatus, Role
from gateway.identity import facts
from gateway.identity.clients import operations as clients
from gateway.identity.errors import SamePerson
from gateway.identity.schemas import AccountChange, ClientIn, ClientMade, ClientOut, ClientPaper
from gateway.identity.tables import Client
from shared import access, errors, pages, web, wire

router = web.Router("identity")
Listed = Annotated[pages.Asked, pages.asking(created_at=Client.created_at)]
STORED = ClientOut.model_fields.keys() & Client.__table__.c.keys()


@router.operation(
    "POST",
    "/v1/clients",
    may=access.ADMIN,
    summary="新建客户端;密钥只显示一次",
    status=201,
    errors=[errors.UpstreamTimeout],
    unkept=["client_secret"],
)
async def make_client(body: ClientIn, unknown: facts.OfClient, session: web.Session, call: web.Caller, kernel: web.KernelOf) -> ClientMade:
    return await clients.make(session, call, kernel, body, unknown)


@router.operation("GET", "/v1/clients", may=access.ADMIN, summary="客户端列表", errors=[errors.InvalidCursor])
async def list_clients(
    session: web.Session,
    asked: Listed,
    status: pages.AnyOf[AccountStatus] = None,
    role: pages.AnyOf[Role] = None,
    institution_id: pages.AnyOf[UUID] = None,
) -> wire.Page[ClientOut]:
    equal = {Client.status: status, Client.role: role, Client.institution_id: institution_id}
    wanted = pages.where(select(*(Client.__table__.c[name] for name in STORED)), equal)
    return wire.Page.model_validate(await pages.page(session, wanted, Client.id, asked, clients.show))


@router.operation("GET", "/v1/clients/{client_id}", may=access.ADMIN, summary="一个客户端")
async def get_client(client_id: str, session: web.Session, call: web.Caller) -> ClientPaper:
    return clients.paper(call, await clients.load(session, client_id))


@router.operation(
    "PATCH",
    "/v1/clients/{client_id}",
    may=access.ADMIN,
    summary="修改客户端的名称与绑定;已发的令牌随即作废",
    errors=[errors.InvalidState],
    paper=partial(clients.permit, action="change"),
)
async def change_client(client_id: str, body: AccountChange, session: web.Session, call: web.Caller, kernel: web.KernelOf) -> ClientPaper:
    return clients.paper(call, await clients.change(session, call, kernel, client_id, body))


@router.operation(
    "POST",
    "/v1/clients/{client_id}:confirm",
    may=access.ADMIN,
    summary="由另一名管理员确认,此后可以使用",
    errors=[SamePerson, errors.InvalidState],
    paper=partial(clients.permit, action="confirm"),
)
async def confirm_client(client_id: str, session: web.Session, call: web.Caller) -> ClientPaper:
    return clients.paper(call, await clients.confirm(session, call, client_id))


@router.operation(
    "POST", "/v1/clients/{client_id}:disable", may=access.ADMIN, summary="停用客户端", paper=partial(clients.permit, action="disable")
)
async def disable_client(client_id: str, session: web.Session, call: web.Caller) -> ClientPaper:
    return clients.paper(call, await clients.disable(session, call, client_id))


@router.operation(
    "POST",
    "/v1/clients/{client_id}:rotate-secret",
    may=access.ADMIN,
    summary="更换密钥;旧密钥立即失效",
    errors=[errors.InvalidState],
    unkept=["client_secret"],
    paper=partial(clients.permit, action="rotate-secret"),
)
async def rotate_secret(client_id: str, session: web.Session, call: web.Caller, kernel: web.KernelOf) -> ClientMade:
    return await clients.rotate_secret(session, call, kernel, client_id)
