"""The paths of clients, users and sessions, and what a caller may know of himself."""

from uuid import UUID

from fastapi import Request, Response
from sqlalchemy import select

from gateway.identity import clients, sessions, users
from gateway.identity.errors import LoginTaken, SessionEnded, SignInLocked, SignInRefused
from gateway.identity.schemas import (
    ClientIn,
    ClientMade,
    ClientOut,
    Credentials,
    Me,
    Refresh,
    Scope,
    ScopeList,
    SignedIn,
    UserIn,
    UserMade,
    UserOut,
)
from gateway.identity.scopes import SCOPES
from gateway.identity.signing import SignerOf
from gateway.identity.tables import Client, User
from shared import access, errors, pages, web, wire

ADMIN = frozenset({"admin"})

router = web.Router("identity")


@router.operation("POST", "/v1/clients", may=ADMIN, summary="新建客户端;密钥只显示一次", status=201, unkept=["client_secret"])
async def make_client(body: ClientIn, session: web.Session, call: web.Caller, kernel: web.KernelOf) -> ClientMade:
    return await clients.make(session, call, kernel.vault, body)


@router.operation("GET", "/v1/clients", may=ADMIN, summary="客户端列表", errors=[errors.InvalidCursor])
async def list_clients(session: web.Session, asked: pages.PageAsked) -> wire.Page[ClientOut]:
    columns = [Client.__table__.c[name] for name in ClientOut.model_fields]
    return wire.Page.model_validate(await pages.page(session, select(*columns), Client.id, asked, clients.show))


@router.operation("GET", "/v1/clients/{client_id}", may=ADMIN, summary="一个客户端")
async def get_client(client_id: str, session: web.Session) -> ClientOut:
    return clients.show(await clients.load(session, client_id))


@router.operation("POST", "/v1/clients/{client_id}:disable", may=ADMIN, summary="停用客户端")
async def disable_client(client_id: str, session: web.Session, call: web.Caller) -> ClientOut:
    return clients.show(await clients.disable(session, call, client_id))


@router.operation(
    "POST",
    "/v1/clients/{client_id}:rotate-secret",
    may=ADMIN,
    summary="更换密钥;旧密钥立即失效",
    errors=[errors.InvalidState],
    unkept=["client_secret"],
)
async def rotate_secret(client_id: str, session: web.Session, call: web.Caller, kernel: web.KernelOf) -> ClientMade:
    return await clients.rotate_secret(session, call, kernel.vault, client_id)


@router.operation(
    "POST", "/v1/users", may=ADMIN, summary="新建用户;密码只显示一次", status=201, errors=[LoginTaken], unkept=["client_secret"]
)
async def make_user(body: UserIn, session: web.Session, call: web.Caller) -> UserMade:
    return await users.make(session, call, body)


@router.operation("GET", "/v1/users", may=ADMIN, summary="用户列表", errors=[errors.InvalidCursor])
async def list_users(session: web.Session, asked: pages.PageAsked) -> wire.Page[UserOut]:
    columns = [User.__table__.c[name] for name in UserOut.model_fields]
    return wire.Page.model_validate(await pages.page(session, select(*columns), User.id, asked, users.show))


@router.operation("GET", "/v1/users/{user_id:uuid}", may=ADMIN, summary="一个用户")
async def get_user(user_id: UUID, session: web.Session) -> UserOut:
    return users.show(await users.load(session, user_id))


@router.operation("POST", "/v1/users/{user_id:uuid}:disable", may=ADMIN, summary="停用用户,其登录全部结束")
async def disable_user(user_id: UUID, session: web.Session, call: web.Caller) -> UserOut:
    return users.show(await users.disable(session, call, user_id))


@router.operation(
    "POST",
    "/v1/users/{user_id:uuid}:reset-password",
    may=ADMIN,
    summary="重置密码;新密码只显示一次",
    errors=[errors.InvalidState],
    unkept=["client_secret"],
)
async def reset_password(user_id: UUID, session: web.Session, call: web.Caller) -> UserMade:
    return await users.reset_password(session, call, user_id)


@router.operation("POST", "/v1/sessions", may=access.PUBLIC, summary="登录", status=201, key=None, errors=[SignInRefused, SignInLocked])
async def sign_in(body: Credentials, response: Response, call: web.Caller, kernel: web.KernelOf, signer: SignerOf) -> SignedIn:
    response.headers["Cache-Control"] = "no-store"
    return await sessions.open_session(kernel, signer, call, body.name, body.password)


@router.operation("POST", "/v1/sessions:refresh", may=access.PUBLIC, summary="用刷新令牌换新的令牌", key=None, errors=[SessionEnded])
async def refresh(body: Refresh, response: Response, call: web.Caller, kernel: web.KernelOf, signer: SignerOf) -> SignedIn:
    response.headers["Cache-Control"] = "no-store"
    return await sessions.refresh_session(kernel, signer, call, body.refresh_token)


@router.operation("DELETE", "/v1/sessions/current", may=access.SIGNED_IN, summary="退出登录", status=204, scoped=False)
async def sign_out(request: Request, call: web.Caller, kernel: web.KernelOf, signer: SignerOf) -> None:
    await sessions.end_session(kernel, signer, call, request.headers["authorization"].partition(" ")[2])


@router.operation("GET", "/v1/me", may=access.SIGNED_IN, summary="当前角色、范围与绑定", scoped=False)
async def me(call: web.Caller) -> Me:
    return Me.model_validate(call.actor)


@router.operation("GET", "/v1/scopes", may=access.SIGNED_IN, summary="全部授权范围", scoped=False)
async def list_scopes() -> ScopeList:
    return ScopeList(items=[Scope.model_validate(scope) for scope in SCOPES])
